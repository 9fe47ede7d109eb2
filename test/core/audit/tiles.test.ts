import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { edgeRoot, edgeSize, type FullTile, grow, type TreeEdge } from "../../../core/audit/edge.ts";
import {
  consistencyRanges,
  entryBundle,
  hashesOf,
  inclusionRanges,
  leafHashes,
  narrowed,
  partialTiles,
  readTilePath,
  type TileRef,
  tileName,
  tilePath,
  tilesOf,
  widthIn,
} from "../../../core/audit/tiles.ts";
import { consistencyProof, inclusionProof, leafHash, rootHash } from "../../../core/audit/tree.ts";

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const dataOf = (size: number): Uint8Array[] => Array.from({ length: size }, (_, index) => sha256(Buffer.from(`entry ${index}`)));

/** A tree grown in portions, with everything that left its edge. */
function grown(data: readonly Uint8Array[], portions: readonly number[]) {
  let edge: TreeEdge = [];
  const full: FullTile[] = [];
  let at = 0;
  for (let turn = 0; at < data.length; turn++) {
    const portion = data.slice(at, at + (portions[turn % portions.length] ?? 1));
    const step = grow(edge, portion, sha256);
    edge = step.edge;
    full.push(...step.full);
    at += portion.length;
  }
  const tiles = new Map<string, Uint8Array>();
  for (const [level, hashes] of edge.entries()) {
    const index = full.filter((tile) => tile.level === level).length;
    tiles.set(tileName({ level, index }), level === 0 ? leafHashes(hashes, sha256) : hashes);
  }
  for (const tile of full) tiles.set(tileName(tile), tile.level === 0 ? leafHashes(tile.hashes, sha256) : tile.hashes);
  return { edge, full, tiles };
}

/** Only the tiles that are named, each cut to the width that the tree has. */
function only(refs: readonly TileRef[], tiles: ReadonlyMap<string, Uint8Array>) {
  return new Map(refs.map((tile) => [tileName(tile), narrowed(tiles.get(tileName(tile)) as Uint8Array, { kind: "tile", tile })]));
}

describe("a tree that grows", () => {
  it("[MERKLE-1] has the root of RFC 6962 at every size, however its leaves came", () => {
    const data = dataOf(1_100);
    const leaves = data.map((leaf) => leafHash(leaf, sha256));
    let edge: TreeEdge = [];
    expect(hex(edgeRoot(edge, sha256))).toBe(hex(rootHash([], sha256)));
    expect(data.length).toBe(1_100);
    for (const [index, leaf] of data.entries()) {
      ({ edge } = grow(edge, [leaf], sha256));
      if (index % 37 === 0 || (index & (index + 1)) === 0 || index % 256 > 253)
        expect(hex(edgeRoot(edge, sha256))).toBe(hex(rootHash(leaves.slice(0, index + 1), sha256)));
    }
    for (const portions of [[1_100], [7, 300, 1]]) {
      const other = grown(data, portions);
      expect(edgeSize(other.edge)).toBe(1_100);
      expect(hex(edgeRoot(other.edge, sha256))).toBe(hex(rootHash(leaves, sha256)));
    }
  });

  it("[MERKLE-2] costs two hashes a leaf, and not more in a large tree than in a small one", () => {
    const data = dataOf(66_000);
    let hashes = 0;
    const counting = (bytes: Uint8Array): Uint8Array => {
      hashes++;
      return sha256(bytes);
    };
    const { edge, full } = grow([], data, counting);
    expect(edgeSize(edge)).toBe(66_000);
    expect(full.filter(({ level }) => level === 1).map(({ index }) => index)).toEqual([0]);
    expect(hashes).toBeLessThan(2.02 * 66_000);
  });

  it("refuses a leaf that is no hash", () => {
    expect(() => grow([], [new Uint8Array(31)], sha256)).toThrow("32 bytes");
  });
});

describe("tiles", () => {
  it("[MERKLE-3] give the proofs of RFC 6962, from no other tiles than those they name", () => {
    const data = dataOf(700);
    for (const size of [1, 2, 3, 255, 256, 257, 512, 513, 700]) {
      const leaves = data.slice(0, size).map((leaf) => leafHash(leaf, sha256));
      const { tiles } = grown(data, [700]);
      for (const index of [0, 1, 254, 255, 256, 300, 511, 512, size - 1].filter((candidate) => candidate < size)) {
        const ranges = inclusionRanges(index, size);
        const proof = hashesOf(ranges, only(tilesOf(ranges, size), tiles), sha256);
        expect(proof.map(hex)).toEqual(inclusionProof(leaves, index, sha256).map(hex));
      }
      for (const older of [1, 2, 100, 255, 256, 257, 400, 512, size].filter((candidate) => candidate <= size)) {
        const ranges = consistencyRanges(older, size);
        const proof = hashesOf(ranges, only(tilesOf(ranges, size), tiles), sha256);
        expect(proof.map(hex)).toEqual(consistencyProof(leaves, older, sha256).map(hex));
      }
      const whole = [{ from: 0, to: size }];
      expect(hashesOf(whole, only(tilesOf(whole, size), tiles), sha256).map(hex)).toEqual([hex(rootHash(leaves, sha256))]);
    }
  });

  it("prove over three levels as over one", () => {
    const data = dataOf(66_000);
    const { edge, tiles } = grown(data, [66_000]);
    const leaves = data.map((leaf) => leafHash(leaf, sha256));
    const ranges = inclusionRanges(65_600, 66_000);
    expect(hashesOf(ranges, tiles, sha256).map(hex)).toEqual(inclusionProof(leaves, 65_600, sha256).map(hex));
    expect(hex(edgeRoot(edge, sha256))).toBe(hex(rootHash(leaves, sha256)));
    expect(tilesOf(inclusionRanges(3, 66_000), 66_000).length).toBeLessThan(6);
  });

  it("[MERKLE-4] have the widths of the specification's example, and a tree of 256 a level above", () => {
    expect(partialTiles(70_000)).toEqual([
      { level: 0, index: 273, width: 112 },
      { level: 1, index: 1, width: 17 },
      { level: 2, index: 0, width: 1 },
    ]);
    expect(partialTiles(256)).toEqual([{ level: 1, index: 0, width: 1 }]);
    expect([widthIn(70_000, 0, 272), widthIn(70_000, 0, 273), widthIn(70_000, 0, 274), widthIn(70_000, 1, 0)]).toEqual([256, 112, 0, 256]);
  });

  it("[MERKLE-4] have one path each, and nothing else is a path", () => {
    const paths = ["0/000", "0/x001/x234/067", "1/005.p/17", "entries/x002/000", "entries/003.p/1", "7/999"];
    for (const path of paths) {
      const read = readTilePath(path);
      expect(read).not.toBeNull();
      expect(read === null ? null : tilePath(read)).toBe(path);
    }
    expect(readTilePath("0/x001/x234/067")).toEqual({ kind: "tile", tile: { level: 0, index: 1_234_067, width: 256 } });
    const others = ["", "0", "00/000", "0/0", "0/1000", "0/x000/001", "0/001.p/0", "0/001.p/256", "0/001.p/01", "64/000", "-1/000"];
    const more = ["0/x001", "0/001/002", "0/001/", "entries", "data/000", "0/000.p", `0/${"x999/".repeat(6)}999`, "0/00a"];
    expect([...others, ...more].filter((path) => readTilePath(path) !== null)).toEqual([]);
  });

  it("[MERKLE-4] bundle leaves behind their lengths", () => {
    const [first, second] = dataOf(2) as [Uint8Array, Uint8Array];
    const bundle = entryBundle(Uint8Array.from([...first, ...second]));
    expect(hex(bundle)).toBe(`0020${hex(first)}0020${hex(second)}`);
    expect(hex(narrowed(bundle, { kind: "entries", tile: { level: 0, index: 0, width: 1 } }))).toBe(`0020${hex(first)}`);
  });
});
