/**
 * A collection over its shards: places documents, asks every shard, and makes one ranking of their answers. Holds no state but a guess of
 * how many shards a collection has, which every answer of shard 0 corrects. Knows nothing of who may do what.
 */
import { atLeast } from "../../core/access/circumstances.ts";
import type { AuditRecord } from "../../core/audit/record.ts";
import { type Statistics, summed } from "../../core/knowledge/bm25.ts";
import { type Collection, embeddedClass } from "../../core/knowledge/collection.ts";
import type { IndexPlan, NewRevision, Revision } from "../../core/knowledge/document.ts";
import type { Reader } from "../../core/knowledge/rights.ts";
import {
  type Filter,
  type Hit,
  joinedResults,
  type SearchMode,
  type SearchRequest,
  type SearchResult,
  takeFor,
} from "../../core/knowledge/search.ts";
import { queryTermsOf } from "../../core/knowledge/terms.ts";
import type { Found, PutRefusal } from "../../durable-objects/knowledge-index/knowledge-index.ts";
import type { KnowledgeIndexRpc } from "../../durable-objects/knowledge-index/stub.ts";
import type { Embedded, Embedding, EmbeddingAsker } from "../embedding/embedding.ts";

/** What this room needs from outside. */
export type KnowledgePorts = {
  /** A stub for each call; `collection`: its id. */
  readonly shard: (collection: string, shard: number) => KnowledgeIndexRpc;
  readonly nameOf: (collection: string, shard: number) => string;
  readonly embed: Embedding;
  readonly weightOf: (space: string | null) => number;
};

/** What is searched for, by whom. */
export type Search = {
  readonly query: string;
  readonly k: number;
  readonly mode: SearchMode;
  readonly filter: Filter;
  readonly reader: Reader;
  readonly asker: EmbeddingAsker;
};

/** `degraded`: vectors were wanted, but the model failed, may not be given the question, or makes longer or shorter ones than when the documents were stored; words alone ranked. */
export type Searched = { readonly results: readonly SearchResult[]; readonly mode: SearchMode; readonly degraded: boolean };

/** No chunk that was found can be compared with this vector: the model makes vectors of another length by now. */
const isOfOtherLength = (vector: Int8Array, hits: readonly Hit[]): boolean =>
  hits.length > 0 && hits.every(({ embedding }) => embedding !== null && embedding.length !== vector.length);

/** Collections whose number of shards is remembered. */
const MOST_GUESSES = 1_000;

/** The collections of this deployment. */
export type Knowledge = ReturnType<typeof defineKnowledge>;

/** Fits the room to its ports. */
export function defineKnowledge({ shard, nameOf, embed, weightOf }: KnowledgePorts) {
  const guesses = new Map<string, number>();
  const learn = (collection: string, shards: number): number => {
    if (guesses.size >= MOST_GUESSES) guesses.clear();
    guesses.set(collection, shards);
    return shards;
  };
  const named = ({ org, id }: Collection, number: number) => ({ org, name: nameOf(id, number) });
  const everyShard = async ({ id }: Collection): Promise<KnowledgeIndexRpc[]> => {
    const shards = learn(id, await shard(id, 0).shards());
    return Array.from({ length: shards }, (_, number) => shard(id, number));
  };

  /** Statistics of every shard first, then every shard ranks by their sum. One shard alone is asked once. */
  async function hitsOf({ id }: Collection, request: SearchRequest) {
    if ((guesses.get(id) ?? 1) === 1) {
      const alone = await shard(id, 0).search(request, null);
      if (learn(id, Math.max(1, alone.shards)) === 1) return alone.hits;
    }
    const ask = (from: number, to: number) =>
      Promise.all(Array.from({ length: to - from }, (_, at) => shard(id, from + at).statistics(request)));
    const guess = guesses.get(id) ?? 1;
    const first = await ask(0, guess);
    const shards = learn(id, Math.max(1, first[0]?.shards ?? 1));
    const statistics: Statistics[] = [...first.slice(0, shards), ...(await ask(guess, Math.max(guess, shards)))];
    const sum = summed(statistics);
    const found = await Promise.all(Array.from({ length: shards }, (_, number) => shard(id, number).search(request, sum)));
    return found.flatMap(({ hits }) => hits);
  }

  return {
    async search(collection: Collection, { query, k, mode, filter, reader, asker }: Search): Promise<Searched> {
      const { settings } = collection;
      const about = { ...asker, soFar: atLeast(asker.soFar, embeddedClass(settings)) };
      const wanted: Embedded | null = mode === "keyword" ? null : await embed(about, settings.embedding, [query]);
      const [vector = null] = wanted?.vectors ?? [];
      const space = wanted?.space ?? null;
      const byWords = { reader, terms: queryTermsOf(query), vector: null, space: null, filter, take: takeFor(k) };
      if (mode === "keyword" || wanted === null) {
        const results = joinedResults(await hitsOf(collection, byWords), "keyword", k, weightOf(null));
        return { results, mode: "keyword", degraded: mode !== "keyword" };
      }
      const hits = await hitsOf(collection, { ...byWords, terms: mode === "vector" ? [] : byWords.terms, vector, space });
      const others = hits.length > 0 || vector === null ? hits : await hitsOf(collection, byWords);
      if (vector !== null && isOfOtherLength(vector, others))
        return { results: joinedResults(others, "keyword", k, weightOf(null)), mode: "keyword", degraded: true };
      return { results: joinedResults(hits, mode, k, weightOf(space)), mode, degraded: false };
    },

    /** Stores a revision in the document's shard. `chunks`: how many it will have. */
    async put(collection: Collection, one: NewRevision, plan: IndexPlan, chunks: number, record: AuditRecord): Promise<Found | PutRefusal> {
      const placed = await shard(collection.id, 0).place(named(collection, 0), one.document, chunks);
      if (placed === "closed") return "closed";
      learn(collection.id, placed.shards);
      return shard(collection.id, placed.shard).put(named(collection, placed.shard), one, plan, record);
    },

    /** Another document with the same bytes and readers; null: there is none. */
    async holderOf(collection: Collection, hash: string, rights: string, besides: string): Promise<string | null> {
      const found = await Promise.all((await everyShard(collection)).map((one) => one.holderOf(hash, rights, besides)));
      return found.find((document) => document !== null) ?? null;
    },

    async read(collection: Collection, document: string, reader: Reader | null): Promise<Found | null> {
      const found = await Promise.all((await everyShard(collection)).map((one) => one.read(document, reader)));
      return found.find((one) => one !== null) ?? null;
    },

    async text(collection: Collection, document: string, reader: Reader): Promise<string | null> {
      const found = await Promise.all((await everyShard(collection)).map((one) => one.text(document, reader)));
      return found.find((one) => one !== null) ?? null;
    },

    async list(collection: Collection, after: string | null, limit: number, reader: Reader | null): Promise<Found[]> {
      const found = await Promise.all((await everyShard(collection)).map((one) => one.list(after, limit, reader)));
      return found
        .flat()
        .sort((a, b) => (a.newest.document < b.newest.document ? -1 : 1))
        .slice(0, limit);
    },

    async held(collection: Collection, document: string) {
      const found = await Promise.all((await everyShard(collection)).map((one) => one.held(document)));
      return found.find((one) => one !== null) ?? null;
    },

    async release(
      collection: Collection,
      { document, revision }: Pick<Revision, "document" | "revision">,
      plan: IndexPlan,
      released: NonNullable<Revision["released"]>,
      record: AuditRecord,
    ): Promise<Found | null> {
      const found = await Promise.all((await everyShard(collection)).map((one) => one.release(document, revision, plan, released, record)));
      return found.find((one) => one !== null) ?? null;
    },

    /** From every shard: when this answers, no search finds it. False: there is no such document. */
    async remove(collection: Collection, document: string, record: AuditRecord): Promise<boolean> {
      const removed = await Promise.all((await everyShard(collection)).map((one) => one.remove(document, record)));
      if (removed.includes(true)) await shard(collection.id, 0).vacate(document);
      return removed.includes(true);
    },

    /** Empties every shard for good; shard 0 first, so that no new one begins. */
    async close(collection: Collection): Promise<void> {
      const shards = await shard(collection.id, 0).shards();
      await shard(collection.id, 0).close(named(collection, 0));
      await Promise.all(Array.from({ length: shards - 1 }, (_, at) => shard(collection.id, at + 1).close(named(collection, at + 1))));
      guesses.delete(collection.id);
    },
  };
}
