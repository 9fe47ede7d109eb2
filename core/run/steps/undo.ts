/** Undoing what was done, one call at a time, last first. What cannot be undone is named, and the rest is undone all the same. */
import type { Compensate } from "../../workflow/definition.ts";
import { evaluate } from "../../workflow/expression.ts";
import { mentionsOf } from "../../workflow/step-kinds.ts";
import type { Activity, Done, StepError } from "../machine/state.ts";
import type { Turn } from "../machine/turn.ts";
import { compensationId, indexOfNode, nodeDefinition } from "./node.ts";

/** Activity ids of the calls that say how they are undone, last first. */
export const toUndo = (turn: Turn): string[] =>
  turn.state.done
    .toReversed()
    .filter((done) => compensationOf(turn, done) !== null)
    .map((done) => done.activity);

export function undoNext(turn: Turn, activityId: string): void {
  const id = compensationId(activityId);
  if (id in turn.state.activities) return;
  const done = turn.state.done.find((other) => other.activity === activityId);
  const compensate = done === undefined ? null : compensationOf(turn, done);
  if (done === undefined || compensate === null) throw new TypeError(`${activityId} has no compensation`);
  const index = indexOfNode(done.node);
  const input = evaluate(compensate.input, { ...turn.scope(done.output), ...(index === null ? {} : { index }) });
  if (input.ok)
    return turn.emit("step.compensating", { activity: id, undoes: activityId, tool: compensate.tool, input: input.value }, done.step);
  const undone = { code: "invalid_request", message: `\`compensate/input\` could not be evaluated: ${input.error.message}` } as const;
  turn.emit("step.compensated", { activity: id, undoes: activityId, undone }, done.step);
}

export function compensated(turn: Turn, activity: Activity, undone?: StepError): void {
  const undoes = activity.undoes ?? activity.step;
  turn.emit("step.compensated", { activity: activity.id, undoes, ...(undone === undefined ? {} : { undone }) }, activity.step);
}

/** Only what the definition itself calls says how it is undone; an agent's calls do not. */
function compensationOf(turn: Turn, done: Done): Compensate | null {
  if (done.activity !== done.node) return null;
  return mentionsOf(nodeDefinition(turn.birth.definition, done.node)).compensate;
}
