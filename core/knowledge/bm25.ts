/**
 * BM25 (Robertson and Zaragoza 2009), with statistics that are given: they are summed over the partitions that a caller may read, so that
 * a score tells nothing of any other document. Pure.
 */
import type { QueryTerm } from "./terms.ts";

/** Saturation of a term's frequency, and how much a chunk's length counts: tuned on one half of Cranfield's queries (docs/knowledge.md). */
const K1 = 1.6;
const B = 0.75;

/** How often the terms of a document's title count in each of its chunks. */
export const TITLE_WEIGHT = 2;

/** Of the chunks that a caller may read. `frequencies`: chunks that hold each term of the query, in its order. */
export type Statistics = { readonly chunks: number; readonly terms: number; readonly frequencies: readonly number[] };

/** Of several shards together. */
export const summed = (parts: readonly Statistics[]): Statistics =>
  parts.reduce((sum, part) => ({
    chunks: sum.chunks + part.chunks,
    terms: sum.terms + part.terms,
    frequencies: part.frequencies.map((frequency, at) => frequency + (sum.frequencies[at] ?? 0)),
  }));

/** Places of one term: ids of chunks, one for each time that the term occurs; equal ones in a row. */
export type Postings = readonly number[];

/** Chunks in which a term occurs. */
export function countChunks(postings: Postings): number {
  let count = 0;
  for (let at = 0; at < postings.length; at++) if (postings[at] !== postings[at - 1]) count++;
  return count;
}

/** The score of every chunk that holds a term of the query. `lengthOf`: terms of a chunk. */
export function scoresOf(
  query: readonly QueryTerm[],
  postings: readonly Postings[],
  lengthOf: (chunk: number) => number,
  { chunks, terms, frequencies }: Statistics,
): Map<number, number> {
  const scores = new Map<number, number>();
  const average = chunks === 0 ? 1 : Math.max(1, terms / chunks);
  for (const [at, { weight }] of query.entries()) {
    const holding = frequencies[at] ?? 0;
    const rarity = weight * Math.log(1 + (chunks - holding + 0.5) / (holding + 0.5));
    const places = postings[at] ?? [];
    for (let from = 0; from < places.length; ) {
      const chunk = places[from] ?? 0;
      let to = from + 1;
      while (places[to] === chunk) to++;
      const count = to - from;
      const score = (rarity * count * (K1 + 1)) / (count + K1 * (1 - B + (B * lengthOf(chunk)) / average));
      scores.set(chunk, (scores.get(chunk) ?? 0) + score);
      from = to;
    }
  }
  return scores;
}
