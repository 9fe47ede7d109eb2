/** The newest checkpoint in SQL. It is committed before R2 is told of it, so that what R2 has is always known here. */
import type { EpochMs } from "../../core/time.ts";

/** A signed checkpoint of this log. */
export type KeptCheckpoint = {
  readonly origin: string;
  readonly size: number;
  /** The whole signed note, with the cosignatures that it has. */
  readonly note: string;
  /** While R2 may not have it yet: the notes that R2 may have instead, null for none at all. Empty: R2 has it. */
  readonly before: readonly (string | null)[];
  readonly signedAt: EpochMs;
};

type Row = { origin: string; size: number; note: string; before: string | null; signed_at: number };

/** null before the first. */
export function readCheckpoint(sql: SqlStorage): KeptCheckpoint | null {
  const row = sql.exec<Row>("SELECT origin, size, note, before, signed_at FROM checkpoint").toArray()[0];
  if (row === undefined) return null;
  const { origin, size, note, before } = row;
  return { origin, size, note, before: before === null ? [] : (JSON.parse(before) as (string | null)[]), signedAt: row.signed_at };
}

/** Takes the place of the one before. */
export function keepCheckpoint(sql: SqlStorage, { origin, size, note, before, signedAt }: KeptCheckpoint): void {
  sql.exec(
    `INSERT INTO checkpoint (id, origin, size, note, before, signed_at) VALUES (1, ?1, ?2, ?3, ?4, ?5)
     ON CONFLICT (id) DO UPDATE SET origin = ?1, size = ?2, note = ?3, before = ?4, signed_at = ?5`,
    origin,
    size,
    note,
    before.length === 0 ? null : JSON.stringify(before),
    signedAt,
  );
}
