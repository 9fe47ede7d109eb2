/**
 * Where R2 has what a log publishes. What lies under `sealed/` never changes and is under the bucket's lock (docs/audit.md, "The lock"); what
 * lies under `open/` is replaced as the log grows.
 *
 * PERSISTED: the keys, and what lies under them.
 */
import { type TilePath, tilePath } from "../../core/audit/tiles.ts";

/** The newest checkpoint. */
export const checkpointKey = (org: string): string => `open/${org}/checkpoint`;

/** A checkpoint for ever, by its number of entries. */
export const sealedCheckpointKey = (org: string, size: number): string => `sealed/${org}/checkpoint/${String(size).padStart(16, "0")}`;

/** A full tile or bundle for ever; a partial one until it is full. */
export const tileKey = (org: string, path: TilePath): string =>
  `${path.tile.width === 256 ? "sealed" : "open"}/${org}/tile/${tilePath(path)}`;
