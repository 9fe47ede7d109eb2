/** A chat request as the body of an upstream's request, and what it will cost at most. Pure; knows no transport. */
import type { Json, JsonObject } from "../json.ts";
import type { ModelEntry } from "../model/entry.ts";
import { estimateTokens } from "../model/estimate.ts";
import type { Message } from "../model/message.ts";
import { isStrictSchema } from "../model/strict-schema.ts";
import { inwardIds } from "./call-ids.ts";
import type { ResponseFormat } from "./format.ts";
import type { ChatMessage } from "./messages.ts";
import { PASSABLE, type Passable } from "./official-fields.ts";
import { callOnTheWire } from "./opaque.ts";
import type { ChatRequest } from "./request.ts";
import type { ChatTool, ToolChoice } from "./tools.ts";
import { openWireNames } from "./wire-names.ts";

/** What goes out: the guarded request, and what was said since because an answer did not fit. */
export type Outgoing = {
  readonly request: ChatRequest;
  readonly corrections: readonly ChatMessage[];
  /** `limit.tokens`, or what the model's window leaves of it. */
  readonly maxTokens: number;
  readonly stream: boolean;
};

/** The body of the upstream's request, with the field names that the model's entry asks for. */
export function upstreamBody(
  entry: Pick<ModelEntry, "upstream_id" | "parameters">,
  { request, corrections, maxTokens, stream }: Outgoing,
): JsonObject {
  const { tools, toolChoice, format, stop } = request;
  const how: HowWritten = { nameOf: openWireNames(), idOf: inwardIds(request.messages), marks: takes(entry, "cache_control") };
  return {
    model: entry.upstream_id,
    messages: [...request.messages, ...corrections].map((message) => onTheWire(message, how)),
    [request.limit.field]: maxTokens,
    ...(request.temperature === null ? {} : { temperature: request.temperature }),
    stream,
    // Settling needs the upstream's count whether or not the caller asked for it.
    ...(stream ? { stream_options: { include_usage: true } } : {}),
    ...request.settings,
    ...passedOn(request, entry),
    ...(stop.length === 0 ? {} : { stop: [...stop] }),
    ...(tools.length === 0 ? {} : { tools: tools.map((tool) => toolOnTheWire(tool, how)) }),
    ...(toolChoice === null ? {} : { tool_choice: choiceOnTheWire(toolChoice) }),
    ...(format.kind === "text" ? {} : { response_format: formatOnTheWire(format) }),
  };
}

type Takes = Pick<ModelEntry, "parameters">;

/** The model's registration lists the field. */
const takes = ({ parameters }: Takes, field: Passable): boolean => parameters?.passes?.includes(field) === true;

/** The official fields of a request that this model takes. */
export const passedOn = ({ official: { passable } }: Pick<ChatRequest, "official">, entry: Takes): JsonObject =>
  Object.fromEntries(Object.entries(passable).filter(([name]) => PASSABLE.some((field) => field === name && takes(entry, field))));

/** Names of the fields that said nothing to this model, for the answer's header. */
export function ignoredBy(
  { official, messages, tools }: Pick<ChatRequest, "official" | "messages" | "tools">,
  entry: Takes,
): readonly string[] {
  const isMarked = [...messages, ...tools].some(({ cacheMark }) => cacheMark !== undefined);
  const offered = [...Object.keys(official.passable), ...(isMarked ? ["cache_control"] : [])];
  const left = offered.filter((name) => !PASSABLE.some((field) => field === name && takes(entry, field)));
  return [...new Set([...official.ignored, ...left])].sort();
}

type HowWritten = { readonly nameOf: (name: string) => string | null; readonly idOf: (id: string) => string; readonly marks: boolean };

function onTheWire(message: ChatMessage, { nameOf, idOf, marks }: HowWritten): JsonObject {
  const { role, cacheMark } = message;
  const isMarked = marks && cacheMark !== undefined && message.content !== null && message.content !== "";
  const content = isMarked ? [{ type: "text", text: message.content, cache_control: cacheMark }] : message.content;
  const safe = typeof message.name === "string" ? nameOf(message.name) : null;
  const name = safe === null ? {} : { name: safe };
  if (message.role === "tool") return { role, tool_call_id: idOf(message.toolCallId), content, ...name };
  if (message.role !== "assistant") return { role, content, ...name };
  const calls = message.toolCalls.map(({ id, name: tool, arguments: given, opaque }) => callOnTheWire(idOf(id), tool, given, opaque));
  return { role, content, ...name, ...message.opaque, ...(calls.length === 0 ? {} : { tool_calls: calls }) };
}

const toolOnTheWire = ({ name, description, parameters, strict, cacheMark }: ChatTool, { marks }: HowWritten): JsonObject => ({
  type: "function",
  function: { name, ...(description === null ? {} : { description }), parameters, ...strictly(strict, parameters) },
  ...(marks && cacheMark !== undefined ? { cache_control: cacheMark } : {}),
});

const choiceOnTheWire = (choice: ToolChoice): Json =>
  typeof choice === "string" ? choice : { type: "function", function: { name: choice.name } };

function formatOnTheWire(format: ResponseFormat): JsonObject {
  if (format.kind !== "json_schema") return { type: format.kind };
  const { name, description, schema, strict } = format;
  return {
    type: "json_schema",
    json_schema: { name, ...(description === null ? {} : { description }), schema, ...strictly(strict, schema) },
  };
}

/** Only a caller that wants it, of a schema that qualifies: any other is refused where strict is known. */
const strictly = (strict: boolean | null, schema: JsonObject): JsonObject =>
  strict === null || (strict && !isStrictSchema(schema)) ? {} : { strict };

/** An upper bound in practice of what the upstream will count as input. */
export function boundInput(request: ChatRequest, corrections: readonly ChatMessage[] = []): number {
  const tools = request.tools.map(({ name, description, parameters }) => ({ name, description: description ?? "", input: parameters }));
  const schema = request.format.kind === "json_schema" ? request.format.schema : null;
  return estimateTokens([...request.messages, ...corrections].map(toMessage), schema, tools);
}

function toMessage(message: ChatMessage): Message {
  if (message.role === "tool") return { role: "tool", toolCallId: message.toolCallId, content: message.content };
  if (message.role !== "assistant") return { role: message.role === "user" ? "user" : "system", content: message.content };
  const toolCalls = message.toolCalls.map(({ id, name, arguments: input, opaque }) => ({
    id,
    name,
    input: opaque === undefined ? input : { input, opaque },
  }));
  // What goes back unchanged is read by the model like its words.
  const opaque = message.opaque === undefined ? "" : JSON.stringify(message.opaque);
  return {
    role: "assistant",
    content: opaque === "" ? message.content : `${message.content ?? ""}${opaque}`,
    ...(toolCalls.length === 0 ? {} : { toolCalls }),
  };
}
