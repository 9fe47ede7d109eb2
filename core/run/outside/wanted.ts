/**
 * The effects that a state asks for, read off the state. The object compares them, by key, with what is already under way. After a crash
 * nothing is under way, and the same list starts everything that is owed; only a call that had left is not simply made again, it is
 * reported as interrupted.
 */

import type { LeaseRequest } from "../../budget/lease.ts";
import { holdsRedacted } from "../../guardrail/placeholder.ts";
import { own } from "../../json.ts";
import { UNKNOWN } from "../../label/label.ts";
import { classesOf, untrustedPlaces } from "../../label/labels.ts";
import { complexityOf } from "../../model/complexity.ts";
import { roughTokens } from "../../model/route.ts";
import { operationsOf } from "../../review/approvers.ts";
import type { HandOverCase, ReviewRequest, Severity } from "../../review/case.ts";
import type { RiskFactor } from "../../risk/risk.ts";
import type { Said } from "../../session/session.ts";
import type { EpochMs } from "../../time.ts";
import { isMemoryTool } from "../../tool/memory-tools.ts";
import type { AuthorityQuestion } from "../../workflow/authority.ts";
import { mentionsOf } from "../../workflow/step-kinds.ts";
import { isUnread, readOfProposal } from "../../workflow/warnings/reviews.ts";
import { isBeforeItsTurn } from "../calls/afford.ts";
import { hasSeenInstruction } from "../calls/findings.ts";
import { leaseRequest } from "../calls/lease.ts";
import { modelRequest } from "../calls/request.ts";
import { wholePast } from "../fold/past.ts";
import { conversationOf, summaryOf } from "../hand-over/conversation.ts";
import { HAND_OVER_ACTIVITY, type HandOverFacts, isHeld, isReplied } from "../hand-over/state.ts";
import { ACTIVITY_KINDS, type ActivityKind } from "../machine/activity-kinds.ts";
import type { Birth, RunContext, RunStart } from "../machine/birth.ts";
import { owedToSession } from "../machine/session-place.ts";
import { type Activity, type ChildHold, isFinal, type QuestionReason, type RunState } from "../machine/state.ts";
import { INPUT_ACTIVITY, nodeDefinition } from "../steps/node.ts";
import { owesMemory, type ToKeep, toKeep } from "./kept.ts";
import { continuation } from "./redrive.ts";
import { keepsRestricted } from "./restricted.ts";
import { callInRun, riskOfQuestion } from "./risk.ts";
import { saidIn } from "./said.ts";
import { contextOfReview, taintsOf } from "./shown.ts";
import { labelsOfArguments, soFar } from "./so-far.ts";

/** One thing to do outside the run. `key`: the same for the same effect, also after a restart. */
export type RunEffect =
  | { readonly kind: "authority.ask"; readonly key: string; readonly activity: string; readonly question: AuthorityQuestion }
  | { readonly kind: "tool.call" | "model.call"; readonly key: string; readonly activity: string; readonly call: number }
  | { readonly kind: "tool.look_up"; readonly key: string; readonly activity: string; readonly call: number; readonly tool: string }
  /** A message names the call to a queue consumer, which asks for it (`call.take`). */
  | { readonly kind: "call.queue"; readonly key: string; readonly activity: string; readonly call: number }
  | { readonly kind: "child.start"; readonly key: string; readonly activity: string }
  | { readonly kind: "child.undo"; readonly key: string; readonly activity: string; readonly run: string }
  | { readonly kind: "child.cancel"; readonly key: string; readonly activity: string; readonly run: string }
  /** The child run is paused with this run, or goes on with it. */
  | { readonly kind: "child.hold"; readonly key: string; readonly activity: string; readonly run: string; readonly hold: ChildHold }
  | { readonly kind: "callback.send"; readonly key: string; readonly url: string; readonly attempt: number }
  | { readonly kind: "parent.tell"; readonly key: string }
  | { readonly kind: "memory.recall"; readonly key: string; readonly query: string }
  | { readonly kind: "memory.keep"; readonly key: string; readonly what: readonly ToKeep[] }
  /** The session knows the run by its id: each of these may be told again. */
  | { readonly kind: "session.enter" | "session.step_aside"; readonly key: string; readonly session: string }
  | { readonly kind: "session.leave"; readonly key: string; readonly session: string; readonly said: readonly Said[] }
  | { readonly kind: "budget.lease"; readonly key: string; readonly request: LeaseRequest }
  | {
      readonly kind: "review.open";
      readonly key: string;
      readonly activity: string;
      readonly step: string;
      readonly request: ReviewRequest;
    }
  | { readonly kind: "review.withdraw"; readonly key: string; readonly ids: readonly string[] }
  | { readonly kind: "run.continue"; readonly key: string; readonly start: RunStart };

/**
 * Everything that the state wants done at this time. An effect that is under way or was delivered is among them until its answer is in
 * the state.
 */
export function wantedEffects(context: RunContext, state: RunState, at: EpochMs): RunEffect[] {
  const effects: RunEffect[] = [];
  const asked = new Set(
    Object.values(state.activities).flatMap((activity) =>
      activity.phase === "approving" && activity.review?.id ? [activity.review.id] : [],
    ),
  );
  const stale = state.openReviews.filter((id) => !asked.has(id));
  if (stale.length > 0) effects.push({ kind: "review.withdraw", key: `withdraw/${stale.join(",")}`, ids: stale });
  effects.push(...toldToSession(context, state), ...ofMemory(context, state));
  const { asking } = state.lease;
  if (asking !== null) effects.push({ kind: "budget.lease", key: `lease/${asking.n}`, request: leaseRequest(context, asking) });
  if (isFinal(state)) {
    const owed = state.deadLetter?.owes;
    if (owed) effects.push({ kind: "run.continue", key: `continue/${owed}`, start: continuation(context, state, owed) });
    const { callback } = state;
    const url = context.birth.callbackUrl;
    if (callback !== null && url !== null && callback.dueAt <= at) {
      effects.push({ kind: "callback.send", key: `callback/${callback.attempts + 1}`, url, attempt: callback.attempts + 1 });
    }
    if (state.owesParent) effects.push({ kind: "parent.tell", key: "parent.tell" });
    return effects;
  }
  for (const activity of Object.values(state.activities)) effects.push(...wantedFor(context, state, activity, at));
  return effects;
}

function ofMemory(context: RunContext, state: RunState): RunEffect[] {
  if (owesMemory(context, state)) return [{ kind: "memory.keep", key: "memory.keep", what: toKeep(context, state) }];
  const { recalled } = state;
  const isAsking = recalled?.intent.needed === true && recalled.found === undefined;
  if (!isAsking || state.status !== "queued" || state.stopping !== null) return [];
  return [{ kind: "memory.recall", key: "memory.recall", query: recalled.query }];
}

function toldToSession(context: RunContext, state: RunState): RunEffect[] {
  const { session } = context.birth;
  const owed = owedToSession(context.birth, state);
  if (owed === null || session === undefined) return [];
  if (owed === "leave") return [{ kind: "session.leave", key: "session.leave", session, said: saidIn(context, state) }];
  return [{ kind: `session.${owed}`, key: `session.${owed}`, session }];
}

function wantedFor(context: RunContext, state: RunState, activity: Activity, at: EpochMs): RunEffect[] {
  const { id, call, phase, review, insteadOf } = activity;
  switch (phase) {
    case "calling": {
      const kind = ACTIVITY_KINDS[activity.kind].call;
      if (call === null || kind === null) return [];
      if (kind === "child.start") return childEffects(state, activity);
      if (activity.queued === "owed" && at < (activity.lostAt ?? 0))
        return [{ kind: "call.queue", key: `queue/${id}#${call}`, activity: id, call }];
      if (activity.queued === "taken" && at < (activity.lostAt ?? 0)) return [];
      return [{ kind, key: `call/${id}#${call}`, activity: id, call }];
    }
    case "looking": {
      const idempotency = activity.facts?.idempotency;
      if (call === null || typeof idempotency !== "object" || state.status === "paused" || (activity.resumeAt ?? 0) > at) return [];
      return [{ kind: "tool.look_up", key: `lookup/${id}#${call}`, activity: id, call, tool: idempotency.lookup }];
    }
    case "deciding":
    case "backing-off": {
      if (state.status === "paused" || isHeld(state) || (phase === "backing-off" && (activity.resumeAt ?? 0) > at)) return [];
      if (activity.kind === "run" && isBeforeItsTurn({ ...context, state }, activity)) return [];
      return [
        {
          kind: "authority.ask",
          key: `authority/${id}${insteadOf === undefined ? "" : "~"}#${activity.attempt}`,
          activity: id,
          question: questionOf(context, state, activity),
        },
      ];
    }
    case "approving": {
      if (review === null || review.id !== null) return [];
      return [
        {
          kind: "review.open",
          key: `review/${review.key}`,
          activity: id,
          step: activity.step,
          request: reviewRequest(context, state, activity, review, at),
        },
      ];
    }
    default:
      return [];
  }
}

/** Starting a child twice is starting it once; a run that stops takes its children with it. */
function childEffects(state: RunState, { id, child, call, undoes, owes }: Activity): RunEffect[] {
  if (child === null) return [];
  if (undoes !== null) return [{ kind: "child.undo", key: `undo/${child.run}`, activity: undoes, run: child.run }];
  const start: RunEffect = { kind: "child.start", key: `child/${id}#${call}`, activity: id };
  const hold: RunEffect[] =
    owes === undefined ? [] : [{ kind: "child.hold", key: `hold/${child.run}#${owes.hold}`, activity: id, run: child.run, hold: owes }];
  return state.stopping === null && !isReplied(state)
    ? [start, ...hold]
    : [{ kind: "child.cancel", key: `cancel/${child.run}`, activity: id, run: child.run }];
}

function questionOf(context: RunContext, state: RunState, activity: Activity): AuthorityQuestion {
  const ask = QUESTIONS[activity.kind];
  if (ask === null) throw new TypeError(`activity ${activity.id} asks for no authority`);
  return ask(context, state, activity);
}

/** What authority is asked before an activity of each kind may go. null: it needs nobody's permission. */
const QUESTIONS: {
  readonly [K in ActivityKind]: ((context: RunContext, state: RunState, activity: Activity) => AuthorityQuestion) | null;
} = { tool: toolQuestion, model: modelQuestion, run: childQuestion, review: null, wait: null };

function toolQuestion(context: RunContext, state: RunState, activity: Activity): AuthorityQuestion {
  const { birth } = context;
  const { definition, id } = birth;
  const compensation = activity.purpose === "compensation";
  const chosenBy = activity.purpose === "agent" ? "model" : "definition";
  const untrusted = chosenBy === "model" ? [""] : untrustedPlaces(labelsOfArguments(context, state, activity));
  const seenInstruction = hasSeenInstruction(context, state);
  const ledByUntrusted = chosenBy === "model" && (own(state.agents, activity.node)?.label ?? UNKNOWN).trust === "untrusted";
  const tool = activity.tool ?? "";
  return {
    kind: "tool",
    caller: callerOf(birth),
    workflow: definition.name,
    run: id,
    tool,
    call: { activity: activity.id, input: activity.input },
    chosenBy,
    untrusted,
    compensation,
    soFar: soFar(context, state, activity),
    ...(chosenBy === "model" ? {} : { classes: classesOf(labelsOfArguments(context, state, activity)) }),
    inRun: callInRun(context, state, activity),
    ...(isMemoryTool(tool) ? { subject: birth.subject } : {}),
    ...(seenInstruction ? { seenInstruction } : {}),
    ...(ledByUntrusted ? { ledByUntrusted } : {}),
  };
}

function childQuestion(context: RunContext, state: RunState, activity: Activity): AuthorityQuestion {
  const { birth } = context;
  const { child } = mentionsOf(nodeDefinition(birth.definition, activity.node));
  if (child === null) throw new TypeError(`activity ${activity.id} starts no run`);
  return {
    kind: "run",
    caller: callerOf(birth),
    run: birth.id,
    activity: activity.id,
    workflow: child.workflow,
    version: child.version,
    input: activity.input,
    soFar: soFar(context, state, activity),
  };
}

function modelQuestion(context: RunContext, state: RunState, activity: Activity): AuthorityQuestion {
  const { definition, id } = context.birth;
  const { prompted, tools } = mentionsOf(nodeDefinition(definition, activity.node));
  if (prompted === null) throw new TypeError(`activity ${activity.id} calls no model`);
  const { model } = prompted;
  const agent = own(state.agents, activity.node);
  const { messages } = modelRequest(context, state, activity);
  const wishes = activity.purpose === "summary" ? { complexity: "simple" as const } : model;
  const complexity = complexityOf(wishes, model.task, messages);
  return {
    kind: "model",
    caller: callerOf(context.birth),
    workflow: definition.name,
    run: id,
    model: model.id,
    task: model.task,
    fallback: model.fallback,
    holdsPersonalData: holdsRedacted(JSON.stringify([activity.input, state.recalled?.found?.kept ?? [], agent?.turns ?? []])),
    expectedTokens: roughTokens(messages),
    maxTokens: model.max_tokens,
    wishes,
    ...(complexity === null ? {} : { complexity }),
    seed: `${id}/${activity.id}`,
    tools: activity.purpose === "agent" ? tools.map(({ name }) => name) : [],
    soFar: soFar(context, state, activity),
  };
}

const callerOf = ({ org, user, roles }: Birth): AuthorityQuestion["caller"] => ({ org, user, roles });

function reviewRequest(
  context: RunContext,
  state: RunState,
  activity: Activity,
  review: NonNullable<Activity["review"]>,
  at: EpochMs,
): ReviewRequest {
  const { birth } = context;
  const isStep = activity.node !== INPUT_ACTIVITY && activity.node !== HAND_OVER_ACTIVITY;
  const step = isStep ? nodeDefinition(birth.definition, activity.node) : null;
  const handOver = activity.node === HAND_OVER_ACTIVITY ? state.handOver : undefined;
  const risk = riskOfQuestion(context, state, activity, review.proposal);
  const severity: Severity =
    handOver !== undefined
      ? handOver.severity
      : activity.kind === "review" && step?.kind === "review"
        ? step.severity
        : activity.facts?.effect === "write" || review.reason === "guardrail"
          ? "high"
          : "medium";
  return {
    key: review.key,
    run: birth.id,
    workflow: `${birth.definition.name}@${birth.version}`,
    step: handOver?.facts.step ?? activity.step,
    activity: activity.id,
    reason: review.reason,
    ...(handOver === undefined ? {} : { handOver: caseOfHandOver(context, state, handOver.facts) }),
    startedBy: birth.user,
    ...(keepsRestricted(context, state) ? { sealedFor: birth.subject } : {}),
    ...(birth.starters === undefined ? {} : { starters: birth.starters }),
    ...(review.reason === "budget" && activity.node === INPUT_ACTIVITY ? { starterMay: true as const } : {}),
    severity,
    risk: { score: risk.score, factors: [...risk.factors, ...notesOf(birth.definition, activity, review.reason)] },
    policy: {
      version: review.policy?.version ?? null,
      decision: review.reason === "policy" ? "ask" : null,
      ...(review.policy === undefined ? {} : { reasons: review.policy.reasons }),
    },
    context: contextOfReview(context, state, activity),
    taints: taintsOf(context, state, activity),
    seen: wholePast(context, state).seen,
    proposal: review.proposal,
    ...modifiable(birth.definition, activity, review.reason),
    ...(activity.facts === null || activity.kind !== "tool"
      ? {}
      : { call: { tool: activity.facts.tool, version: activity.facts.version } }),
    digest: review.digest,
    approvalsNeeded: 1,
    operations: operationsOf({
      reason: review.reason,
      workflow: birth.definition.name,
      step: activity.step,
      tool: activity.kind === "tool" ? (activity.facts?.tool ?? activity.tool) : null,
    }),
    traceId: birth.traceId,
    at,
  };
}

const caseOfHandOver = (context: RunContext, state: RunState, { reason, priority, to }: HandOverFacts): HandOverCase => ({
  ...{ trigger: reason, priority, to },
  summary: summaryOf(context, state),
  conversation: conversationOf(context, state),
});

/** What a person should know beside the score: factors without points. */
function notesOf(definition: Birth["definition"], { step }: Activity, reason: QuestionReason): readonly RiskFactor[] {
  const note = (factor: string, why: string): RiskFactor => ({ factor, points: 0, why });
  if (reason === "unknown-outcome") return [note("outcome", "the outcome of the last call is unknown")];
  if (reason === "hand_over") return [note("hand_over", "the run is handed over: what you reply becomes its answer")];
  if (reason === "guardrail") return [note("guardrail", "a guardrail found something in it")];
  if (reason !== "step" || !isUnread(definition, step)) return [];
  return [note("unread", "no step reads this proposal: changing it would change nothing")];
}

/** What of a proposal a person can change so that the run does something else. */
function modifiable(
  definition: Birth["definition"],
  { step }: Activity,
  reason: QuestionReason,
): Pick<ReviewRequest, "modifiable" | "read"> {
  if (reason === "step") {
    const read = readOfProposal(definition, step);
    return read.length === 0 ? { modifiable: "nothing" } : { read };
  }
  if (reason === "hand_over") return { modifiable: "reply" };
  return { modifiable: reason === "budget" || reason === "guardrail" ? "nothing" : "input" };
}
