/**
 * Child runs: a step that is another run. Its budget and tools are part of its parent's. Its failure fails the step; cancelling the parent
 * cancels it; when the parent is undone, a completed child undoes its own steps.
 */
import { type Json, own } from "../../json.ts";
import { type Label, OWN, UNKNOWN } from "../../label/label.ts";
import { joined, whole } from "../../label/labels.ts";
import { fromUsd } from "../../money.ts";
import { validate } from "../../workflow/schema.ts";
import { observe, refusalFor } from "../agent/agent.ts";
import { alertAtThresholds } from "../calls/lease.ts";
import type { Happening } from "../machine/happening.ts";
import { type Activity, type Child, isFinal, type RunState, type StepError } from "../machine/state.ts";
import { stopAtCap } from "../machine/stop.ts";
import type { Turn } from "../machine/turn.ts";
import { compensationId } from "./node.ts";
import { completeNode, failNode } from "./settle.ts";
import { othersWithoutShare } from "./shares.ts";
import { compensated, toUndo } from "./undo.ts";

/** Maximum depth of nested runs; a deeper one fails its step. Without it, a run that starts itself would never end. */
const MAX_DEPTH = 8;

/** The run that is to be started, and what its definition lets it spend. */
type ChildToStart = Child & { readonly limits: { readonly usd: number; readonly tokens: number } };

/** Reserves the child's whole budget before it exists: at most what its definition allows, and its share of what is left here. */
export function callChild(turn: Turn, activity: Activity, child: ChildToStart): void {
  const { birth, state } = turn;
  if ((birth.parent?.depth ?? 0) + 1 > MAX_DEPTH) {
    return failChild(turn, activity, { code: "limit_reached", message: `runs are already nested ${MAX_DEPTH} deep, the maximum` });
  }
  const left = {
    micro_usd: birth.budget.usd - state.usage.microUsd - state.reserved.microUsd,
    tokens: birth.budget.tokens - state.usage.tokensIn - state.usage.tokensOut - state.reserved.tokens,
  };
  if (left.micro_usd <= 0 || left.tokens <= 0)
    return stopAtCap(turn, "budget_exceeded", "nothing is left of the budget for the child run", activity.step);
  const share = 1 / (1 + othersWithoutShare(turn, activity));
  const reserved = {
    micro_usd: Math.min(Math.ceil(left.micro_usd * share), fromUsd(child.limits.usd)),
    tokens: Math.min(Math.ceil(left.tokens * share), child.limits.tokens),
  };
  const { run, workflow, version, digest } = child;
  const input_sha256 = turn.content.add(activity.input);
  turn.emit("child.called", { activity: activity.id, run, workflow, version, digest, input_sha256, reserved }, activity.step);
}

/** The child's step fails; an agent's model is told, and may go on. */
function failChild(turn: Turn, activity: Activity, error: StepError, said: Label = OWN): void {
  if (activity.purpose === "agent") observe(turn, activity, refusalFor(error), said);
  else failNode(turn, activity.node, { ...error, said });
}

/** Takes the end of a child run: its result is the node's. Returns why it is refused, or null. */
export function takeChildEnd(turn: Turn, happening: Extract<Happening, { kind: "child.ended" }>): string | null {
  const undone = { run: happening.run, failed: happening.stuck === true, left: happening.wrote === true };
  if (!happening.ok && childAsked(turn, happening.activity, happening.run) !== null)
    return takeChildUndone(turn, { activity: happening.activity, ...undone });
  const activity = own(turn.state.activities, happening.activity);
  if (activity?.kind !== "run" || activity.phase !== "calling" || activity.child?.run !== happening.run)
    return "the run does not wait for this child run";
  const { run, ok, output, labels = whole(UNKNOWN), error, flags, usage, held, instruction, past, wrote } = happening;
  const before = turn.state.usage;
  const undoable = ok && wrote === true ? ({ undoable: true } as const) : {};
  const noted = {
    ...(instruction === true ? { instruction } : {}),
    ...(past === undefined ? {} : { past }),
    ...(wrote === undefined ? {} : { wrote, ...undoable }),
  };
  const output_sha256 = ok ? turn.content.add(output) : null;
  turn.emit("child.ended", { activity: activity.id, run, ok, output, output_sha256, error, flags, usage, held, ...noted }, activity.step);
  alertAtThresholds(turn, before);
  if (!ok) failChild(turn, activity, childError(error, run), joined(labels));
  else if (misfitIn(activity, output))
    failChild(turn, activity, { code: "output_invalid", message: `the output of the child run ${run} does not fit the tool's schema` });
  else if (activity.purpose === "agent") observe(turn, activity, { ok: true, output }, joined(labels));
  else completeNode(turn, activity.node, output, labels);
  return null;
}

/** What a child run that undid its steps has to say. */
type Undone = Omit<Extract<Happening, { kind: "child.undone" }>, "kind">;

/** Takes what became of a child run that was asked to undo its steps. Returns why it is refused, or null. */
export function takeChildUndone(turn: Turn, { activity: undoes, run, failed, left }: Undone): string | null {
  const activity = childAsked(turn, undoes, run);
  if (activity === null) return "the run does not wait for this child run";
  if (failed) compensated(turn, activity, { code: "tool_error", message: `the child run ${run} could not undo all of its writes` });
  else turn.emit("step.compensated", { activity: activity.id, undoes, ...(left ? { left } : {}) }, activity.step);
  return null;
}

/** The activity for which this child run undoes its steps; null: it was not asked to, or has told. */
function childAsked({ state }: Turn, undoes: string, run: string): Activity | null {
  const activity = own(state.activities, compensationId(undoes));
  return activity?.kind === "run" && activity.purpose === "compensation" && activity.child?.run === run ? activity : null;
}

/** The parent of this completed run is undone, and this run with it: it is under way again until that is done. Returns why it is refused, or null. */
export function takeUndo(turn: Turn): string | null {
  if (turn.birth.parent === null || turn.state.status !== "completed") return "only a child run that completed is undone";
  turn.emit("run.cancelling", { by: "parent", reason: "the parent run was undone" });
  turn.emit("run.compensating", { steps: toUndo(turn) });
  return null;
}

/** What a run that was asked to undo its steps has to say; null: it is still at it. */
export const undoneOf = (state: RunState): Pick<Undone, "failed" | "left"> | null =>
  isFinal(state) ? { failed: state.status !== "cancelled", left: state.undone.length > 0 } : null;

/** A registered tool that is a workflow promises an output. */
const misfitIn = ({ facts }: Activity, output: Json): boolean =>
  facts?.child !== undefined && validate(facts.child.output, output).length > 0;

const childError = (error: StepError | null, run: string): StepError => ({
  code: error?.code ?? "internal",
  message: `the child run ${run} failed: ${error?.message ?? "no reason was given"}`,
});
