/**
 * Whole numbers of 64 bits (`"format": "int64"`): a text of digits inside the platform, where every number is a double, and a bare
 * number on the wire. Which places of a value are such numbers is read off its schema. Pure and total; linear in the value.
 */

import { escapeToken, isObject, type Json, type JsonObject, own, parsePointer } from "../json.ts";
import { valueAt } from "../json-pointer.ts";
import type { Spend } from "../pattern/match.ts";
import { compilePattern } from "../pattern/pattern.ts";
import { err, ok, type Result } from "../result.ts";
import type { ExactJson } from "../untrusted-json.ts";
import { writeJson } from "../write-json.ts";
import type { JsonSchema } from "./definition.ts";

/** Digits of a 64-bit number, as JSON writes a whole number. */
const DIGITS = /^-?(?:0|[1-9]\d{0,18})$/;
const SMALLEST = -(2n ** 63n);
const LARGEST = 2n ** 63n - 1n;
/** Maximum subschemas that are looked at for one place; further ones are ignored. */
const MOST_NODES = 64;

/**
 * A value that came in, with its 64-bit numbers as digits. An error is the JSON Pointer of a number that nothing can hold. `open`: where
 * the schema says nothing at all of a place, a long number there stays a text of its digits instead of being refused.
 */
export function takeInt64(schema: JsonSchema, { value, long }: ExactJson, rest: "refused" | "open" = "refused"): Result<Json, string> {
  if (long.length === 0 && !mentionsInt64(schema)) return ok(value);
  const left = new Set(long);
  const taken = change(schema, value, (item, path, nodes) => {
    const isWanted = nodes.some(isInt64Node);
    if (isWanted && typeof item === "number" && Number.isSafeInteger(item)) return String(item);
    const isOpen = rest === "open" && nodes.every((node) => node === true || (isObject(node) && Object.keys(node).length === 0));
    if (typeof item === "string" && (isOpen || (isWanted && isInt64(item)))) left.delete(path);
    return item;
  });
  const [lost] = left;
  return lost === undefined ? ok(taken) : err(lost);
}

/** The value as its schema speaks of it: 64-bit numbers are numbers, as near as a double comes. Only to be checked, never to be kept. */
export const asNumbers = (schema: JsonSchema, value: Json): Json =>
  mentionsInt64(schema)
    ? change(schema, value, (item, _path, nodes) => (isDigits(item, nodes) && !nodes.some(isTextNode) ? Number(item) : item))
    : value;

/** The value as JSON text for the wire: its 64-bit numbers are bare. */
export function writeInt64(schema: JsonSchema, value: Json): string {
  if (!mentionsInt64(schema)) return writeJson(value);
  // Marked by what no text of the value can hold: JSON writes U+0000 as an escape.
  const marked = change(schema, value, (item, _path, nodes) => (isDigits(item, nodes) ? `\u0000${String(item)}\u0000` : item));
  return bare(value, marked);
}

/** The value as JSON text with bare numbers in place of the digits at these JSON Pointers. */
export function writeBareAt(value: Json, paths: readonly string[]): string {
  const wanted = new Set(paths);
  return bare(
    value,
    change(true, value, (item, path) => (wanted.has(path) && typeof item === "string" && WHOLE.test(item) ? `\u0000${item}\u0000` : item)),
  );
}

/** The value with numbers, as near as a double comes, in place of the digits at these JSON Pointers: only to be checked. */
export function withNumbersAt(value: Json, paths: readonly string[]): Json {
  const wanted = new Set(paths);
  return paths.length === 0
    ? value
    : change(true, value, (item, path) => (wanted.has(path) && typeof item === "string" && WHOLE.test(item) ? Number(item) : item));
}

const WHOLE = /^-?\d+$/;
const isDigits = (item: Json, nodes: readonly Json[]): boolean => typeof item === "string" && isInt64(item) && nodes.some(isInt64Node);

/** A client's own text in the form of the mark would be read as one: where there is any, nothing is written bare. */
const bare = (value: Json, marked: Json): string => {
  const plain = writeJson(value);
  return plain.includes("\\u0000") ? plain : writeJson(marked).replace(/"\\u0000(-?\d+)\\u0000"/g, "$1");
};

/** Whether a text is the digits of a whole number of 64 bits. */
export const isInt64 = (text: string): boolean => DIGITS.test(text) && BigInt(text) >= SMALLEST && BigInt(text) <= LARGEST;

const mentioned = new WeakMap<object, boolean>();

function mentionsInt64(schema: JsonSchema): boolean {
  if (!isObject(schema)) return false;
  const known = mentioned.get(schema) ?? JSON.stringify(schema).includes('"int64"');
  mentioned.set(schema, known);
  return known;
}

/** The value with `make` applied to whatever is no list and no object. `nodes`: the subschemas that speak of it. */
function change(schema: JsonSchema, value: Json, make: (item: Json, path: string, nodes: readonly Json[]) => Json): Json {
  const spend = openSpend();
  const walk = (item: Json, nodes: readonly Json[], path: string): Json => {
    const all = expand(schema, nodes);
    if (Array.isArray(item))
      return item.map((child, index) =>
        walk(
          child,
          all.flatMap((node) => itemsOf(node, index)),
          `${path}/${index}`,
        ),
      );
    if (isObject(item)) {
      const entries = Object.entries(item).map(([key, child]): [string, Json] => [
        key,
        walk(
          child,
          all.flatMap((node) => propertyOf(node, key, spend)),
          `${path}/${escapeToken(key)}`,
        ),
      ]);
      return Object.fromEntries(entries);
    }
    return make(item, path, all);
  };
  return walk(value, [schema], "");
}

/** The subschemas that speak of the same place: what is referred to and what is combined. */
function expand(root: JsonSchema, nodes: readonly Json[]): readonly Json[] {
  const all = [...nodes];
  const seen = new Set<Json>(all);
  for (const node of all) {
    if (!isObject(node) || all.length >= MOST_NODES) continue;
    const reference = own(node, "$ref");
    const target =
      typeof reference === "string" && reference.startsWith("#")
        ? valueAt(root, parsePointer(decoded(reference.slice(1))) ?? [])
        : undefined;
    const combined = ["allOf", "anyOf", "oneOf"].flatMap((keyword) => {
      const list = own(node, keyword);
      return Array.isArray(list) ? list : [];
    });
    for (const more of [target, ...combined, own(node, "then"), own(node, "else")]) {
      if (more === undefined || seen.has(more)) continue;
      seen.add(more);
      all.push(more);
    }
  }
  return all;
}

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

function itemsOf(node: Json, index: number): Json[] {
  if (!isObject(node)) return [];
  const items = own(node, "items");
  const isTuple = Array.isArray(items); // draft-07
  const first = isTuple ? items : own(node, "prefixItems");
  const rest = isTuple ? own(node, "additionalItems") : items;
  const place = Array.isArray(first) && index < first.length ? first[index] : rest;
  return place === undefined ? [] : [place];
}

function propertyOf(node: Json, key: string, spend: Spend): Json[] {
  if (!isObject(node)) return [];
  const [properties, patterns] = [own(node, "properties"), own(node, "patternProperties")];
  const named = isObject(properties) ? own(properties, key) : undefined;
  const matching = isObject(patterns) ? Object.entries(patterns).filter(([pattern]) => matches(pattern, key, spend)) : [];
  const places = [...(named === undefined ? [] : [named]), ...matching.map(([, place]) => place)];
  const rest = own(node, "additionalProperties");
  return places.length > 0 || rest === undefined ? places : [rest];
}

/** Steps for the keys of one value; keys beyond match nothing here, and the schema's own check says what does not fit. */
const MOST_STEPS = 1_000_000;

function openSpend(): Spend {
  let left = MOST_STEPS;
  return (steps) => {
    left -= steps;
    if (left < 0) throw new OutOfSteps();
  };
}

function matches(pattern: string, key: string, spend: Spend): boolean {
  const compiled = compilePattern(pattern);
  try {
    return compiled.ok && compiled.value.test(key, spend);
  } catch (error) {
    if (error instanceof OutOfSteps) return false;
    throw error;
  }
}

class OutOfSteps extends Error {}

/** Whatever type stands beside the format: some write `integer`, and some `string`, since that is what it is inside of them. */
function isInt64Node(node: Json): boolean {
  if (!isObject(node) || own(node, "format") !== "int64") return false;
  const types = typesOf(node);
  return types.length === 0 || types.some((one) => one === "integer" || one === "number" || one === "string");
}

/** A 64-bit number whose schema asks for a text: the digits fit it as they are. */
const isTextNode = (node: Json): boolean => isObject(node) && own(node, "format") === "int64" && typesOf(node).includes("string");

function typesOf(node: JsonObject): readonly Json[] {
  const type = own(node, "type");
  return type === undefined ? [] : [type].flat();
}
