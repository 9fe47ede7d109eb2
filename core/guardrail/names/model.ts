/** The trained model, unpacked at its first use. The weights are numbers from scripts/guardrails/names/train.ts; no text is in them. */
import { bytesOf } from "./bytes.ts";
import type { Model } from "./decode.ts";
import { NAME_WEIGHTS } from "./weights.ts";

let unpacked: Model | null = null;

/** The model. Its parts are made when they are first asked for: a Worker that finds no names pays nothing. */
export const modelOfNames = (): Model => {
  unpacked ??= unpack();
  return unpacked;
};

function unpack(): Model {
  const { buckets, scale, moves, table, hashes, lists } = NAME_WEIGHTS;
  const packed = bytesOf(hashes);
  const count = packed.length / 3;
  const unpackedHashes = new Uint32Array(count);
  for (let index = 0; index < count; index++)
    unpackedHashes[index] = ((packed[index * 3] ?? 0) << 16) | ((packed[index * 3 + 1] ?? 0) << 8) | (packed[index * 3 + 2] ?? 0);
  return {
    table: new Int8Array(bytesOf(table).buffer),
    buckets,
    scale,
    moves: Float64Array.from(moves),
    list: { hashes: unpackedHashes, lists: bytesOf(lists) },
  };
}
