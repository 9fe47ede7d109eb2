/** How a `wait` starts: until when it waits, and for which signal. */
import type { Json } from "../../json.ts";
import { fromRfc3339 } from "../../time.ts";
import type { WaitStep } from "../../workflow/definition.ts";
import { evaluate } from "../../workflow/expression.ts";
import type { Turn } from "../machine/turn.ts";
import { failAt } from "./begin.ts";

/** Longest wait, in milliseconds: a year. A longer one fails the step: most likely its unit is wrong. */
const MAX_WAIT_MS = 366 * 24 * 3_600_000;

/** Starts a `wait`. A time that cannot be evaluated, or is out of bounds, fails the step. */
export function startWait(turn: Turn, id: string, wait: WaitStep): void {
  if (wait.signal !== null) {
    const until = wait.timeout_ms === null ? null : turn.at + wait.timeout_ms;
    return turn.emit("step.started", { kind: "wait", resume_at: until, signal: wait.signal }, id);
  }
  const field = wait.seconds === null ? "until" : "seconds";
  const template = wait.seconds ?? wait.until;
  const value = evaluate(template, turn.scopeOf(id), turn.countSteps);
  if (!value.ok) return failAt(turn, id, field, value.error.message, template);
  const resumeAt = field === "seconds" ? secondsFrom(value.value, turn.at) : instantOf(value.value);
  if (resumeAt === null)
    return failAt(turn, id, field, `it does not give ${field === "seconds" ? "a number of seconds" : "an RFC 3339 time"}`, template);
  turn.emit("step.started", { kind: "wait", resume_at: resumeAt }, id);
}

const secondsFrom = (value: Json, at: number): number | null =>
  typeof value === "number" && value >= 0 && value * 1000 <= MAX_WAIT_MS ? at + Math.round(value * 1000) : null;

const instantOf = (value: Json): number | null => (typeof value === "string" ? fromRfc3339(value) : null);
