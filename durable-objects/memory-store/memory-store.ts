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
import { SealedKeys } from "../kit/sealed-keys.ts";
import type { SealingPort } from "../kit/sealing-port.ts";
import { SCHEMA } from "./schema.ts";

/** Everything this room needs from outside. */
export type MemoryStorePorts = {
  readonly now: () => EpochMs;
  readonly send: (message: RecordsMessage) => Promise<void>;
  /** Forgets the personal data of memories that are gone. */
  readonly forget: (org: string, memory: string) => Promise<void>;
  /** Where the keys come from under which restricted memories lie. */
  readonly sealing: SealingPort;
};

/** Memories of one person; one more is refused. */
const MOST_OF_SUBJECT = 1_000;
const EXPIRED_PER_TURN = 50;
/** What people said of themselves. */
const TEXTS = { key: "id", columns: ["body"] };
const NOTHING_CLOSED = { closes: [] as readonly Memory[], closedBy: null };

/** PERSISTED: the body of a restricted memory is `{"sealed":text,"createdAt":…}`, where the text is its JSON, sealed under the memory's own key. */
const IS_SEALED = '{"sealed":';
const sealedIn = (body: string): string => (JSON.parse(body) as { readonly sealed: string }).sealed;
const placeOf = (id: string): string => `memory ${id}`;
const isRestricted = ({ sensitivity }: Pick<Memory, "sensitivity">): boolean => sensitivity === "restricted";

type Stores = { readonly org: string; readonly outbox: Outbox };

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineMemoryStore(portsFor: (env: Cloudflare.Env) => MemoryStorePorts) {
  return class MemoryStore extends DurableObject {
    readonly #ports: MemoryStorePorts;
    readonly #alarm: Alarm;
    readonly #keys: SealedKeys;
    /** null until the first memory: an object that is only asked stores nothing. */
    #stores: Stores | null = null;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
      this.#alarm = new Alarm(ctx.storage, this.#ports.now);
      this.#keys = new SealedKeys(this.#ports.sealing, this.#ports.now);
      const of = storedRow<{ org: string; name: string }>(ctx.storage, SCHEMA, "SELECT org, name FROM store_of");
      if (of !== null) this.#stores = this.#storesOf(of.org, of.name);
    }

    /** Stores a new or changed memory. False: there are too many of this person. */
    async put(org: string, name: string, memory: Memory, record: AuditRecord): Promise<boolean> {
      const { outbox } = this.#stores ?? this.#begin(org, name);
      const { sql } = this.ctx.storage;
      if (isRestricted(memory)) await this.#keys.prepare({ org, run: memory.id, subject: memory.subject });
      await this.#keys.fetchFor(() => this.#allOf(memory.subject));
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
        this.#bodyOf(memory),
      );
    }

    #bodyOf(memory: Memory): string {
      const text = JSON.stringify(memory);
      const { id, createdAt } = memory;
      return isRestricted(memory) ? JSON.stringify({ sealed: this.#keys.seal(id, placeOf(id), text), createdAt }) : text;
    }

    /** What is in these rows; one whose key is destroyed is not there. MUST follow `fetchFor`. */
    #read(rows: readonly { readonly id: string; readonly body: string }[]): Memory[] {
      const texts = rows.map(({ id, body }) => ({ place: placeOf(id), text: body.startsWith(IS_SEALED) ? sealedIn(body) : body }));
      return this.#keys.openAll(texts).flatMap((text) => (text === null ? [] : [JSON.parse(text) as Memory]));
    }

    /** Everything of a person that has not expired, newest first. MUST follow `fetchFor`. */
    #allOf(subject: string): Memory[] {
      const rows = "SELECT id, body FROM memory WHERE subject = ? AND expires_at > ? ORDER BY id DESC";
      return this.#read(this.ctx.storage.sql.exec<{ id: string; body: string }>(rows, subject, this.#ports.now()).toArray());
    }

    async #openedOf(subject: string): Promise<Memory[]> {
      if (this.#stores === null) return [];
      await this.#keys.fetchFor(() => this.#allOf(subject));
      return this.#allOf(subject);
    }

    /** The memory of this person that says a fact already; null: none does. */
    async knownFact(memory: Memory): Promise<Memory | null> {
      return supersession(memory, await this.#openedOf(memory.subject)).known;
    }

    /** null: there is none, or it has expired. */
    async get(id: string): Promise<Memory | null> {
      if (this.#stores === null) return null;
      const query = "SELECT id, body FROM memory WHERE id = ? AND expires_at > ?";
      const read = () => this.#read(this.ctx.storage.sql.exec<{ id: string; body: string }>(query, id, this.#ports.now()).toArray());
      await this.#keys.fetchFor(read);
      return read()[0] ?? null;
    }

    /** Of this person alone, newest first; with `query`, those that have one of its words in some form, best first. `before`: the last id of the page before. */
    async list(subject: string, tier: MemoryTier | null, query: string | null, before: string | null, limit: number): Promise<Memory[]> {
      const all = (await this.#openedOf(subject)).filter((one) => tier === null || one.tier === tier);
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
      return recalled(await this.#openedOf(subject), query, k);
    }

    /** When this answers, nothing of the memory's text is stored here. False: there is none. */
    async remove(id: string, record: AuditRecord): Promise<boolean> {
      const stores = this.#stores;
      const forgotten = await this.get(id);
      if (stores === null || forgotten === null) return false;
      await this.#keys.fetchFor(() => this.#allOf(forgotten.subject));
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
