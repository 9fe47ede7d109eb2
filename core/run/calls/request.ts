/** A call as the gateways get it, read off the state: the same state gives the same call, so a repeated call is equal to the first. */
import { type JsonObject, own } from "../../json.ts";
import { joined } from "../../label/labels.ts";
import type { Message } from "../../model/message.ts";
import { KNOWLEDGE_SEARCH } from "../../tool/knowledge-search.ts";
import { isMemoryTool } from "../../tool/memory-tools.ts";
import { callSpanId } from "../../trace/span.ts";
import type { AgentStep, ModelStep } from "../../workflow/definition.ts";
import { CITATION_RULES, correctionMessages } from "../../workflow/prompt.ts";
import { mentionsOf } from "../../workflow/step-kinds.ts";
import { conversation } from "../agent/agent.ts";
import { SUMMARY_TOKENS, summaryMessages } from "../agent/context-window.ts";
import { type Birth, type RunContext, starterOf } from "../machine/birth.ts";
import type { Activity, RunState } from "../machine/state.ts";
import type { Machinery } from "../machine/turn.ts";
import { labelBeyond } from "../outside/said.ts";
import { labelsOfChosen, soFar } from "../outside/so-far.ts";
import { timeCapAt } from "../outside/wake.ts";
import { rulesOf } from "../steps/kinds.ts";
import { nodeDefinition, stepOfNode, workOf } from "../steps/node.ts";
import { promptMessages } from "../steps/prompted.ts";
import type { AskedFor, CallContext, ModelCall, ToolCall } from "./call.ts";
import { mayCite } from "./grounds.ts";
import { retryPolicy } from "./retry.ts";
import { outputRulesOf, rulesIn, toldAction, toldModerated } from "./rules.ts";

/**
 * docs/contract.md, "Tools": `{run}/{activity}`, the same on every attempt; of a redriven run `{run}` is the first run's id; a step that was
 * compensated is a new act, whose number follows its key.
 */
export function activityKey(birth: Birth, activity: Pick<Activity, "id" | "purpose" | "undoes">): string {
  const done = activity.undoes ?? activity.id;
  const act = own(birth.redrive?.acts ?? {}, done);
  const key = `${birth.redrive?.keyRun ?? birth.id}/${done}${act === undefined ? "" : `/${act}`}`;
  return activity.purpose === "compensation" ? `${key}/compensate` : key;
}

/** What a model is asked: a call without its context and without the model that answers. */
export type Request = Pick<ModelCall, "messages" | "schema" | "tools" | "maxTokens" | "temperature" | "timeoutMs" | "cache">;

/** The request of a model's activity: a step's prompt, an agent's conversation, or a summary. */
export function modelRequest(context: RunContext, state: RunState, activity: Activity): Request {
  const { birth } = context;
  const step = modelOf(birth, activity);
  const agentOf = own(state.agents, activity.node);
  if (activity.purpose === "summary" && agentOf !== undefined) {
    const limits = { maxTokens: Math.min(SUMMARY_TOKENS, step.model.max_tokens), temperature: 0, timeoutMs: step.timeout_ms };
    return { messages: summaryMessages(agentOf, agentOf.dropping ?? []), schema: null, tools: [], cache: "none", ...limits };
  }
  const agent = activity.purpose === "agent" ? own(state.agents, activity.node) : undefined;
  const rendered: Message[] = promptMessages(context, state, step.prompt, activity.input as JsonObject);
  const cites = mayCite({ birth, state }, activity.node, outputRulesOf(birth, activity.node).grounded_in);
  const first: Message[] = cites ? rendered.toSpliced(-1, 0, { role: "system", content: CITATION_RULES }) : rendered;
  const begun = agent === undefined ? first : [...first, ...conversation(agent)];
  const isRestricted = joined(labelsOfChosen(context, state, activity)).class === "restricted";
  const tools = agent?.tools ?? [];
  const form = { json: step.output !== null, tools: tools.length > 0 };
  return {
    messages: activity.corrections.reduce((sofar, correction) => correctionMessages(sofar, correction, form), begun),
    schema: step.output === null ? null : { name: stepOfNode(activity.node), schema: step.output },
    tools,
    maxTokens: step.model.max_tokens,
    temperature: step.model.temperature,
    timeoutMs: step.timeout_ms,
    // What answers to one person's memories is no answer to anybody else, and what is restricted lies nowhere but with its run.
    cache: step.kind === "model" && (state.recalled?.found?.kept ?? []).length === 0 && !isRestricted ? step.cache : "none",
  };
}

/** The call as the model gateway gets it. `epoch`: of the kill switch. */
export function modelCall(machinery: Machinery, state: RunState, activity: Activity, now: number, epoch: number): ModelCall {
  const request = modelRequest(machinery, state, activity);
  return {
    ...request,
    context: callContext(machinery, activity, epoch),
    model: activity.candidates[activity.candidate]?.id ?? "",
    askedFor: askedFor(machinery, state, activity),
    ...toldAction(outputRulesOf(machinery.birth, activity.node).injection),
    ...toldModerated(machinery, state, activity),
    timeoutMs: withinTheRun(machinery, state, request.timeoutMs, now),
    isLastResort:
      activity.candidate === activity.candidates.length - 1 && activity.attempt >= retryPolicy(machinery.birth, activity).attempts,
  };
}

/** The call as the tool gateway gets it. Throws when the facts of the tool are not known yet. */
export function toolCall(machinery: Machinery, state: RunState, activity: Activity, now: number, epoch: number): ToolCall {
  if (activity.facts === null) throw new TypeError("a tool call without its facts");
  return {
    context: {
      ...callContext(machinery, activity, epoch),
      ...readerIn(machinery, state, activity, activity.facts.tool),
      ...originFor(machinery, state, activity, activity.facts.tool),
    },
    tool: activity.facts.tool,
    version: activity.facts.version,
    input: activity.input,
    ...(isAnswerRestricted(machinery, state, activity) ? { isRestricted: true as const } : {}),
    ...toldAction(rulesIn(machinery.birth).tools.injection),
    ...(rulesIn(machinery.birth).tools.names ? { names: true } : {}),
    ...(activity.insteadOf === undefined ? {} : { insteadOf: { tool: activity.insteadOf.tool, version: activity.insteadOf.version } }),
    timeoutMs: withinTheRun(machinery, state, toolTimeoutMs(machinery, activity), now),
  };
}

/** The answer has the class of the tool, or of the arguments where that is higher. */
const isAnswerRestricted = (context: RunContext, state: RunState, activity: Activity): boolean =>
  activity.facts?.sensitivity === "restricted" || joined(labelsOfChosen(context, state, activity)).class === "restricted";

/** A run says whose word it asks to be remembered. */
function originFor(context: RunContext, state: RunState, activity: Activity, tool: string): Pick<CallContext, "origin"> {
  if (!isMemoryTool(tool)) return {};
  const by = activity.purpose === "agent" ? "agent" : "workflow";
  const label = labelBeyond(context.birth, joined(labelsOfChosen(context, state, activity)));
  return { origin: { by, label, ...starterOf(context.birth) } };
}

function readerIn(context: RunContext, state: RunState, activity: Activity, tool: string): Pick<CallContext, "reader"> {
  if (tool !== KNOWLEDGE_SEARCH && !isMemoryTool(tool)) return {};
  return { reader: { ...askedFor(context, state, activity), knowledge: context.birth.definition.knowledge ?? [] } };
}

const askedFor = (context: RunContext, state: RunState, activity: Activity): AskedFor => ({
  roles: context.birth.roles,
  soFar: soFar(context, state, activity),
});

/** The definition's word for this call, else the tool's own. */
export function toolTimeoutMs({ birth }: RunContext, activity: Activity): number {
  const isUndoing = activity.purpose === "compensation";
  const definition = workOf(birth.definition, isUndoing ? (activity.undoes ?? activity.node) : activity.node);
  const own = isUndoing ? mentionsOf(definition).compensate?.timeout_ms : rulesOf(definition).calls(definition)?.toolTimeoutMs;
  return own ?? activity.facts?.timeout_ms ?? 30_000;
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
    ...(birth.trace?.sampled === false ? { isUnsampled: true } : {}),
    killEpoch,
  };
}

function modelOf(birth: Birth, activity: Activity): ModelStep | AgentStep {
  const { prompted } = mentionsOf(nodeDefinition(birth.definition, activity.node));
  if (prompted === null) throw new TypeError(`${activity.node} calls no model`);
  return prompted;
}
