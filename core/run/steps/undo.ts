/** Undoes what was done, one call at a time, last first. A call that cannot be undone is named, and the others are still undone. */
import { UNKNOWN } from "../../label/label.ts";
import { type Labels, labelsAt, placedAt, whole } from "../../label/labels.ts";
import type { ToolCompensate } from "../../tool/manifest.ts";
import { evaluate, type Scope } from "../../workflow/expression.ts";
import { labelsOfTemplate } from "../../workflow/labels-of.ts";
import { mentionsOf } from "../../workflow/step-kinds.ts";
import type { Activity, Done, StepError } from "../machine/state.ts";
import type { Turn } from "../machine/turn.ts";
import { labelsIn, seenByItem } from "./labels.ts";
import { compensationId, indexOfNode, workOf } from "./node.ts";

/** Activity ids of what was done and can be undone, last first. */
export const toUndo = (turn: Turn): string[] =>
  [...turn.state.done]
    .reverse()
    .filter((done) => isUndoable(turn, done))
    .map((done) => done.activity);

/** Something says how it is undone: its step, the manifest of its tool, or the child run that it was. */
export const isUndoable = (turn: Pick<Turn, "birth">, done: Done): boolean =>
  done.child !== undefined || compensationOf(turn, done) !== null;

/** Starts the compensation of an activity. An input that cannot be evaluated ends it as not undone. */
export function undoNext(turn: Turn, activityId: string): void {
  const id = compensationId(activityId);
  if (Object.hasOwn(turn.state.activities, id)) return;
  const done = turn.state.done.find((other) => other.activity === activityId);
  if (done?.child !== undefined) {
    const data = { activity: id, undoes: activityId, tool: null, input: null, child: done.child };
    return turn.emit("step.compensating", data, done.step);
  }
  const compensate = done === undefined ? null : compensationOf(turn, done);
  if (done === undefined || compensate === null) throw new TypeError(`${activityId} has no compensation`);
  const input = evaluate(compensate.input, scopeOf(turn, done, compensate), turn.countSteps);
  if (input.ok) {
    const labels = labelsOf(turn, done, compensate);
    const data = { activity: id, undoes: activityId, tool: compensate.tool, input: input.value, labels };
    return turn.emit("step.compensating", data, done.step);
  }
  const notUndone = { code: "invalid_request", message: `\`compensate/input\` could not be evaluated: ${input.error.message}` } as const;
  turn.emit("step.compensated", { activity: id, undoes: activityId, undone: notUndone }, done.step);
}

/** The manifest's word sees the call alone: its `input` is that of the call. The step's sees the run, whose `input` is the run's, and the call as `call`. */
function scopeOf(turn: Turn, done: Done, compensate: ToolCompensate): Scope {
  const scope = turn.scope(done.output);
  if (compensate === done.undo?.compensate) return { ...scope, input: done.undo.input };
  const index = indexOfNode(done.node);
  const call = done.call === undefined ? {} : { call: { input: done.call.input } };
  return { ...scope, ...call, ...(index === null ? {} : { index }) };
}

function labelsOf(turn: Turn, done: Done, compensate: ToolCompensate): Labels {
  const output = done.labels ?? whole(UNKNOWN);
  if (compensate !== done.undo?.compensate) {
    const call = placedAt("input", done.call?.labels ?? whole(UNKNOWN));
    return labelsIn(turn.machinery, turn.state, compensate.input, { ...seenByItem(turn.machinery, turn.state, done.node), output, call });
  }
  const input = done.undo.labels ?? whole(UNKNOWN); // a model chose the input of a call without labels
  return labelsOfTemplate(compensate.input, (variable, path) => labelsAt(variable === "input" ? input : output, path), UNKNOWN);
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

/**
 * How a call is undone: as its step says, else as the manifest of its tool said when it was called. What a fallback did, its own manifest
 * knows better than the step. null: nothing says so.
 */
const compensationOf = ({ birth }: Pick<Turn, "birth">, done: Done): ToolCompensate | null => {
  const ofStep = mentionsOf(workOf(birth.definition, done.activity)).compensate;
  const ofManifest = done.undo?.compensate ?? null;
  return done.instead === true ? (ofManifest ?? ofStep) : (ofStep ?? ofManifest);
};

/** Its compensation has succeeded. */
export const isUndone = ({ state, birth }: Pick<Turn, "state" | "birth">, done: Done): boolean =>
  state.undoing !== null && isUndoable({ birth }, done) && ![...state.undoing, ...state.undone].includes(done.activity);

/** The tool is called because the manifest of a listed tool names it: a definition's list of tools need not. */
export const isNamedByManifest = (turn: Turn, { undoes, tool }: Activity): boolean => {
  const done = turn.state.done.find(({ activity }) => activity === undoes);
  return done !== undefined && compensationOf(turn, done) === done.undo?.compensate && done.undo?.compensate.tool === tool;
};
