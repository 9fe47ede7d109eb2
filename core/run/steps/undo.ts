/** Undoes what was done, one call at a time, last first. A call that cannot be undone is named, and the others are still undone. */
import { UNKNOWN } from "../../label/label.ts";
import { whole } from "../../label/labels.ts";
import type { Compensate } from "../../workflow/definition.ts";
import { evaluate } from "../../workflow/expression.ts";
import { mentionsOf } from "../../workflow/step-kinds.ts";
import type { Activity, Done, StepError } from "../machine/state.ts";
import type { Turn } from "../machine/turn.ts";
import { labelsIn } from "./labels.ts";
import { compensationId, indexOfNode, nodeDefinition } from "./node.ts";

/** Activity ids of the successful calls whose definition says how they are undone, last first. */
export const toUndo = (turn: Turn): string[] =>
  turn.state.done
    .toReversed()
    .filter((done) => compensationOf(turn, done) !== null)
    .map((done) => done.activity);

/** Starts the compensation of an activity. An input that cannot be evaluated ends it as not undone. */
export function undoNext(turn: Turn, activityId: string): void {
  const id = compensationId(activityId);
  if (Object.hasOwn(turn.state.activities, id)) return;
  const done = turn.state.done.find((other) => other.activity === activityId);
  const compensate = done === undefined ? null : compensationOf(turn, done);
  if (done === undefined || compensate === null) throw new TypeError(`${activityId} has no compensation`);
  const index = indexOfNode(done.node);
  const input = evaluate(compensate.input, { ...turn.scope(done.output), ...(index === null ? {} : { index }) });
  if (input.ok) {
    const labels = labelsIn(turn.machinery, turn.state, compensate.input, { output: done.labels ?? whole(UNKNOWN) });
    const data = { activity: id, undoes: activityId, tool: compensate.tool, input: input.value, labels };
    return turn.emit("step.compensating", data, done.step);
  }
  const notUndone = { code: "invalid_request", message: `\`compensate/input\` could not be evaluated: ${input.error.message}` } as const;
  turn.emit("step.compensated", { activity: id, undoes: activityId, undone: notUndone }, done.step);
}

/** A compensation has ended. `notUndone`: why it could not undo the call. */
export function compensated(turn: Turn, activity: Activity, notUndone?: StepError): void {
  const undoes = activity.undoes ?? activity.step;
  turn.emit(
    "step.compensated",
    { activity: activity.id, undoes, ...(notUndone === undefined ? {} : { undone: notUndone }) },
    activity.step,
  );
}

/** How a call is undone; null: nothing says so. Only a call that the definition fixes has a compensation; an agent's calls have none. */
export function compensationOf(turn: Pick<Turn, "birth">, done: Done): Compensate | null {
  if (done.activity !== done.node) return null;
  return mentionsOf(nodeDefinition(turn.birth.definition, done.node)).compensate;
}
