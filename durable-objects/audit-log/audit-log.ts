/**
 * One org's audit chain: gives each record its number and the hash of the one before, signs it, and keeps it until D1 has it.
 * Two appends at the same time, a crash anywhere and a record delivered twice never make a second branch or a second number.
 */
import { DurableObject } from "cloudflare:workers";
import type { AuditEntry } from "../../core/audit/entry.ts";
import type { AuditRecord } from "../../core/audit/record.ts";
import type { EpochMs } from "../../core/time.ts";
import { isMigrated, migrate } from "../kit/schema.ts";
import { AUDIT_LOG_SCHEMA } from "./schema.ts";
import { type AppendAnswer, type AuditSigner, type Chain, forgetOld, readChain, sequence } from "./sequence.ts";

/** Everything this room needs from outside. */
export type AuditLogPorts = {
  readonly now: () => EpochMs;
  /** Fetches the key; the signing itself is synchronous. Throws when there is none: nothing is numbered then. */
  readonly signer: () => Promise<AuditSigner>;
};

/** How many entries `pending` hands out at once. */
const PENDING_LIMIT = 500;

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineAuditLog(portsFor: (env: Cloudflare.Env) => AuditLogPorts) {
  return class AuditLog extends DurableObject {
    readonly #ports: AuditLogPorts;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
    }

    /** Sequenced: when it answers, each entry has a durable number. A record that has one gets the entry it has. */
    async append(org: string, records: readonly AuditRecord[]): Promise<AppendAnswer> {
      const signer = await this.#ports.signer();
      const { storage } = this.ctx;
      migrate(storage, AUDIT_LOG_SCHEMA);
      const at = this.#ports.now();
      return storage.transactionSync(() => {
        forgetOld(storage.sql, at);
        return sequence(storage.sql, org, records, signer, at);
      });
    }

    /** What D1 does not have yet, oldest first. Whoever writes to D1 starts here, so that D1 always holds a chain without gaps. */
    async pending(): Promise<AuditEntry[]> {
      const { sql } = this.ctx.storage;
      if (!isMigrated(sql)) return [];
      const query = "SELECT body FROM entries WHERE body IS NOT NULL ORDER BY seq LIMIT ?";
      return sql
        .exec<{ body: string }>(query, PENDING_LIMIT)
        .toArray()
        .map((row) => JSON.parse(row.body) as AuditEntry);
    }

    /** Integrated: D1 has every entry up to this number; their bodies are dropped. Answers how many D1 still lacks. */
    async integrated(upToSeq: number): Promise<number> {
      const { storage } = this.ctx;
      if (!isMigrated(storage.sql)) return 0;
      return storage.transactionSync(() => {
        storage.sql.exec("UPDATE entries SET body = NULL WHERE seq <= ? AND body IS NOT NULL", upToSeq);
        storage.sql.exec("UPDATE chain SET integrated_seq = MAX(integrated_seq, MIN(seq, ?))", upToSeq);
        return storage.sql.exec<{ owed: number }>("SELECT COUNT(*) AS owed FROM entries WHERE body IS NOT NULL").one().owed;
      });
    }

    /** The last number given and its hash; null before the first. */
    async head(): Promise<Chain | null> {
      const { sql } = this.ctx.storage;
      return isMigrated(sql) ? readChain(sql) : null;
    }
  };
}

export type AuditLog = InstanceType<ReturnType<typeof defineAuditLog>>;
export type { AppendAnswer, AuditSigner, Chain, RefusedRecord } from "./sequence.ts";
