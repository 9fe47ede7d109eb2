/** Joining two rankings, and keeping results from repeating each other. Pure: equal scores are ordered by the document's name, never by where a chunk lies. */
import { cosine } from "../cache/vector.ts";

/** Where a chunk comes from, which orders equal scores. */
export type Place = { readonly document: string; readonly index: number };

/** Higher scores first; equal ones by document and place in it. */
export const byScore = (a: Place & { readonly score: number }, b: Place & { readonly score: number }): number =>
  b.score - a.score || (a.document < b.document ? -1 : a.document > b.document ? 1 : a.index - b.index);

/** Reciprocal rank fusion (Cormack et al. 2009): what both rankings have near the top comes first. 60 is the authors' number. */
const FUSION = 60;

/** A chunk with its ranks, from 1; null: the ranking does not have it. */
export type Ranked = { readonly keyword: number | null; readonly vector: number | null };

/** The score of a chunk that has these ranks. `weightOfVector`: what its rank by vector counts, beside 1 for its rank by words. */
export const fused = ({ keyword, vector }: Ranked, weightOfVector: number): number =>
  (keyword === null ? 0 : 1 / (FUSION + keyword)) + (vector === null ? 0 : weightOfVector / (FUSION + vector));

/** How much relevance counts against being unlike what is chosen already (maximal marginal relevance, Carbonell and Goldstein 1998). */
const RELEVANCE = 0.8;
/** Chunks that are more alike than this say the same twice. */
const ALIKE = 0.9;
/**
 * Chunks that are this alike by the embedded default, which knows words and no meaning, are of one crowd. Measured with `npm run check:deep -- poison`: from 0.71
 * to 0.74 no attack gets further; at 0.68 the true document is taken for one of its own forgeries, at 0.76 forgeries in other words are not told as alike.
 */
const CROWD = 0.72;
/** Candidates that are looked at in one choice, beside four for each place: as many as a crowd may have before it hides the others. */
const MOST_COMPARED = 400;

/**
 * The first `most` of a ranking, without those that repeat an earlier one. Candidates without a vector repeat nobody. `candidates`: best
 * first; what is passed over follows where nothing else is left. `isCrowded`: of those that are alike at most half of the places are taken (one, if there
 * is one), however far down the others stand, so that several documents that say one thing cannot push out the one that says another (docs/knowledge.md, "Poisoned documents").
 */
export function diverse<C extends { readonly score: number; readonly vector: Int8Array | null }>(
  candidates: readonly C[],
  most: number,
  isCrowded = false,
): C[] {
  const highest = candidates[0]?.score ?? 0;
  const chosen: C[] = [];
  const places = isCrowded ? Math.max(1, Math.floor(most / 2)) : most;
  const open = candidates
    .slice(0, isCrowded ? Math.max(4 * most, MOST_COMPARED) : 4 * most)
    .map((candidate) => ({ candidate, likeness: 0, crowd: 0 }));
  while (chosen.length < most && open.length > 0) {
    let best = 0;
    let bestWorth = Number.NEGATIVE_INFINITY;
    for (const [at, { candidate, likeness, crowd }] of open.entries()) {
      const repeated = likeness > ALIKE ? likeness : 0;
      // Behind everything else, and among themselves in their order.
      const late = crowd >= places ? 1 : 0;
      const worth = RELEVANCE * (highest === 0 ? 0 : candidate.score / highest) - (1 - RELEVANCE) * repeated - late;
      if (worth > bestWorth) [best, bestWorth] = [at, worth];
    }
    const [taken] = open.splice(best, 1);
    if (taken === undefined) break;
    chosen.push(taken.candidate);
    const { vector } = taken.candidate;
    if (vector === null) continue;
    for (const one of open) {
      if (one.candidate.vector === null) continue;
      const likeness = cosine(vector, one.candidate.vector);
      one.likeness = Math.max(one.likeness, likeness);
      if (likeness >= CROWD) one.crowd++;
    }
  }
  return chosen;
}
