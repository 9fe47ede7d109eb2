/** `MemoryStore`: the single writer of what an org remembers of a part of its people. Decides nothing of who may see or change it. */
import { DurableObject } from "cloudflare:workers";
import type { AuditRecord, RecordsMessage } from "../../core/audit/record.ts";
import { queryTermsOf } from "../../core/knowledge/terms.ts";
import { type Memory, type MemoryTier, supersession } from "../../core/memory/memory.ts";
import { type Recalled, recalled } from "../../core/memory/recall.ts";
import { shareOf, sought } from "../../core/memory/word-forms.ts";
import type { EpochMs } from "../../core/time.ts";
import { Alarm } from "../kit/alarm.ts";
import { deleteOverwritten, overwrite } from "../kit/delete-overwritten.ts";
import { Outbox } from "../kit/outbox.ts";
import { migrate, storedRow } from "../kit/schema.ts";
import { SCHEMA } from "./schema.ts";

/** Everything this room needs from outside. */
export type MemoryStorePorts = {
  readonly now: () => EpochMs;
  readonly send: (message: RecordsMessage) => Promise<void>;
  /** Forgets the personal data of memories that are gone. */
  readonly forget: (org: string, memory: string) => Promise<void>;
};

/** Memories of one person; one more is refused. */
const MOST_OF_SUBJECT = 1_000;
const EXPIRED_PER_TURN = 50;
/** What people said of themselves. */
const TEXTS = { key: "id", columns: ["body"] };
const NOTHING_CLOSED = { closes: [] as readonly Memory[], closedBy: null };

type Stores = { readonly org: string; readonly outbox: Outbox };

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineMemoryStore(portsFor: (env: Cloudflare.Env) => MemoryStorePorts) {
  return class MemoryStore extends DurableObject {
    readonly #ports: MemoryStorePorts;
    readonly #alarm: Alarm;
    /** null until the first memory: an object that is only asked stores nothing. */
    #stores: Stores | null = null;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
      this.#alarm = new Alarm(ctx.storage, this.#ports.now);
      const of = storedRow<{ org: string; name: string }>(ctx.storage, SCHEMA, "SELECT org, name FROM store_of");
      if (of !== null) this.#stores = this.#storesOf(of.org, of.name);
    }

    /** Stores a new or changed memory. False: there are too many of this person. */
    async put(org: string, name: string, memory: Memory, record: AuditRecord): Promise<boolean> {
      const { outbox } = this.#stores ?? this.#begin(org, name);
      const { sql } = this.ctx.storage;
      const stored = this.ctx.storage.transactionSync(() => {
        const { n } = sql
          .exec<{ n: number }>("SELECT COUNT(*) AS n FROM memory WHERE subject = ? AND id <> ?", memory.subject, memory.id)
          .one();
        if (n >= MOST_OF_SUBJECT) return false;
        const { closes, closedBy } = memory.fact === undefined ? NOTHING_CLOSED : supersession(memory, this.#allOf(memory.subject));
        const at = this.#ports.now();
        this.#write(closedBy === null ? memory : { ...memory, supersededBy: closedBy, closedAt: at });
        for (const older of closes) this.#write({ ...older, supersededBy: memory.id, closedAt: at });
        outbox.put({ id: record.event_id, records: [record] }, this.#ports.now());
        return true;
      });
      await this.#arm();
      return stored;
    }

    /** What a forgotten fact had closed counts again, or is closed by what had closed the forgotten one. */
    #reopen({ id, subject, supersededBy, closedAt }: Memory): void {
      for (const { supersededBy: by, closedAt: _at, ...older } of this.#allOf(subject)) {
        if (by !== id) continue;
        this.#write({ ...older, ...(supersededBy === undefined ? {} : { supersededBy }), ...(closedAt === undefined ? {} : { closedAt }) });
      }
    }

    #write(memory: Memory): void {
      overwrite(this.ctx.storage.sql, "memory", TEXTS.columns, "id = ?", memory.id);
      this.ctx.storage.sql.exec(
        "INSERT INTO memory (id, subject, expires_at, body) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE SET expires_at = ?3, body = ?4",
        memory.id,
        memory.subject,
        memory.expiresAt,
        JSON.stringify(memory),
      );
    }

    /** Everything of a person that has not expired, newest first. */
    #allOf(subject: string): Memory[] {
      const rows = "SELECT body FROM memory WHERE subject = ? AND expires_at > ? ORDER BY id DESC";
      return this.ctx.storage.sql
        .exec<{ body: string }>(rows, subject, this.#ports.now())
        .toArray()
        .map(({ body }) => JSON.parse(body) as Memory);
    }

    /** The memory of this person that says a fact already; null: none does. */
    async knownFact(memory: Memory): Promise<Memory | null> {
      return this.#stores === null ? null : supersession(memory, this.#allOf(memory.subject)).known;
    }

    /** null: there is none, or it has expired. */
    async get(id: string): Promise<Memory | null> {
      if (this.#stores === null) return null;
      const query = "SELECT body FROM memory WHERE id = ? AND expires_at > ?";
      const [row] = this.ctx.storage.sql.exec<{ body: string }>(query, id, this.#ports.now()).toArray();
      return row === undefined ? null : (JSON.parse(row.body) as Memory);
    }

    /** Of this person alone, newest first; with `query`, those that have one of its words in some form, best first. `before`: the last id of the page before. */
    async list(subject: string, tier: MemoryTier | null, query: string | null, before: string | null, limit: number): Promise<Memory[]> {
      if (this.#stores === null) return [];
      const all = this.#allOf(subject).filter((one) => tier === null || one.tier === tier);
      if (query === null) return all.filter(({ id }) => before === null || id < before).slice(0, limit);
      const asked = sought(queryTermsOf(query).map(({ term }) => term));
      const scored = all.map((memory) => ({
        memory,
        score: [...shareOf(asked, memory.text).values()].reduce((sum, share) => sum + share, 0),
      }));
      return scored
        .filter(({ score }) => score > 0)
        .sort((a, b) => b.score - a.score)
        .slice(0, limit)
        .map(({ memory }) => memory);
    }

    /** What counts for a question about this person, best first (core/memory/recall.ts). */
    async recall(subject: string, query: string, k: number): Promise<readonly Recalled[]> {
      if (this.#stores === null) return [];
      return recalled(this.#allOf(subject), query, k);
    }

    /** When this answers, nothing of the memory's text is stored here. False: there is none. */
    async remove(id: string, record: AuditRecord): Promise<boolean> {
      const stores = this.#stores;
      const forgotten = await this.get(id);
      if (stores === null || forgotten === null) return false;
      this.ctx.storage.transactionSync(() => {
        this.#reopen(forgotten);
        deleteOverwritten(this.ctx.storage.sql, "memory", TEXTS, "id = ?", id);
        stores.outbox.put({ id: record.event_id, records: [record] }, this.#ports.now());
      });
      await this.#arm();
      return true;
    }

    /** Everything of a person that was remembered up to a time; answers how many memories that were. */
    async erase(subject: string, upTo: EpochMs): Promise<number> {
      if (this.#stores === null) return 0;
      const old = "subject = ? AND json_extract(body, '$.createdAt') <= ?";
      const gone = deleteOverwritten(this.ctx.storage.sql, "memory", TEXTS, old, subject, upTo);
      await this.#arm();
      return gone;
    }

    /** These outbox rows are sequenced and in D1. */
    async confirm(rowIds: readonly string[]): Promise<void> {
      this.#stores?.outbox.confirm(rowIds);
      await this.#arm();
    }

    override async alarm(): Promise<void> {
      const stores = this.#stores;
      if (stores === null) return;
      await this.#alarm.lease();
      const { sql } = this.ctx.storage;
      const over = sql
        .exec<{ id: string }>("SELECT id FROM memory WHERE expires_at <= ? LIMIT ?", this.#ports.now(), EXPIRED_PER_TURN)
        .toArray();
      for (const { id } of over) {
        await this.#ports.forget(stores.org, id);
        deleteOverwritten(sql, "memory", TEXTS, "id = ?", id);
      }
      await stores.outbox.flush(this.#ports.send, this.#ports.now);
      await this.#arm();
    }

    async #arm(): Promise<void> {
      if (this.#stores === null) return;
      const { at } = this.ctx.storage.sql.exec<{ at: number | null }>("SELECT MIN(expires_at) AS at FROM memory").one();
      await this.#alarm.setTo([this.#stores.outbox.nextDueAt(), at]);
    }

    #begin(org: string, name: string): Stores {
      migrate(this.ctx.storage, SCHEMA);
      this.ctx.storage.sql.exec("INSERT INTO store_of (id, org, name) VALUES (1, ?, ?)", org, name);
      this.#stores = this.#storesOf(org, name);
      return this.#stores;
    }

    #storesOf(org: string, name: string): Stores {
      return { org, outbox: new Outbox(this.ctx.storage.sql, org, { kind: "memory-store", id: name }) };
    }
  };
}

/** The object, as its stub sees it. */
export type MemoryStore = InstanceType<ReturnType<typeof defineMemoryStore>>;
