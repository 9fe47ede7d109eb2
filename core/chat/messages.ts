/** The messages of a chat request: roles, texts and text parts, calls of tools and what came of them. */
import { isObject, type Json, type JsonObject } from "../json.ts";
import { Form } from "../workflow/form.ts";
import { readCacheMark } from "./official-fields.ts";
import { joinOpaque, readOpaque } from "./opaque.ts";
import { CALL_ID, LONGEST_CALL_ID, TOOL_NAME_ON_THE_WIRE } from "./tools.ts";

/** `name`: as the client sent it (on the wire: wire-names.ts). `cacheMark`: the upstream may cache everything up to the end of this message. */
export type ChatMessage = { readonly cacheMark?: JsonObject } & (
  | { readonly role: "system" | "developer" | "user"; readonly content: string; readonly name: string | null }
  | {
      readonly role: "assistant";
      readonly content: string | null;
      readonly name: string | null;
      readonly toolCalls: readonly ChatToolCall[];
      readonly opaque?: JsonObject;
    }
  | { readonly role: "tool"; readonly content: string; readonly toolCallId: string; readonly name?: string | null }
);

/** `arguments`: JSON in a text, as the format has it. `opaque`: what goes back as it came (opaque.ts). */
export type ChatToolCall = { readonly id: string; readonly name: string; readonly arguments: string; readonly opaque?: JsonObject };

const ROLES = ["system", "developer", "user", "assistant", "tool"] as const;
const MOST_MESSAGES = 2_000;
const MOST_PARTS = 200;
const MOST_CALLS = 128;
const LONGEST = 1_048_576;
const LONGEST_NAME = 256;

/** `ignored` gathers the names of fields that go to no model. */
export function readMessages(form: Form, ignored: Set<string>): readonly ChatMessage[] {
  const list = form.required("messages");
  if (list === undefined) return [];
  if (!Array.isArray(list) || list.length === 0) {
    form.refuse("messages", "`messages` is a list of messages, not empty");
    return [];
  }
  if (list.length > MOST_MESSAGES) {
    form.refuse("messages", `\`messages\` has more than ${MOST_MESSAGES} items`);
    return [];
  }
  return list.map((raw, index) =>
    readMessage(new Form(nullsOut(raw), `${form.at("messages")}/${index}`, form.errors, "a message"), ignored),
  );
}

function readMessage(form: Form, ignored: Set<string>): ChatMessage {
  const role = form.choice("role", ROLES);
  const name = form.json("name") === undefined ? null : form.text("name", { max: LONGEST_NAME });
  const own = readCacheMark(form);
  const { text: content, mark = own, opaque: ofParts } = readContent(form, role === "assistant", ignored);
  const marked = mark === undefined ? {} : { cacheMark: mark };
  if (role === "tool") {
    const toolCallId = form.text("tool_call_id", { min: 1, max: LONGEST_CALL_ID, pattern: CALL_ID, hint: "is not the id of a call" });
    form.close();
    return { role, content: content ?? "", toolCallId, name, ...marked };
  }
  if (role !== "assistant") {
    if (content === null) form.refuse("content", "`content` is missing");
    form.close();
    return { role, content: content ?? "", name, ...marked };
  }
  const toolCalls = readCalls(form);
  const opaque = readOpaque(form) ?? ofParts;
  const refusal = form.json("refusal");
  if (refusal !== undefined && typeof refusal !== "string") form.refuse("refusal", "`refusal` must be a string");
  // An earlier answer sent back as it was given: what says nothing here.
  form.json("parsed");
  readAnnotations(form, ignored);
  if (form.json("audio") !== undefined) form.refuse("audio", "`audio` is not accepted here: sound cannot be guarded");
  form.close();
  const said = content ?? (typeof refusal === "string" ? refusal : null);
  if (said === null && toolCalls.length === 0) form.refuse("content", "an assistant's message has `content` or `tool_calls`");
  return { role, content: said, name, toolCalls, ...(opaque === undefined ? {} : { opaque }), ...marked };
}

/**
 * A text, or the parts of one; null: there is none. `mark`: of the last part; parts become one text, so that an earlier mark has no place.
 * `opaque`: of a model's parts.
 */
function readContent(form: Form, isModels: boolean, ignored: Set<string>): Content {
  const content = form.json("content");
  if (content === undefined) return { text: null };
  if (!Array.isArray(content)) return { text: form.text("content", { max: LONGEST }) };
  if (content.length > MOST_PARTS) form.refuse("content", `\`content\` has more than ${MOST_PARTS} parts`);
  let mark: JsonObject | undefined;
  let opaque: JsonObject | undefined;
  const texts = content.slice(0, MOST_PARTS).map((raw, index) => {
    const part = new Form(nullsOut(raw), `${form.at("content")}/${index}`, form.errors, "a part");
    if (mark !== undefined) ignored.add("cache_control");
    mark = readCacheMark(part);
    if (isModels) opaque = joinOpaque(opaque, readCopied(part));
    return readPart(part, ignored);
  });
  return { text: texts.join("\n"), ...(mark === undefined ? {} : { mark }), ...(opaque === undefined ? {} : { opaque }) };
}

type Content = { readonly text: string | null; readonly mark?: JsonObject; readonly opaque?: JsonObject };

/** Agent frameworks copy a whole earlier answer into its part. Its calls stand in its message, too. */
function readCopied(part: Form): JsonObject | undefined {
  for (const name of ["tool_calls", "function_call", "parsed", "name"]) part.json(name);
  return readOpaque(part);
}

function readPart(part: Form, ignored: Set<string>): string {
  const type = part.json("type");
  if (type !== "text" && type !== "refusal") {
    part.refuse("type", "only parts of type `text` are accepted: images, sound and files cannot be guarded");
    return "";
  }
  const text = part.text(type, { max: LONGEST });
  // What agent frameworks leave in the parts of an earlier answer.
  part.json("role");
  if (type === "text" && part.json("refusal") !== undefined) part.refuse("refusal", "`refusal` is a part of its own");
  readAnnotations(part, ignored);
  part.close();
  return text;
}

/** Sources of an earlier answer: the model does not read them again. */
function readAnnotations(form: Form, ignored: Set<string>): void {
  const annotations = form.json("annotations");
  if (annotations === undefined) return;
  if (!Array.isArray(annotations)) form.refuse("annotations", "`annotations` must be a list");
  else if (annotations.length > 0) ignored.add("annotations");
}

function readCalls(form: Form): readonly ChatToolCall[] {
  const calls = form.json("tool_calls");
  if (form.json("function_call") !== undefined) form.refuse("function_call", "`function_call` is the old form: send `tool_calls`");
  if (calls === undefined) return [];
  if (!Array.isArray(calls) || calls.length > MOST_CALLS) {
    form.refuse("tool_calls", `\`tool_calls\` is a list of at most ${MOST_CALLS}`);
    return [];
  }
  return calls.map((raw, index) => {
    const call = new Form(nullsOut(raw), `${form.at("tool_calls")}/${index}`, form.errors, "a call");
    call.choice("type", ["function"] as const, "function");
    call.json("index"); // as chunks of a stream have it
    const id = call.text("id", { min: 1, max: LONGEST_CALL_ID, pattern: CALL_ID, hint: "is not the id of a call" });
    const inner = call.form("function");
    if (inner === null) call.refuse("function", "`function` is missing");
    const opaque = readOpaque(call, inner);
    const read: ChatToolCall = {
      id,
      name: inner?.text("name", { min: 1, max: 64, pattern: TOOL_NAME_ON_THE_WIRE }) ?? "",
      arguments: inner?.text("arguments", { max: LONGEST }) ?? "",
      ...(opaque === undefined ? {} : { opaque }),
    };
    inner?.json("parsed_arguments"); // the `openai` package adds it to what it parsed
    inner?.close();
    call.close();
    return read;
  });
}

const nullsOut = (raw: Json): Json => (isObject(raw) ? Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== null)) : raw);
