/** The trained model, unpacked at its first use. The weights are numbers from scripts/guardrails/names/train.ts; no text is in them. */
import { bytesOf, weightsOf } from "./bytes.ts";
import { unpackClusters } from "./clusters.ts";
import type { Model } from "./decode.ts";
import { NAME_WEIGHTS } from "./weights.ts";

let unpacked: Model | null = null;

/** The model. Its parts are made when they are first asked for: a Worker that finds no names pays nothing. */
export const modelOfNames = (): Model => {
  unpacked ??= unpack();
  return unpacked;
};

function unpack(): Model {
  const { buckets, scale, moves, table, hashes, lists, clustered, gaps, leaves } = NAME_WEIGHTS;
  const packed = bytesOf(hashes);
  const count = packed.length / 3;
  const unpackedHashes = new Uint32Array(count);
  for (let index = 0; index < count; index++)
    unpackedHashes[index] = ((packed[index * 3] ?? 0) << 16) | ((packed[index * 3 + 1] ?? 0) << 8) | (packed[index * 3 + 2] ?? 0);
  return {
    table: weightsOf(table),
    buckets,
    scale,
    moves: Float64Array.from(moves),
    lexicon: {
      list: { hashes: unpackedHashes, lists: bytesOf(lists) },
      clusters: unpackClusters(bytesOf(gaps), bytesOf(leaves), clustered),
    },
  };
}
