/** The fold of a run's own events: how it begins, stands, stops and ends. */

import { own } from "../../json.ts";
import { UNKNOWN } from "../../label/label.ts";
import { LongList } from "../../long-list.ts";
import { isChildUnderWay } from "../machine/activity-kinds.ts";
import { isOverEstimate } from "../machine/birth.ts";
import type { EventOf } from "../machine/event.ts";
import type { ChildHold, RunState, StepState } from "../machine/state.ts";
import type { RunStatus } from "../outside/view.ts";
import { INPUT_ACTIVITY } from "../steps/node.ts";
import { dropUnsent, newActivity, usageOf, withActivity, withUsage } from "./change.ts";
import type { Handlers } from "./handlers.ts";

type Types =
  | "run.created"
  | "run.started"
  | "run.waiting"
  | "run.resumed"
  | "run.paused"
  | "run.cancelling"
  | "run.stopping"
  | "run.compensating"
  | "run.completed"
  | "run.failed"
  | "run.cancelled"
  | "run.dead_lettered"
  | "dead_letter.redriven"
  | "dead_letter.handed_over"
  | "dead_letter.discarded"
  | "parent.told"
  | "callback.tried"
  | "guardrail.flagged"
  | "escalation.raised"
  | "review.withdrawn"
  | "memory.considered"
  | "memory.recalled"
  | "memory.kept"
  | "session.entered"
  | "session.stepped_aside"
  | "session.left"
  | "signal.received";

/** How many ids of signals are kept to recognise a repeated delivery; a signal repeated after more others counts as new. */
const SIGNAL_IDS_KEPT = 500;

/** What each event of the run itself changes. */
export const RUN_EVENTS: Handlers<Types> = {
  "run.created": (state) => state,
  "run.started": (state, event, { birth }) => {
    const entered = { ...enter(state, "running", event.at), startedAt: event.at };
    const started = birth.inputModerated === undefined ? entered : withUsage(entered, "", usageOf(birth.inputModerated));
    if (!birth.inputReview && !isOverEstimate(birth)) return started;
    const question = { id: INPUT_ACTIVITY, step: INPUT_ACTIVITY, node: INPUT_ACTIVITY, kind: "review", purpose: "node" } as const;
    return withActivity(started, newActivity(question));
  },
  "run.waiting": (state, event) => enter(state, "waiting", event.at),
  "run.resumed": (state, event) => {
    const { by, parent } = event.data;
    const { hold, heldAbove, ...free } = state;
    // A person and the parent's pause hold a run each for itself: while one is left, it stays paused.
    if (by !== undefined && parent === undefined && heldAbove !== undefined) return { ...free, heldAbove };
    if (by !== undefined && parent !== undefined && hold !== undefined) return { ...free, hold };
    const resumed = {
      ...enter(by === undefined ? state : free, resumedTo(state), event.at),
      pausedBy: null,
    };
    if (by === undefined) return resumed;
    const activities = tellingChildren(decidedAgain(free.activities), { on: false, hold: event.seq, by, reason: "" });
    return { ...resumed, activities };
  },
  "run.paused": (state, event) => {
    const { scope, epoch, by, reason = "", parent, hold = 0, outranks } = event.data;
    const paused = { ...enter(state, "paused", event.at), pausedBy: { scope, epoch } };
    if (by === undefined) return paused;
    const held =
      parent === undefined
        ? { hold: { by, reason, at: event.at, ...(outranks ? { outranks } : {}) } }
        : { heldAbove: { by, reason, at: event.at, parent, hold } };
    return { ...paused, ...held, activities: tellingChildren(state.activities, { on: true, hold: event.seq, by, reason }) };
  },
  "run.cancelling": (state, event) => ({
    ...dropUnsent(state),
    stopping: { why: "cancel", error: { code: "cancelled", message: event.data.reason, step: null } },
  }),
  "run.stopping": (state, event) => ({
    ...dropUnsent(state),
    stopping: { why: event.data.why, error: event.data.error },
  }),
  // A completed child run whose parent is undone is under way again, and tells its parent again how it ends.
  "run.compensating": (state, event, { birth }) => ({
    ...enter(state, "compensating", event.at),
    undoing: LongList.of(event.data.steps),
    endedAt: null,
    owesParent: birth.parent !== null,
  }),
  "run.completed": (state, event) => ({
    ...end(state, "completed", event.at),
    output: event.data.output,
    ...(event.data.labels === undefined ? {} : { outputLabels: event.data.labels }),
    flags: event.data.flags,
    error: event.data.error,
    undone: event.data.undone ?? state.undone,
  }),
  "run.failed": (state, event) => dead(end(state, "failed", event.at), event),
  "run.cancelled": (state, event) => ({
    ...end(state, "cancelled", event.at),
    error: state.stopping?.error ?? null,
    undone: event.data.undone,
    deadLetter: event.data.dead_letter === null ? null : { id: event.data.dead_letter, status: "open", owes: null },
  }),
  "run.dead_lettered": (state, event) => dead(end(state, "dead_lettered", event.at), event),
  "dead_letter.redriven": (state, event) => ({
    ...state,
    deadLetter: state.deadLetter && {
      ...state.deadLetter,
      status: "redriven",
      owes: event.data.run,
      continuedBy: event.data.run,
      redrivenBy: { user: event.data.by, root: event.data.root ?? null },
      ...(event.data.roles === undefined ? {} : { roles: event.data.roles }),
      ...(event.data.from === undefined ? {} : { from: event.data.from }),
      ...(event.data.changes === undefined ? {} : { changes: event.data.changes }),
    },
  }),
  "dead_letter.handed_over": (state) => ({ ...state, deadLetter: state.deadLetter && { ...state.deadLetter, owes: null } }),
  "dead_letter.discarded": (state) => ({ ...state, deadLetter: state.deadLetter && { ...state.deadLetter, status: "discarded" } }),
  "callback.tried": (state, event) => {
    const { attempt, next_at: dueAt } = event.data;
    return { ...state, callback: dueAt === null ? null : { attempts: attempt, dueAt } };
  },
  "parent.told": (state) => ({ ...state, owesParent: false }),
  "guardrail.flagged": (state, event) => (event.data.instruction ? { ...state, seenInstruction: true } : state),
  "escalation.raised": (state) => state,
  "review.withdrawn": (state, event) => ({ ...state, openReviews: state.openReviews.filter((id) => !event.data.ids.includes(id)) }),
  "memory.considered": (state, event) => ({ ...state, recalled: { ...event.data } }),
  "memory.recalled": (state, event) =>
    state.recalled === undefined ? state : { ...state, recalled: { ...state.recalled, found: event.data.found } },
  "memory.kept": (state) => ({ ...state, remembered: true }),
  "session.entered": (state, event) => ({ ...state, session: { phase: state.session?.phase ?? "in", ...event.data } }),
  "session.stepped_aside": (state) => ({ ...state, session: { ...state.session, phase: "apart" } }),
  "session.left": (state) => ({ ...state, session: { ...state.session, phase: "left" } }),
  "signal.received": (state, event) => {
    const { id, name, body, label = UNKNOWN, moderated } = event.data;
    const labels = state.signalLabels ?? {};
    const known = own(labels, name) ?? [];
    return {
      ...(moderated === undefined ? state : withUsage(state, "", usageOf(moderated))),
      signalIds: [...state.signalIds, id].slice(-SIGNAL_IDS_KEPT),
      signals: { ...state.signals, [name]: [...(own(state.signals, name) ?? []), body] },
      signalLabels: { ...labels, [name]: [...known, label] },
    };
  },
};

/** A run that was paused before it started waits on for its turn. */
const resumedTo = (state: RunState): RunStatus =>
  state.undoing !== null ? "compensating" : state.startedAt === null ? "queued" : "running";

/** What was allowed and not sent before a person paused the run: by the time it goes on, the answer may be another one. */
const decidedAgain = (activities: RunState["activities"]): RunState["activities"] =>
  Object.fromEntries(
    Object.entries(activities).map(([id, activity]) => {
      const isAllowed = activity.phase === "ready" && (activity.kind === "tool" || activity.kind === "model");
      return [id, isAllowed ? { ...activity, phase: "deciding" as const } : activity];
    }),
  );

/** Child runs that have been started are paused and resumed with their parent. */
const tellingChildren = (activities: RunState["activities"], owes: ChildHold): RunState["activities"] =>
  Object.fromEntries(
    Object.entries(activities).map(([id, activity]) => [id, isChildUnderWay(activity) ? { ...activity, owes } : activity]),
  );

/** The status changes here and nowhere else; the clock runs in `running` and `compensating` only. */
function enter(state: RunState, status: RunStatus, at: number): RunState {
  const ranMs = state.clock.ranMs + (state.clock.since === null ? 0 : Math.max(0, at - state.clock.since));
  const runs = status === "running" || status === "compensating";
  return { ...state, status, statusSince: at, clock: { ranMs, since: runs ? at : null } };
}

/** Ends the run. A step that was under way has failed, for the reason of the end. */
function end(state: RunState, status: RunStatus, at: number): RunState {
  const cut = state.stopping?.error.code ?? "cancelled";
  const steps = Object.entries(state.steps).map(([id, step]): [string, StepState] => {
    if (step.status !== "running" && step.status !== "waiting") return [id, step];
    const error = step.error ?? { code: cut, message: "the run ended before this step finished" };
    return [id, { ...step, status: "failed", endedAt: at, error }];
  });
  const { hold: _hold, heldAbove: _above, ...free } = state;
  return {
    ...enter(free, status, at),
    steps: Object.fromEntries(steps),
    endedAt: at,
    activities: {},
    maps: {},
    agents: {},
    pausedBy: null,
  };
}

const dead = (state: RunState, event: EventOf<"run.failed" | "run.dead_lettered">): RunState => ({
  ...state,
  error: event.data.error,
  flags: event.data.flags,
  undone: event.data.undone,
  deadLetter: { id: event.data.dead_letter, status: "open", owes: null },
});
