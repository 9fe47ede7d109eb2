/** The trained model, unpacked at its first use. The weights are numbers from scripts/guardrails/names/train.ts; no text is in them. */
import { bytesOf, weightsOf } from "./bytes.ts";
import { type Clusters, unpackClusters } from "./clusters.ts";
import type { Model } from "./decode.ts";
import { NAME_WEIGHTS } from "./weights.ts";
import type { WordList } from "./word-list.ts";

let unpacked: Model | null = null;

/** The model. Its parts are made when they are first asked for: a Worker that finds no names pays nothing. */
export const modelOfNames = (): Model => {
  unpacked ??= unpack();
  return unpacked;
};

let unpackedClusters: Clusters | null = null;

/** Which words are used alike, in English: the recognition of content reads them, too. Made when they are first asked for. */
export const clustersOfWords = (): Clusters => {
  unpackedClusters ??= unpackClusters(bytesOf(NAME_WEIGHTS.gaps), bytesOf(NAME_WEIGHTS.leaves), NAME_WEIGHTS.clustered);
  return unpackedClusters;
};

function unpack(): Model {
  const { buckets, scale, moves, table, hashes, lists, known, kinds } = NAME_WEIGHTS;
  return {
    table: weightsOf(table),
    buckets,
    scale,
    moves: Float64Array.from(moves),
    lexicon: {
      list: listOf(hashes, lists),
      known: listOf(known, kinds),
      clusters: clustersOfWords(),
    },
  };
}

/** Hashes of three bytes each, and a byte of lists for each. */
function listOf(hashes: string, lists: string): WordList {
  const packed = bytesOf(hashes);
  const unpackedHashes = new Uint32Array(packed.length / 3);
  for (let index = 0; index < unpackedHashes.length; index++)
    unpackedHashes[index] = ((packed[index * 3] ?? 0) << 16) | ((packed[index * 3 + 1] ?? 0) << 8) | (packed[index * 3 + 2] ?? 0);
  return { hashes: unpackedHashes, lists: bytesOf(lists) };
}
