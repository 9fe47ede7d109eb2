/** How a node (a step, or an item of a `map`) ends, and what its end means for the steps that wait for it. */
import { type Json, own } from "../../json.ts";
import type { Labels } from "../../label/labels.ts";
import type { ErrorRule, OnError } from "../../workflow/definition.ts";
import { evaluate, evaluateCondition, type Scope } from "../../workflow/expression.ts";
import { errorRules, rescuersIn } from "../../workflow/on-error.ts";
import type { Failure } from "../calls/call.ts";
import { classOfError, toldError } from "../calls/error-class.ts";
import type { StepError } from "../machine/state.ts";
import { stopAtFailure } from "../machine/stop.ts";
import type { Turn } from "../machine/turn.ts";
import { itemLabels, labelsIn, labelsOfResult, originIn, type SeenLabels } from "./labels.ts";
import { indexOfNode, nodeDefinition, stepOfNode } from "./node.ts";

/** Why a node fails. `class`: as the failed call told it; absent: the code stands for one. */
type Failed = StepError & { readonly class?: Failure["class"] };

/** Completes a step, or an item of a `map`. */
export function completeNode(turn: Turn, node: string, output: Json, labels = labelsOfResult(turn.machinery, turn.state, node)): void {
  const index = indexOfNode(node);
  if (index === null) completeStep(turn, node, output, { labels });
  else turn.emit("item.completed", { index, output, labels }, stepOfNode(node));
}

/** Fails a step, or an item of a `map`, unless `on_error` absorbs the failure. `unknownOutcome`: a write may have happened; a dead letter names it. */
export function failNode(turn: Turn, node: string, failure: Failed, unknownOutcome = false): void {
  const index = indexOfNode(node);
  if (index === null) return failStep(turn, node, failure, unknownOutcome);
  const error = { code: failure.code, message: failure.message };
  const { on_error } = nodeDefinition(turn.birth.definition, node);
  const item = own(turn.state.maps, stepOfNode(node))?.over[index] ?? null;
  const labels = itemLabels(turn.machinery, turn.state, node);
  const told = toldError(error, classOfError(failure));
  const rule = unknownOutcome ? null : ruleFor(turn, on_error, { ...turn.scope(), index, item, error: told });
  const fallback = fallbackValue(turn, rule, { ...turn.scope(), index, item, error: told }, { item: labels });
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
export function failStep(turn: Turn, id: string, failure: Failed, unknownOutcome = false): void {
  const error = { code: failure.code, message: failure.message };
  const noted = { error, class: classOfError(failure), ...(unknownOutcome ? { unknown_outcome: true } : {}) };
  const scope = { ...turn.scope(), error: toldError(error, noted.class) };
  const rule = ruleFor(turn, turn.stepDefinition(id).on_error, scope);
  const rescuer = rule !== null && "step" in rule ? rule.step : null;
  const fallback = fallbackValue(turn, rule, scope, {});
  if (fallback !== null) {
    turn.emit("step.failed", { ...noted, absorbed: "value", output: fallback.value, labels: fallback.labels }, id);
    afterSettled(turn, id, fallback.value);
  } else if (rescuer !== null && own(turn.state.steps, rescuer)?.status === "pending") {
    turn.emit("step.failed", { ...noted, absorbed: "step", rescuer }, id);
  } else {
    turn.emit("step.failed", { ...noted, absorbed: null }, id);
    stopAtFailure(turn, { ...error, step: id });
  }
}

/** The first rule of `on_error` that applies; null: none does, or the run is stopping. A condition that cannot be evaluated does not hold. */
function ruleFor(turn: Turn, onError: OnError | null, scope: Scope): ErrorRule | null {
  if (turn.state.stopping !== null) return null;
  const holds = ({ when }: ErrorRule): boolean => {
    const condition = when === undefined ? null : evaluateCondition(when.cel, scope);
    return condition === null || (condition.ok && condition.value);
  };
  return errorRules(onError).find(({ rule }) => holds(rule))?.rule ?? null;
}

/** The value that the rule puts in place of an output; null: it has none, or it cannot be evaluated. */
function fallbackValue(
  turn: Turn,
  rule: ErrorRule | null,
  scope: Scope,
  seen: SeenLabels,
): { readonly value: Json; readonly labels: Labels } | null {
  if (rule === null || !("value" in rule)) return null;
  const value = evaluate(rule.value, scope);
  return value.ok ? { value: value.value, labels: labelsIn(turn.machinery, turn.state, rule.value, seen) } : null;
}

function afterSettled(turn: Turn, id: string, output: Json): void {
  const rescued = own(turn.state.steps, id)?.rescues;
  if (rescued) completeStep(turn, rescued, output, { labels: originIn(turn.machinery, turn.state)("steps", [id, "output"]) });
  for (const { id: rescuer } of rescuersIn(turn.stepDefinition(id).on_error)) {
    if (own(turn.state.steps, rescuer)?.status === "pending") skipStep(turn, rescuer); // there is nothing to rescue
  }
}
