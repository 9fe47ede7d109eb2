/**
 * The run's machine: total, synchronous, pure. A happening either changes the run (events, and with them the new state) or is
 * refused. It never acts: the next effects are read off the state (wanted.ts).
 */

import { callbackDelayMs } from "../../callback/retry.ts";
import { chance } from "../../chance.ts";
import { own } from "../../json.ts";
import { CALLER, saidBy } from "../../label/label.ts";
import { err, ok, type Result, unreachable } from "../../result.ts";
import { failWork } from "../agent/agent.ts";
import { takeAuthority } from "../calls/authorized.ts";
import { takeInterruption } from "../calls/interruption.ts";
import { alertAtThresholds, takeLease } from "../calls/lease.ts";
import { takeLookedUp, takeModelAnswer, takeToolAnswer, takeUp } from "../calls/outcome.ts";
import { takeHandOverDecision } from "../hand-over/answer.ts";
import { heedSignal } from "../hand-over/raise.ts";
import { HAND_OVER_ACTIVITY } from "../hand-over/state.ts";
import { refusalOfRedrive } from "../outside/redrive.ts";
import { takeChildEnd, takeChildUndone, takeUndo } from "../steps/child.ts";
import { takeDecision, takeOpenedReview } from "../steps/question.ts";
import { advance } from "./advance.ts";
import { asFailure, BROKEN, collapse } from "./broken.ts";
import type { RunEvent } from "./event.ts";
import type { Happening, Moment, Refused } from "./happening.ts";
import { begin, isReady, takeRecalled, takeSession } from "./opening.ts";
import { releaseToEnd, takeChildHeld, takeParentPause, takeParentResume, takePause, takeResume } from "./pause.ts";
import { isFinal, type RunState } from "./state.ts";
import { stopAtFailure } from "./stop.ts";
import { type Machinery, Turn } from "./turn.ts";

/**
 * What a happening led to: the events to store, and the state they fold to. No events: nothing changed. `isCut`: the turn was full, and what
 * follows is decided in the next one.
 */
export type RunTurn = {
  readonly state: RunState;
  readonly events: readonly RunEvent[];
  /** Lines of the texts that the events name by digest (core/audit/content.ts). */
  readonly texts: ReadonlyMap<string, string>;
  readonly isCut: boolean;
};

/** Decides what follows from a happening. The same arguments give the same turn, or the same refusal. */
export function transition(machinery: Machinery, state: RunState, happening: Happening, { at, stops }: Moment): Result<RunTurn, Refused> {
  const turn = new Turn(machinery, state, at, stops);
  const refusal = happening.kind === "collapsed" ? collapse(turn, happening.over) : take(turn, happening);
  if (refusal !== null) return err({ code: "run.refused", status: state.status, happening: happening.kind, why: refusal });
  if (!isFinal(turn.state)) advance(turn);
  const texts = turn.content.lines;
  return ok({ state: turn.state, events: turn.events, texts, isCut: turn.isFull && turn.events.length > 0 && !isFinal(turn.state) });
}

/** Why a happening is refused; null when it was taken. */
type Take = string | null;

function take(turn: Turn, happening: Happening): Take {
  if (isFinal(turn.state)) return takeAfterTheEnd(turn, happening);
  switch (happening.kind) {
    case "start":
      return takeStart(turn);
    case "tick":
      return null;
    case "authorized":
      return takeAuthority(turn, happening.activity, happening.answer);
    case "tool.answered":
      return takeToolAnswer(turn, happening.activity, happening.call, happening.outcome);
    case "model.answered":
      return takeModelAnswer(turn, happening.activity, happening.call, happening.outcome);
    case "tool.looked_up":
      return takeLookedUp(turn, happening.activity, happening.call, happening.answer);
    case "interrupted":
      return takeInterruption(turn, happening.activity, happening.call, happening.isUnsent);
    case "review.opened":
      return takeOpenedReview(turn, happening);
    case "review.decided":
      return takeDecided(turn, happening);
    case "review.escalated": {
      const activity = own(turn.state.activities, happening.activity);
      if (activity?.review?.id !== happening.id) return "this review is not open in the run";
      turn.emit("escalation.raised", { activity: activity.id, id: happening.id, severity: happening.severity }, activity.step);
      return null;
    }
    case "review.withdrawn":
      turn.emit("review.withdrawn", { ids: happening.ids });
      return null;
    case "child.ended":
      return takeChildEnd(turn, happening);
    case "child.undone":
      return takeChildUndone(turn, happening);
    case "undo":
      return takeUndo(turn);
    case "budget.answered":
      return takeLease(turn, happening.n, happening.answer);
    case "signal":
      return takeSignal(turn, happening);
    case "call.take":
      return takeUp(turn, happening.activity, happening.call);
    case "session.entered":
      return takeSession(turn, happening);
    case "session.stepped_aside":
      if (turn.state.session?.phase !== "apart") turn.emit("session.stepped_aside", {});
      return null;
    case "memory.recalled":
      return takeRecalled(turn, happening);
    case "memory.kept":
    case "session.left":
    case "parent.told":
    case "callback.answered":
      return "the run has not ended";
    case "pause":
      return takePause(turn, happening);
    case "resume":
      return takeResume(turn, happening.by, happening.pausedBy);
    case "parent.paused":
      return takeParentPause(turn, happening);
    case "parent.resumed":
      return takeParentResume(turn, happening.by, happening.hold);
    case "child.held":
      return takeChildHeld(turn, happening.activity, happening);
    case "cancel":
      if (turn.state.stopping !== null) return turn.state.stopping.why === "cancel" ? null : "the run is already ending";
      releaseToEnd(turn, happening.by);
      turn.emit("run.cancelling", { by: happening.by, reason: happening.reason });
      return null;
    case "dead_letter.redriven":
    case "dead_letter.handed_over":
    case "dead_letter.discarded":
      return "the run has no dead letter";
    case "broken":
      return takeBroken(turn, happening.over);
    case "collapsed":
      return collapse(turn, happening.over);
    default:
      return unreachable(happening);
  }
}

function takeDecided(turn: Turn, { activity, decision }: Extract<Happening, { kind: "review.decided" }>): Take {
  const refusal = takeDecision(turn, activity, decision);
  if (refusal === null && activity === HAND_OVER_ACTIVITY) takeHandOverDecision(turn, decision);
  return refusal;
}

/** What a happening was for fails where that can be told; otherwise the run stops. What did happen is noted all the same. */
function takeBroken(turn: Turn, over: Happening): Take {
  const failing = asFailure(over);
  if (failing !== null) return take(turn, failing);
  if (over.kind === "start") takeStart(turn);
  if (over.kind === "signal" || over.kind === "broken" || over.kind === "collapsed") return BROKEN.message;
  if (over.kind === "review.decided") {
    const activity = own(turn.state.activities, over.activity);
    if (activity === undefined) return "nothing waits for this decision";
    if (over.activity === HAND_OVER_ACTIVITY) stopAtFailure(turn, { ...BROKEN, step: null });
    else failWork(turn, activity, BROKEN, activity.doubt);
    return null;
  }
  if (over.kind === "cancel") return take(turn, over);
  stopAtFailure(turn, { ...BROKEN, step: null });
  return null;
}

/** Maximum unread signals per name; further ones are refused. */
const SIGNALS_KEPT = 100;

/** A signal that comes before it is awaited is kept for the step that will. */
function takeSignal(turn: Turn, signal: Extract<Happening, { kind: "signal" }>): Take {
  const { id, name, body, by, own: isOwn, findings, moderated } = signal;
  if (turn.state.signalIds.includes(id)) return null;
  if (turn.state.stopping !== null) return "the run is already ending";
  if ((own(turn.state.signals, name)?.length ?? 0) >= SIGNALS_KEPT) return `${SIGNALS_KEPT} signals of this name are waiting to be read`;
  // The starter's own signal is trusted. Nobody has approved the signal of another person, or of a key that another person may hold.
  const label = isOwn && by === turn.birth.user ? CALLER : saidBy("signal", "untrusted", CALLER);
  const before = turn.state.usage;
  turn.emit("signal.received", { id, name, body, by, label, ...(moderated === undefined ? {} : { moderated }) });
  alertAtThresholds(turn, before);
  if (findings.length > 0) turn.emit("guardrail.flagged", { channel: "user", findings });
  heedSignal(turn, name, body);
  return null;
}

function takeStart(turn: Turn): Take {
  if (turn.state.status !== "queued" || turn.state.seq > 0) return "the run has already started";
  const { definition, version, digest, user, input, inputFindings } = turn.birth;
  turn.emit("run.created", { workflow: definition.name, version, digest, user, input, input_sha256: turn.content.add(input) });
  if (inputFindings.length > 0) turn.emit("guardrail.flagged", { channel: "user", findings: inputFindings });
  if (isReady(turn)) begin(turn);
  return null;
}

/** Terminal stays terminal: only what tidies up behind the end is taken. */
function takeAfterTheEnd(turn: Turn, happening: Happening): Take {
  switch (happening.kind) {
    case "review.opened":
      return takeOpenedReview(turn, happening);
    case "review.withdrawn":
      turn.emit("review.withdrawn", { ids: happening.ids });
      return null;
    case "dead_letter.redriven":
    case "dead_letter.discarded": {
      if (turn.state.deadLetter === null) return "the run has no dead letter";
      if (turn.state.deadLetter.status !== "open") {
        const { status, continuedBy } = turn.state.deadLetter;
        return `the dead letter is already ${status}${continuedBy === undefined ? "" : `: the run ${continuedBy} continues it`}`;
      }
      if (happening.kind === "dead_letter.redriven") {
        const refusal = refusalOfRedrive(turn.machinery, turn.state, happening);
        if (refusal !== null) return refusal;
        const { kind: _kind, ...redriven } = happening;
        turn.emit("dead_letter.redriven", redriven);
      } else turn.emit("dead_letter.discarded", { by: happening.by, reason: happening.reason });
      return null;
    }
    case "undo":
      return takeUndo(turn);
    case "memory.kept":
      if (turn.state.remembered === undefined) turn.emit("memory.kept", { ids: happening.ids, refused: happening.refused });
      return null;
    case "session.left":
      if (turn.state.session?.phase !== "left") turn.emit("session.left", {});
      return null;
    case "parent.told":
      if (turn.state.owesParent) turn.emit("parent.told", {});
      return null;
    case "budget.answered":
      return takeLease(turn, happening.n, happening.answer);
    case "callback.answered":
      return takeCallbackAnswer(turn, happening.attempt, happening.result);
    case "dead_letter.handed_over":
      turn.emit("dead_letter.handed_over", { run: happening.run });
      return null;
    default:
      return "the run has ended";
  }
}

/** Retried for 24 hours (core/callback/retry.ts); then the caller has to look for itself. */
function takeCallbackAnswer(turn: Turn, attempt: number, result: "delivered" | "retry" | "gone" | "refused"): Take {
  if (turn.state.callback === null || turn.state.callback.attempts + 1 !== attempt) return "the run does not wait for this attempt";
  const wait = result === "retry" ? callbackDelayMs(attempt, chance(`${turn.birth.id}/callback#${attempt}`)) : null;
  turn.emit("callback.tried", { attempt, result, next_at: wait === null ? null : turn.at + wait });
  return null;
}
