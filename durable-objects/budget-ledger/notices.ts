/**
 * Alerts that the org's addresses have not taken yet: a row each, written with what it tells, deleted when it was taken. Bounded
 * in number and time: the audit chain has every alert anyway.
 */
import type { JsonObject } from "../../core/json.ts";
import type { EpochMs } from "../../core/time.ts";
import { drain, type Policy } from "../kit/drain.ts";
import { type DueRow, DueRows } from "../kit/due-rows.ts";

/** Tells an org that a cap is nearly full. */
export type Notice = { readonly id: string; readonly type: "budget.alert"; readonly data: JsonObject };

/** Maximum queued notices per org; further ones are dropped (the audit chain still has them). */
const MOST_WAITING = 1_000;
/** Callbacks take ten seconds per address at most. The twelfth and last attempt is some six hours after the first. */
const POLICY: Policy = { rows: 30, width: 6, answerWithinMs: 25_000, retryMs: { first: 10_000, cap: 2 * 60 * 60_000 }, attempts: 12 };

/** Notices that wait to be sent. */
export class Notices {
  readonly #sql: SqlStorage;
  readonly #rows: DueRows<DueRow>;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#rows = new DueRows(sql, "notice");
  }

  /** MUST be called inside the transaction of what it tells. */
  put(notice: Notice, at: EpochMs): void {
    const waiting = this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM notice").one().n;
    if (waiting < MOST_WAITING)
      this.#sql.exec("INSERT INTO notice (id, body, due_at) VALUES (?, ?, ?)", notice.id, JSON.stringify(notice), at);
  }

  async tell(tellOne: (notice: Notice) => Promise<"told" | "retry">, now: () => EpochMs): Promise<void> {
    const tellEach = async (rows: readonly DueRow[]) => {
      for (const { body } of rows) if ((await tellOne(JSON.parse(body) as Notice)) === "retry") return "retry";
      return "done";
    };
    await drain(this.#rows, POLICY, tellEach, now);
  }

  nextDueAt(): EpochMs | null {
    return this.#rows.nextDueAt();
  }
}
