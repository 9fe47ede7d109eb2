/**
 * The fold: one event changes the state. It decides nothing and never fails, so that a journal written by older code still
 * folds to the same bytes. The handlers of each group of events are in fold/.
 */

import { NOTHING } from "../../budget/amount.ts";
import { own } from "../../json.ts";
import { LongList } from "../../long-list.ts";
import type { RunContext } from "../machine/birth.ts";
import type { EventOf, EventType, RunEvent, Spent } from "../machine/event.ts";
import { NO_USAGE, type RunState, type StepState } from "../machine/state.ts";
import { AGENT_EVENTS } from "./agent-events.ts";
import { BUDGET_EVENTS } from "./budget-events.ts";
import { CALL_EVENTS } from "./call-events.ts";
import { HAND_OVER_EVENTS } from "./hand-over-events.ts";
import type { Handler, Handlers } from "./handlers.ts";
import { remember } from "./past.ts";
import { RUN_EVENTS } from "./run-events.ts";
import { STEP_EVENTS } from "./step-events.ts";

/** A type of event without a handler does not compile. */
const HANDLERS: Handlers<EventType> = {
  ...RUN_EVENTS,
  ...STEP_EVENTS,
  ...CALL_EVENTS,
  ...BUDGET_EVENTS,
  ...AGENT_EVENTS,
  ...HAND_OVER_EVENTS,
};

/** The state after one more event. */
export function evolve(context: RunContext, state: RunState, event: RunEvent): RunState {
  const change = HANDLERS[event.type] as Handler<EventType>;
  return { ...remember(state, change(state, event as EventOf<EventType>, context), event), seq: event.seq };
}

/** The state after all these events, from the first on. */
export function fold(context: RunContext, events: Iterable<RunEvent>): RunState {
  let state = initialState(context);
  for (const event of events) state = evolve(context, state, event);
  return state;
}

/** The state of a run that has not started. */
export function initialState({ birth, plan }: RunContext): RunState {
  const steps: Record<string, StepState> = {};
  for (const id of plan.order) {
    steps[id] = {
      status: "pending",
      blockedBy: own(plan.needs, id) ?? 0,
      attempts: 0,
      output: null,
      error: null,
      usage: null,
      startedAt: null,
      endedAt: null,
      rescues: null,
    };
  }
  return {
    v: 1,
    status: "queued",
    seq: 0,
    steps,
    activities: {},
    maps: {},
    agents: {},
    signals: {},
    done: LongList.of(),
    usage: NO_USAGE,
    reserved: { microUsd: 0, tokens: 0 },
    lease: {
      spent: NOTHING,
      held: NOTHING,
      ceiling: NOTHING,
      until: 0,
      pressure: 0,
      n: 0,
      told: { spent: NOTHING, held: NOTHING },
      asking: null,
    },
    isConfirmed: false,
    overrun: { microUsd: 1, tokens: 1 },
    executions: 0,
    flags: [],
    clock: { ranMs: 0, since: null },
    stopping: null,
    undoing: null,
    undone: [],
    isStuck: false,
    openReviews: [],
    signalIds: [],
    callback: birth.callbackUrl === null ? null : { attempts: 0, dueAt: 0 },
    owesParent: birth.parent !== null,
    pausedBy: null,
    statusSince: birth.createdAt,
    output: null,
    error: null,
    startedAt: null,
    endedAt: null,
    deadLetter: null,
  };
}

/** A call that cost nothing. */
export const noSpent: Spent = { tokens_in: 0, tokens_out: 0, micro_usd: 0 };
