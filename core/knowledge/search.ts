/** A search as shards answer it, and the one ranking that their answers make together. Pure. */
import type { Statistics } from "./bm25.ts";
import { HASHED_WEIGHT, hashedVector } from "./hashed-vector.ts";
import { byScore, diverse, fused } from "./rank.ts";
import type { Reader } from "./rights.ts";
import type { QueryTerm } from "./terms.ts";

/** By words and vectors, by words alone, or by vectors alone. */
export const SEARCH_MODES = ["hybrid", "keyword", "vector"] as const;
/** A way to search. */
export type SearchMode = (typeof SEARCH_MODES)[number];

/** Facts of the metadata that results must have: of each name one of the values. */
export type Filter = { readonly [name: string]: readonly (string | number | boolean)[] };

/** What one shard is asked. `take`: chunks of each ranking. `space`: the embedding that `vector` is of. */
export type SearchRequest = {
  readonly reader: Reader;
  readonly terms: readonly QueryTerm[];
  readonly vector: Int8Array | null;
  readonly space: string | null;
  readonly filter: Filter;
  readonly take: number;
};

/** A chunk that a shard found, with its scores by words and by vector; null: not among the best of that ranking. */
export type Hit = {
  readonly document: string;
  readonly revision: number;
  readonly title: string;
  readonly source: string | null;
  readonly hash: string;
  readonly index: number;
  readonly start: number;
  readonly end: number;
  readonly section: readonly string[];
  readonly text: string;
  readonly keyword: number | null;
  readonly vector: number | null;
  readonly embedding: Int8Array | null;
};

/** What one shard answers. */
export type SearchAnswer = { readonly statistics: Statistics; readonly hits: readonly Hit[] };

/** A result as callers see it. PERSISTED: in journals, as the output of a tool. */
export type SearchResult = {
  readonly document: string;
  readonly revision: number;
  readonly title: string;
  readonly source: string | null;
  /** Cited by: `returns@2#5` is the sixth chunk of the second revision of `returns`. */
  readonly chunk: string;
  readonly start: number;
  readonly end: number;
  readonly section: readonly string[];
  readonly text: string;
  readonly score: number;
  /** SHA-256 of the bytes of the document that the chunk was cut from. */
  readonly hash: string;
  readonly why: { readonly keyword_rank: number | null; readonly vector_rank: number | null };
};

/** Results that one search may ask for. */
export const MOST_RESULTS = 50;
/** How many results there are when nobody says. */
export const DEFAULT_RESULTS = 8;

/** Chunks of each ranking that shards are asked for, for so many results: enough that near-copies do not fill it. */
export const takeFor = (k: number): number => Math.max(60, 3 * k);

/** The name of a chunk. */
const chunkName = ({ document, revision, index }: Pick<Hit, "document" | "revision" | "index">): string =>
  `${document}@${revision}#${index}`;

/** The best `k` of everything that shards found. `weightOfVector`: of the embedding, where both rankings are joined. */
export function joinedResults(hits: readonly Hit[], mode: SearchMode, k: number, weightOfVector: number): SearchResult[] {
  const words = rankedBy(hits, ({ keyword }) => keyword);
  const near = rankedBy(hits, ({ vector }) => vector);
  // A model's embedding has another scale of likeness; where only words rank, they tell who is alike.
  const isCrowded = mode === "keyword" || weightOfVector === HASHED_WEIGHT;
  const vectorOf = ({ embedding, text }: Hit): Int8Array | null =>
    isCrowded && (mode === "keyword" || embedding === null) ? hashedVector(text) : embedding;
  const scored = hits.flatMap((hit) => {
    const ranks = { keyword: words.get(hit) ?? null, vector: near.get(hit) ?? null };
    const score = mode === "keyword" ? hit.keyword : mode === "vector" ? hit.vector : fused(ranks, weightOfVector);
    return score === null ? [] : [{ hit, ranks, score, document: hit.document, index: hit.index, vector: vectorOf(hit) }];
  });
  return diverse(scored.sort(byScore), k, isCrowded)
    .sort(byScore)
    .map(({ hit, ranks, score }) => ({
      document: hit.document,
      revision: hit.revision,
      title: hit.title,
      source: hit.source,
      chunk: chunkName(hit),
      start: hit.start,
      end: hit.end,
      section: hit.section,
      text: hit.text,
      score,
      hash: hit.hash,
      why: { keyword_rank: ranks.keyword, vector_rank: ranks.vector },
    }));
}

/** Ranks from 1. */
function rankedBy(hits: readonly Hit[], scoreOf: (hit: Hit) => number | null): Map<Hit, number> {
  const scored = hits.flatMap((hit) => {
    const score = scoreOf(hit);
    return score === null ? [] : [{ hit, score, document: hit.document, index: hit.index }];
  });
  return new Map(scored.sort(byScore).map(({ hit }, at) => [hit, at + 1]));
}
