/**
 * What leaves an object: audit records and index lines, written in the transaction of what they record, sent to the records
 * queue, and deleted only when the queue's consumer confirms that they are sequenced and in D1.
 */
import type { RecordsRow } from "../../core/audit/record.ts";
import type { EpochMs } from "../../core/time.ts";
import { type DueRow, DueRows } from "./due-rows.ts";
import { drainRecords, type RecordsFrom, type SendRecords } from "./records-drain.ts";

/** Appended to a room's own schema steps. PERSISTED. */
export const OUTBOX_SCHEMA = `
  CREATE TABLE outbox (id TEXT PRIMARY KEY, body TEXT NOT NULL, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
`;

/** An object's outbox for records. */
export class Outbox {
  readonly #sql: SqlStorage;
  readonly #from: RecordsFrom;
  readonly #rows: DueRows<DueRow>;

  constructor(sql: SqlStorage, org: string, source: RecordsFrom["source"]) {
    this.#sql = sql;
    this.#from = { org, source };
    this.#rows = new DueRows(sql, "outbox", { eager: true });
  }

  /** MUST be called inside the transaction of what the row records. */
  put(row: RecordsRow, at: EpochMs): void {
    this.#sql.exec("INSERT INTO outbox (id, body, due_at) VALUES (?, ?, ?)", row.id, JSON.stringify(row), at);
  }

  /** Sends what is due, and what was never sent: it may as well go along. A failed send is not an error of the caller. */
  async flush(send: SendRecords, now: () => EpochMs): Promise<void> {
    await drainRecords(this.#rows, this.#from, send, now);
  }

  confirm(ids: readonly string[]): void {
    this.#sql.exec("DELETE FROM outbox WHERE id IN (SELECT value FROM json_each(?))", JSON.stringify(ids));
  }

  nextDueAt(): EpochMs | null {
    return this.#rows.nextDueAt();
  }
}
