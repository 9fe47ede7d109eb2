/** A call as the gateways get it, read off the state: the same state gives the same call, so a repeated call is equal to the first. */

import type { JsonObject } from "../json.ts";
import type { Message } from "../model/message.ts";
import type { ModelStep } from "../workflow/definition.ts";
import { correctionMessages, renderMessages } from "../workflow/prompt.ts";
import type { Birth } from "./birth.ts";
import type { CallContext, ModelCall, ToolCall } from "./call.ts";
import type { RunContext } from "./evolve.ts";
import { callSpanId } from "./span-id.ts";
import type { Activity, RunState } from "./state.ts";
import type { Machinery } from "./turn.ts";
import { timeCapAt } from "./wake.ts";

/** API.md: `{run}/{step}`, the same on every attempt; of a redriven run `{run}` is the first run's id; a step that was compensated is a new act. */
export function activityKey(birth: Birth, activity: Pick<Activity, "step" | "purpose">): string {
  const act = birth.redrive?.acts[activity.step];
  return `${birth.redrive?.keyRun ?? birth.id}/${activity.step}${act === undefined ? "" : `/${act}`}${activity.purpose === "compensation" ? "/compensate" : ""}`;
}

export function modelRequest(
  { birth }: RunContext,
  activity: Activity,
): { messages: readonly Message[]; schema: ModelCall["schema"]; maxTokens: number } {
  const step = modelStep(birth, activity);
  const first = renderMessages(birth.definition, step.prompt, activity.input as JsonObject);
  const messages = activity.corrections.reduce((sofar, { answer, errors }) => correctionMessages(sofar, answer, errors), first);
  return { messages, schema: step.output === null ? null : { name: activity.step, schema: step.output }, maxTokens: step.model.max_tokens };
}

export function modelCall(machinery: Machinery, state: RunState, activity: Activity, now: number, epoch: number): ModelCall {
  const step = modelStep(machinery.birth, activity);
  return {
    context: callContext(machinery, activity, epoch),
    model: activity.candidates[activity.candidate]?.id ?? "",
    ...modelRequest(machinery, activity),
    temperature: step.model.temperature,
    timeoutMs: withinTheRun(machinery, state, step.timeout_ms, now),
  };
}

export function toolCall(machinery: Machinery, state: RunState, activity: Activity, now: number, epoch: number): ToolCall {
  if (activity.facts === null) throw new TypeError("a tool call without its facts");
  const step = machinery.birth.definition.steps[activity.step];
  const own = step?.kind === "tool" ? (activity.purpose === "compensation" ? step.compensate?.timeout_ms : step.timeout_ms) : null;
  return {
    context: callContext(machinery, activity, epoch),
    tool: activity.facts.tool,
    version: activity.facts.version,
    input: activity.input,
    timeoutMs: withinTheRun(machinery, state, own ?? activity.facts.timeout_ms, now),
  };
}

/** No call outlives its run's time; what undoes a run has its own time. */
function withinTheRun(context: RunContext, state: RunState, timeoutMs: number, now: number): number {
  return state.stopping === null ? Math.max(1, Math.min(timeoutMs, timeCapAt(context, state) - now)) : timeoutMs;
}

function callContext(machinery: Machinery, activity: Activity, killEpoch: number): CallContext {
  const { birth } = machinery;
  return {
    org: birth.org,
    run: birth.id,
    user: birth.user,
    subject: birth.subject,
    workflow: birth.definition.name,
    version: birth.version,
    activity: activity.id,
    key: activityKey(birth, activity),
    traceId: birth.traceId,
    spanId: callSpanId(machinery.sha256, birth.id, activity.call ?? 0),
    killEpoch,
  };
}

function modelStep(birth: Birth, activity: Activity): ModelStep {
  const step = birth.definition.steps[activity.step];
  if (step?.kind !== "model") throw new TypeError(`step ${activity.step} is no model step`);
  return step;
}
