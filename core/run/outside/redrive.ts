/** A run that continues a dead-lettered one: which outputs it keeps, and which of its calls are new acts. */
import { rightsInBoth } from "../../access/principal.ts";
import { type Json, own } from "../../json.ts";
import { CALLER, type Label, saidBy } from "../../label/label.ts";
import type { Labels } from "../../label/labels.ts";
import { hasSeenInstruction } from "../calls/findings.ts";
import { ownPast, wholePast } from "../fold/past.ts";
import type { RunContext, RunStart } from "../machine/birth.ts";
import type { RunState } from "../machine/state.ts";
import { leftBehind } from "../steps/left-behind.ts";
import { isUndone } from "../steps/undo.ts";
import { sizeWithin } from "./bounded.ts";

/** UTF-16 units of outputs that a start brings along: a message between objects holds 32 MiB. Those of further steps are read from the old run. */
const KEPT_IN_START = 4 * 1024 * 1024;

/** The start as it may leave in one message. */
export function portable(start: RunStart): RunStart {
  if (start.redrive === null) return start;
  let left = KEPT_IN_START;
  const steps = Object.entries(start.redrive.kept);
  const brought = steps.filter(([, output]) => {
    left -= sizeWithin(output, Math.max(0, left));
    return left >= 0;
  });
  if (brought.length === steps.length) return start;
  const here = new Set(brought.map(([step]) => step));
  const keptThere = steps.map(([step]) => step).filter((step) => !here.has(step));
  return { ...start, redrive: { ...start.redrive, kept: Object.fromEntries(brought) }, keptThere };
}

/** The start with everything that it keeps, in the order of the definition. `read`: those that it did not bring along. */
export function completed(start: RunStart, read: ReadonlyMap<string, Json>): RunStart {
  if (start.redrive === null) return start;
  const all = new Map([...Object.entries(start.redrive.kept), ...read]);
  const kept = Object.keys(start.definition.steps).flatMap((step): [string, Json][] => {
    const output = all.get(step);
    return output === undefined ? [] : [[step, output]];
  });
  return { ...start, redrive: { ...start.redrive, kept: Object.fromEntries(kept) } };
}

/**
 * Completed steps are copied where progress was kept (`park`). A step that was undone is a new act under a new key; every other
 * call goes out under its old key, so that a tool that did it already answers as it did.
 */
export function continuation({ birth, plan }: RunContext, state: RunState, newId: string): RunStart {
  const { from, changes: asked } = state.deadLetter ?? {};
  const again = from === undefined ? null : stepsFrom(plan, from);
  const isKept = (id: string): boolean => (again === null ? birth.definition.on_failure === "park" : !again.has(id));
  const kept: Record<string, Json> = {};
  const labels: Record<string, Labels> = {};
  const acts: Record<string, number> = { ...birth.redrive?.acts };
  for (const [id, step] of Object.entries(state.steps)) {
    if (step.status === "completed" && isKept(id) && step.error === null) {
      kept[id] = step.output;
      const noted = own(state.labels ?? {}, id);
      if (noted !== undefined) labels[id] = noted;
    }
  }
  for (const done of state.done) if (isUndone({ birth, state }, done)) acts[done.activity] = (own(acts, done.activity) ?? 1) + 1;
  // A changed call is no repetition: under the old key its tool would answer what it answered to the old one.
  for (const step of Object.keys(asked ?? {})) acts[step] = (own(acts, step) ?? 1) + 1;
  // What a person changed stays changed in the runs that continue that one.
  const changes = asked === undefined ? birth.redrive?.changes : { ...birth.redrive?.changes, ...asked };
  const { v: _version, createdAt: _createdAt, inputModerated: _paid, ...same } = birth;
  const { deadLetter } = state;
  return {
    ...same,
    roles: deadLetter?.roles === undefined ? birth.roles : rightsInBoth(birth.roles, deadLetter.roles),
    ...(deadLetter?.redrivenBy === undefined ? {} : { starters: [...(birth.starters ?? []), deadLetter.redrivenBy] }),
    id: newId,
    deadlineAt: null,
    inputFindings: [],
    redrive: {
      of: birth.id,
      keyRun: birth.redrive?.keyRun ?? birth.id,
      kept,
      labels,
      acts,
      ...(hasSeenInstruction({ birth }, state) ? { seenInstruction: true } : {}),
      past: ownPast({ birth }, state),
      ...(changes === undefined ? {} : { changes, changed: labelOfChanges({ birth, plan }, state) }),
    },
  };
}

/** The step and every step that needs it, through others too. */
function stepsFrom({ dependents }: Pick<RunContext["plan"], "dependents">, from: string): ReadonlySet<string> {
  const found = new Set([from]);
  for (const id of found) for (const next of own(dependents, id) ?? []) found.add(next);
  return found;
}

/** Whoever redrives a run has seen what it saw, and nobody has approved what they write into it. */
const labelOfChanges = (context: RunContext, state: RunState): Label =>
  saidBy("redrive", "untrusted", CALLER, wholePast(context, state).seen.class);

/**
 * Why the run is not redriven in this way; null: it is. A write that stands is never made again because somebody named a step before it, and
 * no other write is made beside one of which nobody knows whether it happened.
 */
export function refusalOfRedrive(
  { birth, plan }: RunContext,
  state: RunState,
  { from, changes = {} }: { readonly from?: string; readonly changes?: { readonly [step: string]: Json } },
): string | null {
  const { steps } = birth.definition;
  const unknown = [...(from === undefined ? [] : [from]), ...Object.keys(changes)].find((id) => own(steps, id) === undefined);
  if (unknown !== undefined) return `the run has no step \`${unknown}\``;
  const again = from === undefined ? null : stepsFrom(plan, from);
  const isAgain = (id: string): boolean => {
    const step = own(state.steps, id);
    if (again !== null) return again.has(id) || step?.status !== "completed" || step.error !== null;
    return birth.definition.on_failure !== "park" || step?.status !== "completed" || step.error !== null;
  };
  const kept = Object.keys(changes).find((id) => !isAgain(id));
  if (kept !== undefined) return `the step \`${kept}\` is kept as it was: only a step that is done again can have another input`;
  const standing = leftBehind({ birth, state }).map(stepOfActivity);
  const doubtful = state.undone.map(stepOfActivity);
  if (again !== null) {
    // One whose compensation failed stands too; one that failed itself is tried again under its key.
    const stuck = doubtful.filter((step) => own(state.steps, step)?.status === "completed");
    const made = [...standing, ...stuck].find((step) => again.has(step));
    if (made !== undefined) return `the write of the step \`${made}\` was made and is not undone: redrive from a step after it`;
    const undone = Object.keys(steps).find((id) => !again.has(id) && own(state.steps, id)?.status === "compensated");
    if (undone !== undefined) return `the step \`${undone}\` was undone: redrive from it, or without \`from\``;
  }
  const beside = Object.keys(changes).find((step) => standing.includes(step) || doubtful.includes(step));
  if (beside !== undefined) return `a write of the step \`${beside}\` was made, or may have been: its input cannot be changed`;
  return null;
}

/** Ids of activities begin with their step. */
const stepOfActivity = (activity: string): string => activity.split("/")[0] ?? activity;
