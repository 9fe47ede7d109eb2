/** When a run wants to be woken if nothing else happens. A run always has such a time, or waits for a person, or is final. */
import type { EpochMs } from "../../time.ts";
import { isShort } from "../calls/afford.ts";
import { HAND_OVER_ACTIVITY, isHeld } from "../hand-over/state.ts";
import { isChildUnderWay } from "../machine/activity-kinds.ts";
import type { RunContext } from "../machine/birth.ts";
import { isHeldByPerson, UNKNOWN_SCOPE } from "../machine/pause.ts";
import { owedToSession } from "../machine/session-place.ts";
import { type Activity, isFinal, type RunState } from "../machine/state.ts";
import { owesMemory } from "./kept.ts";

/** Maximum milliseconds to the next alarm while a call is in flight: the alarm is the safety net for a call that was lost. */
const IN_FLIGHT_NET_MS = 10_000;
/** Milliseconds after which a lookup that broke off is made again. */
const LOOKING_NET_MS = 1_000;
/** Milliseconds after which a run that a known switch holds asks again, in case the push that resumes it was lost. */
const PAUSED_NET_MS = 15_000;
/** Milliseconds after which a run asks again that paused because nobody could say what is stopped. No push ends such a pause. */
const UNKNOWN_NET_MS = 1_000;

/** Milliseconds after which a run that waits for its turn asks again, in case its session's call was lost. */
const SESSION_NET_MS = 30_000;

/** Milliseconds between a parent's looks at its child, in case the news of its end was lost. */
const CHILD_NET_MS = 10 * 60_000;

/** The instant at which the run has used up its time: `limits.seconds` of running, or its deadline. */
export function timeCapAt({ birth }: RunContext, state: RunState): EpochMs {
  const left = birth.definition.limits.seconds * 1000 - state.clock.ranMs;
  const byLimit = state.clock.since === null ? Number.POSITIVE_INFINITY : state.clock.since + left;
  return Math.min(byLimit, birth.deadlineAt ?? Number.POSITIVE_INFINITY);
}

/** An answer is on its way: of a call, of the ledger, of a child that is told of a pause, or that a question can be seen. */
const isAwaiting = ({ activities, lease }: RunState): boolean =>
  lease.asking !== null ||
  Object.values(activities).some((activity) => {
    const { phase, review, owes } = activity;
    return (phase === "calling" && (owes !== undefined || !isChildUnderWay(activity))) || (phase === "approving" && review?.id === null);
  });

/** The instant of the next alarm; null: nothing is due. */
export function nextWakeAt(context: RunContext, state: RunState, now: EpochMs): EpochMs | null {
  const owed = owedToSession(context.birth, state);
  if (owed === "enter") return Math.min(timeCapAt(context, state), now + SESSION_NET_MS);
  const own = wakeOfRun(context, state, now);
  return owed === null && !owesMemory(context, state) ? own : Math.min(own ?? Number.POSITIVE_INFINITY, now + IN_FLIGHT_NET_MS);
}

/**
 * Milliseconds until a run that the kill switch holds asks again. While the state of the switch is unknown, the wait grows with the pause:
 * a switch out of reach for long is not asked each second by every run.
 */
const askAgainIn = ({ pausedBy, statusSince }: RunState, now: EpochMs): number =>
  pausedBy?.scope === UNKNOWN_SCOPE ? Math.min(PAUSED_NET_MS, Math.max(UNKNOWN_NET_MS, now - statusSince)) : PAUSED_NET_MS;

function wakeOfRun(context: RunContext, state: RunState, now: EpochMs): EpochMs | null {
  if (isFinal(state)) {
    if (state.openReviews.length > 0 || state.deadLetter?.owes || state.owesParent || state.lease.asking !== null)
      return now + IN_FLIGHT_NET_MS;
    return state.callback === null ? null : Math.max(state.callback.dueAt, now + IN_FLIGHT_NET_MS);
  }
  if (state.status === "paused" && !isHeldByPerson(state)) return now + askAgainIn(state, now);
  // A person holds it, however long: only what has left is watched.
  if (state.status === "paused")
    return isAwaiting(state) ? now + IN_FLIGHT_NET_MS : Object.values(state.activities).some(isChildUnderWay) ? now + CHILD_NET_MS : null;
  const asking = state.lease.asking === null ? Number.POSITIVE_INFINITY : now + IN_FLIGHT_NET_MS;
  const isSilent = ({ id, phase }: Activity): boolean =>
    isHeld(state) && id !== HAND_OVER_ACTIVITY && phase !== "calling" && phase !== "looking" && phase !== "approving";
  const times = Object.values(state.activities).map((activity) => {
    if (isSilent(activity)) return Number.POSITIVE_INFINITY;
    if (activity.phase === "backing-off") return activity.resumeAt ?? now;
    if (activity.phase === "looking") return Math.max(activity.resumeAt ?? now, now + LOOKING_NET_MS);
    if (activity.phase === "waiting") return activity.resumeAt ?? Number.POSITIVE_INFINITY;
    if (state.status === "waiting" && isShort({ ...context, state }, activity)) return Number.POSITIVE_INFINITY; // the child's end wakes it
    if (activity.queued === "taken") return Math.min(activity.lostAt ?? now, now + IN_FLIGHT_NET_MS);
    if (isChildUnderWay(activity)) return now + (state.stopping === null && activity.owes === undefined ? CHILD_NET_MS : IN_FLIGHT_NET_MS);
    if (activity.phase === "approving" && activity.review?.id) return Number.POSITIVE_INFINITY;
    return now + IN_FLIGHT_NET_MS;
  });
  const earliest = Math.min(...times, asking, state.stopping === null ? timeCapAt(context, state) : Number.POSITIVE_INFINITY);
  if (earliest !== Number.POSITIVE_INFINITY) return earliest;
  return state.status === "waiting" ? null : now + IN_FLIGHT_NET_MS;
}
