/**
 * `KnowledgeIndex`: the single writer of one shard of a collection. Shard 0 also knows which shard a document lies in. README.md has the
 * picture, the rules and the costs.
 */
import { DurableObject } from "cloudflare:workers";
import type { AuditRecord, RecordsMessage } from "../../core/audit/record.ts";
import type { Statistics } from "../../core/knowledge/bm25.ts";
import type { IndexPlan, NewRevision, Revision } from "../../core/knowledge/document.ts";
import { type Reader, rightsKey } from "../../core/knowledge/rights.ts";
import type { SearchAnswer, SearchRequest } from "../../core/knowledge/search.ts";
import { Alarm } from "../kit/alarm.ts";
import { deleteOverwritten } from "../kit/delete-overwritten.ts";
import { Outbox } from "../kit/outbox.ts";
import { isMigrated, migrate } from "../kit/schema.ts";
import { Columns } from "./columns.ts";
import { Indexing, type IndexingPorts } from "./indexing.ts";
import { count, look, readableParts, type Shard } from "./look.ts";
import { type Changes, type KeptRevision, Revisions } from "./revisions.ts";
import { CHUNK_TEXTS, PASSAGE_TEXTS, REVISION_TEXTS, SCHEMA } from "./schema.ts";
import { Words } from "./words.ts";

/** Everything this room needs from outside. */
export type KnowledgeIndexPorts = IndexingPorts & {
  readonly send: (message: RecordsMessage) => Promise<void>;
};

/** The object: whose it is and under which name it is reached. */
export type ShardName = { readonly org: string; readonly name: string };

/** Chunks of a shard after which a new document goes into the next one. */
const FULL = 12_500;
/** What was deleted leaves the full-text index's pages this long after, in ms; no search finds it meanwhile. */
const TIDY_AFTER_MS = 60_000;
const EXPIRED_PER_TURN = 50;
/** Chunks that an upload waits for; the alarm makes the rest. */
const MADE_AT_UPLOAD = 384;
/** Chunks that one alarm makes, and those that it deletes. */
const MADE_PER_ALARM = 2_400;
const DROPPED_PER_ALARM = 10_000;

/** A document's newest revision, and the number of the one that searches find. */
export type Found = { readonly newest: Revision; readonly serving: number | null };
/** Why a revision was not stored. */
export type PutRefusal = "closed" | "too_many_rights";

type Stores = {
  readonly name: ShardName;
  readonly outbox: Outbox;
  readonly revisions: Revisions;
  readonly words: Words;
  readonly indexing: Indexing;
};

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineKnowledgeIndex(portsFor: (env: Cloudflare.Env) => KnowledgeIndexPorts) {
  return class KnowledgeIndex extends DurableObject {
    readonly #ports: KnowledgeIndexPorts;
    readonly #alarm: Alarm;
    /** null until the first document: an object that is only asked stores nothing. */
    #stores: Stores | null = null;
    /** Whether the alarm was looked after in this life: one that the platform dropped after its retries is set again. */
    #isAwake = false;
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
        const [known] = sql
          .exec<{ shard: number; chunks: number }>("SELECT shard, chunks FROM place WHERE document = ?", document)
          .toArray();
        const [open] = sql.exec<{ shard: number }>("SELECT shard FROM fill WHERE chunks < ? ORDER BY shard LIMIT 1", FULL).toArray();
        const shard = known?.shard ?? open?.shard ?? this.#shards();
        sql.exec(
          "INSERT INTO place (document, shard, chunks) VALUES (?1, ?2, ?3) ON CONFLICT (document) DO UPDATE SET chunks = ?3",
          document,
          shard,
          chunks,
        );
        sql.exec(
          "INSERT INTO fill (shard, chunks) VALUES (?1, ?2) ON CONFLICT (shard) DO UPDATE SET chunks = MAX(0, chunks + ?2)",
          shard,
          chunks - (known?.chunks ?? 0),
        );
        return { shard, shards: this.#shards() };
      });
    }

    /** A document is gone: its shard has room again. Of shard 0. */
    async vacate(document: string): Promise<void> {
      if (this.#stores === null) return;
      const { storage } = this.ctx;
      storage.transactionSync(() => {
        const [place] = storage.sql
          .exec<{ shard: number; chunks: number }>("SELECT shard, chunks FROM place WHERE document = ?", document)
          .toArray();
        if (place === undefined) return;
        storage.sql.exec("UPDATE fill SET chunks = MAX(0, chunks - ?) WHERE shard = ?", place.chunks, place.shard);
        storage.sql.exec("UPDATE place SET chunks = 0 WHERE document = ?", document);
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

    /**
     * Stores a revision, or nothing of it; once this answers it is not lost. A short one is `ready` by then, a long one is `processing`, and
     * indexed by the alarm. The same request again changes nothing.
     */
    async put(name: ShardName, one: NewRevision, plan: IndexPlan, record: AuditRecord): Promise<Found | PutRefusal> {
      const stores = this.#begin(name);
      if (this.#isClosed()) return "closed";
      const newest = stores.revisions.newest(one.document);
      if (newest !== null && isSame(newest, one)) return this.#found(stores, newest);
      const isStored = this.#commit(stores, record, () => {
        const part = stores.revisions.partOf(rightsKey(one.allow));
        return part === null ? null : stores.revisions.put(one, part, plan);
      });
      if (!isStored) return "too_many_rights";
      return this.#indexed(stores, one.document);
    }

    /** A revision that waits; null: there is none, or it is not the newest. */
    async held(document: string): Promise<Revision | null> {
      return this.#stores?.revisions.newest(document) ?? null;
    }

    /** A revision that waited is indexed, and found by searches then. null: it waits no longer. */
    async release(
      document: string,
      revision: number,
      plan: IndexPlan,
      released: NonNullable<Revision["released"]>,
      record: AuditRecord,
    ): Promise<Found | null> {
      const stores = this.#stores;
      const held = stores?.revisions.newest(document) ?? null;
      if (stores === null || held === null || held.revision !== revision || held.status !== "quarantined") return null;
      this.#commit(stores, record, () => stores.revisions.release(held, plan, released));
      return this.#indexed(stores, document);
    }

    /** When this answers, no search finds anything of the document, and nothing of its text is stored. False: there is none. */
    async remove(document: string, record: AuditRecord): Promise<boolean> {
      const stores = this.#stores;
      if (stores === null) return false;
      const isThere = stores.revisions.newest(document) !== null;
      if (isThere) this.#commit(stores, record, () => stores.revisions.remove(document, this.#ports.now()));
      // Also what a deletion left that was cut short: then the document is gone, and its chunks may not be.
      await this.#arm();
      await stores.indexing.sweep(Number.POSITIVE_INFINITY);
      await this.#arm();
      return isThere;
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
      if (!this.#isAwake) await this.#arm();
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
        deleteOverwritten(storage.sql, "chunk", CHUNK_TEXTS, "true");
        deleteOverwritten(storage.sql, "passage", PASSAGE_TEXTS, "true");
        deleteOverwritten(storage.sql, "revision", REVISION_TEXTS, "true");
        for (const table of ["job", "part", "place", "fill"]) storage.sql.exec(`DELETE FROM ${table}`);
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
        this.#commit(stores, null, () => stores.revisions.remove(document, at));
      await stores.indexing.sweep(DROPPED_PER_ALARM);
      let left = MADE_PER_ALARM;
      for (const { revision } of stores.revisions.jobs("fill", at)) {
        if (left <= 0) break;
        left -= await stores.indexing.fill(revision, left);
      }
      if (left > 0) await stores.indexing.renew(left);
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

    /** What the upload waits for: the chunks of a short document. The alarm stands before the first of them is made. */
    async #indexed(stores: Stores, document: string): Promise<Found> {
      await this.#arm();
      const newest = stores.revisions.newest(document);
      if (newest?.status === "processing") {
        await stores.indexing.fill(newest.id, MADE_AT_UPLOAD);
        await this.#arm();
      }
      return this.#found(stores, stores.revisions.newest(document));
    }

    /** INVARIANT: a change and its record become durable together; what searches read in memory follows only then. False: nothing was done. */
    #commit(stores: Pick<Stores, "outbox" | "words">, record: AuditRecord | null, change: () => Changes | null): boolean {
      const at = this.#ports.now();
      const { storage } = this.ctx;
      const changes = storage.transactionSync(() => {
        const done = change();
        if (done === null) return null;
        if (record !== null) stores.outbox.put({ id: record.event_id, records: [record] }, at);
        if (done.dropped.length > 0) storage.sql.exec("UPDATE shard_of SET tidy_at = COALESCE(tidy_at, ?)", at + TIDY_AFTER_MS);
        return done;
      });
      if (changes === null) return false;
      const memory = this.#memory;
      const renewed = changes.renewed === undefined ? [] : [changes.renewed];
      for (const { part } of [...changes.dropped, ...changes.served, ...renewed]) stores.words.forget(part);
      if (memory === null) return true;
      for (const { chunks } of renewed) memory.columns.renew(storage.sql, chunks);
      for (const { id } of changes.dropped) {
        memory.columns.drop(id);
        memory.served.delete(id);
      }
      for (const revision of changes.served) {
        memory.columns.serve(storage.sql, revision.id);
        memory.served.set(revision.id, revision);
      }
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
      const isFirst = !this.#isAwake;
      this.#isAwake = true;
      if (stores === null) return;
      // Once in a life: the code, and with it the forms of words, is the same all through it.
      if (isFirst) this.ctx.storage.transactionSync(() => stores.revisions.outdate(this.#ports.now()));
      const { tidy_at: tidyAt } = this.ctx.storage.sql.exec<{ tidy_at: number | null }>("SELECT tidy_at FROM shard_of").one();
      await this.#alarm.setTo([stores.outbox.nextDueAt(), stores.revisions.nextExpiry(), stores.revisions.nextJobAt(), tidyAt]);
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
      const revisions = new Revisions(sql, words);
      const outbox = new Outbox(sql, name.org, { kind: "knowledge-index", id: name.name });
      const commit = (change: () => Changes): void => void this.#commit({ outbox, words }, null, change);
      return { name, words, revisions, outbox, indexing: new Indexing(revisions, name.org, this.#ports, commit) };
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
