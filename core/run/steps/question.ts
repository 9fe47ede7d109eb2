/** Questions to people: opened as a case, bound to exactly what is proposed, answered once. */
import { canonicalJson } from "../../canonical-json.ts";
import { isObject, type Json, own } from "../../json.ts";
import type { ReviewDecision, Severity } from "../../review/case.ts";
import { toRfc3339 } from "../../time.ts";
import { isUnread } from "../../workflow/warnings/reviews.ts";
import { failWork, observe, stopAgent } from "../agent/agent.ts";
import { HAND_OVER_ACTIVITY, type HandOverState } from "../hand-over/state.ts";
import type { Happening } from "../machine/happening.ts";
import type { Activity, AskedBecause, Held, QuestionReason, StepError } from "../machine/state.ts";
import { stopAtFailure } from "../machine/stop.ts";
import type { Turn } from "../machine/turn.ts";
import { refusalOfReview } from "../outside/sinks.ts";
import { INPUT_ACTIVITY } from "./node.ts";
import { completeNode, failNode } from "./settle.ts";
import { compensated } from "./undo.ts";

/** Asks a person about an activity. `proposal`: exactly what an approval covers. */
export function askPerson(
  turn: Turn,
  activityId: string,
  reason: QuestionReason,
  severity: Severity,
  proposal: Json,
  more: { readonly held?: Held; readonly policy?: AskedBecause } = {},
): void {
  const activity = own(turn.state.activities, activityId);
  if (!activity) return;
  const refused = reason === "budget" ? null : refusalOfReview(turn.machinery, turn.state, activity);
  if (refused !== null) return notAsked(turn, activity, { code: "policy_denied", message: refused, layer: "label" });
  // Each hand-over is an activity of its own under the same name: its questions are told apart by their place in the journal.
  const isHandOver = activityId === HAND_OVER_ACTIVITY;
  const question = isHandOver ? turn.state.seq + 1 : activity.questions + 1;
  // Approving one doubt does not approve the next doubt about the same call: a repeated answer must not fit it.
  const digest = approvalDigest(turn, activity, proposal, isHandOver || reason === "unknown-outcome" ? question : null);
  const key = `${turn.birth.id}/${activityId}#${question}`;
  const noted = reason === "step" && isUnread(turn.birth.definition, activity.step) ? ({ unread: true } as const) : {};
  turn.emit("review.requested", { activity: activityId, reason, key, severity, proposal, digest, ...noted, ...more }, activity.step);
}

/** Nobody may be shown the question, so what waits for its answer fails. */
function notAsked(turn: Turn, activity: Activity, error: StepError): void {
  if (activity.id === INPUT_ACTIVITY || activity.id === HAND_OVER_ACTIVITY) stopAtFailure(turn, { ...error, step: null });
  else if (activity.purpose === "compensation") compensated(turn, activity, error);
  else failWork(turn, activity, { ...error, class: "safety" }, activity.doubt);
}

/** Digest of what an approval covers: run, activity, tool version, canonical input, what a redrive changed. A different input is asked about again. */
function approvalDigest(turn: Turn, activity: Activity, proposal: Json, question: number | null = null): string {
  const { id, redrive } = turn.birth;
  const changes = redrive?.changes === undefined ? {} : { changes: redrive.changes };
  const covered = { run: id, step: activity.id, tool_version: activity.facts?.version ?? null, proposal, ...changes };
  return turn.machinery.sha256(canonicalJson(question === null ? covered : { ...covered, question }));
}

/** What a person approves of a tool call. */
export const toolProposal = (activity: Activity): Json => ({ tool: activity.tool, input: activity.input });

/** Takes the id of an opened case, also when the run no longer waits for it: then it is withdrawn. Returns why it is refused, or null. */
export function takeOpenedReview(turn: Turn, happening: Extract<Happening, { kind: "review.opened" }>): string | null {
  if (turn.state.openReviews.includes(happening.id)) return null;
  turn.emit("review.opened", { activity: happening.activity, id: happening.id, until: happening.until }, happening.step);
  const { handOver } = turn.state;
  if (happening.activity === HAND_OVER_ACTIVITY && handOver?.review === happening.id) tellHandOver(turn, handOver);
  return null;
}

/** Now that people can see the case: who comes, and by when. */
function tellHandOver(turn: Turn, { facts, severity, review, until }: HandOverState): void {
  const { priority, reason, to, step } = facts;
  const told = { activity: HAND_OVER_ACTIVITY, id: review ?? "", severity, priority, reason, to };
  turn.emit("escalation.raised", { ...told, until: until === null ? null : toRfc3339(until) }, step ?? undefined);
}

/** Takes a person's decision. Returns why it is refused, or null. */
export function takeDecision(turn: Turn, activityId: string, decision: ReviewDecision): string | null {
  const activity = own(turn.state.activities, activityId);
  if (activity?.phase !== "approving" || activity.review === null) return "nothing waits for this decision";
  if (activity.review.id !== null && activity.review.id !== decision.id) return "the decision is about an older case";
  if (activity.review.digest !== decision.digest) return "the decision is about an older proposal";
  const { reason } = activity.review;
  const { id, action, by, proposal } = decision;
  const happened = action === "modify" && reason === "unknown-outcome" ? outputIn(proposal) : undefined;
  // A changed call is another call: policies, classes and risk are asked about it, and the approval covers it as it is now.
  const isChanged =
    happened === undefined &&
    action === "modify" &&
    activity.kind === "tool" &&
    activity.review.held === undefined &&
    inputIn(proposal) !== undefined;
  const approved = approvedDigest(turn, activity, decision);
  const decided = { activity: activityId, id, action, by, proposal, approved, ...(isChanged ? { recheck: true as const } : {}) };
  turn.emit("review.decided", decided, activity.step);
  if (activityId === INPUT_ACTIVITY) {
    if (action === "reject")
      stopAtFailure(turn, {
        code: "review_rejected",
        message: `a person rejected the ${reason === "budget" ? "estimated cost" : "input"}`,
        step: null,
      });
    return null;
  }
  if (activityId === HAND_OVER_ACTIVITY) return null; // what it means for the run: hand-over/answer.ts
  const { held } = activity.review;
  if (held !== undefined) {
    settleHeld(turn, activity, held, decision);
    return null;
  }
  if (happened !== undefined) {
    // A person knows that it happened: what they say it answered is its answer, and nothing is sent.
    if (activity.purpose === "compensation") compensated(turn, activity);
    else if (activity.purpose === "agent") observe(turn, activity, { ok: true, output: happened });
    else completeNode(turn, activity.node, happened);
    return null;
  }
  if (action === "modify" && activity.kind === "tool" && inputIn(proposal) === undefined) {
    const error = {
      code: "review_rejected",
      message: "the person's changes would have no effect on the call, so it was not made",
    } as const;
    const isDoubtful = reason === "unknown-outcome" || activity.doubt;
    if (activity.purpose === "compensation") compensated(turn, activity, error);
    else failWork(turn, activity, error, isDoubtful);
    return null;
  }
  if (action !== "reject") {
    if (reason === "step") completeNode(turn, activity.node, { action, by, proposal });
    return null;
  }
  const why = decision.reason.trim() === "" ? "" : `: ${decision.reason}`;
  const error = { code: "review_rejected", message: `a person rejected it${why}` } as const;
  const isDoubtful = reason === "unknown-outcome" || activity.doubt;
  if (activity.purpose === "compensation") compensated(turn, activity, error);
  else if (activity.purpose === "agent") {
    if (isDoubtful) stopAgent(turn, activity.node, error, activity.id);
    else if (activity.kind === "model") stopAgent(turn, activity.node, error);
    else observe(turn, activity, { ok: false, ...error });
  } else failNode(turn, activity.node, error, isDoubtful);
  return null;
}

/**
 * What was held passes as it is, or not at all. A write has been made by then: it is a completed step without the instruction, and the run
 * stops, so that it is compensated.
 */
function settleHeld(turn: Turn, activity: Activity, held: Held, { action, reason }: ReviewDecision): void {
  const isAgents = activity.purpose === "agent";
  if (action !== "reject") {
    if (isAgents && activity.kind === "tool") observe(turn, activity, { ok: true, output: held.output });
    else completeNode(turn, activity.node, held.output);
    return;
  }
  const told = reason.trim() === "" ? "" : `: ${reason}`;
  const error = { code: "review_rejected", message: `a person rejected the answer${told}` } as const;
  if (isAgents && activity.kind === "model") stopAgent(turn, activity.node, { ...error, message: "a person rejected the answer" });
  else if (isAgents)
    observe(turn, activity, activity.facts?.effect === "write" ? { ok: true, output: held.withheld ?? null } : { ok: false, ...error });
  else if (activity.facts?.effect === "write") {
    completeNode(turn, activity.node, held.withheld ?? null);
    stopAtFailure(turn, { ...error, message: "a person rejected the answer", step: activity.step });
  } else failNode(turn, activity.node, { ...error, message: "a person rejected the answer" });
}

/** Where the input stands in a proposed call, as `toolProposal` writes it. */
const inputIn = (proposal: Json): Json | undefined => (isObject(proposal) ? (own(proposal, "input") ?? undefined) : undefined);

/** What a person says that a call of unknown outcome answered. */
const outputIn = (proposal: Json): Json | undefined => (isObject(proposal) ? (own(proposal, "output") ?? undefined) : undefined);

/** The digest that the approved call has when it is tried again, so that nobody is asked about it twice. null: nothing was approved. */
function approvedDigest(turn: Turn, activity: Activity, { action, proposal }: ReviewDecision): string | null {
  if (action === "reject" || activity.kind !== "tool") return null;
  const input = action === "modify" ? (inputIn(proposal) ?? activity.input) : activity.input;
  return approvalDigest(turn, activity, toolProposal({ ...activity, input }));
}

/** A person has agreed to exactly this call, in this version of its tool. */
export const isApproved = (turn: Turn, activity: Activity): boolean =>
  activity.approved !== null && activity.approved === approvalDigest(turn, activity, toolProposal(activity));
