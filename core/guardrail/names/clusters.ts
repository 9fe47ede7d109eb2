/**
 * Which words are used alike: a tree of clusters over the words of many texts, made from vectors of words. A word is a hash with the
 * number of its leaf, so that what the labels say of one surname holds for others that no labelled sentence has. Holds no text.
 */
import { listHash } from "./word-list.ts";

/** `hashes`: of 24 bits, ascending; `leaves`: the leaf of each. About one word in fifty that is in no cluster seems to be in one. */
export type Clusters = { readonly hashes: Uint32Array; readonly leaves: Uint16Array };

/** How many branches the tree has. PERSISTED: leaves in weights.ts are numbered branch by branch, twig by twig. */
export const BRANCHES = 64;
/** How many twigs a branch has. PERSISTED. */
export const TWIGS = 16;
/** How many leaves a twig has. PERSISTED. */
export const LEAVES = 4;
/** How many leaves there are. */
export const ALL_LEAVES = BRANCHES * TWIGS * LEAVES;

/** In place of a leaf: of a word that is in no cluster. */
export const UNPLACED = -1;
/** In place of a leaf: of a number. */
const FIGURES = -100;
/** In place of a leaf: before and behind the text. */
export const BEYOND = -200;

/** The coarse cluster of a leaf; each of what stands in place of one has its own. */
export const branchOf = (leaf: number): number => leaf >> 6;
/** The finer cluster of a leaf. */
export const twigOf = (leaf: number): number => leaf >> 2;

/** The leaf of a lower-case word; a word that has none is looked for without its marks: `lódź` as `lodz`. */
export function leafOf(clusters: Clusters, lowerCase: string): number {
  if (/^\d+$/.test(lowerCase)) return FIGURES;
  const leaf = found(clusters, lowerCase);
  if (leaf !== UNPLACED || !/[^\0-\x7f]/.test(lowerCase)) return leaf;
  return found(clusters, lowerCase.normalize("NFD").replace(/\p{M}/gu, ""));
}

function found({ hashes, leaves }: Clusters, word: string): number {
  const wanted = listHash(word);
  let low = 0;
  let high = hashes.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const there = hashes[middle] ?? 0;
    if (there === wanted) return leaves[middle] ?? UNPLACED;
    if (there < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return UNPLACED;
}

/**
 * Clusters as they ship: `gaps` has the distance of each hash from the one before (a byte; 255 goes on in the next), `leaves` two leaves
 * in three bytes.
 */
export function unpackClusters(gaps: Uint8Array, leaves: Uint8Array, count: number): Clusters {
  const clusters = { hashes: new Uint32Array(count), leaves: new Uint16Array(count) };
  let hash = 0;
  for (let index = 0, at = 0; index < count; index++) {
    for (; gaps[at] === 255; at++) hash += 255;
    hash += gaps[at++] ?? 0;
    clusters.hashes[index] = hash;
    const three = (index >> 1) * 3;
    const middle = leaves[three + 1] ?? 0;
    clusters.leaves[index] =
      index % 2 === 0 ? ((leaves[three] ?? 0) << 4) | (middle >> 4) : ((middle & 15) << 8) | (leaves[three + 2] ?? 0);
  }
  return clusters;
}
