/** How records leave any object for the records queue: several rows in one message, sent again until they are confirmed. */
import { inMessages } from "../../core/audit/messages.ts";
import type { RecordsMessage, RecordsRow } from "../../core/audit/record.ts";
import type { EpochMs } from "../../core/time.ts";
import { attemptsAtAge, drain, type Policy, type Shelf, type Waiting } from "./drain.ts";

/** Hands a message to the records queue; throws when the queue does not take it. */
export type SendRecords = (message: RecordsMessage) => Promise<void>;
/** The org and the object that the records of a message come from. */
export type RecordsFrom = Pick<RecordsMessage, "org" | "source">;

/** A row that nobody confirmed is sent again after 15 s, later each time, for as long as it takes: a lost queue costs time, never a record. */
const RECORDS: Policy = { rows: 200, width: 1, answerWithinMs: null, retryMs: { first: 15_000, cap: 10 * 60_000 }, attempts: null };

/** Attempts that a row of this age has behind it, where nobody counted. */
export const recordsAttempts = (ageMs: number): number => attemptsAtAge(RECORDS.retryMs, ageMs);

/** Answers how many rows it took. `spread`: see `RetryMs`. */
export const drainRecords = <Row extends Waiting>(
  shelf: Shelf<Row>,
  from: RecordsFrom,
  send: SendRecords,
  now: () => EpochMs,
  spread = 0,
): Promise<number> =>
  drain(
    shelf,
    { ...RECORDS, retryMs: { ...RECORDS.retryMs, spread } },
    async (rows) => {
      await send({ v: 1, ...from, rows: rows.map(({ body }) => JSON.parse(body) as RecordsRow) });
      return "kept";
    },
    now,
    inMessages,
  );
