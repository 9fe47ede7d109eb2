/** A run that continues a dead-lettered one: which outputs it keeps, and which of its calls are new acts. */
import { rightsInBoth } from "../../access/principal.ts";
import { type Json, own } from "../../json.ts";
import type { Labels } from "../../label/labels.ts";
import { hasSeenInstruction } from "../calls/findings.ts";
import { ownPast } from "../fold/past.ts";
import type { RunContext, RunStart } from "../machine/birth.ts";
import type { RunState } from "../machine/state.ts";
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
export function continuation({ birth }: RunContext, state: RunState, newId: string): RunStart {
  const kept: Record<string, Json> = {};
  const labels: Record<string, Labels> = {};
  const acts: Record<string, number> = { ...birth.redrive?.acts };
  for (const [id, step] of Object.entries(state.steps)) {
    if (step.status === "completed" && birth.definition.on_failure === "park" && step.error === null) {
      kept[id] = step.output;
      const noted = own(state.labels ?? {}, id);
      if (noted !== undefined) labels[id] = noted;
    }
  }
  for (const done of state.done) if (isUndone({ birth, state }, done)) acts[done.activity] = (own(acts, done.activity) ?? 1) + 1;
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
    },
  };
}
