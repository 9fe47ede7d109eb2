/**
 * What the queue owes to runs: a row for each message, written in the transaction of what it tells, deleted when the run has
 * answered. A run that does not answer is told again, for as long as it takes: a decision is never dropped.
 */
import type { ReviewMessage } from "../../core/review/message.ts";
import type { EpochMs } from "../../core/time.ts";
import { sideBySide, within } from "../../kit/bounded.ts";

/** The wait before the next attempt doubles from `first` up to `cap`. */
const RETRY_MS = { first: 1_000, cap: 10 * 60_000 };
/** A run that has not answered within this is told again; its late answer still counts as one for the run. */
const ANSWER_WITHIN_MS = 3_000;
const ROWS_PER_TURN = 60;
const RUNS_AT_A_TIME = 6;

type Row = { id: number; run: string; body: string; attempts: number };

export class Deliveries {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** MUST be called inside the transaction of what the message tells. */
  put(run: string, message: ReviewMessage, at: EpochMs): void {
    this.#sql.exec("INSERT INTO delivery (run, body, due_at) VALUES (?, ?, ?)", run, JSON.stringify(message), at);
  }

  /** Tells what is due. A claimed row is not due again before its retry, so that two turns side by side do not both tell it. */
  async tell(tellRun: (run: string, message: ReviewMessage) => Promise<void>, now: () => EpochMs): Promise<void> {
    await sideBySide(this.#claim(now()), RUNS_AT_A_TIME, (row) => this.#tellOne(row, tellRun));
  }

  /** The run is over: it hears nothing any more. */
  forget(run: string): void {
    this.#sql.exec("DELETE FROM delivery WHERE run = ?", run);
  }

  nextDueAt(): EpochMs | null {
    return this.#sql.exec<{ at: number | null }>("SELECT MIN(due_at) AS at FROM delivery").one().at;
  }

  #claim(at: EpochMs): Row[] {
    const rows = this.#sql
      .exec<Row>("SELECT id, run, body, attempts FROM delivery WHERE due_at <= ? ORDER BY due_at, id LIMIT ?", at, ROWS_PER_TURN)
      .toArray();
    for (const row of rows) {
      const wait = Math.min(RETRY_MS.first * 2 ** row.attempts, RETRY_MS.cap) + ANSWER_WITHIN_MS;
      this.#sql.exec("UPDATE delivery SET due_at = ?, attempts = attempts + 1 WHERE id = ?", at + wait, row.id);
    }
    return rows;
  }

  async #tellOne(row: Row, tellRun: (run: string, message: ReviewMessage) => Promise<void>): Promise<void> {
    try {
      await within(ANSWER_WITHIN_MS, tellRun(row.run, JSON.parse(row.body) as ReviewMessage));
    } catch {
      return; // the row stays and is due again: the alarm comes back to it
    }
    this.#sql.exec("DELETE FROM delivery WHERE id = ?", row.id);
  }
}
