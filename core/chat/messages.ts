/** The messages of a chat request: roles, texts and text parts, calls of tools and what came of them. */
import { isObject, type Json } from "../json.ts";
import { Form } from "../workflow/form.ts";
import { CALL_ID, TOOL_NAME_ON_THE_WIRE } from "./tools.ts";

export type ChatMessage =
  | { readonly role: "system" | "developer" | "user"; readonly content: string; readonly name: string | null }
  | {
      readonly role: "assistant";
      readonly content: string | null;
      readonly name: string | null;
      readonly toolCalls: readonly ChatToolCall[];
    }
  | { readonly role: "tool"; readonly content: string; readonly toolCallId: string };

/** `arguments`: JSON in a text, as the format has it. */
export type ChatToolCall = { readonly id: string; readonly name: string; readonly arguments: string };

const ROLES = ["system", "developer", "user", "assistant", "tool"] as const;
const MOST_MESSAGES = 2_000;
const MOST_PARTS = 200;
const MOST_CALLS = 128;
const LONGEST = 1_048_576;

export function readMessages(form: Form): readonly ChatMessage[] {
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
  return list.map((raw, index) => readMessage(new Form(nullsOut(raw), `${form.at("messages")}/${index}`, form.errors, "a message")));
}

function readMessage(form: Form): ChatMessage {
  const role = form.choice("role", ROLES);
  if (role === "tool") {
    const message: ChatMessage = {
      role,
      content: readContent(form) ?? "",
      toolCallId: form.text("tool_call_id", { min: 1, max: 128, pattern: CALL_ID, hint: "is not the id of a call" }),
    };
    form.close();
    return message;
  }
  const name = form.json("name") === undefined ? null : form.text("name", { min: 1, max: 64, pattern: TOOL_NAME_ON_THE_WIRE });
  if (role !== "assistant") {
    const content = readContent(form);
    if (content === null) form.refuse("content", "`content` is missing");
    form.close();
    return { role, content: content ?? "", name };
  }
  const toolCalls = readCalls(form);
  const content = readContent(form);
  const refusal = form.json("refusal");
  if (refusal !== undefined && typeof refusal !== "string") form.refuse("refusal", "`refusal` must be a string");
  // An earlier answer sent back as it was given: what says nothing here.
  for (const known of ["annotations", "parsed", "audio"]) {
    const value = form.json(known);
    if (value !== undefined && !(known === "annotations" && Array.isArray(value) && value.length === 0) && known !== "parsed") {
      form.refuse(known, `\`${known}\` is not accepted here`);
    }
  }
  form.close();
  const said = content ?? (typeof refusal === "string" ? refusal : null);
  if (said === null && toolCalls.length === 0) form.refuse("content", "an assistant's message has `content` or `tool_calls`");
  return { role, content: said, name, toolCalls };
}

/** A text, or the parts of one. null: there is none. */
function readContent(form: Form): string | null {
  const content = form.json("content");
  if (content === undefined) return null;
  if (!Array.isArray(content)) return form.text("content", { max: LONGEST });
  if (content.length > MOST_PARTS) form.refuse("content", `\`content\` has more than ${MOST_PARTS} parts`);
  const texts = content.slice(0, MOST_PARTS).map((raw, index) => {
    const part = new Form(raw, `${form.at("content")}/${index}`, form.errors, "a part");
    const type = part.json("type");
    if (type === "text") {
      const text = part.text("text", { max: LONGEST });
      part.close();
      return text;
    }
    if (type === "refusal") {
      const refusal = part.text("refusal", { max: LONGEST });
      part.close();
      return refusal;
    }
    part.refuse("type", "only parts of type `text` are accepted: images, sound and files cannot be guarded");
    return "";
  });
  return texts.join("\n");
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
    const call = new Form(raw, `${form.at("tool_calls")}/${index}`, form.errors, "a call");
    call.choice("type", ["function"] as const, "function");
    call.json("index"); // as chunks of a stream have it
    const id = call.text("id", { min: 1, max: 128, pattern: CALL_ID, hint: "is not the id of a call" });
    const inner = call.form("function");
    if (inner === null) call.refuse("function", "`function` is missing");
    const read = {
      id,
      name: inner?.text("name", { min: 1, max: 64, pattern: TOOL_NAME_ON_THE_WIRE }) ?? "",
      arguments: inner?.text("arguments", { max: LONGEST }) ?? "",
    };
    inner?.json("parsed_arguments"); // the `openai` package adds it to what it parsed
    inner?.close();
    call.close();
    return read;
  });
}

const nullsOut = (raw: Json): Json => (isObject(raw) ? Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== null)) : raw);
