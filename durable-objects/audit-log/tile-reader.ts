/** The tiles of a log, from SQL as long as it has them, and from R2 for the rest. Full tiles never change: some are remembered. */
import { entryBundle, narrowed, type TilePath, type TileRef, tileName, widthIn } from "../../core/audit/tiles.ts";
import { tileKey } from "./places.ts";
import type { TreeRows } from "./tree-rows.ts";

/** Remembered full tiles: 8 KB each. */
const REMEMBERED = 64;

/** Reads tiles for proofs and for auditors. */
export class TileReader {
  readonly #tree: TreeRows;
  readonly #bucket: Pick<R2Bucket, "get">;
  readonly #org: string;
  readonly #remembered = new Map<string, Uint8Array>();

  constructor(tree: TreeRows, bucket: Pick<R2Bucket, "get">, org: string) {
    this.#tree = tree;
    this.#bucket = bucket;
    this.#org = org;
  }

  /** What lies under this path in a tree of `size` leaves; null: nothing does. Throws when R2 has lost it. */
  async read(path: TilePath, size: number): Promise<Uint8Array | null> {
    const { kind, tile } = path;
    const width = widthIn(size, tile.level, tile.index);
    if (tile.width > width) return null;
    const here = kind === "tile" ? this.#tree.tile(tile) : this.#bundle(tile);
    return narrowed(here ?? (await this.#fromBucket({ kind, tile: { ...tile, width: 256 } })), path);
  }

  /** The hashes of these tiles, by `tileName`. */
  async readAll(refs: readonly TileRef[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const read = async (tile: TileRef): Promise<[string, Uint8Array]> => [
      tileName(tile),
      this.#tree.tile(tile) ?? (await this.#fromBucket({ kind: "tile", tile: { ...tile, width: 256 } })),
    ];
    return new Map(await Promise.all(refs.map(read)));
  }

  #bundle(tile: TileRef): Uint8Array | null {
    const leaves = this.#tree.hashes(tile);
    return leaves === null ? null : entryBundle(leaves);
  }

  async #fromBucket(path: TilePath): Promise<Uint8Array> {
    const key = tileKey(this.#org, path);
    const remembered = this.#remembered.get(key);
    if (remembered !== undefined) return remembered;
    const object = await this.#bucket.get(key);
    if (object === null) throw new Error("a tile of the audit log is not in R2");
    const bytes = new Uint8Array(await object.arrayBuffer());
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size >= REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
    this.#remembered.set(key, bytes);
    return bytes;
  }
}
