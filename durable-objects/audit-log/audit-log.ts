/**
 * One org's audit chain: gives each record its number and the hash of the one before, signs it, and keeps it until D1 has it.
 * Two appends at the same time, a crash anywhere and a row delivered twice never make a second branch or a second number.
 */
import { DurableObject } from "cloudflare:workers";
import type { AuditPage } from "../../core/audit/page.ts";
import type { EpochMs } from "../../core/time.ts";
import { isMigrated, migrate } from "../kit/schema.ts";
import { forgetOld, type SourcedRow } from "./known-rows.ts";
import { AUDIT_LOG_SCHEMA } from "./schema.ts";
import { type Chain, dropPages, pendingPages, readChain } from "./segments.ts";
import { type AuditSigner, type RefusedRow, sequence } from "./sequence.ts";

/** Everything this room needs from outside. */
export type AuditLogPorts = {
  readonly now: () => EpochMs;
  /** Fetches the key; the signing itself is synchronous. Throws when there is none: nothing is numbered then. */
  readonly signer: () => Promise<AuditSigner>;
};

/** What came of an append: rows that were refused, and pages that D1 does not have yet. */
export type AppendAnswer = {
  readonly refused: RefusedRow[];
  /** What D1 does not have yet, oldest first. A writer to D1 starts here, so that D1 always has a chain without gaps. */
  readonly pending: AuditPage[];
};

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineAuditLog(portsFor: (env: Cloudflare.Env) => AuditLogPorts) {
  return class AuditLog extends DurableObject {
    readonly #ports: AuditLogPorts;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
    }

    /** Sequenced: when it answers, the records of each row that it does not refuse have durable numbers, and have them once. */
    async append(org: string, rows: readonly SourcedRow[]): Promise<AppendAnswer> {
      const signer = await this.#ports.signer();
      const { storage } = this.ctx;
      migrate(storage, AUDIT_LOG_SCHEMA);
      const at = this.#ports.now();
      return storage.transactionSync(() => {
        forgetOld(storage.sql, at);
        const refused = sequence(storage.sql, org, rows, signer, at);
        return { refused, pending: pendingPages(storage.sql) };
      });
    }

    /** Integrated: D1 has every entry up to this number. Answers what it still lacks, as `append` does. */
    async integrated(upToSeq: number): Promise<AuditPage[]> {
      const { storage } = this.ctx;
      if (!isMigrated(storage.sql)) return [];
      return storage.transactionSync(() => {
        dropPages(storage.sql, upToSeq);
        return pendingPages(storage.sql);
      });
    }

    /** The last number given and its hash; null before the first. */
    async head(): Promise<Chain | null> {
      const { sql } = this.ctx.storage;
      return isMigrated(sql) ? readChain(sql) : null;
    }
  };
}

/** The object, as its stub sees it. */
export type AuditLog = InstanceType<ReturnType<typeof defineAuditLog>>;
export type { SourcedRow } from "./known-rows.ts";
export type { Chain } from "./segments.ts";
export type { AuditSigner, RefusedRow } from "./sequence.ts";
