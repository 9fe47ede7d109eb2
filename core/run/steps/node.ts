/** Names inside a run: which step a node is of, which node an activity works for. Ids are read here and nowhere else. */
import { own } from "../../json.ts";
import type { Definition, ItemStep, Step } from "../../workflow/definition.ts";
import { mentionsOf } from "../../workflow/step-kinds.ts";

/** The question whether the run's input may pass, which is no step's. No step can have this id. */
export const INPUT_ACTIVITY = "(input)";

/** A step of the definition, or what a `map` does for each item. */
export type NodeDefinition = Step | ItemStep;

/** `each/3` → `each`. */
export const stepOfNode = (node: string): string => {
  const slash = node.indexOf("/");
  return slash < 0 ? node : node.slice(0, slash);
};

/** `each/3` → 3; null for a step. */
export const indexOfNode = (node: string): number | null => {
  const slash = node.indexOf("/");
  return slash < 0 ? null : Number(node.slice(slash + 1));
};

/** `each`, 3 → `each/3`. */
export const itemNode = (step: string, index: number): string => `${step}/${index}`;

/** What the definition says of a node: the step itself, or what its `map` does for each item. */
export function nodeDefinition(definition: Definition, node: string): NodeDefinition {
  const step = own(definition.steps, stepOfNode(node));
  if (step === undefined) throw new TypeError(`no step ${stepOfNode(node)} in the definition`);
  if (indexOfNode(node) === null) return step;
  const { item } = mentionsOf(step);
  if (item === null) throw new TypeError(`step ${stepOfNode(node)} has no items`);
  return item;
}

/** The step, or the item of a `map`, whose work an activity was: `desk` of `desk/2.1`, what `each` does for each item of `each/3`. */
export function workOf(definition: Definition, activity: string): NodeDefinition {
  const node = stepOfNode(activity);
  const step = nodeDefinition(definition, node);
  return node === activity ? step : (mentionsOf(step).item ?? step);
}

/** The agent's model in iteration 2: `desk/2`; its first call: `desk/2.1`. */
export const agentModelId = (node: string, iteration: number): string => `${node}/${iteration}`;
/** The first call in the agent's iteration 2: `desk/2.1`. `call`: from 1. */
export const agentCallId = (node: string, iteration: number, call: number): string => `${node}/${iteration}.${call}`;
/** The summary of what the agent drops after iteration 2: `desk/2.0`. */
export const agentSummaryId = (node: string, iteration: number): string => `${node}/${iteration}.0`;
/** The call that undoes an activity: `refund/compensate`. */
export const compensationId = (activity: string): string => `${activity}/compensate`;
