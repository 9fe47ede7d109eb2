/**
 * Grows the tree of clusters: k-means by cosine, in branches, twigs and leaves, over the vectors of the most frequent words; every
 * word then goes to the leaf it is nearest to. Knows no label. Deterministic.
 */
import { BRANCHES, type Clusters, LEAVES, TWIGS } from "../../../core/guardrail/names/clusters.ts";
import { listHash } from "../../../core/guardrail/names/word-list.ts";
import { type Draw, drawFrom } from "./draw.ts";
import type { Vectors } from "./vectors.ts";

/** Rare words have poor vectors: the means are those of the more frequent ones. */
const MEAN_WORDS = 80_000;
const ROUNDS = { branches: 15, twigs: 12, leaves: 8 } as const;
const SEED = 12_345;

export function growClusters(vectors: Vectors): Clusters {
  const draw = drawFrom(SEED);
  const leafOfWord = new Uint16Array(vectors.words.length);
  const all = Int32Array.from(vectors.words.keys());
  split(vectors, all, BRANCHES, ROUNDS.branches, draw).forEach((branch, b) => {
    split(vectors, branch, TWIGS, ROUNDS.twigs, draw).forEach((twig, t) => {
      split(vectors, twig, LEAVES, ROUNDS.leaves, draw).forEach((leaf, l) => {
        for (const word of leaf) leafOfWord[word] = (b * TWIGS + t) * LEAVES + l;
      });
    });
  });
  const byHash = new Map<number, number>();
  // The more frequent of two words of one hash has it.
  vectors.words.forEach((word, index) => {
    const hash = listHash(word);
    if (!byHash.has(hash)) byHash.set(hash, leafOfWord[index] ?? 0);
  });
  const hashes = Uint32Array.from(byHash.keys()).sort();
  return { hashes, leaves: Uint16Array.from(hashes, (hash) => byHash.get(hash) ?? 0) };
}

/** The words in `parts` parts; a part may be empty. */
function split(vectors: Vectors, words: Int32Array, parts: number, rounds: number, draw: Draw): Int32Array[] {
  const frequent = words.filter((word) => word < MEAN_WORDS);
  if (frequent.length === 0) return [words];
  const { size, values } = vectors;
  const means = new Float32Array(parts * size);
  const takeOne = (part: number): void => {
    const word = frequent[draw.below(frequent.length)] ?? 0;
    means.set(values.subarray(word * size, (word + 1) * size), part * size);
  };
  for (let part = 0; part < parts; part++) takeOne(part);
  for (let round = 0; round < rounds; round++) {
    const sums = new Float32Array(means.length);
    const counts = new Int32Array(parts);
    for (const word of frequent) {
      const part = nearest(vectors, word, means, parts);
      counts[part] = (counts[part] ?? 0) + 1;
      for (let at = 0; at < size; at++) sums[part * size + at] = (sums[part * size + at] ?? 0) + (values[word * size + at] ?? 0);
    }
    for (let part = 0; part < parts; part++) {
      if (counts[part] === 0) takeOne(part);
      else {
        const sum = sums.subarray(part * size, (part + 1) * size);
        const length = Math.sqrt(sum.reduce((total, value) => total + value * value, 0)) || 1;
        means.set(
          sum.map((value) => value / length),
          part * size,
        );
      }
    }
  }
  const lists: number[][] = Array.from({ length: parts }, () => []);
  for (const word of words) lists[nearest(vectors, word, means, parts)]?.push(word);
  return lists.map((list) => Int32Array.from(list));
}

function nearest({ size, values }: Vectors, word: number, means: Float32Array, parts: number): number {
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let part = 0; part < parts; part++) {
    let product = 0;
    for (let at = 0; at < size; at++) product += (values[word * size + at] ?? 0) * (means[part * size + at] ?? 0);
    if (product > most) {
      most = product;
      best = part;
    }
  }
  return best;
}

/** Clusters as `unpackClusters` reads them. */
export function packClusters({ hashes, leaves }: Clusters): { readonly gaps: Uint8Array; readonly leaves: Uint8Array } {
  const gaps: number[] = [];
  hashes.forEach((hash, index) => {
    let gap = hash - (index === 0 ? 0 : (hashes[index - 1] ?? 0));
    for (; gap >= 255; gap -= 255) gaps.push(255);
    gaps.push(gap);
  });
  const packed = new Uint8Array(Math.ceil(leaves.length / 2) * 3);
  leaves.forEach((leaf, index) => {
    const three = (index >> 1) * 3;
    if (index % 2 === 0) {
      packed[three] = leaf >> 4;
      packed[three + 1] = (leaf & 15) << 4;
    } else {
      packed[three + 1] = (packed[three + 1] ?? 0) | (leaf >> 8);
      packed[three + 2] = leaf & 255;
    }
  });
  return { gaps: Uint8Array.from(gaps), leaves: packed };
}
