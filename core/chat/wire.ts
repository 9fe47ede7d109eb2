/** A chat request as the body of an upstream's request, and what it will cost at most. Pure; knows no transport. */
import type { Json, JsonObject } from "../json.ts";
import type { ModelEntry } from "../model/entry.ts";
import { estimateTokens } from "../model/estimate.ts";
import type { Message } from "../model/message.ts";
import type { ResponseFormat } from "./format.ts";
import type { ChatMessage } from "./messages.ts";
import type { ChatRequest } from "./request.ts";
import type { ChatTool, ToolChoice } from "./tools.ts";

/** What goes out: the guarded request, and what was said since because an answer did not fit. */
export type Outgoing = {
  readonly request: ChatRequest;
  readonly corrections: readonly ChatMessage[];
  /** `limit.tokens`, or what the model's window leaves of it. */
  readonly maxTokens: number;
  readonly stream: boolean;
};

export function upstreamBody(entry: Pick<ModelEntry, "upstream_id">, { request, corrections, maxTokens, stream }: Outgoing): JsonObject {
  const { tools, toolChoice, format, stop } = request;
  return {
    model: entry.upstream_id,
    messages: [...request.messages, ...corrections].map(onTheWire),
    [request.limit.field]: maxTokens,
    temperature: request.temperature,
    stream,
    // Settling needs the upstream's count whether or not the caller asked for it.
    ...(stream ? { stream_options: { include_usage: true } } : {}),
    ...request.settings,
    ...(stop.length === 0 ? {} : { stop: [...stop] }),
    ...(tools.length === 0 ? {} : { tools: tools.map(toolOnTheWire) }),
    ...(toolChoice === null ? {} : { tool_choice: choiceOnTheWire(toolChoice) }),
    ...(format.kind === "text" ? {} : { response_format: formatOnTheWire(format) }),
  };
}

function onTheWire(message: ChatMessage): JsonObject {
  const { role, content } = message;
  if (message.role === "tool") return { role, tool_call_id: message.toolCallId, content };
  const name = message.name === null ? {} : { name: message.name };
  if (message.role !== "assistant" || message.toolCalls.length === 0) return { role, content, ...name };
  const calls = message.toolCalls.map(({ id, name: tool, arguments: given }) => ({
    id,
    type: "function",
    function: { name: tool, arguments: given },
  }));
  return { role, content, ...name, tool_calls: calls };
}

const toolOnTheWire = ({ name, description, parameters, strict }: ChatTool): JsonObject => ({
  type: "function",
  function: { name, ...(description === null ? {} : { description }), parameters, ...(strict === null ? {} : { strict }) },
});

const choiceOnTheWire = (choice: ToolChoice): Json =>
  typeof choice === "string" ? choice : { type: "function", function: { name: choice.name } };

function formatOnTheWire(format: ResponseFormat): JsonObject {
  if (format.kind !== "json_schema") return { type: format.kind };
  const { name, description, schema, strict } = format;
  return {
    type: "json_schema",
    json_schema: { name, ...(description === null ? {} : { description }), schema, strict: strict ?? true },
  };
}

/** An upper bound in practice of what the upstream will count as input. */
export function boundInput(request: ChatRequest, corrections: readonly ChatMessage[] = []): number {
  const tools = request.tools.map(({ name, description, parameters }) => ({ name, description: description ?? "", input: parameters }));
  const schema = request.format.kind === "json_schema" ? request.format.schema : null;
  return estimateTokens([...request.messages, ...corrections].map(toMessage), schema, tools);
}

function toMessage(message: ChatMessage): Message {
  if (message.role === "tool") return { role: "tool", toolCallId: message.toolCallId, content: message.content };
  if (message.role !== "assistant") return { role: message.role === "user" ? "user" : "system", content: message.content };
  const toolCalls = message.toolCalls.map(({ id, name, arguments: input }) => ({ id, name, input }));
  return { role: "assistant", content: message.content, ...(toolCalls.length === 0 ? {} : { toolCalls }) };
}
