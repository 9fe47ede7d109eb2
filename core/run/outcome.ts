/** What came back from outside, and what it means: settle, correct, fall back, try again, ask a person, fail. */
import { tokenCost, toUsd } from "../money.ts";
import type { AuthorityAnswer } from "../workflow/authority.ts";
import type { RetryPolicy } from "../workflow/definition.ts";
import type { Failure, ModelOutcome, ToolOutcome } from "./call.ts";
import { dispatch } from "./dispatch.ts";
import type { Spent } from "./event.ts";
import { noSpent } from "./evolve.ts";
import { askPerson, toolProposal } from "./question.ts";
import { isRetryable, retryDelayMs } from "./retry.ts";
import { completeStep, failStep } from "./settle.ts";
import type { Activity } from "./state.ts";
import type { Turn } from "./turn.ts";

/** API.md: an answer that breaks its schema is asked for again twice at most. */
const CORRECTIONS = 2;

const LATE = "an answer to a call that is no longer awaited";

export function takeAuthority(turn: Turn, activityId: string, answer: AuthorityAnswer): string | null {
  const activity = turn.state.activities[activityId];
  const asked = activity?.phase === "deciding" || (activity?.phase === "backing-off" && (activity.resumeAt ?? 0) <= turn.at);
  if (!activity || !asked || turn.state.status === "paused") return "nobody asked";
  if (answer.kind === "refused") {
    const failure: Failure = {
      class: answer.transient ? "transient" : "safety",
      code: answer.code,
      message: answer.message,
      retryAfterMs: null,
    };
    failCall(turn, activity, failure, activity.attempt + 1);
    return null;
  }
  const { permission } = answer;
  const subject = answer.kind === "tool" ? `tool:${answer.facts.tool}@${answer.facts.version}` : "model";
  turn.emit(
    "policy.decided",
    {
      activity: activityId,
      decision: permission.decision,
      policy_version: permission.policyVersion,
      reasons: permission.reasons,
      subject,
      facts: answer.kind === "tool" ? answer.facts : null,
    },
    activity.step,
  );
  if (permission.decision === "deny") {
    failCall(
      turn,
      activity,
      { class: "safety", code: "policy_denied", message: "the policy denies this call", retryAfterMs: null },
      activity.attempt + 1,
    );
  } else if (answer.kind === "model") {
    if (answer.candidates.length === 0) {
      failCall(
        turn,
        activity,
        { class: "permanent", code: "upstream_unavailable", message: "no registered model fits this step", retryAfterMs: null },
        1,
      );
    } else turn.emit("model.routed", { activity: activityId, candidates: answer.candidates, rejected: answer.rejected }, activity.step);
  } else if (permission.decision === "ask") {
    const decided = turn.state.activities[activityId] ?? activity;
    askPerson(turn, activityId, "policy", answer.facts.effect === "write" ? "high" : "medium", toolProposal(decided));
  }
  return null;
}

export function takeToolAnswer(turn: Turn, activityId: string, call: number, outcome: ToolOutcome): string | null {
  const activity = turn.state.activities[activityId];
  if (activity?.phase !== "calling" || activity.call !== call || activity.kind !== "tool") return LATE;
  const { result, status, durationMs, openings, findings } = outcome;
  turn.emit(
    "tool.answered",
    {
      activity: activityId,
      attempt: activity.attempt,
      tool: activity.tool ?? "",
      ok: result.ok,
      status,
      duration_ms: durationMs,
      openings,
      ...(result.ok ? {} : { failure: result.failure }),
    },
    activity.step,
  );
  if (findings.length > 0) turn.emit("guardrail.flagged", { channel: "tool_output", findings }, activity.step);
  if (!result.ok) failCall(turn, activity, result.failure, activity.attempt);
  else if (activity.purpose === "compensation") turn.emit("step.compensated", { activity: activityId }, activity.step);
  else completeStep(turn, activity.step, result.output);
  return null;
}

export function takeModelAnswer(turn: Turn, activityId: string, call: number, outcome: ModelOutcome): string | null {
  const activity = turn.state.activities[activityId];
  if (activity?.phase !== "calling" || activity.call !== call || activity.kind !== "model") return LATE;
  const { result, findings, usage } = outcome;
  const failure = "failure" in result ? result.failure : null;
  const untold = usage === null && (failure === null || failure.class === "unknown" || failure.code === "timeout");
  noteModelCall(turn, activity, outcome, usage === null ? noSpent : spentOn(activity, usage), untold);
  if (findings.length > 0) turn.emit("guardrail.flagged", { channel: "model_output", findings }, activity.step);
  if (result.ok) completeStep(turn, activity.step, result.output);
  else if ("invalid" in result) {
    if (turn.state.stopping !== null || activity.corrections.length >= CORRECTIONS) {
      failStep(turn, activity.step, {
        code: "output_invalid",
        message: `the model's answer does not fit the schema: ${result.invalid.errors.slice(0, 3).join("; ")}`,
      });
    }
  } else failCall(turn, activity, result.failure, activity.attempt);
  return null;
}

/** The object died under a call. A model is asked again; a tool is called again under its key, or a person decides. */
export function takeInterruption(turn: Turn, activityId: string, call: number): string | null {
  const activity = turn.state.activities[activityId];
  if (activity?.phase !== "calling" || activity.call !== call) return LATE;
  if (activity.kind === "model") {
    const failure: Failure = {
      class: "unknown",
      code: "upstream_unavailable",
      message: "the call was cut short on our side",
      retryAfterMs: null,
    };
    const outcome: ModelOutcome = { result: { ok: false, failure }, usage: null, durationMs: 0, findings: [], upstream: {} };
    noteModelCall(turn, activity, outcome, noSpent, true, true);
    if (turn.state.stopping === null) dispatch(turn, activityId, true);
    else failStep(turn, activity.step, failure);
  } else if (mayRepeat(activity)) dispatch(turn, activityId, true);
  else if (turn.state.stopping === null || activity.purpose === "compensation") askAboutUnknown(turn, activity);
  else failStep(turn, activity.step, { code: "tool_error", message: "the call was cut short and nobody knows whether it happened" }, true);
  return null;
}

const mayRepeat = (activity: Activity): boolean => activity.facts?.effect !== "write" || activity.facts.idempotency === "key";

/** A write that promises nothing, of which nobody knows whether it happened: approving repeats it, rejecting gives it up. */
function askAboutUnknown(turn: Turn, activity: Activity): void {
  askPerson(turn, activity.id, "unknown-outcome", "high", toolProposal(activity));
}

function failCall(turn: Turn, activity: Activity, failure: Failure, attempt: number): void {
  const { stopping } = turn.state;
  const winding = stopping !== null && activity.purpose === "step";
  const unknownWrite = failure.class === "unknown" && activity.facts?.effect === "write";
  if (unknownWrite && !mayRepeat(activity) && !winding) return askAboutUnknown(turn, activity);
  const next = turn.state.activities[activity.id];
  const fallback = activity.kind === "model" && failure.class !== "safety" && next !== undefined && next.candidate < next.candidates.length;
  if (fallback && !winding) return; // the next candidate is sent with this attempt
  const policy = retryPolicy(turn, activity);
  if (!winding && isRetryable(failure) && attempt < policy.attempts) {
    const resumeAt = turn.at + retryDelayMs(policy, attempt, `${turn.birth.id}/${activity.id}`, failure);
    turn.emit(
      "step.retrying",
      { activity: activity.id, attempt, error: { code: failure.code, message: failure.message }, resume_at: resumeAt },
      activity.step,
    );
    return;
  }
  const error = { code: failure.code, message: failure.message };
  if (activity.purpose === "compensation") turn.emit("step.compensated", { activity: activity.id, undone: error }, activity.step);
  else failStep(turn, activity.step, error, unknownWrite);
}

function retryPolicy(turn: Turn, activity: Activity): RetryPolicy {
  const step = turn.stepDefinition(activity.step);
  if (step.kind === "tool") return activity.purpose === "compensation" && step.compensate ? step.compensate.retry : step.retry;
  if (step.kind === "model") return step.retry;
  throw new TypeError(`a step of kind ${step.kind} makes no calls`);
}

function noteModelCall(turn: Turn, activity: Activity, outcome: ModelOutcome, spent: Spent, untold: boolean, interrupted = false): void {
  const { result, durationMs, upstream } = outcome;
  const model = activity.candidates[activity.candidate]?.id ?? "";
  turn.emit(
    "model.called",
    {
      activity: activity.id,
      attempt: activity.attempt,
      model,
      ok: result.ok,
      spent,
      held: untold ? { micro_usd: activity.reserved.microUsd, tokens: activity.reserved.tokens } : null,
      duration_ms: durationMs,
      ...("failure" in result ? { failure: result.failure } : {}),
      ...("invalid" in result ? { correction: result.invalid } : {}),
      ...(interrupted ? { interrupted: true } : {}),
      upstream,
      total_usd: toUsd(turn.state.usage.microUsd + spent.micro_usd),
    },
    activity.step,
  );
}

function spentOn(activity: Activity, usage: NonNullable<ModelOutcome["usage"]>): Spent {
  const price = activity.candidates[activity.candidate]?.price ?? { input: 0, output: 0, cached_input: null };
  const cached = Math.min(usage.cachedInput, usage.input);
  const input = tokenCost(usage.input - cached, price.input) + tokenCost(cached, price.cached_input ?? price.input);
  return { tokens_in: usage.input, tokens_out: usage.output, micro_usd: input + tokenCost(usage.output, price.output) };
}
