/**
 * Alerts that the org's addresses are still to hear of: a row each, written with what it tells, told by alarm, deleted when it was
 * taken. Bounded: the audit chain has every alert anyway.
 */
import type { JsonObject } from "../../core/json.ts";
import type { EpochMs } from "../../core/time.ts";
import { sideBySide, within } from "../../kit/bounded.ts";

export type Notice = { readonly id: string; readonly type: "budget.alert"; readonly data: JsonObject };

/** The wait before the next attempt doubles from `first` up to `cap`; the last attempt is made some six hours after the first. */
const RETRY_MS = { first: 10_000, cap: 2 * 60 * 60_000 };
const MOST_ATTEMPTS = 12;
/** Of these more are not kept: whoever hears of a thousand hears of none. */
const MOST_WAITING = 1_000;
/** Callbacks take ten seconds an address at most. */
const ANSWER_WITHIN_MS = 25_000;
const AT_A_TIME = 6;
const ROWS_PER_TURN = 30;

type Row = { id: string; body: string; attempts: number };

export class Notices {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** MUST be called inside the transaction of what it tells. */
  put(notice: Notice, at: EpochMs): void {
    const waiting = this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM notice").one().n;
    if (waiting < MOST_WAITING)
      this.#sql.exec("INSERT INTO notice (id, body, due_at) VALUES (?, ?, ?)", notice.id, JSON.stringify(notice), at);
  }

  async tell(tellOne: (notice: Notice) => Promise<"told" | "retry">, now: () => EpochMs): Promise<void> {
    await sideBySide(this.#claim(now()), AT_A_TIME, async (row) => {
      const answer = await within(ANSWER_WITHIN_MS, tellOne(JSON.parse(row.body) as Notice)).catch(() => "retry" as const);
      if (answer === "told" || row.attempts + 1 >= MOST_ATTEMPTS) this.#sql.exec("DELETE FROM notice WHERE id = ?", row.id);
    });
  }

  nextDueAt(): EpochMs | null {
    return this.#sql.exec<{ at: number | null }>("SELECT MIN(due_at) AS at FROM notice").one().at;
  }

  /** A claimed row is not due again before its retry, so that two turns side by side do not both tell it. */
  #claim(at: EpochMs): Row[] {
    const rows = this.#sql
      .exec<Row>("SELECT id, body, attempts FROM notice WHERE due_at <= ? ORDER BY due_at, id LIMIT ?", at, ROWS_PER_TURN)
      .toArray();
    for (const { id, attempts } of rows) {
      const wait = Math.min(RETRY_MS.first * 2 ** attempts, RETRY_MS.cap) + ANSWER_WITHIN_MS;
      this.#sql.exec("UPDATE notice SET due_at = ?, attempts = attempts + 1 WHERE id = ?", at + wait, id);
    }
    return rows;
  }
}
