/** Small changes of a state, which share what stays the same. The fold is written in them. */

import { NOTHING, plus } from "../../budget/amount.ts";
import { own } from "../../json.ts";
import type { RunContext } from "../machine/birth.ts";
import type { Spent } from "../machine/event.ts";
import {
  type Activity,
  type AgentState,
  type Done,
  type ItemState,
  type MapState,
  NO_USAGE,
  type RunState,
  type StepState,
  type Usage,
} from "../machine/state.ts";

/** Changes a step. An unknown step changes nothing. */
export function withStep(state: RunState, id: string, change: (old: StepState) => StepState): RunState {
  const old = own(state.steps, id);
  return old ? { ...state, steps: { ...state.steps, [id]: change(old) } } : state;
}

/** Adds an activity, or puts it in place of the one with its id. */
export const withActivity = (state: RunState, activity: Activity): RunState => ({
  ...state,
  activities: { ...state.activities, [activity.id]: activity },
});

/** Changes an activity. An unknown one changes nothing. */
export function changeActivity(state: RunState, id: string, change: (old: Activity) => Activity): RunState {
  const old = own(state.activities, id);
  return old ? withActivity(state, change(old)) : state;
}

/** Removes an activity, if it is there. */
export function withoutActivity(state: RunState, id: string): RunState {
  if (!Object.hasOwn(state.activities, id)) return state;
  const { [id]: gone, ...activities } = state.activities;
  return { ...holdUntold(state, gone), activities };
}

/** What a tool's call has reserved stays taken where the call ends without its cost being known. */
export function holdUntold(state: RunState, activity: Activity | undefined): RunState {
  if (activity?.kind !== "tool" || activity.reserved.microUsd === 0) return state;
  const lease = { ...state.lease, held: plus(state.lease.held, activity.reserved) };
  return withStep({ ...state, lease }, activity.step, (old) => ({ ...old, held: plus(old.held ?? NOTHING, activity.reserved) }));
}

/** Changes a `map` that is under way. Any other changes nothing. */
export function changeMap(state: RunState, step: string, change: (old: MapState) => MapState): RunState {
  const old = own(state.maps, step);
  return old ? { ...state, maps: { ...state.maps, [step]: change(old) } } : state;
}

/** Completes the item with this index. */
export const completeItem = (state: RunState, step: string, index: number, item: Omit<ItemState, "status">): RunState =>
  changeMap(state, step, (old) => ({
    ...old,
    items: old.items.with(index, { ...item, status: "completed" }),
    completed: old.completed + 1,
  }));

/** Changes an agent that is under way. Any other changes nothing. */
export function changeAgent(state: RunState, node: string, change: (old: AgentState) => AgentState): RunState {
  const old = own(state.agents, node);
  return old ? { ...state, agents: { ...state.agents, [node]: change(old) } } : state;
}

/** The record without one key; the same object when it has no such key. */
export function without<T>(record: { readonly [key: string]: T }, key: string): { readonly [key: string]: T } {
  if (!Object.hasOwn(record, key)) return record;
  const { [key]: _gone, ...rest } = record;
  return rest;
}

/** Adds a flag once. */
export const withFlag = (state: RunState, flag: RunState["flags"][number]): RunState =>
  state.flags.includes(flag) ? state : { ...state, flags: [...state.flags, flag] };

/** Removes the activities whose call has not left. Of these, a write that may have happened is named in `undone`. */
export function dropUnsent(state: RunState, isMeant: (activity: Activity) => boolean = () => true): RunState {
  const isDropped = (activity: Activity): boolean => isMeant(activity) && activity.phase !== "calling";
  const entries = Object.entries(state.activities);
  const doubtful = entries.flatMap(([id, activity]) =>
    isDropped(activity) && activity.doubt && activity.purpose !== "compensation" ? [id] : [],
  );
  return {
    ...entries.reduce((sofar, [, activity]) => (isDropped(activity) ? holdUntold(sofar, activity) : sofar), state),
    activities: Object.fromEntries(entries.filter(([, activity]) => !isDropped(activity))),
    undone: [...state.undone, ...doubtful],
  };
}

/** What was spent, as usage without a call of the run's own. */
export const usageOf = (spent: Spent): Usage => ({
  ...NO_USAGE,
  tokensIn: spent.tokens_in,
  tokensOut: spent.tokens_out,
  microUsd: spent.micro_usd,
});

/** Usage counts for the run and for the step that caused it. */
export function withUsage(state: RunState, step: string, cost: Usage): RunState {
  const counted = withStep(state, step, (old) => ({ ...old, usage: add(old.usage ?? NO_USAGE, cost) }));
  return { ...counted, usage: add(counted.usage, cost) };
}

/** Ends a step: each step that needs it has one need less to wait for. */
export function settleStep(
  state: RunState,
  step: string,
  at: number,
  context: RunContext,
  change: (old: StepState) => StepState,
): RunState {
  const old = own(state.steps, step);
  if (!old) return state;
  const steps = { ...state.steps, [step]: { ...change(old), endedAt: at } };
  for (const dependent of own(context.plan.dependents, step) ?? []) {
    const waiting = own(steps, dependent);
    if (waiting) steps[dependent] = { ...waiting, blockedBy: waiting.blockedBy - 1 };
  }
  return { ...state, steps, maps: without(state.maps, step), agents: without(state.agents, step) };
}

/** An activity as it begins: authority is to be asked, nothing has been sent. */
export function newActivity(given: Pick<Activity, "id" | "step" | "node" | "kind" | "purpose"> & Partial<Activity>): Activity {
  return {
    phase: "deciding",
    attempt: 0,
    tool: null,
    input: null,
    facts: null,
    candidates: [],
    candidate: 0,
    corrections: [],
    reserved: { microUsd: 0, tokens: 0 },
    review: null,
    questions: 0,
    approved: null,
    resumeAt: null,
    call: null,
    doubt: false,
    queued: null,
    lostAt: null,
    signal: null,
    child: null,
    undoes: null,
    ...given,
  };
}

/** What `done` keeps of a call whose tool says how it is undone. */
export function undoOf(activity: Activity | undefined): Pick<Done, "undo" | "instead"> {
  const compensate = activity?.facts?.compensate;
  const instead = activity?.insteadOf === undefined ? {} : ({ instead: true } as const);
  if (activity === undefined || compensate === undefined) return instead;
  const { input, labels } = activity;
  return { undo: { compensate, input, ...(labels === undefined ? {} : { labels }) }, ...instead };
}

/** The sum of two usages. */
const add = (a: Usage, b: Usage): Usage => ({
  tokensIn: a.tokensIn + b.tokensIn,
  tokensOut: a.tokensOut + b.tokensOut,
  microUsd: a.microUsd + b.microUsd,
  modelCalls: a.modelCalls + b.modelCalls,
  toolCalls: a.toolCalls + b.toolCalls,
  cacheHits: a.cacheHits + b.cacheHits,
});
