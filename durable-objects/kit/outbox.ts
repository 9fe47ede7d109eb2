/**
 * What leaves an object: audit records and index lines, written in the transaction of what they record, sent to the records
 * queue, and deleted only when the queue's consumer confirms that they are sequenced and in D1. A row that nobody confirms is
 * sent again: a lost queue costs time, never a record.
 */
import { inMessages } from "../../core/audit/messages.ts";
import type { RecordsMessage, RecordsRow } from "../../core/audit/record.ts";
import type { EpochMs } from "../../core/time.ts";

/** Appended to a room's own schema steps. */
export const OUTBOX_SCHEMA = `
  CREATE TABLE outbox (id TEXT PRIMARY KEY, body TEXT NOT NULL, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
`;

/** How long a sent row waits for its confirmation before it is sent again; doubles up to the cap. */
const RESEND_MS = { first: 15_000, cap: 10 * 60_000 };
const ROWS_PER_FLUSH = 200;

type StoredRow = { id: string; body: string; attempts: number };

export class Outbox {
  readonly #sql: SqlStorage;
  readonly #org: string;
  readonly #source: RecordsMessage["source"];

  constructor(sql: SqlStorage, org: string, source: RecordsMessage["source"]) {
    this.#sql = sql;
    this.#org = org;
    this.#source = source;
  }

  /** MUST be called inside the transaction of what the row records. */
  put(row: RecordsRow, at: EpochMs): void {
    this.#sql.exec("INSERT INTO outbox (id, body, due_at) VALUES (?, ?, ?)", row.id, JSON.stringify(row), at);
  }

  /** Sends what is due, and what was never sent: it may as well go along. A failed send leaves its rows for the next time; it is not an error of the caller. */
  async flush(send: (message: RecordsMessage) => Promise<void>, now: () => EpochMs): Promise<void> {
    const due = this.#sql
      .exec<StoredRow>(
        "SELECT id, body, attempts FROM outbox WHERE attempts = 0 OR due_at <= ? ORDER BY due_at, id LIMIT ?",
        now(),
        ROWS_PER_FLUSH,
      )
      .toArray();
    for (const rows of inMessages(due)) {
      for (const row of rows) {
        const wait = Math.min(RESEND_MS.first * 2 ** row.attempts, RESEND_MS.cap);
        this.#sql.exec("UPDATE outbox SET due_at = ?, attempts = attempts + 1 WHERE id = ?", now() + wait, row.id);
      }
      try {
        await send({ v: 1, org: this.#org, source: this.#source, rows: rows.map((row) => JSON.parse(row.body) as RecordsRow) });
      } catch {
        // The rows stay and are due again: the alarm comes back to them.
      }
    }
  }

  confirm(ids: readonly string[]): void {
    this.#sql.exec("DELETE FROM outbox WHERE id IN (SELECT value FROM json_each(?))", JSON.stringify(ids));
  }

  /** When the next row wants to leave; null when nothing waits. */
  nextDueAt(): EpochMs | null {
    return this.#sql.exec<{ due_at: number | null }>("SELECT MIN(due_at) AS due_at FROM outbox").one().due_at;
  }
}
