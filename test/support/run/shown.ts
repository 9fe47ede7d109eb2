/**
 * All that leaves a run, read off its journal: after each turn what the run shows, wants and waits for, and in the end its line, records,
 * trace, log and context; and what the run decides when the same happens to it again. Plain JSON; of what is the same as after the turn
 * before it says nothing. Words for people (`WORDS`) are left out: they may change.
 */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { isObject } from "../../../core/json.ts";
import type { Stops } from "../../../core/kill-switch/stops.ts";
import { evolve, initialState } from "../../../core/run/fold/evolve.ts";
import type { Birth } from "../../../core/run/machine/birth.ts";
import type { RunEvent } from "../../../core/run/machine/event.ts";
import type { Happening } from "../../../core/run/machine/happening.ts";
import { transition } from "../../../core/run/machine/transition.ts";
import type { Machinery } from "../../../core/run/machine/turn.ts";
import { auditRecords } from "../../../core/run/outside/audit.ts";
import { contextOf } from "../../../core/run/outside/context.ts";
import { toIndexRow } from "../../../core/run/outside/index-line.ts";
import { lifeLines } from "../../../core/run/outside/life-lines.ts";
import { toRunView } from "../../../core/run/outside/present.ts";
import { spansOfRun } from "../../../core/run/outside/trace.ts";
import { nextWakeAt } from "../../../core/run/outside/wake.ts";
import { wantedEffects } from "../../../core/run/outside/wanted.ts";
import type { EpochMs } from "../../../core/time.ts";
import { planOf } from "../../../core/workflow/plan.ts";

/**
 * A run's birth and its whole journal. `turns`: numbers of the last events of its turns; absent: its end alone is known as one. `inputs`: what
 * happened to it; absent: it was not recorded.
 */
export type Journal = {
  readonly birth: Birth;
  readonly events: readonly RunEvent[];
  readonly turns?: readonly number[];
  readonly inputs?: readonly { readonly at: EpochMs; readonly stops: Stops | null; readonly happening: Happening }[];
};

type Parts = { readonly [name: string]: unknown };
/** What a turn changed. `wakes`: milliseconds from its last event until the next alarm; null: none. `wants`: by the effect's key. */
type Change = { readonly view: Parts; readonly steps: Parts; readonly wants: Parts; readonly wakes: Parts };

const WORDS: ReadonlySet<string> = new Set(["message", "why", "detail"]);
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** `after`: by the number of a turn's last event. */
export function shownOf({ birth, events, turns = [events.length], inputs = [] }: Journal) {
  const machinery = { birth, plan: planOf(birth.definition), sha256 };
  const after: { [seq: string]: Partial<Change> } = {};
  let state = initialState(machinery);
  let last: Change = { view: {}, steps: {}, wants: {}, wakes: {} };
  for (const event of events) {
    state = evolve(machinery, state, event);
    if (!turns.includes(event.seq)) continue;
    const { steps, ...view } = toRunView(machinery, state);
    const wake = nextWakeAt(machinery, state, event.at);
    const now: Change = {
      view,
      steps: Object.fromEntries(steps.map((step) => [step.id, step])),
      wants: Object.fromEntries(wantedEffects(machinery, state, event.at).map((effect) => [effect.key, effect])),
      wakes: { ms: wake === null ? null : wake - event.at },
    };
    const changed = Object.entries(now).map(([name, parts]) => [name, changedParts(last[name as keyof Change], parts)] as const);
    after[event.seq] = Object.fromEntries(changed.filter(([, parts]) => Object.keys(parts).length > 0));
    last = now;
  }
  const shown = {
    after,
    line: toIndexRow(machinery, state),
    records: withoutRepeats(auditRecords(machinery, events)),
    spans: withoutRepeats(spansOfRun(machinery, state.usage, events)),
    log: withoutRepeats(lifeLines(machinery, state, events)),
    context: contextOf(machinery, state, events),
    decided: decisionsOf(machinery, inputs),
  };
  return JSON.parse(JSON.stringify(shown, (name, value) => (WORDS.has(name) ? undefined : value))) as typeof shown;
}

/** For each input the refusal, or the types of the events that it leads to, with a digest of what they say. */
function decisionsOf(machinery: Machinery, inputs: NonNullable<Journal["inputs"]>): string[] {
  let state = initialState(machinery);
  return inputs.map(({ at, stops, happening }) => {
    const turn = transition(machinery, state, happening, { at, stops });
    if (!turn.ok) return `${happening.kind}: refused`;
    state = turn.value.state;
    const { events } = turn.value;
    const said = JSON.stringify(events, (name, value) => (WORDS.has(name) ? undefined : value));
    const types = events.map(({ type, step }) => (step === undefined ? type : `${type} ${step}`));
    return [`${happening.kind}: ${types.join(", ")}`, ...(events.length === 0 ? [] : [sha256(said).slice(0, 8)])].join(" ");
  });
}

/** Of all but the first item, what is the same as in the first is left out. */
const withoutRepeats = (items: readonly object[]): unknown[] => items.map((item, index) => (index === 0 ? item : without(items[0], item)));

function without(first: unknown, item: unknown): unknown {
  if (!isObject(first) || !isObject(item)) return item;
  const other = Object.entries(item).filter(([name, value]) => !isDeepStrictEqual(first[name], value));
  return Object.fromEntries(other.map(([name, value]) => [name, without(first[name], value)]));
}

const changedParts = (before: Parts, now: Parts): Parts =>
  Object.fromEntries(Object.entries(now).filter(([name, part]) => !isDeepStrictEqual(before[name], part)));
