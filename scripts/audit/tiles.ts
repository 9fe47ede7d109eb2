/** The tiles of a tree as C2SP tlog-tiles lays them out (c2sp.org/tlog-tiles), built from all of its leaves. Stands alone. */
import { leafOf, node } from "./tree.ts";

const WIDTH = 256;

/** A tile: its path below `tile/`, and its bytes. `isFull`: it never changes again. */
export type Tile = { readonly path: string; readonly isFull: boolean; readonly bytes: Buffer };

/** `leaves`: the data of every leaf, 32 bytes each. The bundles of leaves come first, then the hashes, lower levels first. */
export function* tilesOf(leaves: readonly Uint8Array[]): Generator<Tile> {
  for (let at = 0; at < leaves.length; at += WIDTH) {
    const bundle = leaves.slice(at, at + WIDTH).map((leaf) => Buffer.concat([Buffer.of(0, leaf.length), leaf]));
    yield tile("entries", at / WIDTH, bundle.length, Buffer.concat(bundle));
  }
  let hashes = leaves.map(leafOf);
  for (let level = 0; hashes.length > 0; level++) {
    const above: Buffer[] = [];
    for (let at = 0; at < hashes.length; at += WIDTH) {
      const row = hashes.slice(at, at + WIDTH);
      yield tile(String(level), at / WIDTH, row.length, Buffer.concat(row));
      if (row.length === WIDTH) above.push(perfect(row));
    }
    hashes = above;
  }
}

function tile(kind: string, index: number, width: number, bytes: Buffer): Tile {
  const isFull = width === WIDTH;
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, "0");
  const groups = digits.match(/.{3}/g) ?? [];
  const place = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
  return { path: `${kind}/${place}${isFull ? "" : `.p/${width}`}`, isFull, bytes };
}

/** The root of a power of two of hashes. */
function perfect(hashes: readonly Buffer[]): Buffer {
  const [first, second] = hashes;
  if (first === undefined) throw new RangeError("no hashes have no root");
  if (second === undefined) return first;
  const above: Buffer[] = [];
  for (let at = 0; at + 1 < hashes.length; at += 2) above.push(node(hashes[at] as Buffer, hashes[at + 1] as Buffer));
  return perfect(above);
}
