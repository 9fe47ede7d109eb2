/** Which step starts next: the definition decides, and nothing else. */
import { type Json, own } from "../../json.ts";
import { evaluate, evaluateCondition } from "../../workflow/expression.ts";
import { isBusy } from "../machine/state.ts";
import { stopAtCap } from "../machine/stop.ts";
import { EVENTS_PER_TURN, type Turn } from "../machine/turn.ts";
import { failAt } from "./begin.ts";
import { rulesOf } from "./kinds.ts";
import { nodeDefinition, stepOfNode } from "./node.ts";
import { skipStep } from "./settle.ts";

/** Maximum steps under way at once (docs/contract.md, "Workflows"); further ready steps wait. A step that waits for a person, a signal or a time is not counted. */
const SIDE_BY_SIDE = 6;

/** Starts the steps whose needs are settled, in the order of the plan, until a bound is reached. */
export function startReadySteps(turn: Turn): void {
  for (const id of turn.machinery.plan.order) {
    if (turn.state.stopping !== null || turn.events.length >= EVENTS_PER_TURN) return;
    const step = own(turn.state.steps, id);
    if (step?.status !== "pending" || step.blockedBy > 0 || step.error !== null) continue; // with an error, another step answers for it
    if (turn.machinery.plan.rescuers.has(id) && step.rescues === null) continue;
    if (stepsUnderWay(turn) >= SIDE_BY_SIDE) return;
    startStep(turn, id);
  }
}

/** The items of one map count as one step: its own `concurrency` bounds them. */
const stepsUnderWay = ({ state }: Turn): number =>
  new Set(
    Object.values(state.activities)
      .filter(isBusy)
      .map((activity) => activity.step),
  ).size;

function startStep(turn: Turn, id: string): void {
  const step = turn.stepDefinition(id);
  if (step.when !== null) {
    const condition = evaluateCondition(step.when.cel, turn.scopeOf(id));
    if (!condition.ok) return failAt(turn, id, "when", condition.error.message);
    if (!condition.value) return skipStep(turn, id);
  }
  startNode(turn, id, {});
}

/** Starts a step, or an item of a map with what its expressions see of it. */
export function startNode(turn: Turn, node: string, item: { readonly item?: Json; readonly index?: number }): void {
  const step = nodeDefinition(turn.birth.definition, node);
  const { steps } = turn.birth.definition.limits;
  if (turn.state.executions >= steps)
    return stopAtCap(turn, "limit_reached", `the run has used up its \`limits.steps\` of ${steps}`, stepOfNode(node));
  const rules = rulesOf(step);
  const input = rules.input(step);
  if (input === null) return rules.start(turn, node, step, null);
  const value = evaluate(input.template, { ...turn.scopeOf(stepOfNode(node)), ...item });
  if (!value.ok) return failAt(turn, node, input.field, value.error.message);
  rules.start(turn, node, step, value.value);
}
