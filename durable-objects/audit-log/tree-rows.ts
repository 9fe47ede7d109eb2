/** The Merkle tree in SQL: its right edge, and the full tiles that R2 does not have yet. Synchronous; grows inside a transaction. */
import { createHash } from "node:crypto";
import { edgeRoot, edgeSize, type FullTile, grow, type TreeEdge } from "../../core/audit/edge.ts";
import { leafHashes, type TileRef, widthIn } from "../../core/audit/tiles.ts";
import type { Sha256 } from "../../core/audit/tree.ts";

/** SHA-256 of the runtime, synchronously. */
export const sha256: Sha256 = (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest());

const bytesOf = (blob: ArrayBuffer): Uint8Array => new Uint8Array(blob);

/** The tree of one log. */
export class TreeRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  edge(): TreeEdge {
    const rows = this.#sql.exec<{ hashes: ArrayBuffer }>("SELECT hashes FROM edges ORDER BY level").toArray();
    return rows.map(({ hashes }) => bytesOf(hashes));
  }

  size(): number {
    return edgeSize(this.edge());
  }

  /** MTH (RFC 6962 section 2.1) of all leaves. */
  root(): Uint8Array {
    return edgeRoot(this.edge(), sha256);
  }

  /** MUST run inside a transaction. `leaves`: the entries' hashes, 32 bytes each, in their order. */
  grow(leaves: readonly Uint8Array[]): void {
    if (leaves.length === 0) return;
    const before = this.edge();
    const { edge, full } = grow(before, leaves, sha256);
    for (const [level, hashes] of edge.entries()) {
      if (same(before[level], hashes)) continue;
      this.#sql.exec("INSERT INTO edges (level, hashes) VALUES (?1, ?2) ON CONFLICT (level) DO UPDATE SET hashes = ?2", level, hashes);
    }
    for (const { level, index, hashes } of full)
      this.#sql.exec("INSERT INTO tiles (level, tile, hashes) VALUES (?, ?, ?)", level, index, hashes);
  }

  /** The leaves of a tile of level 0, or the hashes of another; null: it is full, and R2 alone has it, or there is none. */
  hashes({ level, index }: Pick<TileRef, "level" | "index">): Uint8Array | null {
    const edge = this.edge();
    const size = edgeSize(edge);
    const width = widthIn(size, level, index);
    if (width > 0 && width < 256) return edge[level] ?? null;
    const row = this.#sql.exec<{ hashes: ArrayBuffer }>("SELECT hashes FROM tiles WHERE level = ? AND tile = ?", level, index).toArray()[0];
    return row === undefined ? null : bytesOf(row.hashes);
  }

  /** As `hashes`, but of a tile of level 0 the hashes of its leaves. */
  tile(ref: Pick<TileRef, "level" | "index">): Uint8Array | null {
    const hashes = this.hashes(ref);
    return hashes === null || ref.level > 0 ? hashes : leafHashes(hashes, sha256);
  }

  /** Full tiles that R2 does not have yet: the first of them. */
  unsaved(limit: number): FullTile[] {
    const query = "SELECT level, tile, hashes FROM tiles ORDER BY level, tile LIMIT ?";
    const rows = this.#sql.exec<{ level: number; tile: number; hashes: ArrayBuffer }>(query, limit).toArray();
    return rows.map(({ level, tile, hashes }) => ({ level, index: tile, hashes: bytesOf(hashes) }));
  }

  /** R2 has it. */
  saved({ level, index }: Pick<FullTile, "level" | "index">): void {
    this.#sql.exec("DELETE FROM tiles WHERE level = ? AND tile = ?", level, index);
  }
}

const same = (before: Uint8Array | undefined, after: Uint8Array): boolean =>
  before?.length === after.length && before.every((byte, at) => byte === after[at]);
