/**
 * How many tokens a value takes: counted where the value is there, told by its schema where it is not. Knows no workflow and no
 * price. What a schema leaves open is counted at an assumption, and the size says so (`isOpen`).
 */
import { isObject, type Json, type JsonObject, own } from "../json.ts";
import { boundTokens, expectTokens } from "../model/estimate.ts";
import type { JsonSchema } from "../workflow/definition.ts";
import { NONE, ordered, type Spread, sum } from "./spread.ts";

/** Tokens of a value, as an interval. */
export type Size = Spread & {
  /** Somewhere in it a bound is an assumption. */
  readonly isOpen: boolean;
};

/** Tokens of a value of which nothing is known: about 16 kB of JSON, more than most services answer. */
const OPEN_TOKENS = 4_096;
const OPEN: Size = { low: 0, expected: 200, max: OPEN_TOKENS, isOpen: true };
/** Items of a list whose schema names no `maxItems`. */
const OPEN_ITEMS = 100;
/** Characters of a text whose schema names no `maxLength`. */
const OPEN_CHARACTERS = 16_384;
/** In prose of today's tokenizers a token is about four characters, in identifiers and most other scripts about two. */
const CHARACTERS_PER_TOKEN = 4;
const FEWEST_CHARACTERS_PER_TOKEN = 2;
/** Other tokenizers count differently; none of those in use counts less than this share of tokenx's estimate. */
const LOW_SHARE = 0.6;
/** References into the schema that are followed one inside the other. */
const MAX_DEPTH = 12;

/** No tokens. */
export const NOTHING: Size = { ...NONE, isOpen: false };

/** Several values side by side. */
export const together = (sizes: readonly Size[]): Size => ({ ...sum(...sizes), isOpen: sizes.some(({ isOpen }) => isOpen) });

/** A text as a prompt holds it. `max` is what the engine reserves for it. */
function sizeOfText(text: string): Size {
  if (text === "") return NOTHING;
  const expected = expectTokens(text);
  return { ...ordered({ low: expected * LOW_SHARE, expected, max: boundTokens(text, expected) }), isOpen: false };
}

/** Tokens of a known value. */
export type Measure = (value: Json) => Size;

/** No tokenizer makes more of a UTF-16 unit than this. */
const MOST_TOKENS_PER_UNIT = 2;
/** Shorter texts are counted sooner than looked up. */
const WORTH_REMEMBERING = 256;

/**
 * Counts values, the same text once, and no more than `units` of text (UTF-16) exactly: what comes after is told by its length, so
 * that no input makes an estimate slow.
 */
export function newMeasure(units: number): Measure {
  const known = new Map<string, Size>();
  let left = units;
  return (value) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const before = text.length < WORTH_REMEMBERING ? undefined : known.get(text);
    if (before !== undefined) return before;
    left -= text.length;
    const size = left < 0 ? byLength(text.length) : sizeOfText(text);
    if (text.length >= WORTH_REMEMBERING) known.set(text, size);
    return size;
  };
}

const byLength = (units: number): Size => ({
  low: units / 16,
  expected: units / CHARACTERS_PER_TOKEN,
  max: units * MOST_TOKENS_PER_UNIT,
  isOpen: false,
});

const sizeOfValue = (value: Json): Size => sizeOfText(typeof value === "string" ? value : JSON.stringify(value));

/** Made once for each schema object; a schema that nobody holds any more is forgotten. */
const measured = new WeakMap<JsonObject, Size>();

/** Of a value of this schema, as JSON. */
export function sizeOfSchema(schema: JsonSchema): Size {
  if (!isObject(schema)) return OPEN;
  const before = measured.get(schema);
  if (before !== undefined) return before;
  const size = measure(schema, schema, 0);
  measured.set(schema, size);
  return size;
}

function measure(schema: Json, root: JsonObject, depth: number): Size {
  if (!isObject(schema) || depth > MAX_DEPTH) return OPEN;
  if (schema["const"] !== undefined) return sizeOfValue(schema["const"]);
  if (Array.isArray(schema["enum"])) return oneOf(schema["enum"].map(sizeOfValue));
  const reference = schema["$ref"];
  if (typeof reference === "string") {
    const found = resolve(reference, root);
    return found === null ? OPEN : measure(found, root, depth + 1);
  }
  for (const keyword of ["anyOf", "oneOf"]) {
    const choices = schema[keyword];
    // `oneOf: [{required: …}]` beside `properties` chooses among fields, it tells no form of its own.
    if (Array.isArray(choices) && schema["properties"] === undefined) {
      return oneOf(choices.map((choice) => measure(choice, root, depth + 1)));
    }
  }
  const types = Array.isArray(schema["type"]) ? schema["type"] : [schema["type"] ?? impliedType(schema)];
  return oneOf(types.map((type) => ofType(type, schema, root, depth)));
}

function ofType(type: Json | undefined, schema: JsonObject, root: JsonObject, depth: number): Size {
  switch (type) {
    case "null":
    case "boolean":
      return { low: 1, expected: 1, max: 2, isOpen: false };
    case "integer":
    case "number":
      return { low: 1, expected: 3, max: 20, isOpen: false };
    case "string":
      return ofString(schema);
    case "array":
      return ofArray(schema, root, depth);
    case "object":
      return ofObject(schema, root, depth);
    default:
      return OPEN;
  }
}

function ofString(schema: JsonObject): Size {
  const least = count(schema["minLength"]) ?? 0;
  const most = count(schema["maxLength"]);
  const longest = most ?? OPEN_CHARACTERS;
  const likely = Math.min(longest, Math.max(least, 20, Math.min(0.15 * longest, 600)));
  return {
    ...ordered({
      low: 1 + least / (2 * CHARACTERS_PER_TOKEN),
      expected: 2 + likely / CHARACTERS_PER_TOKEN,
      max: 2 + longest / FEWEST_CHARACTERS_PER_TOKEN,
    }),
    isOpen: most === null && schema["format"] === undefined && schema["pattern"] === undefined,
  };
}

function ofArray(schema: JsonObject, root: JsonObject, depth: number): Size {
  const items = measure(schema["items"] ?? {}, root, depth + 1);
  const { low, expected, max, isOpen } = itemsOf(schema);
  const each = (size: number, many: number): number => 2 + many * (size + 1);
  return {
    ...ordered({ low: each(items.low, low), expected: each(items.expected, expected), max: each(items.max, max) }),
    isOpen: isOpen || items.isOpen,
  };
}

function ofObject(schema: JsonObject, root: JsonObject, depth: number): Size {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const names = Object.keys(properties);
  if (names.length === 0 && schema["additionalProperties"] !== false) return OPEN;
  const required = new Set(Array.isArray(schema["required"]) ? schema["required"] : []);
  const fields = names.map((name): Size => {
    const value = measure(own(properties, name) ?? {}, root, depth + 1);
    const key = expectTokens(name) + 3;
    const field = { low: key / 2 + value.low, expected: key + value.expected, max: 2 * key + value.max, isOpen: value.isOpen };
    return required.has(name) ? field : { ...field, low: 0, expected: field.expected / 2 };
  });
  const whole = together([{ low: 2, expected: 2, max: 2, isOpen: false }, ...fields]);
  return { ...whole, isOpen: whole.isOpen || schema["additionalProperties"] !== false };
}

/** How many items a list of this schema has. */
export function itemsOf(schema: JsonSchema | null): Size {
  const [least, most] = isObject(schema) ? [count(schema["minItems"]), count(schema["maxItems"])] : [null, null];
  const low = least ?? 0;
  const max = Math.max(low, most ?? OPEN_ITEMS);
  return { ...ordered({ low, expected: Math.min(max, Math.max(low, 5)), max }), isOpen: most === null };
}

/** The schema of a field or of every item inside; null: it tells none. */
export function inside(schema: JsonSchema | null, path: readonly string[]): JsonSchema | null {
  let at: Json = schema;
  for (const name of path) {
    if (!isObject(at)) return null;
    const next: Json | undefined = isObject(at["properties"]) ? own(at["properties"], name) : undefined;
    if (next === undefined) return null;
    at = isObject(next) && typeof next["$ref"] === "string" && isObject(schema) ? resolve(next["$ref"], schema) : next;
  }
  return isObject(at) ? at : null;
}

/** One of these, nobody knows which: the middle is expected. */
function oneOf(sizes: readonly Size[]): Size {
  if (sizes.length === 0) return OPEN;
  return {
    low: Math.min(...sizes.map(({ low }) => low)),
    expected: sizes.reduce((total, { expected }) => total + expected, 0) / sizes.length,
    max: Math.max(...sizes.map(({ max }) => max)),
    isOpen: sizes.some(({ isOpen }) => isOpen),
  };
}

function impliedType(schema: JsonObject): Json | undefined {
  if (schema["properties"] !== undefined) return "object";
  return schema["items"] === undefined ? undefined : "array";
}

const count = (value: Json | undefined): number | null => (typeof value === "number" && value >= 0 ? value : null);

/** `#/$defs/money`: the only references that schemas here have. */
function resolve(reference: string, root: JsonObject): Json {
  let at: Json | undefined = root;
  for (const token of reference
    .replace(/^#\/?/, "")
    .split("/")
    .filter((part) => part !== "")) {
    at = isObject(at) ? at[token.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined;
  }
  return at ?? null;
}
