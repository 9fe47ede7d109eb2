/** What follows from a call that failed: another model, another time, a question about what became of it, or the end of its work. */
import { own } from "../../json.ts";
import { failWork, observe, refusalFor } from "../agent/agent.ts";
import { heedFailure, heedGuardrail } from "../hand-over/raise.ts";
import type { Activity, StepError } from "../machine/state.ts";
import type { Turn } from "../machine/turn.ts";
import { timeCapAt } from "../outside/wake.ts";
import { compensated } from "../steps/undo.ts";
import type { Failure } from "./call.ts";
import { fallBack } from "./fallback.ts";
import { resolveDoubt } from "./lookup.ts";
import { isRetryable, retryDelayMs, retryPolicy } from "./retry.ts";

/** Sending it again under its key does nothing twice. */
export const mayRepeat = (activity: Activity): boolean => activity.facts?.effect !== "write" || activity.facts.idempotency === "key";

/** A guardrail refused what was said; a policy, a person or the kill switch did not. */
const isRefusal = ({ code }: Failure): boolean => code === "content_blocked" || code === "injection_detected";

/** Decides what follows from a failed attempt. `attempt`: its number, from 1. */
export function failCall(turn: Turn, activity: Activity, failure: Failure, attempt: number): void {
  const { stopping } = turn.state;
  const winding = stopping !== null && activity.purpose !== "compensation";
  const next = own(turn.state.activities, activity.id);
  const unknownWrite = next?.doubt ?? activity.doubt;
  if (failure.class === "unknown" && unknownWrite && !mayRepeat(activity) && !winding)
    return resolveDoubt(turn, next ?? activity, next?.reached !== "answered");
  if (!winding && failure.class === "safety" && isRefusal(failure) && heedGuardrail(turn, activity, failure.message)) return;
  if (!winding && heedFailure(turn, activity, failure.message)) return;
  const fallback = activity.kind === "model" && failure.class !== "safety" && next !== undefined && next.candidate < next.candidates.length;
  if (fallback && !winding) return; // the next candidate is sent with this attempt
  const policy = retryPolicy(turn.birth, activity);
  // Where the tool is not asked for a while, its fallback need not wait for it.
  if (!winding && next?.isUnasked === true && fallBack(turn, next, failure, attempt)) return;
  if (!winding && isRetryable(failure) && attempt < policy.attempts) {
    const resumeAt = turn.at + retryDelayMs(policy, attempt, `${turn.birth.id}/${activity.id}`, failure);
    const isInTime =
      failure.retryAfterMs === null || activity.purpose === "compensation" || resumeAt < timeCapAt(turn.machinery, turn.state);
    if (isInTime) {
      const error = { code: failure.code, message: failure.message };
      return turn.emit("step.retrying", { activity: activity.id, attempt, error, resume_at: resumeAt }, activity.step);
    } // a wait that the other side asks for and that the run's time does not allow is not begun
  }
  if (!winding && next?.kind === "tool" && fallBack(turn, next, failure, attempt)) return;
  const error = errorOf(failure);
  if (activity.purpose === "compensation") compensated(turn, activity, error);
  else if (activity.purpose === "agent" && activity.kind === "tool" && !unknownWrite) observe(turn, activity, refusalFor(failure));
  else failWork(turn, activity, { ...error, class: failure.class }, unknownWrite);
}

/** A failure as the step's error. */
export const errorOf = ({ code, message, error, field, layer }: Failure): StepError => ({
  code,
  message,
  ...(error === undefined ? {} : { error }),
  ...(field === undefined ? {} : { field }),
  ...(layer === undefined ? {} : { layer }),
});
