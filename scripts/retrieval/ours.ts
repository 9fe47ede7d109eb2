/** The platform's own ranking over a corpus in memory: its chunks, terms, scores and vectors, without the object that stores them. */
import { cosine } from "../../core/cache/vector.ts";
import { postingsOf, scoresOf, TITLE_WEIGHT } from "../../core/knowledge/bm25.ts";
import { type ChunkSize, chunksOf, DEFAULT_CHUNK } from "../../core/knowledge/chunk.ts";
import { HASHED_WEIGHT, hashedVector } from "../../core/knowledge/hashed-vector.ts";
import { byScore, fused } from "../../core/knowledge/rank.ts";
import { queryTermsOf, termsOf } from "../../core/knowledge/terms.ts";
import type { Paper } from "./corpus.ts";

type Piece = { readonly document: string; readonly index: number; readonly length: number; readonly vector: Int8Array | null };
type Scored = Piece & { readonly score: number };
export type Mode = "keyword" | "vector" | "hybrid";

/** Ranks documents by their best chunk. */
export function indexed(papers: readonly Paper[], size: ChunkSize = DEFAULT_CHUNK) {
  const pieces: Piece[] = [];
  const postings = new Map<string, number[]>();
  for (const { id, title, text } of papers) {
    for (const [index, { start, end }] of chunksOf(text, size).entries()) {
      const heading = termsOf(title);
      const terms = [...Array.from({ length: TITLE_WEIGHT }, () => heading).flat(), ...termsOf(text.slice(start, end))];
      const at = pieces.length;
      pieces.push({ document: id, index, length: terms.length, vector: hashedVector(`${title}\n${text.slice(start, end)}`) });
      for (const term of terms) {
        const places = postings.get(term);
        if (places === undefined) postings.set(term, [at]);
        else places.push(at);
      }
    }
  }
  const terms = pieces.reduce((sum, { length }) => sum + length, 0);
  const keyword = (query: string): Scored[] => {
    const asked = queryTermsOf(query);
    const found = asked.map(({ term }) => postingsOf(postings.get(term) ?? []));
    const statistics = { chunks: pieces.length, terms, frequencies: found.map(({ chunks }) => chunks.length) };
    const lengthOf = (chunk: number): number => pieces[chunk]?.length ?? 0;
    const scores = scoresOf(
      asked,
      found.map((one) => [one]),
      lengthOf,
      statistics,
      pieces.length,
    );
    return scores.found.map((chunk) => ({ ...(pieces[chunk] as Piece), score: scores.of(chunk) })).sort(byScore);
  };
  const vector = (query: string): Scored[] => {
    const asked = hashedVector(query);
    if (asked === null) return [];
    return pieces.flatMap((piece) => (piece.vector === null ? [] : [{ ...piece, score: cosine(asked, piece.vector) }])).sort(byScore);
  };
  return {
    chunks: pieces.length,
    rank(query: string, mode: Mode): string[] {
      if (mode === "keyword") return documents(keyword(query));
      if (mode === "vector") return documents(vector(query));
      const [words, near] = [keyword(query), vector(query).slice(0, DEPTH)];
      const ranks = new Map<string, { piece: Piece; keyword: number | null; vector: number | null }>();
      for (const [at, piece] of words.entries()) ranks.set(`${piece.document}#${piece.index}`, { piece, keyword: at + 1, vector: null });
      for (const [at, piece] of near.entries()) {
        const key = `${piece.document}#${piece.index}`;
        ranks.set(key, { ...(ranks.get(key) ?? { piece, keyword: null }), vector: at + 1 });
      }
      return documents([...ranks.values()].map(({ piece, ...both }) => ({ ...piece, score: fused(both, HASHED_WEIGHT) })).sort(byScore));
    },
  };
}

/** Chunks of a ranking by vector that are joined with the words'. */
const DEPTH = 100;

const documents = (ranked: readonly Scored[]): string[] => [...new Set(ranked.map(({ document }) => document))];
