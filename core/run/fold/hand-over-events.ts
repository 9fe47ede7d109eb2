/** The fold of a hand-over: who is asked, and what came of it. */
import { own } from "../../json.ts";
import { HAND_OVER_ACTIVITY, type HandOverState, severityOf } from "../hand-over/state.ts";
import type { Activity, RunState } from "../machine/state.ts";
import { dropUnsent, newActivity, withActivity, without, withoutActivity } from "./change.ts";
import type { Handlers } from "./handlers.ts";

type Types = "hand_over.proposed" | "hand_over.confirmed" | "hand_over.raised" | "hand_over.settled";

const QUESTION = { id: HAND_OVER_ACTIVITY, step: HAND_OVER_ACTIVITY, node: HAND_OVER_ACTIVITY, purpose: "node" } as const;

/** What each event of a hand-over changes. */
export const HAND_OVER_EVENTS: Handlers<Types> = {
  "hand_over.proposed": (state, event) => {
    const { facts, signal, until } = event.data;
    const begun = { status: "confirming", facts, severity: severityOf(facts), at: event.at, until, review: null, outcome: null } as const;
    const wait = newActivity({ ...QUESTION, kind: "wait", phase: "waiting", resumeAt: until, signal });
    return withActivity({ ...state, handOver: begun }, wait);
  },
  "hand_over.confirmed": (state, event) => {
    const { wanted, signal } = event.data;
    const read = signal === undefined ? state : withoutOldest(state, signal);
    const changed = wanted ? {} : ({ status: "done", outcome: "declined", until: null } as const);
    return withoutActivity(changeHandOver(read, changed), HAND_OVER_ACTIVITY);
  },
  "hand_over.raised": (state, event) => {
    const { facts, severity } = event.data;
    const raised = { status: "raised", facts, severity, at: event.at, until: null, review: null, outcome: null } as const;
    return withActivity({ ...state, handOver: raised }, newActivity({ ...QUESTION, kind: "review" }));
  },
  "hand_over.settled": (state, event) => {
    const { outcome, reply } = event.data;
    const free = withoutActivity(state, HAND_OVER_ACTIVITY);
    // Whoever took over has seen what failed: from here on it is counted anew.
    const { failedAttempts: _seen, ...settled } = outcome === "replied" ? dropUnsent(free, isIdle) : freshCandidates(free);
    const told = outcome === "replied" ? ({ status: "replied", reply: reply ?? null } as const) : ({ status: "done" } as const);
    return changeHandOver(settled, { outcome, ...told });
  },
};

/** A write of unknown outcome is still asked about: somebody has to know whether it happened. */
const isIdle = ({ phase, review }: Activity): boolean => phase !== "looking" && review?.reason !== "unknown-outcome";

/** A call whose candidates have all failed begins with the first again. */
const freshCandidates = (state: RunState): RunState => ({
  ...state,
  activities: Object.fromEntries(
    Object.entries(state.activities).map(([id, activity]) => [
      id,
      activity.phase === "ready" && activity.candidate >= activity.candidates.length ? { ...activity, candidate: 0 } : activity,
    ]),
  ),
});

/** Changes the hand-over of a run that has one. */
export const changeHandOver = (state: RunState, change: Partial<HandOverState>): RunState =>
  state.handOver === undefined ? state : { ...state, handOver: { ...state.handOver, ...change } };

/** Counts a failed attempt of a step, in runs whose rules ask for it. */
export function withFailedAttempt(state: RunState, step: string): RunState {
  const counts = state.failedAttempts ?? {};
  return { ...state, failedAttempts: { ...counts, [step]: (own(counts, step) ?? 0) + 1 } };
}

/** A signal that was read is gone. */
function withoutOldest(state: RunState, name: string): RunState {
  const rest = (own(state.signals, name) ?? []).slice(1);
  const labels = (own(state.signalLabels ?? {}, name) ?? []).slice(1);
  return {
    ...state,
    signals: rest.length === 0 ? without(state.signals, name) : { ...state.signals, [name]: rest },
    signalLabels: labels.length === 0 ? without(state.signalLabels ?? {}, name) : { ...state.signalLabels, [name]: labels },
  };
}
