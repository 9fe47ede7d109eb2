/**
 * A Merkle tree as it grows: only its right edge, which is the tiles that are not full yet. A leaf costs one hash for its place and one for
 * each level that it fills, whatever the size of the tree; a tile that is full leaves the edge and never changes again.
 */
import { joined, leafHashes, perfectRoot, TILE_WIDTH } from "./tiles.ts";
import { HASH_BYTES, type Sha256 } from "./tree.ts";

/**
 * By level, the hashes of its last tile, fewer than 256. INVARIANT: level 0 has the leaves themselves (32 bytes each), not their hashes, since
 * auditors are given both; the levels above have hashes.
 */
export type TreeEdge = readonly Uint8Array[];

/** A tile that became full. Level 0: its leaves. */
export type FullTile = { readonly level: number; readonly index: number; readonly hashes: Uint8Array };

/** How many leaves a tree with this edge has. */
export const edgeSize = (edge: TreeEdge): number =>
  edge.reduce((size, hashes, level) => size + (hashes.length / HASH_BYTES) * TILE_WIDTH ** level, 0);

/** The edge with more leaves, 32 bytes each, and the tiles that they filled, lower levels first. */
export function grow(
  edge: TreeEdge,
  leaves: readonly Uint8Array[],
  sha256: Sha256,
): { readonly edge: TreeEdge; readonly full: FullTile[] } {
  const full: FullTile[] = [];
  const levels = edge.map((hashes) => roomy(hashes));
  let size = edgeSize(edge);
  const push = (level: number, hash: Uint8Array): void => {
    let tile = levels[level];
    if (tile === undefined) {
      tile = roomy(new Uint8Array(0));
      levels[level] = tile;
    }
    tile.bytes.set(hash, tile.count++ * HASH_BYTES);
    if (tile.count < TILE_WIDTH) return;
    full.push({ level, index: size / TILE_WIDTH ** (level + 1) - 1, hashes: tile.bytes });
    levels[level] = roomy(new Uint8Array(0));
    push(level + 1, perfectRoot(level === 0 ? leafHashes(tile.bytes, sha256) : tile.bytes, 0, TILE_WIDTH, sha256));
  };
  for (const leaf of leaves) {
    if (leaf.length !== HASH_BYTES) throw new TypeError("a leaf of this tree has 32 bytes");
    size++;
    push(0, leaf);
  }
  return { edge: levels.map(({ bytes, count }) => bytes.slice(0, count * HASH_BYTES)), full };
}

type Roomy = { readonly bytes: Uint8Array; count: number };

function roomy(hashes: Uint8Array): Roomy {
  const bytes = new Uint8Array(TILE_WIDTH * HASH_BYTES);
  bytes.set(hashes);
  return { bytes, count: hashes.length / HASH_BYTES };
}

/** MTH (RFC 6962 section 2.1) of the whole tree: at most 511 hashes a level. */
export function edgeRoot(edge: TreeEdge, sha256: Sha256): Uint8Array {
  const subtrees: Uint8Array[] = [];
  for (let level = edge.length - 1; level >= 0; level--) {
    const stored = edge[level] ?? new Uint8Array(0);
    const hashes = level === 0 ? leafHashes(stored, sha256) : stored;
    const count = hashes.length / HASH_BYTES;
    for (let at = 0; at < count; ) {
      const part = 2 ** Math.floor(Math.log2(count - at));
      subtrees.push(perfectRoot(hashes, at, part, sha256));
      at += part;
    }
  }
  return joined(subtrees, sha256);
}
