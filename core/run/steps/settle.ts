/** How a node (a step, or an item of a `map`) ends, and what its end means for the steps that wait for it. */
import type { Citation } from "../../guardrail/grounded/grounding.ts";
import { type Json, own } from "../../json.ts";
import { join, type Label, OWN } from "../../label/label.ts";
import { joined, type Labels, merged, whole } from "../../label/labels.ts";
import type { ErrorRule, OnError } from "../../workflow/definition.ts";
import { evaluate, evaluateCondition, type Scope } from "../../workflow/expression.ts";
import { errorRules, rescuersIn } from "../../workflow/on-error.ts";
import { mentionsOf } from "../../workflow/step-kinds.ts";
import type { Failure } from "../calls/call.ts";
import { classOfError, toldError } from "../calls/error-class.ts";
import { citationsIn } from "../calls/grounds.ts";
import { outputRulesOf } from "../calls/rules.ts";
import type { StepError } from "../machine/state.ts";
import { stopAtFailure } from "../machine/stop.ts";
import type { Turn } from "../machine/turn.ts";
import { overrunAhead } from "./ahead.ts";
import {
  failureLabel,
  labelsIn,
  labelsOfResult,
  labelsOfSettled,
  labelsOfSkipped,
  originIn,
  ruleLabel,
  type SeenLabels,
  seenByItem,
} from "./labels.ts";
import { indexOfNode, nodeDefinition, stepOfNode } from "./node.ts";

/** Why a node fails. `class`: as the failed call told it; absent: the code stands for one. `read`: of what an expression that failed had read.
 * `said`: of what a child run that failed had been told. */
type Failed = StepError & { readonly class?: Failure["class"]; readonly read?: Label; readonly said?: Label };

const bare = ({ class: _class, read: _read, said: _said, ...error }: Failed): StepError => error;

/** Completes a step, or an item of a `map`. */
export function completeNode(turn: Turn, node: string, output: Json, labels = labelsOfResult(turn.machinery, turn.state, node)): void {
  const index = indexOfNode(node);
  const isSaid = mentionsOf(nodeDefinition(turn.birth.definition, node)).prompted !== null;
  const citations = isSaid ? citationsIn(turn, node, outputRulesOf(turn.birth, node).grounded_in, output) : null;
  if (index === null) completeStep(turn, node, output, { labels, ...(citations === null ? {} : { citations }) });
  else turn.emit("item.completed", { index, output, labels }, stepOfNode(node));
}

/** Fails a step, or an item of a `map`, unless `on_error` absorbs the failure. `unknownOutcome`: a write may have happened; a dead letter names it. */
export function failNode(turn: Turn, node: string, failure: Failed, unknownOutcome = false): void {
  const index = indexOfNode(node);
  if (index === null) return failStep(turn, node, failure, unknownOutcome);
  const error = bare(failure);
  const { on_error } = nodeDefinition(turn.birth.definition, node);
  const item = own(turn.state.maps, stepOfNode(node))?.over[index] ?? null;
  const told = toldError(error, classOfError(failure));
  const scope = { ...turn.scope(), index, item, error: told };
  const seen = seenOfFailure(turn, node, failure);
  const chosen = unknownOutcome ? null : ruleFor(turn, on_error, scope, seen);
  const fallback = fallbackValue(turn, chosen, scope);
  const noted = { label: joined(seen.error), ...(unknownOutcome ? { unknown_outcome: true } : {}) };
  if (fallback !== null) turn.emit("item.completed", { index, output: fallback.value, labels: fallback.labels, error }, stepOfNode(node));
  else turn.emit("item.failed", { index, error, ...noted }, stepOfNode(node));
}

/** Completes a step. `signal`: the one that it waited for; it is taken from those that came. */
export function completeStep(
  turn: Turn,
  id: string,
  output: Json,
  { signal, labels, citations }: { readonly signal?: string; readonly labels?: Labels; readonly citations?: readonly Citation[] } = {},
): void {
  const given = labels ?? labelsOfResult(turn.machinery, turn.state, id);
  const noted = labelsOfSettled(turn.machinery, turn.state, id, given);
  const more = { ...(signal === undefined ? {} : { signal }), ...(citations === undefined ? {} : { citations }) };
  turn.emit("step.completed", { output, labels: noted, ...more }, id);
  afterSettled(turn, id, own(turn.state.steps, id)?.output ?? null);
}

/** Skips a step: its output is null, and the steps that need it may start. `settled`: the step that it stood ready for. */
export function skipStep(turn: Turn, id: string, settled: string | null = null): void {
  turn.emit("step.skipped", { labels: labelsOfSkipped(turn.machinery, turn.state, id, settled) }, id);
  afterSettled(turn, id, null);
}

/** Fails a step. `on_error` may put a value in its place, or start the step that answers for it; otherwise the run stops. */
export function failStep(turn: Turn, id: string, failure: Failed, unknownOutcome = false): void {
  const error = bare(failure);
  const noted = { error, class: classOfError(failure), ...(unknownOutcome ? { unknown_outcome: true } : {}) };
  const scope = { ...turn.scope(), error: toldError(error, noted.class) };
  const seen = seenOfFailure(turn, id, failure);
  const chosen = ruleFor(turn, turn.stepDefinition(id).on_error, scope, seen);
  const rescuer = chosen !== null && "step" in chosen.rule ? chosen.rule.step : null;
  const fallback = fallbackValue(turn, chosen, scope);
  if (fallback !== null) {
    const labels = labelsOfSettled(turn.machinery, turn.state, id, fallback.labels);
    turn.emit("step.failed", { ...noted, absorbed: "value", output: fallback.value, labels }, id);
    afterSettled(turn, id, fallback.value);
  } else if (chosen !== null && rescuer !== null && own(turn.state.steps, rescuer)?.status === "pending") {
    turn.emit("step.failed", { ...noted, absorbed: "step", rescuer, labels: whole(chosen.why) }, id);
  } else {
    turn.emit("step.failed", { ...noted, absorbed: null, labels: seen.error }, id);
    stopAtFailure(turn, { ...error, step: id });
  }
}

/** A rule of `on_error` that applies. `why`: whose word it is that the node failed and that this rule was chosen. */
type Chosen = { readonly rule: ErrorRule; readonly seen: SeenLabels; readonly why: Label };

/** What the rules of a node that fails see. */
function seenOfFailure(
  { machinery, state }: Turn,
  node: string,
  { read, said = OWN }: Failed,
): SeenLabels & Required<Pick<SeenLabels, "error">> {
  const cause = join(read ?? failureLabel(machinery, state, node), said);
  return { ...seenByItem(machinery, state, node), error: whole(cause) };
}

/** The first rule of `on_error` that applies; null: none does, or the run is stopping. A condition that cannot be evaluated does not hold. */
function ruleFor(turn: Turn, onError: OnError | null, scope: Scope, seen: SeenLabels): Chosen | null {
  if (turn.state.stopping !== null) return null;
  const holds = ({ when }: ErrorRule): boolean => {
    const condition = when === undefined ? null : evaluateCondition(when.cel, scope, turn.countSteps);
    return condition === null || (condition.ok && condition.value);
  };
  let why = joined(seen.error ?? []);
  for (const { rule } of errorRules(onError)) {
    why = join(why, ruleLabel(turn.machinery, turn.state, rule, seen));
    if (holds(rule)) return { rule, seen, why };
  }
  return null;
}

/** The value that the rule puts in place of an output; null: it has none, or it cannot be evaluated. */
function fallbackValue(turn: Turn, chosen: Chosen | null, scope: Scope): { readonly value: Json; readonly labels: Labels } | null {
  if (chosen === null || !("value" in chosen.rule)) return null;
  const value = evaluate(chosen.rule.value, scope, turn.countSteps);
  if (!value.ok) return null;
  return { value: value.value, labels: merged([labelsIn(turn.machinery, turn.state, chosen.rule.value, chosen.seen), whole(chosen.why)]) };
}

function afterSettled(turn: Turn, id: string, output: Json): void {
  const rescued = own(turn.state.steps, id)?.rescues;
  if (rescued) completeStep(turn, rescued, output, { labels: originIn(turn.machinery, turn.state)("steps", [id, "output"]) });
  for (const { id: rescuer } of rescuersIn(turn.stepDefinition(id).on_error)) {
    if (own(turn.state.steps, rescuer)?.status === "pending") skipStep(turn, rescuer, id); // there is nothing to rescue
  }
  failAhead(turn, id);
}

/** Fails the run for a value that passes a bound and is known since this step was settled (null: since the run began), if there is one. */
export function failAhead(turn: Turn, settled: string | null): void {
  const overrun = overrunAhead(turn, settled);
  if (overrun === null) return;
  const { step, field, why, template } = overrun;
  const error = { code: "invalid_request", message: `\`${field}\` could not be evaluated: ${why}` } as const;
  if (step === null) stopAtFailure(turn, { ...error, step });
  else failStep(turn, step, { ...error, read: joined(labelsIn(turn.machinery, turn.state, template)) });
}
