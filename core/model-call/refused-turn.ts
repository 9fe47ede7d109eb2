/**
 * A model's turn whose calls cannot be made, as the model gets it back: its calls as calls, each with an answer that says what is wrong. Shown
 * as a text, they would teach it to write calls as text. Pure; the same for a run's call and a chat's.
 */
import { isObject, type Json, type JsonObject } from "../json.ts";
import { withoutThoughts } from "../model/json-text.ts";
import type { Message } from "../model/message.ts";
import { parseExact } from "../untrusted-json.ts";
import type { JsonSchema } from "../workflow/definition.ts";
import { knownPath } from "../workflow/known-path.ts";
import { writeJson } from "../write-json.ts";

/** Maximum UTF-16 units of the refused answer that are shown to the model again. */
export const SHOWN_CHARACTERS = 8_000;

/** PERSISTED: in journals. `opaque`: what the model wants back unchanged. */
export type RefusedTurn = { readonly text: string | null; readonly calls: readonly ReturnedCall[]; readonly opaque?: JsonObject };

/**
 * PERSISTED: in journals. `arguments`: the text of one JSON object. `unread`: what was said in their place, where it is none: many servers refuse a
 * request whose calls hold anything else, so that the call's answer quotes it.
 */
export type ReturnedCall = {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
  readonly unread?: string;
  readonly opaque?: JsonObject;
};

/** A call as it was said: `said` is redacted. */
export type SaidCall = { readonly id: string; readonly name: string; readonly said: Json; readonly opaque?: JsonObject | undefined };

/** Said of a call whose name is no text. */
const NO_NAME = "unknown";

/** A name as every upstream takes it back: one that it would refuse has `_` in the place of each sign that is not allowed. */
export const shownName = (said: Json): string =>
  (typeof said === "string" ? said.trim() : "").replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, 64) || NO_NAME;

/** The calls within `SHOWN_CHARACTERS` for all of their arguments together. */
export function refusedCalls(calls: readonly SaidCall[]): readonly ReturnedCall[] {
  let left = SHOWN_CHARACTERS;
  return calls.map(({ id, name, said, opaque }) => {
    const text = said === null ? "" : typeof said === "string" ? said : writeJson(said);
    const isWhole = text.length <= left && isObjectText(text);
    const shown = text.slice(0, left).toWellFormed();
    left -= shown.length;
    return {
      id,
      name,
      arguments: isWhole ? text : "{}",
      ...(isWhole || shown.trim() === "" ? {} : { unread: shown }),
      ...(opaque === undefined ? {} : { opaque }),
    };
  });
}

function isObjectText(text: string): boolean {
  const read = parseExact(text);
  return read.ok && isObject(read.value.value);
}

/** How the answer to a call begins that was not made. */
export const NOT_MADE = "This call was not made:";

/** The answer to each refused call. `errors`: as `flawsOfCalls` words them; one that names no call appears in every answer. */
export function answersToRefused(
  { calls }: RefusedTurn,
  errors: readonly string[],
): readonly { readonly id: string; readonly content: string }[] {
  return calls.map(({ id, unread }, index) => {
    const own = errors.filter((error) => callOf(error) === null || callOf(error) === index + 1);
    const flaws = own.length > 0 ? own : ["another call beside it is wrong"];
    const quote = unread === undefined ? [] : [`Its arguments were: ${unread}`];
    const last = index === calls.length - 1 ? ["Put this right, and go on as you were asked to."] : [];
    return { id, content: [NOT_MADE, ...flaws.map((flaw) => `- ${flaw}`), ...quote, ...last].join("\n") };
  });
}

/** The number of the call that an error speaks of; null: of the turn. */
function callOf(error: string): number | null {
  const number = /^call (\d+)[ :]/.exec(error)?.[1];
  return number === undefined ? null : Number(number);
}

/** The turn and its answers as messages of a run's conversation. */
export function refusedMessages(turn: RefusedTurn, errors: readonly string[]): readonly Message[] {
  const { text, calls, opaque } = turn;
  const toolCalls = calls.map(({ id, name, arguments: said, opaque: beside }) => ({
    ...{ id, name, input: {}, said },
    ...(beside === undefined ? {} : { opaque: beside }),
  }));
  return [
    { role: "assistant", content: text, toolCalls, ...(opaque === undefined ? {} : { opaque }) },
    ...answersToRefused(turn, errors).map(({ id, content }): Message => ({ role: "tool", toolCallId: id, content })),
  ];
}

/** Keys of a call that is written as text. */
const CALL_KEYS: readonly string[] = ["id", "type", "name", "arguments", "input"];
/** A Markdown fence around all of a text. */
const FENCE = /^```(?:json)?\s([^`]*)```$/i;

/**
 * The whole text is a turn of calls in JSON, `{"calls": [{"name": …, "arguments": …}]}`: what a model writes that was shown its calls as text. It
 * is no answer where tools can be called, but for a `schema` that names such a field. Linear in the text.
 */
export function isWrittenCalls(text: string, schema: JsonSchema = true): boolean {
  if (!text.includes('"calls"') || knownPath(schema, "/calls") !== "") return false;
  const said = withoutThoughts(text);
  const read = parseExact(FENCE.exec(said)?.[1] ?? said, "replaced");
  return read.ok && isTurnOfCalls(read.value.value);
}

function isTurnOfCalls(value: Json): boolean {
  if (!isObject(value)) return false;
  const { calls = null, text = null, ...rest } = value;
  if (!Array.isArray(calls) || calls.length === 0 || Object.keys(rest).length > 0) return false;
  return (text === null || typeof text === "string") && calls.every(isCall);
}

const isCall = (call: Json): boolean =>
  isObject(call) && "name" in call && ("arguments" in call || "input" in call) && Object.keys(call).every((key) => CALL_KEYS.includes(key));

const OPENINGS = ['{"calls":[', '{"text":null,"calls":['];

/** A text that has only begun may become one of `isWrittenCalls`. Looks at its beginning only. */
export function mayBeWrittenCalls(text: string): boolean {
  const start = text.slice(0, 200).replace(/\s+/g, "");
  const inside = start.replace(/^```(?:json)?/i, "");
  const isPart = (whole: string): boolean => whole.startsWith(inside) || inside.startsWith(whole);
  return "```json".startsWith(start) || OPENINGS.some(isPart);
}
