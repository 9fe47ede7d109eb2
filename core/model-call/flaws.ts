/**
 * What is wrong with a model's answer, in the words that the model is shown: our words and the schema's names, never the model's own.
 * Pure; the same for a run's call and a chat's.
 */
import { escapeToken, isObject, type Json } from "../json.ts";
import type { JsonSchema } from "../workflow/definition.ts";
import { knownPath, placeIn } from "../workflow/known-path.ts";
import { validate } from "../workflow/schema.ts";
import { lenient } from "./lenient.ts";

/** Maximum errors that the model is shown. */
export const SHOWN_ERRORS = 10;

/** What an answer lacks, as the model is told when it is asked again. */
export const FLAWS = {
  instruction: "the answer must not give instructions to an assistant",
  empty: "the answer is empty",
  cut: "the answer was cut: it has to be shorter",
  notJson: "the answer is not JSON",
  notObject: "the answer is not a JSON object",
  noTools: "no tool can be called here: answer in words",
  mustCall: "one of the tools has to be called",
  writtenCall: "the answer is the text of a call: call the tool itself, or answer without a call",
  namesNoCall: "the answer ends as a call of a tool and has none: call a tool, or answer in words",
} as const;

/** The flaw of an answer with more tool calls than allowed. `most`: the maximum. */
export const tooManyCalls = (most: number): string => `at most ${most} tools can be called at a time`;
/** The flaw of an answer that does not call the tool that the caller requires. */
export const mustCall = (tool: string): string => `the tool \`${tool}\` has to be called`;

/** A number that a double does not hold, said with its place. `schema` as for `placeIn`. */
export const numberNotHeld = (schema: JsonSchema, path: string): string =>
  `${placeIn(schema, path)} holds a number that is too large or too long to be kept exactly; \`"format": "int64"\` in the schema keeps whole numbers of 64 bits`;

/** Personal data at a place whose schema takes no placeholder and nothing in its stead. `schema` as for `placeIn`. */
export const noRoom = (schema: JsonSchema, path: string): string =>
  `${placeIn(schema, path)} of the model's answer held personal data, and its schema allows no placeholder, no null and no empty value there`;

/** Where a value breaks its schema, also as read leniently (lenient.ts). Empty: it fits. */
export function misfitsOf(schema: JsonSchema, value: Json): ReturnType<typeof validate> {
  const strict = validate(schema, value);
  return strict.length === 0 || validate(lenient(schema), value).length === 0 ? [] : strict;
}

/** Where a value breaks its schema. A field that the model made up is not repeated. Empty: it fits. */
export function flawsOfValue(schema: JsonSchema, value: Json): readonly string[] {
  return misfitsOf(schema, value)
    .slice(0, SHOWN_ERRORS)
    .map(({ path, message }) => {
      const known = knownPath(schema, path);
      const place = known === "" ? "at the top level" : known;
      return `${place}: ${known === path ? message : "a field that the schema does not name does not fit"}`;
    });
}

/**
 * The value without the nulls that its schema does not take and does not need: models write null for a field that they have nothing for. As it
 * was where that would break the schema in another way.
 */
export function withoutNulls(schema: JsonSchema, value: Json): Json {
  const misfits = misfitsOf(schema, value);
  if (misfits.length === 0) return value;
  const places = new Set(misfits.map(({ path }) => path));
  const known = new Set(misfits.map(({ path, message }) => JSON.stringify([path, message])));
  const dropped = withoutNullsAt(value, places, "");
  return misfitsOf(schema, dropped).every(({ path, message }) => known.has(JSON.stringify([path, message]))) ? dropped : value;
}

function withoutNullsAt(value: Json, places: ReadonlySet<string>, path: string): Json {
  if (Array.isArray(value)) return value.map((item, index) => withoutNullsAt(item, places, `${path}/${index}`));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).map(([key, item]) => [key, item, `${path}/${escapeToken(key)}`] as const);
  return Object.fromEntries(
    kept.flatMap(([key, item, at]) => (item === null && places.has(at) ? [] : [[key, withoutNullsAt(item, places, at)]])),
  );
}
