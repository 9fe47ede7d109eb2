/**
 * `KnowledgeIndex`: the single writer of one shard of a collection. Shard 0 also knows which shard a document lies in. README.md has the
 * picture, the rules and the costs.
 */
import { DurableObject } from "cloudflare:workers";
import type { AuditRecord, RecordsMessage } from "../../core/audit/record.ts";
import type { Statistics } from "../../core/knowledge/bm25.ts";
import type { NewRevision, Revision, StoredChunk } from "../../core/knowledge/document.ts";
import { type Reader, rightsKey } from "../../core/knowledge/rights.ts";
import type { SearchAnswer, SearchRequest } from "../../core/knowledge/search.ts";
import type { EpochMs } from "../../core/time.ts";
import { Alarm } from "../kit/alarm.ts";
import { Outbox } from "../kit/outbox.ts";
import { isMigrated, migrate } from "../kit/schema.ts";
import { Columns } from "./columns.ts";
import { count, look, readableParts, type Shard } from "./look.ts";
import { type Changes, type KeptRevision, Revisions } from "./revisions.ts";
import { SCHEMA } from "./schema.ts";
import { Words } from "./words.ts";

/** Everything this room needs from outside. */
export type KnowledgeIndexPorts = {
  readonly now: () => EpochMs;
  readonly send: (message: RecordsMessage) => Promise<void>;
};

/** The object: whose it is and under which name it is reached. */
export type ShardName = { readonly org: string; readonly name: string };

/** Chunks of a shard after which a new document goes into the next one. */
const FULL = 12_500;
/** What was deleted leaves the full-text index's pages this long after, in ms; no search finds it meanwhile. */
const TIDY_AFTER_MS = 60_000;
const EXPIRED_PER_TURN = 50;

/** A document's newest revision, and the number of the one that searches find. */
export type Found = { readonly newest: Revision; readonly serving: number | null };
/** Why a revision was not stored. */
export type PutRefusal = "closed" | "too_many_rights";

type Stores = { readonly name: ShardName; readonly outbox: Outbox; readonly revisions: Revisions; readonly words: Words };

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineKnowledgeIndex(portsFor: (env: Cloudflare.Env) => KnowledgeIndexPorts) {
  return class KnowledgeIndex extends DurableObject {
    readonly #ports: KnowledgeIndexPorts;
    readonly #alarm: Alarm;
    /** null until the first document: an object that is only asked stores nothing. */
    #stores: Stores | null = null;
    #memory: { readonly columns: Columns; readonly served: Map<number, KeptRevision> } | null = null;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
      this.#alarm = new Alarm(ctx.storage, this.#ports.now);
      const { sql } = ctx.storage;
      if (!isMigrated(sql)) return;
      migrate(ctx.storage, SCHEMA);
      const [name] = sql.exec<ShardName & Record<string, string>>("SELECT org, name FROM shard_of").toArray();
      if (name !== undefined) this.#stores = this.#storesOf(name);
    }

    /** Which shard a document belongs into, and how many shards there are: the one that it is in, else the first that is not full. Of shard 0. */
    async place(name: ShardName, document: string, chunks: number): Promise<{ shard: number; shards: number } | "closed"> {
      this.#begin(name);
      const { sql } = this.ctx.storage;
      if (this.#isClosed()) return "closed";
      return this.ctx.storage.transactionSync(() => {
        const [known] = sql.exec<{ shard: number }>("SELECT shard FROM place WHERE document = ?", document).toArray();
        const [open] = sql.exec<{ shard: number }>("SELECT shard FROM fill WHERE chunks < ? ORDER BY shard LIMIT 1", FULL).toArray();
        const shard = known?.shard ?? open?.shard ?? this.#shards();
        if (known === undefined) {
          sql.exec("INSERT INTO place (document, shard) VALUES (?, ?)", document, shard);
          sql.exec(
            "INSERT INTO fill (shard, chunks) VALUES (?1, ?2) ON CONFLICT (shard) DO UPDATE SET chunks = chunks + ?2",
            shard,
            chunks,
          );
        }
        return { shard, shards: this.#shards() };
      });
    }

    /** How many shards the collection has: every one with a lower number. Of shard 0. */
    async shards(): Promise<number> {
      return this.#stores === null ? 1 : Math.max(1, this.#shards());
    }

    /** A document with the same bytes and readers. */
    async holderOf(hash: string, rights: string, besides: string): Promise<string | null> {
      return this.#stores?.revisions.holderOf(hash, rights, besides) ?? null;
    }

    /** Stores a revision with its chunks, or nothing of it. The same request again changes nothing. */
    async put(name: ShardName, one: NewRevision, record: AuditRecord): Promise<Found | PutRefusal> {
      const stores = this.#begin(name);
      if (this.#isClosed()) return "closed";
      const newest = stores.revisions.newest(one.document);
      if (newest !== null && isSame(newest, one)) return this.#found(stores, newest);
      const stored = this.#commit(stores, one.document, record, () => {
        const part = stores.revisions.partOf(rightsKey(one.allow));
        return part === null ? null : stores.revisions.put(one, part);
      });
      await this.#arm();
      return stored ? this.#found(stores, stores.revisions.newest(one.document)) : "too_many_rights";
    }

    /** A revision that waits, with its text; null: there is none, or it is not the newest. */
    async held(document: string): Promise<{ revision: Revision; text: string } | null> {
      const newest = this.#stores?.revisions.newest(document) ?? null;
      if (newest === null || this.#stores === null) return null;
      return { revision: newest, text: this.#stores.revisions.text(newest.id) };
    }

    /** Lets searches find a revision that waited. null: it waits no longer. */
    async release(
      document: string,
      revision: number,
      made: { readonly chunks: readonly StoredChunk[]; readonly space: string | null },
      released: NonNullable<Revision["released"]>,
      record: AuditRecord,
    ): Promise<Found | null> {
      const stores = this.#stores;
      const held = stores?.revisions.newest(document) ?? null;
      if (stores === null || held === null || held.revision !== revision || held.status !== "quarantined") return null;
      this.#commit(stores, document, record, () => stores.revisions.release(held, made.chunks, made.space, released));
      await this.#arm();
      return this.#found(stores, stores.revisions.newest(document));
    }

    /** When this answers, no search finds anything of the document, and nothing of its text is stored. False: there is none. */
    async remove(document: string, record: AuditRecord): Promise<boolean> {
      const stores = this.#stores;
      if (stores === null || stores.revisions.newest(document) === null) return false;
      this.#commit(stores, document, record, () => stores.revisions.remove(document));
      await this.#arm();
      return true;
    }

    /** `reader`: who may read it; null: whoever manages the collection. `text`: of the revision that searches find, where the reader may read it. */
    async read(document: string, reader: Reader | null): Promise<(Found & { readonly part: number }) | null> {
      const newest = this.#stores?.revisions.newest(document) ?? null;
      if (this.#stores === null || newest === null) return null;
      if (reader !== null && !readableParts(this.#stores, reader).includes(newest.part)) return null;
      return { ...this.#found(this.#stores, newest), part: newest.part };
    }

    /** The text that results' places are places of; null: the reader may not read it, or nothing is served. */
    async text(document: string, reader: Reader): Promise<string | null> {
      const stores = this.#stores;
      const serving = stores?.revisions.serving(document) ?? null;
      if (stores === null || serving === null || !readableParts(stores, reader).includes(serving.part)) return null;
      return stores.revisions.text(serving.id);
    }

    /** In the order of their names. `reader`: as of `read`. */
    async list(after: string | null, limit: number, reader: Reader | null): Promise<Found[]> {
      const stores = this.#stores;
      if (stores === null) return [];
      const parts = reader === null ? null : readableParts(stores, reader);
      return stores.revisions.list(after, parts, limit).map((one) => this.#found(stores, one));
    }

    /** `statistics`: of all shards; null: this one is the only one, and says so (`shards`). */
    async search(request: SearchRequest, statistics: Statistics | null): Promise<SearchAnswer & { readonly shards: number }> {
      const shard = this.#shard();
      if (shard === null) return { ...NOTHING(request), shards: 1 };
      return { ...look(shard, request, statistics, this.#ports.now()), shards: this.#shards() };
    }

    /** What this shard adds to the statistics of a query. */
    async statistics(request: SearchRequest): Promise<Statistics & { readonly shards: number }> {
      const shard = this.#shard();
      if (shard === null) return { ...NOTHING(request).statistics, shards: 1 };
      return { ...count(shard, request), shards: this.#shards() };
    }

    /** Everything is deleted but the records that have not left, and nothing is taken any more: an upload that was under way is refused. */
    async close(name: ShardName): Promise<void> {
      const { words } = this.#begin(name);
      const { storage } = this.ctx;
      this.#memory = null;
      storage.transactionSync(() => {
        for (const table of ["chunk", "revision", "part", "place", "fill"]) storage.sql.exec(`DELETE FROM ${table}`);
        words.clear();
        storage.sql.exec("UPDATE shard_of SET is_closed = 1, tidy_at = NULL");
      });
      await this.#arm();
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
      const at = this.#ports.now();
      for (const document of stores.revisions.expired(at, EXPIRED_PER_TURN))
        this.#commit(stores, document, null, () => stores.revisions.remove(document));
      const { tidy_at: tidyAt } = sql.exec<{ tidy_at: number | null }>("SELECT tidy_at FROM shard_of").one();
      if (tidyAt !== null && tidyAt <= at) {
        this.ctx.storage.transactionSync(() => {
          stores.words.tidy();
          sql.exec("UPDATE shard_of SET tidy_at = NULL");
        });
      }
      await stores.outbox.flush(this.#ports.send, this.#ports.now);
      await this.#arm();
    }

    /** INVARIANT: chunks, their terms and the record become durable together; what searches read in memory follows only then. False: nothing was done. */
    #commit(stores: Stores, about: string, record: AuditRecord | null, change: () => Changes | null): boolean {
      const at = this.#ports.now();
      const { storage } = this.ctx;
      const changes = storage.transactionSync(() => {
        const done = change();
        if (done === null) return null;
        if (record !== null) stores.outbox.put({ id: record.event_id, records: [record] }, at);
        if (done.removed.length > 0) storage.sql.exec("UPDATE shard_of SET tidy_at = COALESCE(tidy_at, ?)", at + TIDY_AFTER_MS);
        return done;
      });
      if (changes === null) return false;
      const memory = this.#memory;
      if (memory === null) return true;
      for (const id of changes.removed) memory.columns.remove(id);
      for (const [id, column] of changes.added) memory.columns.add(id, column);
      for (const [id, { document }] of memory.served) if (document === about) memory.served.delete(id);
      const serving = stores.revisions.serving(about);
      if (serving !== null) memory.served.set(serving.id, serving);
      return true;
    }

    #found(stores: Stores, newest: KeptRevision | null): Found {
      if (newest === null) throw new Error("a revision was stored and is gone");
      return {
        newest,
        serving: newest.status === "ready" ? newest.revision : (stores.revisions.serving(newest.document)?.revision ?? null),
      };
    }

    #shard(): Shard | null {
      const stores = this.#stores;
      if (stores === null) return null;
      const { sql } = this.ctx.storage;
      this.#memory ??= { columns: Columns.read(sql), served: servedOf(stores) };
      return { sql, words: stores.words, revisions: stores.revisions, ...this.#memory };
    }

    #shards(): number {
      const [row] = this.ctx.storage.sql.exec<{ shards: number | null }>("SELECT MAX(shard) + 1 AS shards FROM fill").toArray();
      return row?.shards ?? 0;
    }

    #isClosed(): boolean {
      return this.ctx.storage.sql.exec<{ is_closed: number }>("SELECT is_closed FROM shard_of").one().is_closed === 1;
    }

    async #arm(): Promise<void> {
      const stores = this.#stores;
      if (stores === null) return;
      const { tidy_at: tidyAt } = this.ctx.storage.sql.exec<{ tidy_at: number | null }>("SELECT tidy_at FROM shard_of").one();
      await this.#alarm.setTo([stores.outbox.nextDueAt(), stores.revisions.nextExpiry(), tidyAt]);
    }

    #begin(name: ShardName): Stores {
      if (this.#stores !== null) {
        if (this.#stores.name.org !== name.org) throw new Error("this shard is another org's");
        return this.#stores;
      }
      migrate(this.ctx.storage, SCHEMA);
      this.ctx.storage.sql.exec("INSERT INTO shard_of (id, org, name) VALUES (1, ?, ?)", name.org, name.name);
      this.#stores = this.#storesOf(name);
      return this.#stores;
    }

    #storesOf(name: ShardName): Stores {
      const { sql } = this.ctx.storage;
      const words = new Words(sql);
      return {
        name,
        words,
        revisions: new Revisions(sql, words),
        outbox: new Outbox(sql, name.org, { kind: "knowledge-index", id: name.name }),
      };
    }
  };
}

const servedOf = ({ revisions }: Stores): Map<number, KeptRevision> => new Map(revisions.ready().map((one) => [one.id, one]));

const NOTHING = ({ terms }: SearchRequest): SearchAnswer => ({
  statistics: { chunks: 0, terms: 0, frequencies: terms.map(() => 0) },
  hits: [],
});

/** A request that came twice. What was refused is looked at again. */
const isSame = (kept: Revision, one: NewRevision): boolean => kept.identity === one.identity && kept.status !== "refused";

/** The object, as its stub sees it. */
export type KnowledgeIndex = InstanceType<ReturnType<typeof defineKnowledgeIndex>>;
