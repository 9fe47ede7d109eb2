/** How a node ends: a step, or an item of a `map`; and what that means for whatever waits for it. */
import type { Json } from "../../json.ts";
import type { OnError } from "../../workflow/definition.ts";
import { evaluate } from "../../workflow/expression.ts";
import type { StepError } from "../machine/state.ts";
import { stopAtFailure } from "../machine/stop.ts";
import type { Turn } from "../machine/turn.ts";
import { indexOfNode, nodeDefinition, stepOfNode } from "./node.ts";

export function completeNode(turn: Turn, node: string, output: Json): void {
  const index = indexOfNode(node);
  if (index === null) completeStep(turn, node, output);
  else turn.emit("item.completed", { index, output }, stepOfNode(node));
}

/** `unknownOutcome`: a write of which nobody knows whether it happened; a dead letter names it. */
export function failNode(turn: Turn, node: string, error: StepError, unknownOutcome = false): void {
  const index = indexOfNode(node);
  if (index === null) return failStep(turn, node, error, unknownOutcome);
  const { on_error } = nodeDefinition(turn.birth.definition, node);
  const spare = unknownOutcome ? null : spareValue(turn, on_error, { index, item: turn.state.maps[stepOfNode(node)]?.over[index] ?? null });
  if (spare !== null) turn.emit("item.completed", { index, output: spare.value, error }, stepOfNode(node));
  else turn.emit("item.failed", { index, error, ...(unknownOutcome ? { unknown_outcome: true } : {}) }, stepOfNode(node));
}

export function completeStep(turn: Turn, id: string, output: Json, signal?: string): void {
  turn.emit("step.completed", { output, ...(signal === undefined ? {} : { signal }) }, id);
  afterSettled(turn, id, turn.state.steps[id]?.output ?? null);
}

export function skipStep(turn: Turn, id: string): void {
  turn.emit("step.skipped", {}, id);
  afterSettled(turn, id, null);
}

export function failStep(turn: Turn, id: string, error: StepError, unknownOutcome = false): void {
  const doubt = unknownOutcome ? { unknown_outcome: true } : {};
  const { on_error } = turn.stepDefinition(id);
  const rescuer = on_error !== null && "step" in on_error ? on_error.step : null;
  const spare = spareValue(turn, on_error, {});
  if (spare !== null) {
    turn.emit("step.failed", { error, absorbed: "value", output: spare.value, ...doubt }, id);
    afterSettled(turn, id, spare.value);
  } else if (turn.state.stopping === null && rescuer !== null && turn.state.steps[rescuer]?.status === "pending") {
    turn.emit("step.failed", { error, absorbed: "step", ...doubt }, id);
  } else {
    turn.emit("step.failed", { error, absorbed: null, ...doubt }, id);
    stopAtFailure(turn, { ...error, step: id });
  }
}

/** What `on_error` gives instead; null: it gives nothing, cannot be evaluated, or the run is ending anyway. */
function spareValue(
  turn: Turn,
  onError: OnError | null,
  item: { readonly index?: number; readonly item?: Json },
): { readonly value: Json } | null {
  if (turn.state.stopping !== null || onError === null || !("value" in onError)) return null;
  const value = evaluate(onError.value, { ...turn.scope(), ...item });
  return value.ok ? { value: value.value } : null;
}

function afterSettled(turn: Turn, id: string, output: Json): void {
  const rescued = turn.state.steps[id]?.rescues;
  if (rescued) completeStep(turn, rescued, output);
  const { on_error } = turn.stepDefinition(id);
  const spare = on_error !== null && "step" in on_error ? on_error.step : null;
  if (spare !== null && turn.state.steps[spare]?.status === "pending") skipStep(turn, spare); // nobody needs it any more
}
