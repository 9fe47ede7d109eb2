/** Whether a write may have happened although its call failed. Part of the fold: what it says of a journal never changes. */
import type { Failure, Reached } from "../calls/call.ts";
import type { EventOf } from "../machine/event.ts";
import type { Activity } from "../machine/state.ts";

/**
 * - `no`, or an answer that says "try again": whatever was in doubt before still is.
 * - `refused`: a tool that answers the same key as it did the first time has said that it never did it.
 * - Any other answer that cannot be used, and a call that was cut short: the write may have happened.
 */
export function isDoubtful({ facts, doubt }: Pick<Activity, "facts" | "doubt">, answer: EventOf<"tool.answered">["data"]): boolean {
  const { ok, failure } = answer;
  if (ok || facts?.effect !== "write" || failure === undefined) return false;
  if (failure.class === "unknown") return true;
  const reached = answer.reached ?? reachedByStatus(answer.status, failure);
  if (reached === "no" || (reached === "answered" && failure.class === "transient")) return doubt;
  if (reached === "refused") return doubt && facts.idempotency !== "key";
  return true;
}

/**
 * How far an HTTP call came, by its status alone: for journals whose `tool.answered` does not say it. `transient` is a status that asks
 * for another try (408, 425, 429, 5xx); with a status of success it is an answer that was cut short, or too old.
 */
export function reachedByStatus(status: number | null, failure: Failure): Reached {
  if (failure.class === "unknown") return "unknown";
  if (status === null) return "no";
  if (status >= 200 && status < 300) return failure.class === "transient" ? "unknown" : "answered";
  if (failure.class === "transient") return "answered";
  return failure.class === "permanent" && status >= 400 && status < 500 ? "refused" : "no";
}
