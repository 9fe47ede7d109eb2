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

/** Where one term occurs: chunks by small whole numbers, and how often in each. */
export type Postings = { readonly chunks: Uint32Array; readonly counts: Uint16Array };

/** Beyond, a count is this one: its weight is saturated long before. */
const MOST_COUNTED = 65_535;

/** `places`: a chunk for each time that the term occurs in it, equal ones in a row. `numberOf`: its number here; undefined: it is left out. */
export function postingsOf(places: readonly number[], numberOf: (place: number) => number | undefined = (place) => place): Postings {
  const chunks: number[] = [];
  const counts: number[] = [];
  for (let from = 0; from < places.length; ) {
    const place = places[from] as number;
    let to = from + 1;
    while (to < places.length && places[to] === place) to++;
    const chunk = numberOf(place);
    if (chunk !== undefined) {
      chunks.push(chunk);
      counts.push(Math.min(MOST_COUNTED, to - from));
    }
    from = to;
  }
  return { chunks: Uint32Array.from(chunks), counts: Uint16Array.from(counts) };
}

/** The score of every chunk that holds a term of the query. */
export type Scores = { readonly found: readonly number[]; readonly of: (chunk: number) => number };

/**
 * `postings`: of each term of the query, from each partition that counts. `lengthOf`: terms of a chunk. `size`: more than every chunk's
 * number.
 */
export function scoresOf(
  query: readonly QueryTerm[],
  postings: readonly (readonly Postings[])[],
  lengthOf: (chunk: number) => number,
  { chunks, terms, frequencies }: Statistics,
  size: number,
): Scores {
  const scores = new Float64Array(size);
  const found: number[] = [];
  const average = chunks === 0 ? 1 : Math.max(1, terms / chunks);
  for (const [at, { weight }] of query.entries()) {
    const holding = frequencies[at] ?? 0;
    const rarity = weight * Math.log(1 + (chunks - holding + 0.5) / (holding + 0.5));
    for (const { chunks: holders, counts } of postings[at] ?? []) {
      for (let n = 0; n < holders.length; n++) {
        const chunk = holders[n] as number;
        const count = counts[n] as number;
        const before = scores[chunk] as number;
        if (before === 0) found.push(chunk);
        scores[chunk] = before + (rarity * count * (K1 + 1)) / (count + K1 * (1 - B + (B * lengthOf(chunk)) / average));
      }
    }
  }
  return { found, of: (chunk) => scores[chunk] ?? 0 };
}
