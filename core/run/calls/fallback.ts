/**
 * The tool that a manifest names to stand in for its own (`fallback`): called when that one failed for good, and only where this cannot do
 * anything twice. A tool that refuses the call has answered it, and is not passed over. A fallback's own fallback is not used.
 */
import type { ErrorCode } from "../../errors/codes.ts";
import type { Activity } from "../machine/state.ts";
import type { Turn } from "../machine/turn.ts";
import type { Failure } from "./call.ts";

/** What the call itself is at fault for, or what ended it: another tool would fare no better. */
const OURS: readonly ErrorCode[] = ["invalid_request", "policy_denied", "cancelled"];

/** Calls the fallback next; false: there is none, or it may not be called. `attempt`: the number of the one that failed. */
export function fallBack(turn: Turn, activity: Activity, failure: Failure, attempt: number): boolean {
  const fallback = fallbackOf(activity, failure, attempt);
  if (fallback === null) return false;
  const error = { code: failure.code, message: failure.message };
  turn.emit("step.retrying", { activity: activity.id, attempt, error, resume_at: turn.at, fallback }, activity.step);
  return true;
}

function fallbackOf({ facts, insteadOf, reached, unreached, doubt }: Activity, failure: Failure, attempt: number): string | null {
  if (facts?.fallback === undefined || insteadOf !== undefined) return null;
  if (failure.class === "safety" || OURS.includes(failure.code) || reached === "refused") return null;
  const isUndone = !doubt && unreached === attempt; // none of its attempts can have done anything
  return facts.effect !== "write" || isUndone ? facts.fallback : null;
}
