/**
 * A call that was cut short on our side: the object died, was evicted or replaced during it, or its consumer fell silent. A model is asked again, a
 * tool is called again under its key, a look-up is made again, or a person decides. What is cut short again and again (code that ends its own process, say) is repeated later each
 * time, and in the end not at all.
 */
import { chance } from "../../chance.ts";
import { own } from "../../json.ts";
import { failWork } from "../agent/agent.ts";
import { noSpent } from "../fold/evolve.ts";
import type { Activity } from "../machine/state.ts";
import type { Turn } from "../machine/turn.ts";
import type { Failure, ModelOutcome } from "./call.ts";
import { dispatch } from "./dispatch.ts";
import { failCall, mayRepeat } from "./failure.ts";
import { lookUpAgain, resolveDoubt, takeLookup } from "./lookup.ts";
import { noteModelCall } from "./model-call.ts";

/** Why a word about a call is refused that the run does not wait for. */
export const LATE = "the run no longer waits for this call";

/** Maximum interruptions of one piece of work; with the last one its call has failed. A person who has it made again begins a new count. */
export const INTERRUPTIONS = 5;
/** Milliseconds before the call is repeated after its second interruption; each further wait is four times as long. After the first it is repeated at once. */
const FIRST_WAIT_MS = 1_000;

/**
 * Takes the news that a call was cut short. Returns why it is refused, or null. A run that is ending asks again for nothing that it need not know: of
 * a write it has to know whether it is to be undone. `isUnsent`: the call certainly did not leave, so it does not count.
 */
export function takeInterruption(turn: Turn, activityId: string, call: number, isUnsent = false): string | null {
  const activity = own(turn.state.activities, activityId);
  if ((activity?.phase !== "calling" && activity?.phase !== "looking") || activity.call !== call) return LATE;
  const interruptions = (activity.interruptions ?? 0) + (isUnsent ? 0 : 1);
  if (activity.phase === "looking") return interruptedLookup(turn, { ...activity, interruptions }, call);
  if (activity.kind === "model") return interruptedModel(turn, activity, interruptions);
  const isWrite = activity.facts?.effect === "write";
  const isWinding = turn.state.stopping !== null && activity.purpose !== "compensation";
  if (isWinding && !isWrite) failWork(turn, activity, { code: "tool_error", message: "the call was interrupted, and the run is ending" });
  else if (interruptions < INTERRUPTIONS && (isUnsent || mayRepeat(activity))) repeat(turn, activity, interruptions);
  else if (!isWrite) failCall(turn, activity, EXHAUSTED, activity.attempt);
  else if (!isWinding) resolveDoubt(turn, activity, true);
  else failWork(turn, activity, { code: "tool_error", message: "the call was interrupted and its outcome is unknown" }, true);
  return null;
}

/** It costs what it may have cost, each time. */
function interruptedModel(turn: Turn, activity: Activity, interruptions: number): null {
  const isExhausted = interruptions >= INTERRUPTIONS;
  const failure = isExhausted ? EXHAUSTED : CUT_SHORT;
  const outcome: ModelOutcome = { result: { ok: false, failure }, usage: null, durationMs: 0, findings: [], upstream: {} };
  noteModelCall(turn, activity, outcome, noSpent, true, isExhausted ? null : interruptions);
  if (turn.state.stopping !== null) failWork(turn, activity, CUT_SHORT);
  else if (isExhausted)
    failCall(turn, activity, failure, activity.attempt); // another model may fare better
  else repeat(turn, activity, interruptions);
  return null;
}

/** One that is not made again told nothing. What follows an unsure one may be another look-up, which the next interruption ends. */
function interruptedLookup(turn: Turn, activity: Activity, call: number): null {
  const { interruptions = 0 } = activity;
  if (interruptions < INTERRUPTIONS) {
    lookUpAgain(turn, activity, pauseMs(turn, activity, interruptions));
    return null;
  }
  const after = takeLookup(turn, activity.id, call, { found: "unsure", output: null, durationMs: 0, findings: [], failure: EXHAUSTED });
  if (after !== null) resolveDoubt(turn, { ...after, interruptions }, false);
  return null;
}

/** The same attempt again. */
function repeat(turn: Turn, activity: Activity, interruptions: number): void {
  const wait = pauseMs(turn, activity, interruptions);
  if (wait === 0) return dispatch(turn, activity.id, true, interruptions);
  const { code, message } = CUT_SHORT;
  const data = { activity: activity.id, attempt: activity.attempt, error: { code, message }, resume_at: turn.at + wait, interruptions };
  turn.emit("step.retrying", data, activity.step);
}

/** A run that is ending waits for nothing. */
const pauseMs = (turn: Turn, activity: Activity, interruptions: number): number =>
  interruptions < 2 || turn.state.stopping !== null ? 0 : waitMs(turn, activity, interruptions);

/** Between half of the wait and all of it, so that what was cut short together does not come back together. */
function waitMs({ birth }: Turn, { id }: Activity, interruptions: number): number {
  const most = FIRST_WAIT_MS * 4 ** (interruptions - 2);
  return Math.ceil(most / 2 + (most / 2) * chance(`${birth.id}/${id}~${interruptions}`));
}

const CUT_SHORT: Failure = {
  class: "unknown",
  code: "upstream_unavailable",
  message: "the call was interrupted on our side",
  retryAfterMs: null,
};

/** Not retried: each attempt would be cut short as often. */
const EXHAUSTED: Failure = {
  class: "permanent",
  code: "interrupted",
  message: `the call was interrupted ${INTERRUPTIONS} times before it ended`,
  retryAfterMs: null,
};
