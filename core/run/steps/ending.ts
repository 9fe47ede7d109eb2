/**
 * How a run ends. A failure that nothing absorbs undoes the completed writes in reverse order; a cap ends with what there is
 * when no write is left half done; a cancel undoes too. Whatever could not be undone is a dead letter that names it.
 */
import { withPrefix } from "../../ids.ts";
import { type Json, own } from "../../json.ts";
import { evaluate } from "../../workflow/expression.ts";
import { giveBack } from "../calls/lease.ts";
import { isFinal, isInFlight } from "../machine/state.ts";
import type { Turn } from "../machine/turn.ts";
import type { RunFlag } from "../outside/view.ts";
import { labelsIn, labelsOfPartial } from "./labels.ts";
import { leftBehind } from "./left-behind.ts";
import { mayWrite } from "./may-write.ts";
import { underOutputRules } from "./run-output.ts";
import { completeStep } from "./settle.ts";
import { toUndo, undoNext } from "./undo.ts";

/** Every step is completed or skipped: the definition's output is the run's. */
export function complete(turn: Turn): void {
  const output = evaluate(turn.birth.definition.output, turn.scope(), turn.countSteps);
  const judged = output.ok ? underOutputRules(turn, output.value) : null;
  if (judged?.blocked === null) {
    const labels = labelsIn(turn.machinery, turn.state, turn.birth.definition.output);
    giveBack(turn);
    const { flags } = turn.state;
    // What it derives from may have become stale in another run: the parent of this one.
    const isStale = labels.some(({ label }) => label.stale === true) && !flags.includes("stale");
    const output_sha256 = turn.content.add(judged.output);
    const told = isStale ? [...flags, "stale" as const] : flags;
    return turn.emit("run.completed", { output: judged.output, output_sha256, labels, flags: told, error: null });
  }
  const error = output.ok
    ? ({ code: "content_blocked", message: `the run's output breaks ${judged?.blocked}`, step: null } as const)
    : ({ code: "invalid_request", message: `\`output\` could not be evaluated: ${output.error.message}`, step: null } as const);
  turn.emit("run.stopping", { why: "failure", error });
}

/** Called while the run stops, until it has ended: waits for what is in flight, then undoes step by step. */
export function windDown(turn: Turn): void {
  const { state } = turn;
  if (isFinal(state) || state.stopping === null) return;
  if (Object.values(state.activities).some((activity) => isInFlight(activity) && activity.purpose !== "compensation")) return;
  if (state.undoing === null) {
    if (state.stopping.why === "cap" && !hasHalfDoneWrites(turn)) return endPartial(turn);
    const steps = turn.birth.definition.on_failure === "compensate" ? toUndo(turn) : [];
    if (steps.length === 0) return end(turn);
    return turn.emit("run.compensating", { steps });
  }
  const next = state.undoing.at(0);
  if (next === undefined) return end(turn);
  undoNext(turn, next);
}

function end(turn: Turn): void {
  const { stopping, flags, isStuck } = turn.state;
  if (stopping === null) return;
  const keepsProgress = stopping.why !== "cancel" && turn.birth.definition.on_failure === "park";
  const notUndone = keepsProgress ? turn.state.undone : [...new Set([...turn.state.undone, ...leftBehind(turn)])];
  giveBack(turn);
  const deadLetter = withPrefix("dl", turn.birth.id);
  if (isStuck || keepsProgress)
    turn.emit("run.dead_lettered", { error: stopping.error, flags, undone: notUndone, dead_letter: deadLetter });
  else if (stopping.why === "cancel") {
    const cancelled = { reason: stopping.error.message, undone: notUndone, dead_letter: notUndone.length > 0 ? deadLetter : null };
    turn.emit("run.cancelled", cancelled);
  } else turn.emit("run.failed", { error: stopping.error, flags, undone: notUndone, dead_letter: deadLetter });
}

/** Some writes were made and others are still to come, or something could not be undone: a cap cannot end with what there is. */
function hasHalfDoneWrites(turn: Turn): boolean {
  const { birth, state } = turn;
  if (state.undone.length > 0) return true;
  const writing = Object.entries(birth.definition.steps).filter(([, step]) => mayWrite(turn, step));
  const isMade = (id: string): boolean => state.done.some((done) => done.step === id);
  const isOver = (id: string): boolean => ["completed", "skipped"].includes(own(state.steps, id)?.status ?? "");
  return writing.some(([id]) => isMade(id)) && writing.some(([id]) => !isOver(id));
}

function endPartial(turn: Turn): void {
  for (const step of Object.keys(turn.state.maps)) completeStep(turn, step, null); // items that a cap cut short are null in the list
  const { birth, state } = turn;
  const { on_budget } = birth.definition;
  const outputs = Object.entries(state.steps).filter(([, step]) => step.status === "completed");
  const instead = on_budget === null ? null : evaluate(on_budget.value, turn.scope(), turn.countSteps);
  const left: Json = instead?.ok ? instead.value : Object.fromEntries(outputs.map(([id, step]) => [id, step.output]));
  const judged = underOutputRules(turn, left);
  const output = judged.blocked === null ? judged.output : null;
  const labels = labelsOfPartial(
    turn.machinery,
    state,
    instead?.ok ? (on_budget?.value ?? null) : null,
    outputs.map(([id]) => id),
  );
  const added: RunFlag[] = state.stopping?.error.code === "budget_exceeded" ? ["partial", "budget_exceeded"] : ["partial"];
  giveBack(turn);
  const flags = [...new Set([...state.flags, ...added])];
  const output_sha256 = turn.content.add(output);
  turn.emit("run.completed", { output, output_sha256, labels, flags, error: state.stopping?.error ?? null });
}
