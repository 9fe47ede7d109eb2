/**
 * A Merkle tree cut into tiles, as C2SP tlog-tiles lays them out (c2sp.org/tlog-tiles): 256 hashes a tile, level 0 has the leaf hashes, and each
 * hash of a higher level is the root of a full tile of the level below. A proof over any tree needs a few tiles of it, whatever its size.
 */
import { HASH_BYTES, leafHash, nodeHash, type Sha256, splitOf } from "./tree.ts";

/** Hashes of a full tile. */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;

/** One tile. `width`: how many hashes it has, 1 to 256; below 256 it is partial. */
export type TileRef = { readonly level: number; readonly index: number; readonly width: number };

/** The leaves from `from` on, and before `to`; what the hash of RFC 6962 section 2.1 is taken of. */
export type LeafRange = { readonly from: number; readonly to: number };

/** A path below `tile/`: the kind of resource, and which one. `entries`: a bundle of the leaves themselves. */
export type TilePath = { readonly kind: "tile" | "entries"; readonly tile: TileRef };

/** c2sp.org/tlog-tiles, "Merkle Tree": `0/x001/x234/067`, with `.p/112` behind it where the tile is partial. */
export function tilePath({ kind, tile: { level, index, width } }: TilePath): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/\d{3}/g) ?? [];
  const place = groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join("/");
  return `${kind === "entries" ? "entries" : level}/${place}${width === TILE_WIDTH ? "" : `.p/${width}`}`;
}

const PATH = /^(entries|0|[1-9]\d?)\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;
const HIGHEST_LEVEL = 63;

/** null: no tile has this path. One tile has one path: a group of zeros too many is none. */
export function readTilePath(path: string): TilePath | null {
  const [, first, place, width] = PATH.exec(path) ?? [];
  if (first === undefined || place === undefined || place.startsWith("x000/")) return null;
  const kind = first === "entries" ? "entries" : "tile";
  const tile = {
    level: kind === "entries" ? 0 : Number(first),
    index: Number(place.replace(/[x/]/g, "")),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  if (tile.level > HIGHEST_LEVEL || !Number.isSafeInteger(tile.index) || (width !== undefined && tile.width >= TILE_WIDTH)) return null;
  return { kind, tile };
}

/** How many hashes a tile has in a tree of `size` leaves; 0: the tree has no such tile. */
export function widthIn(size: number, level: number, index: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level);
  return Math.min(Math.max(hashes - index * TILE_WIDTH, 0), TILE_WIDTH);
}

/** The partial tiles at the right edge of a tree; none where a level ends with a full tile. */
export function partialTiles(size: number): TileRef[] {
  const tiles: TileRef[] = [];
  for (let level = 0, hashes = size; hashes > 0; level++, hashes = Math.floor(hashes / TILE_WIDTH)) {
    const width = hashes % TILE_WIDTH;
    if (width > 0) tiles.push({ level, index: Math.floor(hashes / TILE_WIDTH), width });
  }
  return tiles;
}

/** RFC 6962 section 2.1.1, as ranges: what the hashes of the proof are taken of, nearest first. `index` MUST be below `size`. */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  const ranges: LeafRange[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    ranges.unshift(index < middle ? { from: middle, to } : { from, to: middle });
    if (index < middle) to = middle;
    else from = middle;
  }
  return ranges;
}

/** RFC 6962 section 2.1.2, as ranges. `older` MUST be between 1 and `size`. */
export function consistencyRanges(older: number, size: number): LeafRange[] {
  const ranges: LeafRange[] = [];
  let [from, to] = [0, size];
  while (older < to) {
    const middle = from + splitOf(to - from);
    ranges.unshift(older <= middle ? { from: middle, to } : { from, to: middle });
    if (older <= middle) to = middle;
    else from = middle;
  }
  return from === 0 ? ranges : [{ from, to }, ...ranges];
}

/** A complete subtree: 2^height leaves, the `index`-th of its height. */
type Node = { readonly height: number; readonly index: number };

/** The complete subtrees that a range consists of, from the left. */
function nodesOf({ from, to }: LeafRange): Node[] {
  const nodes: Node[] = [];
  for (let at = from; at < to; ) {
    const height = Math.floor(Math.log2(to - at));
    nodes.push({ height, index: at / 2 ** height });
    at += 2 ** height;
  }
  return nodes;
}

/** The complete subtrees of the first `size` leaves, as ranges, largest first. */
export const subtreeRanges = (size: number): LeafRange[] =>
  nodesOf({ from: 0, to: size }).map(({ height, index }) => ({ from: index * 2 ** height, to: (index + 1) * 2 ** height }));

type Place = { readonly level: number; readonly index: number; readonly start: number; readonly count: number };

/** Where a node's hashes stand: `count` of them, from `start` on in one tile. */
function placeOf({ height, index }: Node): Place {
  const level = Math.floor(height / TILE_HEIGHT);
  const count = 2 ** (height % TILE_HEIGHT);
  const first = index * count;
  return { level, index: Math.floor(first / TILE_WIDTH), start: first % TILE_WIDTH, count };
}

/** Names a tile, whatever its width. */
export const tileName = ({ level, index }: { readonly level: number; readonly index: number }): string => `${level}/${index}`;

/** The tiles that the hashes of these ranges are computed from, as a tree of `size` leaves has them. */
export function tilesOf(ranges: readonly LeafRange[], size: number): TileRef[] {
  const tiles = new Map<string, TileRef>();
  for (const place of ranges.flatMap(nodesOf).map(placeOf)) {
    const { level, index } = place;
    tiles.set(tileName(place), { level, index, width: widthIn(size, level, index) });
  }
  return [...tiles.values()];
}

/** MTH (RFC 6962 section 2.1) of each range. `tiles`: the hashes of every tile that `tilesOf` names, by `tileName`; at least as wide as there. */
export function hashesOf(ranges: readonly LeafRange[], tiles: ReadonlyMap<string, Uint8Array>, sha256: Sha256): Uint8Array[] {
  return ranges.map((range) => {
    const hashes = nodesOf(range).map((node) => {
      const place = placeOf(node);
      const tile = tiles.get(tileName(place));
      if (tile === undefined) throw new Error("a tile that the proof needs is not there");
      return perfectRoot(tile, place.start, place.count, sha256);
    });
    return joined(hashes, sha256);
  });
}

/** The root of `count` hashes, a power of two, that stand from `start` on. */
export function perfectRoot(hashes: Uint8Array, start: number, count: number, sha256: Sha256): Uint8Array {
  if (hashes.length < (start + count) * HASH_BYTES) throw new Error("a tile is shorter than the tree says");
  let row: Uint8Array[] = [];
  for (let at = start; at < start + count; at++) row.push(hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
  while (row.length > 1) {
    const above: Uint8Array[] = [];
    for (let at = 0; at + 1 < row.length; at += 2) above.push(nodeHash(row[at] as Uint8Array, row[at + 1] as Uint8Array, sha256));
    row = above;
  }
  return Uint8Array.from(row[0] as Uint8Array);
}

/** The hash over complete subtrees that stand side by side, each smaller than the one before; of none, the hash of nothing. */
export function joined(hashes: readonly Uint8Array[], sha256: Sha256): Uint8Array {
  const last = hashes.at(-1);
  if (last === undefined) return sha256(new Uint8Array(0));
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right, sha256), last);
}

/** The leaf hashes of a tile's leaves, 32 bytes each, as level 0 has them. */
export function leafHashes(leaves: Uint8Array, sha256: Sha256): Uint8Array {
  const hashes = new Uint8Array(leaves.length);
  for (let at = 0; at < leaves.length; at += HASH_BYTES) hashes.set(leafHash(leaves.subarray(at, at + HASH_BYTES), sha256), at);
  return hashes;
}

/** c2sp.org/tlog-tiles, "Log entries": each leaf behind its length as two bytes, big-endian. */
export function entryBundle(leaves: Uint8Array): Uint8Array {
  const count = leaves.length / HASH_BYTES;
  const bundle = new Uint8Array(count * (2 + HASH_BYTES));
  for (let at = 0; at < count; at++) {
    bundle[at * (2 + HASH_BYTES) + 1] = HASH_BYTES;
    bundle.set(leaves.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES), at * (2 + HASH_BYTES) + 2);
  }
  return bundle;
}

/** The first `width` hashes of a tile, or leaves of a bundle, that has more of them. */
export const narrowed = (bytes: Uint8Array, { kind, tile }: TilePath): Uint8Array =>
  bytes.subarray(0, tile.width * (kind === "entries" ? 2 + HASH_BYTES : HASH_BYTES));
