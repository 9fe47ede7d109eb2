/** What auditors are answered at the borders of a tile, and at the borders of what a checkpoint covers. */
import { describe, expect, it } from "vitest";
import { entryBundle, type TilePath } from "../../../core/audit/tiles.ts";
import { coverage, leafText, readTile } from "../../../durable-objects/audit-log/readings.ts";
import type { TileReader } from "../../../durable-objects/audit-log/tile-reader.ts";

const SIZE = 600;
const hashOf = (seq: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, at) => (seq * 7 + at * 13 + (seq >> 8)) % 256);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
/** Bundles of a log of `SIZE` entries, and the paths that were read of it. */
const log = () => {
  const asked: [TilePath, number][] = [];
  const read = async (path: TilePath, size: number): Promise<Uint8Array> => {
    asked.push([path, size]);
    const first = path.tile.index * 256 + 1;
    return entryBundle(Uint8Array.from(Array.from({ length: path.tile.width }, (_, at) => [...hashOf(first + at)]).flat()));
  };
  return { asked, tiles: { read } as unknown as TileReader };
};

describe("[MERKLE-13] what a seal compares an entry with", () => {
  it.each([1, 2, 255, 256, 257, 512, 513, 599, 600])("is the hash of that entry: %i", async (seq) => {
    const { tiles, asked } = log();
    expect(await leafText(seq, SIZE, tiles)).toBe(hex(hashOf(seq)));
    const index = Math.floor((seq - 1) / 256);
    expect(asked).toEqual([[{ kind: "entries", tile: { level: 0, index, width: index === 2 ? 88 : 256 } }, SIZE]]);
  });

  it("is nothing where the bundle is lost", async () => {
    const lost = { read: async () => null } as unknown as TileReader;
    expect(await leafText(3, SIZE, lost)).toBe("");
  });
});

describe("[MERKLE-11] an entry, by what a checkpoint covers", () => {
  it.each<[count: number, size: number, covered: number, why: string | null]>([
    [4, 5, 4, null],
    [0, 0, 0, null],
    [5, 5, 4, "uncovered"],
    [6, 5, 4, "beyond"],
    [1, 0, 0, "beyond"],
    [6, 5, 5, "beyond"],
  ])("%i of %i, %i covered: %s", (count, size, covered, why) => {
    expect(coverage(count, size, covered)).toEqual(
      why === null ? { ok: true, value: undefined } : { ok: false, error: { code: why, size, covered } },
    );
  });

  it("and a path that is none reads nothing", async () => {
    const { tiles, asked } = log();
    expect(await readTile("no/path", { size: SIZE } as never, tiles)).toBeNull();
    expect(asked).toEqual([]);
    expect((await readTile("entries/001", { size: SIZE } as never, tiles))?.length).toBe(256 * 34);
    expect(asked).toEqual([[{ kind: "entries", tile: { level: 0, index: 1, width: 256 } }, SIZE]]);
  });
});
