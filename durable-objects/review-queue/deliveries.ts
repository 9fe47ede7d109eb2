/**
 * Messages that runs have not taken yet: a row each, written in the transaction of what it tells, deleted when the run has
 * answered. A run that does not answer is told again for as long as it takes: a decision is never dropped.
 */
import type { ReviewRequest } from "../../core/review/case.ts";
import type { ReviewMessage } from "../../core/review/message.ts";
import type { EpochMs } from "../../core/time.ts";
import { deleteOverwritten } from "../kit/delete-overwritten.ts";
import { drain, type Policy } from "../kit/drain.ts";
import { type DueRow, DueRows } from "../kit/due-rows.ts";
import type { SealedKeys } from "../kit/sealed-keys.ts";

/** The late answer of a run that was told again still counts as one for the run. */
const POLICY: Policy = { rows: 60, width: 6, answerWithinMs: 3_000, retryMs: { first: 1_000, cap: 10 * 60_000 }, attempts: null };

/** PERSISTED: the place that sealed messages are bound to. */
const PLACE = "review message";

/** Decisions that wait to be told to their runs. */
export class Deliveries {
  readonly #sql: SqlStorage;
  readonly #rows: DueRows<DueRow & { readonly run: string }>;

  readonly #keys: SealedKeys;

  constructor(sql: SqlStorage, keys: SealedKeys) {
    this.#sql = sql;
    this.#keys = keys;
    this.#rows = new DueRows(sql, "delivery", { columns: ["run"], holdsTexts: true });
  }

  /** MUST be called inside the transaction of what the message tells. */
  put({ run, sealedFor }: Pick<ReviewRequest, "run" | "sealedFor">, message: ReviewMessage, at: EpochMs): void {
    const text = JSON.stringify(message);
    const body = sealedFor === undefined ? text : this.#keys.seal(run, PLACE, text);
    this.#sql.exec("INSERT INTO delivery (run, body, due_at) VALUES (?, ?, ?)", run, body, at);
  }

  async tell(tellRun: (run: string, message: ReviewMessage) => Promise<void>, now: () => EpochMs): Promise<void> {
    const tellEach = async (rows: readonly { run: string; body: string }[]) => {
      const texts = rows.map(({ body }) => ({ place: PLACE, text: body }));
      await this.#keys.fetchFor(() => this.#keys.openAll(texts));
      const opened = this.#keys.openAll(texts);
      // A message whose key is destroyed is of an erased run: nobody is told.
      for (const [index, { run }] of rows.entries()) {
        const text = opened[index] ?? null;
        if (text !== null) await tellRun(run, JSON.parse(text) as ReviewMessage);
      }
      return "done" as const;
    };
    await drain(this.#rows, POLICY, tellEach, now);
  }

  /** The run has ended: it is told nothing more. */
  forget(run: string): void {
    deleteOverwritten(this.#sql, "delivery", { key: "id", columns: ["body"] }, "run = ?", run);
  }

  nextDueAt(): EpochMs | null {
    return this.#rows.nextDueAt();
  }
}
