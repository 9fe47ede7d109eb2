/** How a node (a step, or an item of a `map`) ends, and what its end means for the steps that wait for it. */
import { type Json, own } from "../../json.ts";
import type { Labels } from "../../label/labels.ts";
import type { OnError } from "../../workflow/definition.ts";
import { evaluate } from "../../workflow/expression.ts";
import type { StepError } from "../machine/state.ts";
import { stopAtFailure } from "../machine/stop.ts";
import type { Turn } from "../machine/turn.ts";
import { itemLabels, labelsIn, labelsOfResult, originIn, type SeenLabels } from "./labels.ts";
import { indexOfNode, nodeDefinition, stepOfNode } from "./node.ts";

/** Completes a step, or an item of a `map`. */
export function completeNode(turn: Turn, node: string, output: Json, labels = labelsOfResult(turn.machinery, turn.state, node)): void {
  const index = indexOfNode(node);
  if (index === null) completeStep(turn, node, output, { labels });
  else turn.emit("item.completed", { index, output, labels }, stepOfNode(node));
}

/** Fails a step, or an item of a `map`, unless `on_error` absorbs the failure. `unknownOutcome`: a write may have happened; a dead letter names it. */
export function failNode(turn: Turn, node: string, error: StepError, unknownOutcome = false): void {
  const index = indexOfNode(node);
  if (index === null) return failStep(turn, node, error, unknownOutcome);
  const { on_error } = nodeDefinition(turn.birth.definition, node);
  const item = own(turn.state.maps, stepOfNode(node))?.over[index] ?? null;
  const labels = itemLabels(turn.machinery, turn.state, node);
  const fallback = unknownOutcome ? null : fallbackValue(turn, on_error, { index, item }, { item: labels });
  if (fallback !== null) turn.emit("item.completed", { index, output: fallback.value, labels: fallback.labels, error }, stepOfNode(node));
  else turn.emit("item.failed", { index, error, ...(unknownOutcome ? { unknown_outcome: true } : {}) }, stepOfNode(node));
}

/** Completes a step. `signal`: the one that it waited for; it is taken from those that came. */
export function completeStep(
  turn: Turn,
  id: string,
  output: Json,
  { signal, labels }: { readonly signal?: string; readonly labels?: Labels } = {},
): void {
  const noted = labels ?? labelsOfResult(turn.machinery, turn.state, id);
  turn.emit("step.completed", { output, labels: noted, ...(signal === undefined ? {} : { signal }) }, id);
  afterSettled(turn, id, own(turn.state.steps, id)?.output ?? null);
}

/** Skips a step: its output is null, and the steps that need it may start. */
export function skipStep(turn: Turn, id: string): void {
  turn.emit("step.skipped", {}, id);
  afterSettled(turn, id, null);
}

/** Fails a step. `on_error` may put a value in its place, or start the step that answers for it; otherwise the run stops. */
export function failStep(turn: Turn, id: string, error: StepError, unknownOutcome = false): void {
  const doubt = unknownOutcome ? { unknown_outcome: true } : {};
  const { on_error } = turn.stepDefinition(id);
  const rescuer = on_error !== null && "step" in on_error ? on_error.step : null;
  const fallback = fallbackValue(turn, on_error, {}, {});
  if (fallback !== null) {
    turn.emit("step.failed", { error, absorbed: "value", output: fallback.value, labels: fallback.labels, ...doubt }, id);
    afterSettled(turn, id, fallback.value);
  } else if (turn.state.stopping === null && rescuer !== null && own(turn.state.steps, rescuer)?.status === "pending") {
    turn.emit("step.failed", { error, absorbed: "step", ...doubt }, id);
  } else {
    turn.emit("step.failed", { error, absorbed: null, ...doubt }, id);
    stopAtFailure(turn, { ...error, step: id });
  }
}

/** The value that `on_error` puts in place of an output; null: it has none, it cannot be evaluated, or the run is stopping. */
function fallbackValue(
  turn: Turn,
  onError: OnError | null,
  item: { readonly index?: number; readonly item?: Json },
  seen: SeenLabels,
): { readonly value: Json; readonly labels: Labels } | null {
  if (turn.state.stopping !== null || onError === null || !("value" in onError)) return null;
  const value = evaluate(onError.value, { ...turn.scope(), ...item });
  return value.ok ? { value: value.value, labels: labelsIn(turn.machinery, turn.state, onError.value, seen) } : null;
}

function afterSettled(turn: Turn, id: string, output: Json): void {
  const rescued = own(turn.state.steps, id)?.rescues;
  if (rescued) completeStep(turn, rescued, output, { labels: originIn(turn.machinery, turn.state)("steps", [id, "output"]) });
  const { on_error } = turn.stepDefinition(id);
  const rescuer = on_error !== null && "step" in on_error ? on_error.step : null;
  if (rescuer !== null && own(turn.state.steps, rescuer)?.status === "pending") skipStep(turn, rescuer); // there is nothing to rescue
}
