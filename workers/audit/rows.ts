/** An entry as a row of D1: the one mapping, used to write and to check what was written. */
import { belongsTo } from "../../core/audit/belongs.ts";
import { type AuditEntry, entryText } from "../../core/audit/entry.ts";

/** PERSISTED: D1 table `audit_entries` (migrations/0002_audit.sql), without `org`. */
export type EntryRow = {
  readonly seq: number;
  readonly event_id: string;
  readonly event_type: string;
  readonly run: string | null;
  readonly user: string | null;
  /** Canonical JSON. */
  readonly entry: string;
};

export const ENTRY_COLUMNS = ["seq", "event_id", "event_type", "run", "user", "entry"] as const satisfies readonly (keyof EntryRow)[];

export const toRow = (entry: AuditEntry): EntryRow => ({
  seq: entry.seq,
  event_id: entry.event_id,
  event_type: entry.event_type,
  ...belongsTo(entry),
  entry: entryText(entry),
});

/** The columns in which two rows differ: none when they are byte-equal. */
export const differences = (a: EntryRow, b: EntryRow): readonly (keyof EntryRow)[] =>
  ENTRY_COLUMNS.filter((column) => a[column] !== b[column]);
