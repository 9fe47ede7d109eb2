/** Which step starts next: the definition decides, and nothing else. */
import { own } from "../../json.ts";
import { evaluateCondition } from "../../workflow/expression.ts";
import { isBusy } from "../machine/activity-kinds.ts";
import type { Turn } from "../machine/turn.ts";
import { failAt } from "./begin.ts";
import { INPUT_ACTIVITY } from "./node.ts";
import { skipStep } from "./settle.ts";
import { startNode } from "./start.ts";

/** Maximum steps under way at once (docs/contract.md, "Workflows"); further ready steps wait. A step that waits for a person, a signal or a time is not counted. */
const SIDE_BY_SIDE = 6;

/** Starts the steps whose needs are settled, in the order of the plan, until a bound is reached. */
export function startReadySteps(turn: Turn): void {
  if (Object.hasOwn(turn.state.activities, INPUT_ACTIVITY)) return; // a person has not seen the input yet
  for (const id of turn.machinery.plan.order) {
    if (turn.state.stopping !== null || turn.isFull) return;
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
    const condition = evaluateCondition(step.when.cel, turn.scopeOf(id), turn.countSteps);
    if (!condition.ok) return failAt(turn, id, "when", condition.error.message, step.when);
    if (!condition.value) return skipStep(turn, id);
  }
  startNode(turn, id, {});
}
