/**
 * What a state wants done and cannot do itself: the effects, read off the state. Whoever acts compares them with what is
 * already under way, by key. After a crash nothing is under way, and the same list starts everything that is owed; only a call
 * that had left is not simply made again, it is reported as interrupted.
 */

import type { Json } from "../json.ts";
import type { ReviewRequest, Severity } from "../review/case.ts";
import type { EpochMs } from "../time.ts";
import type { AuthorityQuestion } from "../workflow/authority.ts";
import type { Birth } from "./birth.ts";
import type { RunContext } from "./evolve.ts";
import { toolProposal } from "./question.ts";
import { continuation } from "./redrive.ts";
import { type Activity, isFinal, type RunState } from "./state.ts";
import { holdsPlaceholder, untrustedPointers } from "./trust.ts";

export type RunEffect =
  | { readonly kind: "authority.ask"; readonly key: string; readonly activity: string; readonly question: AuthorityQuestion }
  | { readonly kind: "tool.call" | "model.call"; readonly key: string; readonly activity: string; readonly call: number }
  | {
      readonly kind: "review.open";
      readonly key: string;
      readonly activity: string;
      readonly step: string;
      readonly request: ReviewRequest;
    }
  | { readonly kind: "review.withdraw"; readonly key: string; readonly ids: readonly string[] }
  | { readonly kind: "run.continue"; readonly key: string; readonly birth: Birth };

export function wantedEffects(context: RunContext, state: RunState, at: EpochMs): RunEffect[] {
  const effects: RunEffect[] = [];
  const stale = state.openReviews.filter(
    (id) => !Object.values(state.activities).some((activity) => activity.review?.id === id && activity.phase === "approving"),
  );
  if (stale.length > 0) effects.push({ kind: "review.withdraw", key: `withdraw/${stale.join(",")}`, ids: stale });
  if (state.deadLetter?.owes)
    effects.push({
      kind: "run.continue",
      key: `continue/${state.deadLetter.owes}`,
      birth: continuation(context, state, state.deadLetter.owes, at),
    });
  if (isFinal(state)) return effects;
  for (const activity of Object.values(state.activities)) {
    const { id, call } = activity;
    if (activity.phase === "calling" && call !== null) {
      effects.push({ kind: activity.kind === "model" ? "model.call" : "tool.call", key: `call/${id}#${call}`, activity: id, call });
    } else if (
      state.status !== "paused" &&
      (activity.phase === "deciding" || (activity.phase === "backing-off" && (activity.resumeAt ?? 0) <= at))
    ) {
      effects.push({
        kind: "authority.ask",
        key: `authority/${id}#${activity.attempt}`,
        activity: id,
        question: question(context, activity),
      });
    } else if (activity.phase === "approving" && activity.review !== null && activity.review.id === null) {
      const request = reviewRequest(context, activity, activity.review, at);
      effects.push({ kind: "review.open", key: `review/${request.key}`, activity: id, step: activity.step, request });
    }
  }
  return effects;
}

function question({ birth }: RunContext, activity: Activity): AuthorityQuestion {
  const { org, user, roles, definition, id } = birth;
  const caller = { org, user, roles };
  const step = definition.steps[activity.step];
  if (activity.kind === "tool") {
    const compensation = activity.purpose === "compensation";
    return {
      kind: "tool",
      caller,
      workflow: definition.name,
      run: id,
      tool: activity.tool ?? "",
      chosenBy: "definition",
      untrusted: compensation ? [] : untrustedPointers(definition, activity.step),
      compensation,
    };
  }
  if (step?.kind !== "model") throw new TypeError(`activity ${activity.id} asks for no authority`);
  return {
    kind: "model",
    caller,
    workflow: definition.name,
    run: id,
    model: step.model.id,
    task: step.model.task,
    fallback: step.model.fallback,
    holdsPersonalData: holdsPlaceholder(activity.input),
  };
}

function reviewRequest({ birth }: RunContext, activity: Activity, review: NonNullable<Activity["review"]>, at: EpochMs): ReviewRequest {
  const step = birth.definition.steps[activity.step];
  const severity: Severity = step?.kind === "review" ? step.severity : activity.facts?.effect === "write" ? "high" : "medium";
  const proposal: Json = activity.kind === "review" ? activity.input : toolProposal(activity);
  return {
    key: review.key,
    run: birth.id,
    step: activity.step,
    activity: activity.id,
    startedBy: birth.user,
    severity,
    risk: { score: null, factors: review.reason === "unknown-outcome" ? ["the outcome of the last call is unknown"] : [] },
    policy: { version: null, decision: review.reason === "policy" ? "ask" : null },
    proposal,
    digest: review.digest,
    approvalsNeeded: 1,
    traceId: birth.traceId,
    at,
  };
}
