/**
 * From what a model asks to be called to calls that a run may consider: only tools it was told of, arguments that are JSON objects,
 * redacted and scanned. Whether an input fits its tool's schema, and whether the call may be made, is for whoever carries it out.
 */
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { AskedCall, ChatAnswer } from "../../core/model/answer.ts";
import type { ModelToolCall } from "../../core/model/message.ts";
import type { ModelCall, ModelOutcome } from "../../core/run/calls/call.ts";
import { parseUntrusted, withoutSecrets } from "../../core/untrusted-json.ts";
import type { ToolNames } from "./tool-names.ts";

/** Calls that one turn may ask for. */
export const MOST_CALLS = 16;
/** UTF-16 units of one call's arguments: what a tool's request can hold. */
const LONGEST_ARGUMENTS = 262_144;

/** What was asked for, in the form the guard looks at, and what is wrong with it, in our words. */
export type AskedCalls = { readonly value: JsonObject; readonly calls: readonly Named[]; readonly errors: readonly string[] };
type Named = { readonly id: string | null; readonly name: string };

/** `secrets`: what was sent along and must not come back in, also not as an id, which the guard does not look at. */
export function readCalls(call: ModelCall, answer: ChatAnswer, names: ToolNames, secrets: readonly string[]): AskedCalls {
  const errors: string[] = [];
  if (call.tools.length === 0) errors.push("no tool can be called here: answer in words");
  else if (answer.calls.length > MOST_CALLS) errors.push(`at most ${MOST_CALLS} tools can be called at a time`);
  if (answer.finish === "length") errors.push(`the answer is longer than ${call.maxTokens} tokens and was cut`);
  const known = `the tools are ${call.tools.map(({ name }) => `\`${names.toWire(name)}\``).join(", ")}`;
  const read = answer.calls.slice(0, MOST_CALLS).map((asked, index) => {
    const name = asked.name === null ? null : names.fromWire(asked.name);
    const input = readArguments(asked.arguments);
    const which = `call ${index + 1}`;
    if (name === null && call.tools.length > 0) errors.push(`${which} names no tool that there is: ${known}`);
    if (input === null)
      errors.push(`${which}${name === null ? "" : ` of \`${names.toWire(name)}\``} has arguments that are not one JSON object`);
    const id = withoutSecrets(asked.id, secrets).value;
    return { id: typeof id === "string" ? id : null, name: name ?? "", input: input ?? {}, raw: asked.arguments };
  });
  const calls = read.map(({ id, name }) => ({ id, name }));
  const text = wordsOf(answer);
  // What was refused is shown back as it was said; what is taken, as it was read.
  const value: JsonObject =
    errors.length > 0
      ? { text, calls: read.map(({ name, raw }) => ({ name, arguments: raw })) }
      : { text, calls: read.map(({ input }) => ({ input })) };
  return { value, calls, errors };
}

/** The calls with what the guard made of their inputs; null: the guard's value has another shape, and cannot be believed. */
export function withAdmitted(calls: readonly Named[], admitted: Json): Extract<ModelOutcome["result"], { asks: unknown }>["asks"] | null {
  if (!isObject(admitted) || !Array.isArray(admitted["calls"]) || admitted["calls"].length !== calls.length) return null;
  const text = admitted["text"] ?? null;
  const inputs = admitted["calls"].map((call) => (isObject(call) ? (call["input"] ?? null) : null));
  if ((text !== null && typeof text !== "string") || !inputs.every(isObject)) return null;
  const ids = distinctIds(calls);
  return { text, calls: calls.map(({ name }, index): ModelToolCall => ({ id: ids[index] ?? "", name, input: inputs[index] ?? {} })) };
}

/** A text is JSON; nothing at all is how some servers say that there are no arguments. */
function readArguments(said: AskedCall["arguments"]): JsonObject | null {
  if (isObject(said)) return JSON.stringify(said).length <= LONGEST_ARGUMENTS ? said : null;
  if (typeof said !== "string" || said.length > LONGEST_ARGUMENTS) return null;
  if (said.trim() === "") return {};
  const parsed = parseUntrusted(said);
  return parsed.ok && isObject(parsed.value) ? parsed.value : null;
}

function wordsOf({ text }: ChatAnswer): string | null {
  const words = (text ?? "").toWellFormed();
  return words.trim() === "" ? null : words;
}

/** The upstream's ids where they are short identifiers and tell the calls apart; else ours, in the narrowest form that upstreams ask for (nine letters and digits). */
function distinctIds(calls: readonly Named[]): string[] {
  const said = calls.map(({ id }) => id ?? "");
  const usable = said.every((id) => /^[A-Za-z0-9_-]{1,64}$/.test(id)) && new Set(said).size === said.length;
  return usable ? said : calls.map((_, index) => `call${String(index + 1).padStart(5, "0")}`);
}
