/**
 * Sending what waits: claims the rows that are due, sends them with a bound on time and number, backs off, and gives up where a
 * policy says so. What a room sends, where its rows are stored and how patient it is come in from outside.
 */
import type { EpochMs } from "../../core/time.ts";
import { sideBySide, within } from "../../kit/bounded.ts";

/** A row that waits to be sent. */
export type Waiting = { readonly body: string /** How often it was claimed before. */; readonly attempts: number };

/** Where rows wait. */
export type Shelf<Row extends Waiting> = {
  /** The first rows, at most `limit`, that may be sent at `at`. */
  due(at: EpochMs, limit: number): Row[];
  /** The row counts one attempt more and is not due before `until`: two turns at the same time never send the same row. */
  claim(row: Row, until: EpochMs): void;
  /** The row, claimed and not taken, is due at `until`: earlier than its claim said, which allowed for an answer that never comes. */
  dueAgain?(row: Row, until: EpochMs): void;
  /** Absent where rows go only when they are confirmed: `send` then answers `kept`. */
  remove?(row: Row): void;
};

/** The wait before the next attempt, in ms: `first`, doubled with each attempt up to `cap`. */
export type RetryMs = {
  readonly first: number;
  readonly cap: number;
  /** Further share of each wait, 0 to 1: objects with different ones that fail together do not come again together. Absent: 0. */
  readonly spread?: number;
};

/** How rows are sent: how many, how many side by side, and how late again. */
export type Policy = {
  /** Maximum rows of one turn; further ones stay due for the next. */
  readonly rows: number;
  /** Maximum sends at a time. */
  readonly width: number;
  /** A send that takes longer, in ms, counts as failed; null: the receiver's own bound is trusted. */
  readonly answerWithinMs: number | null;
  readonly retryMs: RetryMs;
  /** The row is given up after this many attempts; null: never. */
  readonly attempts: number | null;
};

/**
 * `done`: the row may go. `kept`: the row stays until it is confirmed, and is sent again when it is not. `retry`: as if it had failed.
 * `notBefore`: as `retry`, and not before this instant.
 */
export type Sent = "done" | "kept" | "retry" | { readonly notBefore: EpochMs };

/**
 * One turn; answers how many rows it claimed. A send that fails is not an error of the caller: its row is due again later.
 * `parcels`: rows that are sent together, in the order in which they became due.
 */
export async function drain<Row extends Waiting>(
  shelf: Shelf<Row>,
  policy: Policy,
  send: (parcel: readonly Row[]) => Promise<Sent>,
  now: () => EpochMs,
  parcels: (rows: readonly Row[]) => readonly (readonly Row[])[] = (rows) => rows.map((row) => [row]),
): Promise<number> {
  const { rows, width, answerWithinMs, retryMs, attempts } = policy;
  const at = now();
  const due = shelf.due(at, rows);
  const parts = parcels(due);
  for (const row of due) shelf.claim(row, at + waitMs(retryMs, row.attempts) + (answerWithinMs ?? 0));
  await sideBySide(parts, width, async (parcel) => {
    const sent = await settled(send(parcel), answerWithinMs);
    if (sent === "kept") return;
    for (const row of parcel) {
      if (sent === "done" || row.attempts + 1 >= (attempts ?? Number.POSITIVE_INFINITY)) shelf.remove?.(row);
      else if (sent !== "late") {
        const notBefore = sent === "retry" ? 0 : sent.notBefore;
        shelf.dueAgain?.(row, Math.max(now() + waitMs(retryMs, row.attempts), notBefore));
      }
    }
  });
  return due.length;
}

/** Milliseconds until the next attempt, after `attempts` earlier ones. */
const waitMs = ({ first, cap, spread = 0 }: RetryMs, attempts: number): number =>
  Math.round(Math.min(first * 2 ** attempts, cap) * (1 + spread));

/** Attempts that a row of this age has behind it, for whoever does not remember: its next wait is then about as long as its age. */
export const attemptsAtAge = ({ first }: RetryMs, ageMs: number): number => Math.floor(Math.log2(1 + Math.max(0, ageMs) / first));

/** `late`: nobody knows yet, so the claim stays as it is. */
async function settled(sending: Promise<Sent>, answerWithinMs: number | null): Promise<Sent | "late"> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  sending.then(over, over);
  try {
    return await (answerWithinMs === null ? sending : within(answerWithinMs, sending));
  } catch {
    return isOver ? "retry" : "late"; // the row stays and is due again: the alarm comes back to it
  }
}
