/**
 * From an upstream's answer to what the caller gets: complete, in the form that was asked for, calling only what was offered,
 * redacted and scanned, with the caller's own values back in their places. Whatever is unsure is refused.
 */
import { type Finish, finishOf, type Said } from "../../core/chat/completion.ts";
import type { ChatMessage, ChatToolCall } from "../../core/chat/messages.ts";
import type { ChatRequest } from "../../core/chat/request.ts";
import type { FindingSummary } from "../../core/guardrail/finding.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { type AskedCall, type ChatAnswer, readJsonText } from "../../core/model/answer.ts";
import { parseUntrusted, withoutSecrets } from "../../core/untrusted-json.ts";
import { validate } from "../../core/workflow/schema.ts";
import type { Guard, GuardContext } from "../guardrail/ports.ts";
import { knownPath } from "../kit/known-path.ts";

/** Calls that one turn may ask for. */
export const MOST_CALLS = 32;
/** UTF-16 units of one call's arguments. */
const LONGEST_ARGUMENTS = 262_144;
/** Of an answer that is shown back to the model; the errors say the rest. */
const SHOWN_CHARACTERS = 8_000;
const SHOWN_ERRORS = 10;

export type Judged =
  | { readonly kind: "said"; readonly said: Said; readonly findings: readonly FindingSummary[] }
  /** Asked for again with these messages after the others; redacted. */
  | { readonly kind: "invalid"; readonly correction: readonly ChatMessage[]; readonly findings: readonly FindingSummary[] }
  /** The guardrails refused it: the caller is told that there was an answer, and nothing of it. */
  | { readonly kind: "blocked"; readonly findings: readonly FindingSummary[] };

/** `request`: as the caller sent it, whose schemas speak of real values. Throws when the guard does. */
export async function judgeChat(
  guard: Guard,
  context: GuardContext,
  request: ChatRequest,
  answer: ChatAnswer,
  secrets: readonly string[],
): Promise<Judged> {
  const raw = rawOf(request, answer);
  const value = withoutSecrets(raw, secrets).value;
  // Form is judged with the caller's values in it: `{{EMAIL_1}}` is no address, what it stands for is.
  const filled = await guard.reveal(context, value);
  const errors = answer.refused ? [] : flawsOf(request, answer, filled);
  const admitted = await guard.admit(context, "model_output", "model", value);
  const { findings } = admitted;
  if (admitted.verdict === "block") return { kind: "blocked", findings };
  if (errors.length > 0) return { kind: "invalid", correction: correctionOf(request, admitted.value, errors), findings };
  const shown = await guard.reveal(context, admitted.value);
  const ids = answer.calls.map(({ id }) => withoutSecrets(id, secrets).value); // the guard does not look at ids
  const said = saidOf(request, answer, shown, idsOf(ids));
  return said === null ? { kind: "blocked", findings } : { kind: "said", said, findings };
}

/** The answer as one value: arguments and JSON texts as what they hold, so that they stay JSON whatever is replaced in them. */
function rawOf(request: ChatRequest, answer: ChatAnswer): JsonObject {
  const words = answer.text?.toWellFormed() ?? null;
  const parsed = words !== null && request.format.kind !== "text" && answer.calls.length === 0 ? readJsonText(words) : null;
  return {
    text: words,
    ...(parsed?.ok ? { text: null, json: { value: parsed.value } } : {}),
    refusal: answer.refusal?.toWellFormed() ?? null,
    calls: answer.calls.map((call) => ({ name: call.name?.toWellFormed() ?? null, input: readArguments(call.arguments) })),
  };
}

/** Nothing at all is how some servers say that there are no arguments. null: they are not one JSON object. */
function readArguments(given: AskedCall["arguments"]): JsonObject | null {
  if (isObject(given)) return JSON.stringify(given).length <= LONGEST_ARGUMENTS ? given : null;
  if (typeof given !== "string" || given.length > LONGEST_ARGUMENTS) return null;
  if (given.trim() === "") return {};
  const parsed = parseUntrusted(given);
  return parsed.ok && isObject(parsed.value) ? parsed.value : null;
}

function flawsOf(request: ChatRequest, answer: ChatAnswer, filled: Json): readonly string[] {
  const { finish, calls } = answer;
  if (calls.length > 0) return flawsOfCalls(request, answer, filled).slice(0, SHOWN_ERRORS);
  if (finish === "content_filter") return [];
  const { toolChoice, format } = request;
  if (toolChoice === "required") return ["one of the tools has to be called"];
  if (toolChoice !== null && typeof toolChoice !== "string") return [`the tool \`${toolChoice.name}\` has to be called`];
  const isBlank = (answer.text ?? "").trim() === "";
  if (format.kind === "text") return isBlank && finish !== "length" ? ["the answer is empty"] : [];
  if (isBlank) return ["the answer is empty"];
  if (finish === "length") return ["the answer was cut: it has to be shorter"];
  const json = isObject(filled) ? filled["json"] : undefined;
  if (!isObject(json)) return ["the answer is not JSON"];
  const value = json["value"] ?? null;
  if (format.kind === "json_object") return isObject(value) ? [] : ["the answer is not a JSON object"];
  return sayErrors(format.schema, value);
}

function flawsOfCalls(request: ChatRequest, { calls, finish }: ChatAnswer, filled: Json): readonly string[] {
  const { tools, toolChoice } = request;
  if (tools.length === 0 || toolChoice === "none") return ["no tool can be called here: answer in words"];
  if (calls.length > MOST_CALLS) return [`at most ${MOST_CALLS} tools can be called at a time`];
  if (finish === "length") return ["the answer was cut in the middle of a call: it has to be shorter"];
  const inputs = isObject(filled) && Array.isArray(filled["calls"]) ? filled["calls"] : [];
  const only = toolChoice !== null && typeof toolChoice !== "string" ? toolChoice.name : null;
  const known = `the tools are ${tools.map(({ name }) => `\`${name}\``).join(", ")}`;
  return calls.flatMap(({ name }, index) => {
    const which = `call ${index + 1}`;
    const tool = tools.find((offered) => offered.name === name);
    if (tool === undefined) return [`${which} names no tool that there is: ${known}`];
    if (only !== null && name !== only) return [`${which}: only \`${only}\` can be called`];
    const call = inputs[index];
    const input = isObject(call) ? (call["input"] ?? null) : null;
    if (input === null) return [`${which} of \`${tool.name}\` has arguments that are not one JSON object`];
    return sayErrors(tool.parameters, input).map((error) => `${which} of \`${tool.name}\`: ${error}`);
  });
}

/** In our words: the schema's names, never the model's. */
const sayErrors = (schema: JsonObject, value: Json): readonly string[] =>
  validate(schema, value)
    .slice(0, SHOWN_ERRORS)
    .map(({ path, message }) => {
      const known = knownPath(schema, path);
      return known.endsWith("*") ? `${known}: a field that the schema does not have` : `${known}: ${message}`;
    });

/** What was refused, redacted, as the model's own words; then what is wrong with it. */
function correctionOf(request: ChatRequest, admitted: Json, errors: readonly string[]): readonly ChatMessage[] {
  const { text = null, json, calls } = isObject(admitted) ? admitted : {};
  const asked = Array.isArray(calls) && calls.length > 0 ? JSON.stringify({ calls }) : null;
  const said = asked ?? (isObject(json) ? JSON.stringify(json["value"] ?? null) : typeof text === "string" ? text : "");
  const form = request.format.kind === "text" ? "Answer again." : "Answer again with one JSON value that fits, and nothing else.";
  const ask = ["Your answer cannot be taken:", ...errors.map((error) => `- ${error}`), form].join("\n");
  return [
    { role: "assistant", content: said.slice(0, SHOWN_CHARACTERS).toWellFormed(), name: null, toolCalls: [] },
    { role: "user", content: ask, name: null },
  ];
}

/** null: the guard's value has another shape, and cannot be believed. */
function saidOf(request: ChatRequest, answer: ChatAnswer, shown: Json, ids: readonly string[]): Said | null {
  if (!isObject(shown) || !Array.isArray(shown["calls"]) || shown["calls"].length !== answer.calls.length) return null;
  const { text = null, json, refusal = null } = shown;
  if ((text !== null && typeof text !== "string") || (refusal !== null && typeof refusal !== "string")) return null;
  const calls: ChatToolCall[] = [];
  for (const [index, call] of shown["calls"].entries()) {
    const input = isObject(call) ? call["input"] : undefined;
    if (!isObject(input)) return null;
    calls.push({ id: ids[index] ?? "", name: answer.calls[index]?.name ?? "", arguments: JSON.stringify(input) });
  }
  const finish: Finish = finishOf(answer.finish, calls.length);
  const words = isObject(json) && request.format.kind !== "text" ? JSON.stringify(json["value"] ?? null) : text;
  const isSilent = calls.length > 0 && (words ?? "") === "";
  return { text: isSilent || refusal !== null ? null : (words ?? ""), refusal, calls, finish };
}

/** The upstream's ids where they are short identifiers and tell the calls apart; else ours, in the narrowest form that upstreams ask for (nine letters and digits). */
function idsOf(ids: readonly Json[]): readonly string[] {
  const usable = ids.every((id) => typeof id === "string" && /^[A-Za-z0-9_-]{1,64}$/.test(id)) && new Set(ids).size === ids.length;
  return usable ? (ids as string[]) : ids.map((_, index) => `call${String(index + 1).padStart(5, "0")}`);
}
