/**
 * A chat request without the personal data in it, or the refusal of one that carries an instruction. Each part is looked at as what it
 * is: a user's words, the developer's (system and developer messages, tools, formats, stop sequences), a tool's answer, a model's
 * earlier words. Nothing is kept beyond the call.
 */
import type { CallMemory } from "../../core/chat/call-memory.ts";
import type { ResponseFormat } from "../../core/chat/format.ts";
import type { ChatMessage, ChatToolCall } from "../../core/chat/messages.ts";
import type { OfficialFields } from "../../core/chat/official-fields.ts";
import type { ChatRequest } from "../../core/chat/request.ts";
import type { ChatTool } from "../../core/chat/tools.ts";
import { type FindingSummary, refusalCode, type Speaker } from "../../core/guardrail/finding.ts";
import type { Moderation } from "../../core/guardrail/moderate/opinion.ts";
import { type Inquiry, inquiryOfInput } from "../../core/guardrail/moderate/questions.ts";
import { type Action, withoutPerson } from "../../core/guardrail/rules/action.ts";
import { contentBefore } from "../../core/guardrail/rules/content-before.ts";
import { judgeInput } from "../../core/guardrail/rules/judge.ts";
import type { Rules } from "../../core/guardrail/rules/merge.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { parseUntrusted } from "../../core/untrusted-json.ts";
import { turn } from "../../kit/turn.ts";
import type { Guard, GuardContext } from "../guardrail/ports.ts";
import { guardIds } from "./guard-ids.ts";

/** Why a request is refused for what it says. It names places, never the text. */
export type ContentRefusal = {
  readonly code: "injection_detected" | "content_blocked";
  /** JSON Pointer of the field. */
  readonly path: string;
  readonly findings: readonly FindingSummary[];
};

/** The request with personal data redacted, and what was found in it. */
export type GuardedRequest = { readonly request: ChatRequest; readonly findings: readonly FindingSummary[] };

/** Looks at a part of the request; throws a `Blocked` where it is refused. */
type Look = (speaker: Speaker, path: string, value: Json) => Promise<Json>;
class Blocked extends Error {
  readonly refusal: ContentRefusal;
  constructor(refusal: ContentRefusal) {
    super("blocked");
    this.refusal = refusal;
  }
}

/** Throws when the guard does: nothing was admitted then. */
export async function guardRequest(
  guard: Guard,
  memory: CallMemory,
  context: GuardContext,
  request: ChatRequest,
  rules: Rules,
  moderate: (inquire: () => Inquiry | null) => Promise<Moderation | null>,
): Promise<Result<GuardedRequest, ContentRefusal>> {
  const users = request.messages.flatMap(({ role, content }) => (role === "user" && content !== null ? [content] : []));
  const known = await contentBefore(users, rules.input.content, turn);
  const moderation = await moderate(() => inquiryOfInput(users, rules.input, known));
  const judged = judgeInput(users, rules.input, moderation, known);
  if (withoutPerson(judged.action) === "block") return err({ code: "content_blocked", path: "/messages", findings: judged.findings });
  const findings: FindingSummary[] = [...judged.findings];
  const look: Look = async (speaker, path, value) => {
    // A client's `{{EMAIL_1}}` was never given out by this call: it is a text like any other.
    const literal = speaker === "tool_output" || speaker === "model_output" ? literally(memory, value) : value;
    const admitted = await guard.admit(context, speaker, "input", literal, ...wishesOf(speaker, rules));
    const placed = admitted.findings.map((finding) => ({ ...finding, pointer: `${path}${finding.pointer}` }));
    findings.push(...placed);
    // Of a tool's answer the instruction is withheld, and the rest goes on.
    if (admitted.verdict !== "block" || speaker === "tool_output") return admitted.value;
    throw new Blocked({ code: refusalCode(placed), path, findings: [...findings] });
  };
  try {
    const messages: ChatMessage[] = [];
    for (const [index, message] of request.messages.entries()) messages.push(await guardMessage(look, message, `/messages/${index}`));
    const tools: ChatTool[] = [];
    for (const [index, tool] of request.tools.entries()) tools.push(await guardTool(look, tool, `/tools/${index}/function`));
    const format = await guardFormat(look, request.format);
    const stop = request.stop.length === 0 ? request.stop : textsOf(await look("developer", "/stop", [...request.stop]));
    const official = await guardOfficial(look, request.official);
    const named = await guardIds(messages, async (path, id) => (await look("model_output", path, id)) === id);
    return ok({ request: { ...request, messages: named, tools, format, stop, official }, findings });
  } catch (error) {
    if (error instanceof Blocked) return err(error.refusal);
    throw error;
  }
}

async function guardMessage(look: Look, message: ChatMessage, path: string): Promise<ChatMessage> {
  const content = async (speaker: Speaker): Promise<string> => textOf(await look(speaker, `${path}/content`, message.content ?? ""));
  const name = typeof message.name === "string" ? await guardName(look, message.name, `${path}/name`) : null;
  if (message.role === "tool") return { ...message, content: await content("tool_output"), name };
  if (message.role !== "assistant") return { ...message, content: await content(message.role === "user" ? "user" : "developer"), name };
  const toolCalls: ChatToolCall[] = [];
  for (const [index, { opaque, ...call }] of message.toolCalls.entries()) {
    const at = `${path}/tool_calls/${index}`;
    const given = await guardArguments(look, call.arguments, `${at}/function/arguments`);
    toolCalls.push({ ...call, arguments: given, ...(await guardOpaque(look, opaque, at)) });
  }
  const { opaque, ...plain } = message;
  return {
    ...plain,
    content: message.content === null ? null : await content("model_output"),
    name,
    toolCalls,
    ...(await guardOpaque(look, opaque, path)),
  };
}

/** A text goes on redacted. Of anything else every byte may be signed: where something was found in it, it is left out. */
async function guardOpaque(look: Look, opaque: JsonObject | undefined, path: string): Promise<{ readonly opaque?: JsonObject }> {
  if (opaque === undefined) return {};
  const kept: JsonObject = {};
  for (const [name, value] of Object.entries(opaque)) {
    const admitted = await look("model_output", `${path}/${name}`, value);
    if (typeof admitted === "string" || JSON.stringify(admitted) === JSON.stringify(value)) kept[name] = admitted;
  }
  return { opaque: kept };
}

/** Texts of official fields that hold personal data go to no model. */
async function guardOfficial(look: Look, { passable, ignored }: OfficialFields): Promise<OfficialFields> {
  const kept: JsonObject = {};
  const dropped: string[] = [];
  for (const [name, value] of Object.entries(passable)) {
    if (typeof value !== "string" || (await look("developer", `/${name}`, value)) === value) kept[name] = value;
    else dropped.push(name);
  }
  return { passable: kept, ignored: [...ignored, ...dropped] };
}

/** A name is an identifier to the format: one that holds personal data is left out. */
async function guardName(look: Look, name: string, path: string): Promise<string | null> {
  return (await look("user", path, name)) === name ? name : null;
}

/** Redacted as a value, so that it stays JSON; it is rewritten only where something was found. */
async function guardArguments(look: Look, text: string, path: string): Promise<string> {
  const parsed = parseUntrusted(text);
  if (!parsed.ok || typeof parsed.value === "string") return textOf(await look("model_output", path, text));
  const before = JSON.stringify(parsed.value);
  const after = JSON.stringify(await look("model_output", path, parsed.value));
  return after === before ? text : after;
}

async function guardTool(look: Look, tool: ChatTool, path: string): Promise<ChatTool> {
  const { description, parameters } = tool;
  const admitted = await look("developer", path, { ...(description === null ? {} : { description }), parameters });
  if (!isObject(admitted)) throw new TypeError("the guard changed the shape of a tool");
  const said = admitted["description"];
  return { ...tool, description: typeof said === "string" ? said : null, parameters: asSchema(parameters, admitted["parameters"] ?? null) };
}

async function guardFormat(look: Look, format: ResponseFormat): Promise<ResponseFormat> {
  if (format.kind !== "json_schema") return format;
  const { description, schema } = format;
  const path = "/response_format/json_schema";
  const admitted = await look("developer", path, { ...(description === null ? {} : { description }), schema });
  if (!isObject(admitted)) throw new TypeError("the guard changed the shape of a format");
  const said = admitted["description"];
  return { ...format, description: typeof said === "string" ? said : null, schema: asSchema(schema, admitted["schema"] ?? null) };
}

/** Numbers of a schema are bounds, not identifiers: they stand, whatever they look like. */
function asSchema(sent: JsonObject, admitted: Json): JsonObject {
  const restored = withNumbers(sent, admitted);
  if (!isObject(restored)) throw new TypeError("the guard changed the shape of a schema");
  return restored;
}

function withNumbers(sent: Json, admitted: Json): Json {
  if (typeof sent === "number") return sent;
  if (Array.isArray(sent) && Array.isArray(admitted)) return admitted.map((item, index) => withNumbers(sent[index] ?? null, item));
  if (!isObject(sent) || !isObject(admitted)) return admitted;
  const before = Object.values(sent);
  return Object.fromEntries(Object.entries(admitted).map(([key, item], index) => [key, withNumbers(before[index] ?? null, item)]));
}

function literally(memory: CallMemory, value: Json): Json {
  if (typeof value === "string") return memory.literally(value);
  if (Array.isArray(value)) return value.map((item) => literally(memory, item));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [memory.literally(key), literally(memory, item)]));
}

function textOf(value: Json): string {
  if (typeof value !== "string") throw new TypeError("the guard changed the shape of a text");
  return value;
}

const textsOf = (value: Json): readonly string[] => (Array.isArray(value) ? value.map(textOf) : [textOf(value)]);

/** Nobody waits for a person here, and what somebody says that a model said is not asked for again. */
function wishesOf(speaker: Speaker, { input, tools, output }: Rules): readonly [names: boolean, injection: Action] {
  if (speaker === "user") return [input.names, withoutPerson(input.injection)];
  if (speaker === "tool_output") return [tools.names, withoutPerson(tools.injection)];
  // What the model said before holds the names that the caller got back with it.
  if (speaker === "model_output") return [input.names, output.injection === "retry" ? "block" : withoutPerson(output.injection)];
  return [false, "block"];
}
