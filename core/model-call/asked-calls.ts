/**
 * The tool calls that a model asks for: arguments, ids, and what is wrong with them. Whether a call may be made is for whoever
 * carries it out. Pure; the same for a run's call and a chat's.
 */
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { AskedCall, ChatAnswer } from "../model/answer.ts";
import { soleObject } from "../model/json-pieces.ts";
import { mendedJson } from "../model/mended-json.ts";
import { ok } from "../result.ts";
import { type ExactJson, parseExact } from "../untrusted-json.ts";
import type { JsonSchema } from "../workflow/definition.ts";
import { takeInt64 } from "../workflow/int64.ts";
import { FLAWS, flawsOfValue, tooManyCalls } from "./flaws.ts";

/** Maximum UTF-16 units of one call's arguments, which is what a tool's request can hold; longer ones count as no object. */
const LONGEST_ARGUMENTS = 262_144;

/**
 * One JSON object, from a text or as it is. No text at all is how some servers say that there are no arguments; others say null or nothing, which
 * is taken where the tool needs none. `parameters`: the called tool's schema; undefined: no tool is known. null: anything else. `keepLong`:
 * whole numbers that a double does not hold are given as digits, wherever they stand (`longIn`), and fractions as the nearest double, instead of being
 * refused.
 */
export function readArguments(said: AskedCall["arguments"], parameters?: JsonSchema, keepLong = false): JsonObject | null {
  if (isObject(said)) return JSON.stringify(said).length <= LONGEST_ARGUMENTS ? said : null;
  const nothing = parameters !== undefined && flawsOfValue(parameters, {}).length === 0 ? {} : null;
  if (said === null) return nothing;
  if (typeof said !== "string" || said.length > LONGEST_ARGUMENTS) return null;
  if (said.trim() === "") return {};
  const parsed = exactOf(said);
  if (parsed === null) return null;
  if (parsed.value === null) return nothing;
  if (!keepLong && parsed.rounded !== undefined) return null;
  const taken = keepLong ? ok(parsed.value) : takeInt64(parameters ?? true, parsed, "open");
  return taken.ok && isObject(taken.value) ? taken.value : null;
}

/** The JSON Pointer of a number in the arguments that nothing keeps as it was written: no double does, and it is no `int64` of the schema; null: none. */
export function lostNumberIn(said: AskedCall["arguments"], parameters: JsonSchema): string | null {
  if (typeof said !== "string" || said.length > LONGEST_ARGUMENTS) return null;
  const whole = parseExact(FENCED.exec(said)?.[1] ?? said);
  if (!whole.ok) return whole.error.why === "number" ? whole.error.path : null;
  const taken = takeInt64(parameters, whole.value, "open");
  return whole.value.rounded?.[0] ?? (taken.ok ? null : taken.error);
}

/** JSON Pointers of the whole numbers in the arguments that a double does not hold. */
export const longIn = (said: AskedCall["arguments"]): readonly string[] =>
  (typeof said === "string" && said.length <= LONGEST_ARGUMENTS ? exactOf(said)?.long : null) ?? [];

/** Arguments in a Markdown fence, and nothing beside it. */
const FENCED = /^\s*```[a-zA-Z]*\s([^`]*)```\s*$/;

/** JSON in a text in a text: an object is meant, and only an object can be. Of several values in a row, the one object that they mean. */
function exactOf(said: string): ExactJson | null {
  const text = FENCED.exec(said)?.[1] ?? said;
  const whole = parseExact(text);
  const sole = whole.ok ? whole : parseExact(soleObject(text));
  const parsed = !sole.ok && sole.error.why === "malformed" ? parseExact(mendedJson(text)) : sole;
  if (!parsed.ok) return null;
  const inner = typeof parsed.value.value === "string" ? parseExact(parsed.value.value) : parsed;
  return inner.ok ? inner.value : null;
}

/** Short identifiers, and long ones that some gateways make of the signature of a thought. */
const USABLE_ID = /^(?:[A-Za-z0-9_-]{1,64}|[A-Za-z0-9_.:+/=-]{65,8192})$/;

/**
 * Ids of the calls of one turn of a run: the upstream's where they are identifiers, tell the calls apart and were not used before;
 * else ours, counted through the conversation, in the narrowest form that upstreams accept (nine letters and digits).
 */
export function distinctIds(said: readonly Json[], before: readonly string[] = []): readonly string[] {
  const ids = said.filter((id): id is string => typeof id === "string" && USABLE_ID.test(id));
  const known = new Set(before);
  const usable = ids.length === said.length && new Set(ids).size === ids.length && !ids.some((id) => known.has(id));
  return usable ? ids : said.map((_, index) => `call${String(before.length + index + 1).padStart(5, "0")}`);
}

/** What the model was offered. */
export type Offer = {
  /** Names as the model knows them. */
  readonly names: readonly string[];
  /** The offered name that a said one means; null: none has it. */
  readonly find: (said: string) => string | null;
  /** Calls that one turn may ask for. */
  readonly most: number;
  /** The one tool that may be called; null: any. */
  readonly only: string | null;
  /** What is told of a call whose arguments hold a number that cannot be kept exactly; null: they hold none. Absent: such numbers are kept. */
  readonly lostNumber?: (call: number) => string | null;
  /** Where an input breaks its tool's schema, for callers that check that here. `call`: which of the calls it belongs to, from 0. */
  readonly flawsOfInput: (name: string, input: Json, call: number) => readonly string[];
};

/** Empty: the calls may be considered. `inputs`: the arguments of each call, as `readArguments` gives them. */
export function flawsOfCalls(
  { calls, finish }: Pick<ChatAnswer, "calls" | "finish">,
  inputs: readonly (Json | undefined)[],
  offer: Offer,
): readonly string[] {
  if (offer.names.length === 0) return [FLAWS.noTools];
  if (calls.length > offer.most) return [tooManyCalls(offer.most)];
  if (finish === "length") return [FLAWS.cut];
  const known = `the tools are ${offer.names.map((name) => `\`${name}\``).join(", ")}`;
  return calls.flatMap((call, index) => {
    const which = `call ${index + 1}`;
    const name = call.name === null ? null : offer.find(call.name);
    if (name === null) return [`${which} names no tool that there is: ${known}`];
    if (offer.only !== null && name !== offer.only) return [`${which}: only \`${offer.only}\` can be called`];
    const input = inputs[index] ?? null;
    const lost = input === null ? (offer.lostNumber?.(index) ?? null) : null;
    if (lost !== null) return [`${which} of \`${name}\`: ${lost}`];
    if (input === null) return [`${which} of \`${name}\` has arguments that are not one JSON object`];
    return offer.flawsOfInput(name, input, index).map((error) => `${which} of \`${name}\`: ${error}`);
  });
}
