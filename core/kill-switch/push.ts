/**
 * How often a halt or a resume is sent to the work in a switch's scope. The index of what there is lags by seconds, so one pass is
 * not enough: a halt is repeated until nothing is in flight, a resume a few times. Pure: every decision brings its time.
 */
import type { PushedWork } from "../keeping/work.ts";
import type { EpochMs } from "../time.ts";

/** `halt` after a throw, `resume` after a recovery. */
export type Direction = "halt" | "resume";

/** PERSISTED: the body of a row of `push`. */
export type Progress = {
  readonly v: 1;
  /** Absent in rows from before there was more than one kind: runs. */
  readonly work?: PushedWork;
  readonly since: EpochMs;
  readonly cursor: string | null;
  readonly passes: number;
  /** Pieces of this pass that could not be told. */
  readonly missed: number;
  /** Passes in a row that were cut short or missed a piece. */
  readonly failures: number;
};

/** Where the push stands and when it goes on; null: it is over. */
export type Next = { readonly progress: Progress; readonly at: EpochMs } | null;

/** How long after a throw nothing in flight is believed, in ms: index and isolates have to tell of what started just before. */
export const SETTLE_MS = 5_000;
/** Halts: every 3 s for the first 30 s (within which nothing may be in flight any more), then rarer. */
const HALT_MS = { every: 3_000, often: 10, cap: 10 * 60_000 };
/** Milliseconds between the four successful passes of a resume, which find runs that were still becoming `paused`. */
const RESUME_WAITS_MS = [5_000, 30_000, 120_000];
const RETRY_MS = { first: 5_000, cap: 10 * 60_000 };
/** A resume that keeps failing ends after this, in ms; the watchdog then looks after what is still paused. */
const RESUME_FOR_MS = 24 * 60 * 60_000;

/** A push that has told nobody yet. */
export const newPush = (work: PushedWork, since: EpochMs): Progress => ({
  v: 1,
  work,
  since,
  cursor: null,
  passes: 0,
  missed: 0,
  failures: 0,
});

/** After the last page of a pass. A halt goes on until its caller sees that nothing is in flight. */
export function afterPass(direction: Direction, progress: Progress, at: EpochMs): Next {
  const passes = progress.passes + 1;
  const good = { ...progress, passes, missed: 0, failures: 0 };
  if (direction === "halt")
    return { progress: good, at: at + Math.min(HALT_MS.every * 2 ** Math.max(0, passes - HALT_MS.often), HALT_MS.cap) };
  if (progress.missed > 0) return afterTrouble(progress, at);
  const wait = RESUME_WAITS_MS[progress.passes];
  return wait === undefined ? null : { progress: good, at: at + wait };
}

/** The index is out of reach, or a resume missed somebody: the pass begins again, later each time. */
export function afterTrouble(progress: Progress, at: EpochMs): Next {
  if (progress.missed > 0 && at >= progress.since + RESUME_FOR_MS) return null;
  const wait = Math.min(RETRY_MS.first * 2 ** progress.failures, RETRY_MS.cap);
  return { progress: { ...progress, cursor: null, missed: 0, failures: progress.failures + 1 }, at: at + wait };
}
