/** What follows from a state by itself: hold under the kill switch, resume, start steps, send calls, wait, end. */
import { own } from "../../json.ts";
import { toRfc3339 } from "../../time.ts";
import { driveAgents } from "../agent/agent.ts";
import { isShort } from "../calls/afford.ts";
import { dispatch } from "../calls/dispatch.ts";
import { giveBack } from "../calls/lease.ts";
import { endWithReply, takeConfirmation } from "../hand-over/answer.ts";
import { HAND_OVER_ACTIVITY, isHeld } from "../hand-over/state.ts";
import { timeCapAt } from "../outside/wake.ts";
import { complete, windDown } from "../steps/ending.ts";
import { driveMaps } from "../steps/map.ts";
import { startReadySteps } from "../steps/schedule.ts";
import { completeStep, failStep } from "../steps/settle.ts";
import { ACTIVITY_KINDS, isBusy } from "./activity-kinds.ts";
import type { EventOf, EventType } from "./event.ts";
import { begin, isReady, isUnopened } from "./opening.ts";
import { holdIfStopped, holdOrRelease, runSubject } from "./pause.ts";
import { type Activity, isFinal } from "./state.ts";
import { stopAtCap } from "./stop.ts";
import type { Turn } from "./turn.ts";

/** Emits everything that follows from the state of the turn, until nothing more does or the turn is full. */
export function advance(turn: Turn): void {
  resumeWhenThereIsNews(turn);
  holdOrRelease(turn);
  holdLookups(turn);
  stopWhenTimeIsUp(turn);
  let before = -1;
  while (turn.state.seq !== before && mayGoOn(turn) && !turn.isFull) {
    before = turn.state.seq;
    if (isUnopened(turn)) {
      if (!isReady(turn)) break;
      begin(turn);
    }
    takeConfirmation(turn);
    endWithReply(turn);
    if (isHeld(turn.state) || isFinal(turn.state)) continue; // a person is asked: nothing new begins
    endWaits(turn);
    sendWhatIsReady(turn);
    if (!mayGoOn(turn)) break;
    driveAgents(turn);
    driveMaps(turn);
    if (turn.state.stopping !== null) windDown(turn);
    else startReadySteps(turn);
    if (!isFinal(turn.state) && turn.state.stopping === null && isSettled(turn)) complete(turn);
  }
  waitWhenIdle(turn);
}

const mayGoOn = ({ state }: Turn): boolean => !isFinal(state) && state.status !== "paused";

/** A look-up is a call of its tool: the switch of either tool, the one that is asked or the one that is asked about, holds it. */
function holdLookups(turn: Turn): void {
  if (!mayGoOn(turn)) return;
  const { org, definition } = turn.birth;
  for (const { phase, facts, tool } of Object.values(turn.state.activities)) {
    if (phase !== "looking" || typeof facts?.idempotency !== "object") continue;
    for (const name of [facts.idempotency.lookup, tool])
      if (name !== null && holdIfStopped(turn, { org, workflow: definition.name, tool: name })) return;
  }
}

/** Events after which a waiting run goes on waiting. */
const NO_NEWS: ReadonlySet<EventType> = new Set<EventType>([
  "budget.alert",
  "budget.asked",
  "budget.leased",
  "budget.refused",
  "escalation.raised",
  "review.opened",
  "review.withdrawn",
  "session.stepped_aside",
  "signal.received",
]);

function resumeWhenThereIsNews(turn: Turn): void {
  if (turn.state.status !== "waiting") return;
  const isNews =
    turn.events.some((event) => !NO_NEWS.has(event.type)) ||
    Object.values(turn.state.activities).some((activity) => mayEnd(turn, activity) && isOver(turn, activity));
  const isTimeUp = turn.state.stopping !== null || turn.at >= timeCapAt(turn.machinery, turn.state);
  if (isNews || isTimeUp) turn.emit("run.resumed", { from: "waiting" });
}

function stopWhenTimeIsUp(turn: Turn): void {
  const { state, birth } = turn;
  if (!mayGoOn(turn) || state.stopping !== null || turn.at < timeCapAt(turn.machinery, state)) return;
  const overdue = birth.deadlineAt !== null && turn.at >= birth.deadlineAt;
  const message = overdue
    ? "the run's `deadline` has passed"
    : `the run has used up its \`limits.seconds\` of ${birth.definition.limits.seconds}`;
  stopAtCap(turn, "limit_reached", message, null);
}

/** In a held run time passes for the question to the user alone. */
const mayEnd = ({ state }: Turn, { id }: Activity): boolean => !isHeld(state) || id === HAND_OVER_ACTIVITY;

const isSettled = ({ state }: Turn): boolean =>
  Object.keys(state.activities).length === 0 &&
  Object.values(state.steps).every((step) => step.status === "completed" || step.status === "skipped");

function sendWhatIsReady(turn: Turn): void {
  for (const id of Object.keys(turn.state.activities)) {
    if (turn.state.status === "paused") return;
    if (own(turn.state.activities, id)?.phase === "ready") dispatch(turn, id);
  }
}

/** It waits for a time or a signal, and that has come. */
function isOver({ state, at }: Turn, { phase, signal, resumeAt }: Activity): boolean {
  if (phase !== "waiting") return false;
  return (signal !== null && (own(state.signals, signal)?.length ?? 0) > 0) || (resumeAt !== null && resumeAt <= at);
}

/** Ends the waits whose time or signal has come. A wait for a signal that did not come in time fails. */
function endWaits(turn: Turn): void {
  if (turn.state.stopping !== null) return;
  for (const activity of Object.values(turn.state.activities)) {
    if (turn.state.stopping !== null || !isOver(turn, activity)) continue;
    const { step, signal } = activity;
    const [body] = signal === null ? [] : (own(turn.state.signals, signal) ?? []);
    if (signal === null) completeStep(turn, step, null);
    else if (body !== undefined) completeStep(turn, step, body, { signal });
    else failStep(turn, step, { code: "timeout", message: `the signal \`${signal}\` did not arrive in time` });
  }
}

/** Makes the run `waiting` when it can do nothing until a person decides (an open case), a signal or a time comes, or a child run ends. */
function waitWhenIdle(turn: Turn): void {
  const { state } = turn;
  const all = Object.values(state.activities);
  // What has not left is held: it keeps a run that waits for a person from nothing.
  const held = isHeld(state)
    ? all.filter((one) => one.id === HAND_OVER_ACTIVITY || one.phase === "calling" || one.phase === "looking")
    : all;
  // What is still ready in a turn that is full has not been tried.
  const activities = turn.isFull ? held : held.filter((one) => !isShort(turn, one));
  if (state.status !== "running" || state.stopping !== null || activities.length === 0 || activities.some(isBusy)) return;
  const urgency = ({ id, kind }: Activity): number => (id === HAND_OVER_ACTIVITY ? -1 : ACTIVITY_KINDS[kind].urgency);
  const [first] = activities.toSorted((a, b) => urgency(a) - urgency(b));
  if (first === undefined || holdIfStopped(turn, runSubject(turn))) return;
  turn.emit("run.waiting", awaited(first));
  giveBack(turn);
}

function awaited({ review, signal, resumeAt, child, step }: Activity): EventOf<"run.waiting">["data"] {
  const until = (at: number | null): string | null => (at === null ? null : toRfc3339(at));
  if (review?.id) return { kind: "review", id: review.id, until: until(review.until) };
  if (child !== null) return { kind: "run", id: child.run, until: null };
  return signal === null ? { kind: "wait", id: step, until: until(resumeAt) } : { kind: "signal", id: signal, until: until(resumeAt) };
}
