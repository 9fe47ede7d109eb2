/** A run that continues a dead-lettered one: which outputs it keeps, and which of its calls are new acts. */
import { rightsInBoth } from "../../access/principal.ts";
import { type Json, own } from "../../json.ts";
import type { Labels } from "../../label/labels.ts";
import { hasSeenInstruction } from "../calls/findings.ts";
import type { RunContext, RunStart } from "../machine/birth.ts";
import type { RunState } from "../machine/state.ts";
import { isUndone } from "../steps/undo.ts";

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
  const { v: _version, createdAt: _createdAt, ...same } = birth;
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
    },
  };
}
