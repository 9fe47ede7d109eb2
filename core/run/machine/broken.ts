/**
 * What becomes of a run whose machine threw, which is a bug of ours. First the happening is taken as a failure of what it was for; where
 * that throws too, the run ends as it is. Either way the journal says so, and no call is repeated as if it had been cut short.
 */
import { withPrefix } from "../../ids.ts";
import { own } from "../../json.ts";
import type { Failure } from "../calls/call.ts";
import { leftBehind } from "../steps/left-behind.ts";
import type { Happening } from "./happening.ts";
import { isFinal, type StepError } from "./state.ts";
import type { Turn } from "./turn.ts";

/** What a person reads of it. */
export const BROKEN: StepError = { code: "internal", message: "the platform failed with an internal error while it processed the answer" };
const FAILURE: Failure = { class: "permanent", ...BROKEN, retryAfterMs: null };

/** The happening as a failure of the work that it was for; null: it was for no one piece of work. */
export function asFailure(happening: Happening): Happening | null {
  switch (happening.kind) {
    case "authorized":
      return { ...happening, answer: { kind: "refused", transient: false, ...BROKEN } };
    case "tool.answered":
      return { ...happening, outcome: { ...happening.outcome, result: { ok: false, failure: FAILURE } } };
    case "model.answered":
      return { ...happening, outcome: { ...happening.outcome, result: { ok: false, failure: FAILURE } } };
    case "tool.looked_up":
      return { ...happening, answer: { ...happening.answer, found: "unsure", output: null, failure: FAILURE } };
    case "child.undone":
      return { ...happening, failed: true };
    case "child.ended":
      return { ...happening, ok: false, output: null, error: BROKEN };
    default:
      return null;
  }
}

/**
 * Ends the run at once: nothing is decided, sent or undone any more. Whatever was written and stays, or may have been, is named. Returns
 * why it is refused, or null.
 */
export function collapse(turn: Turn, over: Happening): string | null {
  const { state, birth } = turn;
  if (isFinal(state)) return "the run has ended";
  if (state.seq === 0) throw new TypeError("a run that was not born cannot end");
  const mayWrite = Object.values(state.activities).filter(
    ({ kind, phase, tool, facts, doubt }) =>
      doubt || (phase === "calling" && (kind === "run" || (kind === "tool" && (facts?.effect ?? effectOf(turn, tool)) === "write"))),
  );
  const undone = [...new Set([...state.undone, ...leftBehind(turn), ...mayWrite.map(({ id }) => id)])];
  const deadLetter = withPrefix("dl", birth.id);
  const step = state.stopping?.error.step ?? null;
  if (over.kind === "cancel" && state.stopping?.why !== "cancel") turn.emit("run.cancelling", { by: over.by, reason: over.reason });
  if (turn.state.stopping?.why === "cancel")
    turn.emit("run.cancelled", { reason: turn.state.stopping.error.message, undone, dead_letter: undone.length > 0 ? deadLetter : null });
  else turn.emit("run.failed", { error: { ...BROKEN, step }, flags: state.flags, undone, dead_letter: deadLetter });
  return null;
}

/** A tool that was not registered when the run started counts as one that writes. */
const effectOf = ({ birth }: Turn, tool: string | null): string => own(birth.toolEffects, tool ?? "") ?? "write";
