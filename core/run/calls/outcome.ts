/** What came back from outside, and what it means for the work it was for. */

import { type FindingSummary, isInstruction } from "../../guardrail/finding.ts";
import type { Unsupported } from "../../guardrail/rules/grounded.ts";
import { type Json, own } from "../../json.ts";
import { mayHaveCost } from "../../model/untold.ts";
import { CORRECTIONS, EMPTY_ANSWER } from "../../model-call/corrections.ts";
import { condense, failWork, observe, takeAsks } from "../agent/agent.ts";
import { noSpent } from "../fold/evolve.ts";
import { heedConfidence, heedFailure, heedGuardrail } from "../hand-over/raise.ts";
import type { Activity, Held } from "../machine/state.ts";
import type { Turn } from "../machine/turn.ts";
import type { RunFlag } from "../outside/view.ts";
import { askPerson } from "../steps/question.ts";
import { completeNode } from "../steps/settle.ts";
import { compensated } from "../steps/undo.ts";
import type { Correction, LookupAnswer, ModelOutcome, ToolOutcome } from "./call.ts";
import { dispatch } from "./dispatch.ts";
import { failCall, mayRepeat } from "./failure.ts";
import { noteFindings } from "./findings.ts";
import { LATE, takeInterruption } from "./interruption.ts";
import { alertAtThresholds } from "./lease.ts";
import { resolveDoubt, takeLookup } from "./lookup.ts";
import { noteModelCall, spentOn } from "./model-call.ts";
import { underRules } from "./rules.ts";
import { costOfOutcome } from "./tool-cost.ts";

/** Takes a tool's answer. Returns why it is refused, or null. */
export function takeToolAnswer(turn: Turn, activityId: string, call: number, outcome: ToolOutcome): string | null {
  const activity = own(turn.state.activities, activityId);
  if (activity?.phase !== "calling" || activity.call !== call || activity.kind !== "tool") return LATE;
  const { result, reached, status, durationMs, openings, findings, cached, unasked, stale } = outcome;
  const before = turn.state.usage;
  const flags: RunFlag[] = [
    ...(result.ok && activity.insteadOf !== undefined ? (["degraded"] as const) : []),
    ...(stale === true ? (["stale"] as const) : []),
  ];
  turn.emit(
    "tool.answered",
    {
      activity: activityId,
      attempt: activity.attempt,
      tool: activity.tool ?? "",
      ok: result.ok,
      output_sha256: result.ok ? turn.content.add(result.output) : null,
      reached,
      status,
      duration_ms: durationMs,
      openings,
      ...(cached === undefined ? {} : { cached }),
      ...(unasked === undefined ? {} : { unasked }),
      ...costOfOutcome(activity, outcome),
      ...(flags.length === 0 ? {} : { flags }),
      ...(result.ok && outcome.label !== undefined ? { label: outcome.label } : {}),
      ...(result.ok ? {} : { failure: result.failure }),
    },
    activity.step,
  );
  alertAtThresholds(turn, before);
  if (findings.length > 0) noteFindings(turn, activity, findings);
  if (findings.some((finding) => isInstruction(finding) && finding.action === "block"))
    heedGuardrail(turn, activity, `the answer of the tool \`${activity.tool}\` holds an instruction, which was withheld`);
  if (!result.ok) failCall(turn, activity, result.failure, activity.attempt);
  else if (result.withheld === undefined) succeed(turn, activity, result.output);
  else holdForPerson(turn, activity, findings, { output: result.output, withheld: result.withheld });
  return null;
}

/**
 * A person decides whether it may pass. A run that is stopping, and a compensation, wait for nobody: what was found is withheld, or refused.
 */
function holdForPerson(
  turn: Turn,
  activity: Activity,
  findings: readonly FindingSummary[],
  held: Held,
  unsupported: readonly Unsupported[] = [],
): void {
  if (turn.state.stopping !== null || activity.purpose === "compensation") {
    if (held.withheld === undefined)
      return failWork(turn, activity, { code: "content_blocked", message: "the answer was held for a person" });
    return succeed(turn, activity, held.withheld);
  }
  const rules = [...new Set(findings.filter(({ action }) => action === "review").map(({ rule }) => rule ?? ""))];
  askPerson(
    turn,
    activity.id,
    "guardrail",
    "high",
    {
      rules,
      ...(activity.tool === null ? {} : { tool: activity.tool }),
      output: held.output,
      ...(unsupported.length === 0 ? {} : { unsupported: unsupported.map((one) => ({ ...one })) }),
    },
    { held },
  );
}

/** Takes a model's answer. Returns why it is refused, or null. */
export function takeModelAnswer(turn: Turn, activityId: string, call: number, given: ModelOutcome): string | null {
  const activity = own(turn.state.activities, activityId);
  if (activity?.phase !== "calling" || activity.call !== call || activity.kind !== "model") return LATE;
  const { outcome, review, unsupported } = underRules(turn, activity, elseTheNext(activity, given));
  const { result, findings, usage } = outcome;
  const failure = "failure" in result ? result.failure : null;
  const untold = usage === null && outcome.cached === undefined && mayHaveCost(failure, outcome.upstream["status"]);
  noteModelCall(turn, activity, outcome, usage === null ? noSpent : spentOn(activity, usage), untold);
  if (findings.length > 0) turn.emit("guardrail.flagged", { channel: "model_output", findings }, activity.step);
  if (activity.purpose === "summary" && "output" in result) condense(turn, activity, String(result.output));
  else if ("output" in result && review) holdForPerson(turn, activity, findings, { output: result.output }, unsupported);
  else if ("output" in result) {
    if (!heedConfidence(turn, activity, result.output)) completeNode(turn, activity.node, result.output);
  } else if ("asks" in result) {
    if (turn.state.stopping === null) takeAsks(turn, activity, result.asks);
    else failWork(turn, activity, { code: "cancelled", message: "the run stopped before the agent's calls were made" }); // it is not asked again
  } else if ("invalid" in result) {
    const isStopping = turn.state.stopping !== null;
    if (!isStopping && heedFailure(turn, activity, result.invalid.errors[0] ?? "the answer does not fit")) return null;
    if (isStopping || activity.corrections.length >= CORRECTIONS) {
      const why = result.invalid.errors.slice(0, 3).join("; ");
      failWork(turn, activity, { code: "output_invalid", message: `the model's ${misfitOf(result.invalid)}: ${why}` });
    }
  } else failCall(turn, activity, result.failure, activity.attempt);
  return null;
}

/** What is wrong with an answer, before its errors. */
function misfitOf({ rules, asked }: Correction): string {
  if (rules) return "answer breaks the guardrails";
  return asked === undefined ? "answer does not fit the schema" : "tool calls cannot be made";
}

/** An empty answer has nothing to correct: when another candidate is left, it is asked instead. */
function elseTheNext(activity: Activity, outcome: ModelOutcome): ModelOutcome {
  if (!("invalid" in outcome.result) || outcome.result.invalid.answer.trim() !== "" || activity.candidate + 1 >= activity.candidates.length)
    return outcome;
  return { ...outcome, result: { ok: false, failure: EMPTY_ANSWER } };
}

/**
 * A queue consumer takes a call up. A second one gets it only when repeating it is harmless. Otherwise the first call counts as
 * interrupted: a model is asked again, with a new reservation, and a write that promises nothing is put before a person.
 */
export function takeUp(turn: Turn, activityId: string, call: number): string | null {
  const activity = own(turn.state.activities, activityId);
  if (activity?.phase !== "calling" || activity.call !== call || activity.queued === null) return LATE;
  const isHarmless = activity.kind === "tool" && mayRepeat(activity);
  if (activity.queued === "taken" && !isHarmless) return takeInterruption(turn, activityId, call);
  turn.emit("call.taken", { activity: activityId, call }, activity.step);
  return null;
}

/** Takes the answer of a lookup: the write is done, is sent again, or stays in doubt. */
export function takeLookedUp(turn: Turn, activityId: string, call: number, answer: LookupAnswer): string | null {
  const activity = takeLookup(turn, activityId, call, answer);
  if (activity === null) return LATE;
  if (answer.found === "no") dispatch(turn, activityId, true);
  // The lookup itself waited until the write had arrived.
  else if (answer.found === "unsure") resolveDoubt(turn, activity, false);
  else succeed(turn, activity, answer.output);
  return null;
}

function succeed(turn: Turn, given: Activity, output: Json): void {
  const activity = own(turn.state.activities, given.id) ?? given; // with what its answer told of it
  if (activity.purpose === "compensation") compensated(turn, activity);
  else if (activity.purpose === "agent") observe(turn, activity, { ok: true, output });
  else completeNode(turn, activity.node, output);
}
