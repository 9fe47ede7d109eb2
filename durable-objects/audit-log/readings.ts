/** What auditors ask a log for: its newest checkpoint, proofs that stand below it, and tiles. */
import { toBase64 } from "../../core/audit/base64.ts";
import {
  consistencyRanges,
  hashesOf,
  inclusionRanges,
  type LeafRange,
  readTilePath,
  subtreeRanges,
  TILE_WIDTH,
  tilesOf,
  widthIn,
} from "../../core/audit/tiles.ts";
import { HASH_BYTES } from "../../core/audit/tree.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { KeptCheckpoint } from "./checkpoint-row.ts";
import type { TileReader } from "./tile-reader.ts";
import { sha256 } from "./tree-rows.ts";

/** That an entry is in the log (RFC 6962 section 2.1.1). Hashes in base64. */
export type InclusionProof = {
  readonly seq: number;
  readonly size: number;
  readonly leaf_hash: string;
  readonly proof: readonly string[];
  /** The signed note that the proof leads to. */
  readonly checkpoint: string;
};

/** That a log only grew (RFC 6962 section 2.1.2). Hashes in base64. */
export type ConsistencyProof = { readonly from: number; readonly to: number; readonly proof: readonly string[] };

/** `beyond`: the log has no such entry. `uncovered`: it has it, and no checkpoint covers it yet. */
export type Unproven = { readonly code: "beyond" | "uncovered"; readonly size: number; readonly covered: number };

/** Whether a checkpoint covers the first `count` entries. */
export function coverage(count: number, size: number, covered: number): Result<void, Unproven> {
  if (count <= covered) return ok(undefined);
  return err({ code: count > size ? "beyond" : "uncovered", size, covered });
}

/** MUST be covered. */
export async function proveInclusion(seq: number, { size, note }: KeptCheckpoint, tiles: TileReader): Promise<InclusionProof> {
  const index = seq - 1;
  const ranges = inclusionRanges(index, size);
  const own = { from: index, to: seq };
  const [leaf, ...proof] = await hashed([own, ...ranges], size, tiles);
  return { seq, size, leaf_hash: leaf ?? "", proof, checkpoint: note };
}

/** MUST be covered. */
export async function proveConsistency(from: number, to: number, tiles: TileReader): Promise<ConsistencyProof> {
  return { from, to, proof: await hashed(consistencyRanges(from, to), to, tiles) };
}

/** The roots of the complete subtrees of the first `count` entries, largest first. MUST be covered by the tree of `size`. */
export const rootsOfSubtrees = (count: number, size: number, tiles: TileReader): Promise<string[]> =>
  hashed(subtreeRanges(count), size, tiles);

async function hashed(ranges: readonly LeafRange[], size: number, tiles: TileReader): Promise<string[]> {
  return hashesOf(ranges, await tiles.readAll(tilesOf(ranges, size)), sha256).map(toBase64);
}

/** What lies under this path of the published tree; null: nothing. */
export async function readTile(path: string, { size }: KeptCheckpoint, tiles: TileReader): Promise<Uint8Array | null> {
  const read = readTilePath(path);
  return read === null ? null : tiles.read(read, size);
}

/** The entry's hash, hex, as the published tree has it. MUST be covered. */
export async function leafText(seq: number, size: number, tiles: TileReader): Promise<string> {
  const index = Math.floor((seq - 1) / TILE_WIDTH);
  const bundle = await tiles.read({ kind: "entries", tile: { level: 0, index, width: widthIn(size, 0, index) } }, size);
  const at = ((seq - 1) % TILE_WIDTH) * (2 + HASH_BYTES) + 2;
  return Buffer.from(bundle?.subarray(at, at + HASH_BYTES) ?? []).toString("hex");
}
