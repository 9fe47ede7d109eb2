/** A run begins to end: nothing new starts, and calls that have left are awaited. How it ends is decided afterwards (ending.ts). */
import type { ErrorCode } from "../../errors/codes.ts";
import type { RunError } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Stops the run for a failure that nothing absorbed. A run that is stopping already keeps its first reason. */
export function stopAtFailure(turn: Turn, error: RunError): void {
  if (turn.state.stopping === null) turn.emit("run.stopping", { why: "failure", error });
}

/**
 * Stops the run at a cap. A run that is stopping already keeps its first reason. `step`: the one that needed more; null: the run itself.
 */
export function stopAtCap(
  turn: Turn,
  code: Extract<ErrorCode, "budget_exceeded" | "limit_reached">,
  message: string,
  step: string | null,
): void {
  if (turn.state.stopping === null) turn.emit("run.stopping", { why: "cap", error: { code, message, step } });
}
