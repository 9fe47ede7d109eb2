/** What came back from outside, and what it means: settle, correct, fall back, try again, ask a person, fail. */

import type { Json } from "../json.ts";
import { mayHaveCost } from "../model/untold.ts";
import { tokenCost, toUsd } from "../money.ts";
import type { AuthorityAnswer } from "../workflow/authority.ts";
import { condense, failWork, observe, refusalFor, takeAsks } from "./agent.ts";
import type { Failure, LookupAnswer, ModelOutcome, ToolOutcome } from "./call.ts";
import { callChild } from "./child.ts";
import { dispatch } from "./dispatch.ts";
import type { Spent } from "./event.ts";
import { noSpent } from "./evolve.ts";
import { alertAtThresholds } from "./lease.ts";
import { resolveDoubt, takeLookup } from "./lookup.ts";
import { askPerson, isApproved, toolProposal } from "./question.ts";
import { isRetryable, retryDelayMs } from "./retry.ts";
import { retryPolicy } from "./retry-policy.ts";
import { completeNode } from "./settle.ts";
import type { Activity } from "./state.ts";
import type { Turn } from "./turn.ts";
import { compensated } from "./undo.ts";
import type { RunFlag } from "./view.ts";

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
  if (answer.kind === "run") {
    callChild(turn, activity, answer);
    return null;
  }
  const { permission } = answer;
  const outside = answer.kind === "tool" && !isListed(turn, answer.facts.tool);
  const decision = outside ? "deny" : permission.decision;
  turn.emit(
    "policy.decided",
    {
      activity: activityId,
      decision,
      policy_version: permission.policyVersion,
      reasons: outside ? ["the run's tools do not list it"] : permission.reasons,
      subject: answer.kind === "tool" ? `tool:${answer.facts.tool}@${answer.facts.version}` : "model",
      facts: answer.kind === "tool" ? answer.facts : null,
    },
    activity.step,
  );
  if (decision === "deny") {
    failCall(
      turn,
      activity,
      { class: "safety", code: "policy_denied", message: "the policy denies this call", retryAfterMs: null },
      activity.attempt + 1,
    );
  } else if (answer.kind === "model") route(turn, activity, answer);
  else if (decision === "ask") {
    const decided = turn.state.activities[activityId] ?? activity;
    if (isApproved(turn, decided)) dispatch(turn, activityId);
    else askPerson(turn, activityId, "policy", answer.facts.effect === "write" ? "high" : "medium", toolProposal(decided));
  }
  return null;
}

/** API.md, "The rights of a run": what the workflow lists, and what every run above it lists. */
const isListed = ({ birth }: Turn, tool: string): boolean =>
  birth.definition.tools.includes(tool) && (birth.parent === null || birth.parent.tools.includes(tool));

function route(turn: Turn, activity: Activity, { candidates, rejected, tools }: Extract<AuthorityAnswer, { kind: "model" }>): void {
  if (candidates.length === 0) {
    return failCall(
      turn,
      activity,
      { class: "permanent", code: "upstream_unavailable", message: "no registered model fits this step", retryAfterMs: null },
      1,
    );
  }
  const known = turn.state.agents[activity.node]?.tools;
  const listed = tools.filter((tool) => isListed(turn, tool.name));
  const isNews = activity.purpose === "agent" && JSON.stringify(known) !== JSON.stringify(listed);
  turn.emit("model.routed", { activity: activity.id, candidates, rejected, ...(isNews ? { tools: listed } : {}) }, activity.step);
}

export function takeToolAnswer(turn: Turn, activityId: string, call: number, outcome: ToolOutcome): string | null {
  const activity = turn.state.activities[activityId];
  if (activity?.phase !== "calling" || activity.call !== call || activity.kind !== "tool") return LATE;
  const { result, status, durationMs, openings, findings, cached } = outcome;
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
      ...(cached === undefined ? {} : { cached }),
      ...(result.ok ? {} : { failure: result.failure }),
    },
    activity.step,
  );
  if (findings.length > 0) turn.emit("guardrail.flagged", { channel: "tool_output", findings }, activity.step);
  if (!result.ok) failCall(turn, activity, result.failure, activity.attempt);
  else succeed(turn, activity, result.output);
  return null;
}

export function takeModelAnswer(turn: Turn, activityId: string, call: number, given: ModelOutcome): string | null {
  const activity = turn.state.activities[activityId];
  if (activity?.phase !== "calling" || activity.call !== call || activity.kind !== "model") return LATE;
  const outcome = elseTheNext(activity, given);
  const { result, findings, usage } = outcome;
  const failure = "failure" in result ? result.failure : null;
  const untold = usage === null && outcome.cached === undefined && mayHaveCost(failure, outcome.upstream["status"]);
  noteModelCall(turn, activity, outcome, usage === null ? noSpent : spentOn(activity, usage), untold);
  if (findings.length > 0) turn.emit("guardrail.flagged", { channel: "model_output", findings }, activity.step);
  if (activity.purpose === "summary" && "output" in result) condense(turn, activity, String(result.output));
  else if ("output" in result) completeNode(turn, activity.node, result.output);
  else if ("asks" in result) {
    if (turn.state.stopping === null) takeAsks(turn, activity, result.asks.text, result.asks.calls);
  } else if ("invalid" in result) {
    if (turn.state.stopping !== null || activity.corrections.length >= CORRECTIONS) {
      const why = result.invalid.errors.slice(0, 3).join("; ");
      failWork(turn, activity, { code: "output_invalid", message: `the model's answer does not fit the schema: ${why}` });
    }
  } else failCall(turn, activity, result.failure, activity.attempt);
  return null;
}

/** An answer without a word holds nothing that could be corrected: where another model is left, that one is asked. */
function elseTheNext(activity: Activity, outcome: ModelOutcome): ModelOutcome {
  if (!("invalid" in outcome.result) || outcome.result.invalid.answer.trim() !== "" || activity.candidate + 1 >= activity.candidates.length)
    return outcome;
  const failure: Failure = { class: "permanent", code: "output_invalid", message: "the model's answer is empty", retryAfterMs: null };
  return { ...outcome, result: { ok: false, failure } };
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
    else failWork(turn, activity, failure);
  } else if (mayRepeat(activity)) dispatch(turn, activityId, true);
  else if (turn.state.stopping === null || activity.purpose === "compensation") resolveDoubt(turn, activity);
  else failWork(turn, activity, { code: "tool_error", message: "the call was cut short and nobody knows whether it happened" }, true);
  return null;
}

const mayRepeat = (activity: Activity): boolean => activity.facts?.effect !== "write" || activity.facts.idempotency === "key";

/**
 * A queue consumer takes a call up. The second one to ask gets it only when repeating it is harmless; else the first one was cut short:
 * a model is asked anew, with a reservation of its own, and a write that promises nothing is put before a person.
 */
export function takeUp(turn: Turn, activityId: string, call: number): string | null {
  const activity = turn.state.activities[activityId];
  if (activity?.phase !== "calling" || activity.call !== call || activity.queued === null) return LATE;
  const isHarmless = activity.kind === "tool" && mayRepeat(activity);
  if (activity.queued === "taken" && !isHarmless) return takeInterruption(turn, activityId, call);
  turn.emit("call.taken", { activity: activityId, call }, activity.step);
  return null;
}

/** What became of a write is known, or is asked on. */
export function takeLookedUp(turn: Turn, activityId: string, call: number, answer: LookupAnswer): string | null {
  const activity = takeLookup(turn, activityId, call, answer);
  if (activity === null) return LATE;
  if (answer.found === "no") dispatch(turn, activityId, true);
  else if (answer.found === "unsure") resolveDoubt(turn, activity);
  else succeed(turn, activity, answer.output);
  return null;
}

function succeed(turn: Turn, activity: Activity, output: Json): void {
  if (activity.purpose === "compensation") compensated(turn, activity);
  else if (activity.purpose === "agent") observe(turn, activity, { ok: true, output });
  else completeNode(turn, activity.node, output);
}

function failCall(turn: Turn, activity: Activity, failure: Failure, attempt: number): void {
  const { stopping } = turn.state;
  const winding = stopping !== null && activity.purpose !== "compensation";
  const next = turn.state.activities[activity.id];
  const unknownWrite = next?.doubt ?? activity.doubt;
  if (failure.class === "unknown" && unknownWrite && !mayRepeat(activity) && !winding) return resolveDoubt(turn, next ?? activity);
  const fallback = activity.kind === "model" && failure.class !== "safety" && next !== undefined && next.candidate < next.candidates.length;
  if (fallback && !winding) return; // the next candidate is sent with this attempt
  const policy = retryPolicy(turn.birth, activity);
  if (!winding && isRetryable(failure) && attempt < policy.attempts) {
    const resumeAt = turn.at + retryDelayMs(policy, attempt, `${turn.birth.id}/${activity.id}`, failure);
    const error = { code: failure.code, message: failure.message };
    return turn.emit("step.retrying", { activity: activity.id, attempt, error, resume_at: resumeAt }, activity.step);
  }
  const error = { code: failure.code, message: failure.message };
  if (activity.purpose === "compensation") compensated(turn, activity, error);
  else if (activity.purpose === "agent" && activity.kind === "tool" && !unknownWrite) observe(turn, activity, refusalFor(failure));
  else failWork(turn, activity, error, unknownWrite);
}

function noteModelCall(turn: Turn, activity: Activity, outcome: ModelOutcome, spent: Spent, untold: boolean, interrupted = false): void {
  const { result, durationMs, upstream, cached } = outcome;
  const flags = flagsOf(activity, outcome);
  const before = turn.state.usage;
  turn.emit(
    "model.called",
    {
      activity: activity.id,
      attempt: activity.attempt,
      model: activity.candidates[activity.candidate]?.id ?? "",
      ok: result.ok,
      spent,
      held: untold ? { micro_usd: activity.reserved.microUsd, tokens: activity.reserved.tokens } : null,
      duration_ms: durationMs,
      ...("failure" in result ? { failure: result.failure } : {}),
      ...("invalid" in result ? { correction: result.invalid } : {}),
      ...(interrupted ? { interrupted: true } : {}),
      ...(cached === undefined ? {} : { cached }),
      ...(upstream["breaker"] === "open" ? { unasked: true } : {}),
      ...(flags.length === 0 ? {} : { flags }),
      upstream,
      total_usd: toUsd(turn.state.usage.microUsd + spent.micro_usd),
    },
    activity.step,
  );
  alertAtThresholds(turn, before);
}

/** An answer that is not what was meant to be says so: another model's than the first choice, or a kept one past its time. */
function flagsOf(activity: Activity, { result, cached }: ModelOutcome): readonly RunFlag[] {
  if (cached === "stale") return ["degraded", "stale"];
  return result.ok && activity.candidate > 0 ? ["degraded"] : [];
}

function spentOn(activity: Activity, usage: NonNullable<ModelOutcome["usage"]>): Spent {
  const price = activity.candidates[activity.candidate]?.price ?? { input: 0, output: 0, cached_input: null };
  const cached = Math.min(usage.cachedInput, usage.input);
  const input = tokenCost(usage.input - cached, price.input) + tokenCost(cached, price.cached_input ?? price.input);
  return { tokens_in: usage.input, tokens_out: usage.output, micro_usd: input + tokenCost(usage.output, price.output) };
}
