/**
 * Is this a JSON Schema (2020-12), and one that can be checked in bounded time? Walks the schema once, resolves its references,
 * and says how often one place of a value may be visited.
 */
import type { FieldError } from "../../errors/problem.ts";
import { escapeToken, isObject, type Json, type JsonObject } from "../../json.ts";
import { Errors } from "../form.ts";
import { boundPattern } from "../pattern.ts";

/** UTF-16 units of a schema written as JSON. */
const MAX_SIZE = 65_536;
const MAX_NODES = 3_000;
const MAX_DEPTH = 40;
const MAX_REFERENCES = 200;
/** Visits of one place of a value: what `anyOf` in `anyOf` multiplies. */
const MAX_VISITS = 5_000;

/** The types that a schema can name. */
const TYPES = ["string", "number", "integer", "boolean", "object", "array", "null"];

/** Keywords by the form of their value. Others are annotations or unknown, and mean nothing here (2020-12 core, section 6.5). */
const IN_PLACE_ONE = ["not", "if", "then", "else"];
const IN_PLACE_LIST = ["allOf", "anyOf", "oneOf"];
const IN_PLACE_MAP = ["dependentSchemas"];
const CHILD_ONE = ["additionalProperties", "propertyNames", "unevaluatedProperties", "items", "contains", "unevaluatedItems"];
const CHILD_LIST = ["prefixItems"];
const CHILD_MAP = ["properties", "patternProperties"];
const DEFINITIONS = ["$defs", "definitions"];
const COUNTS = ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains"];
const NUMBERS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
/** Of other drafts, or of a mechanism that reaches outside of this schema. */
const REFUSED = ["$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "dependencies", "additionalItems", "$vocabulary"];

/** Every place of a schema where a schema stands, by keyword; `null` as key: the keyword takes one schema. */
export function* subschemas(schema: JsonObject): Generator<readonly [keyword: string, key: string | number | null, schema: Json]> {
  for (const keyword of [...IN_PLACE_ONE, ...CHILD_ONE]) {
    const one = own(schema, keyword);
    if (one !== undefined) yield [keyword, null, one];
  }
  for (const keyword of [...IN_PLACE_LIST, ...CHILD_LIST]) {
    const list = own(schema, keyword);
    if (Array.isArray(list)) for (const [index, item] of list.entries()) yield [keyword, index, item];
  }
  for (const keyword of [...IN_PLACE_MAP, ...CHILD_MAP, ...DEFINITIONS]) {
    const map = own(schema, keyword);
    if (isObject(map)) for (const [key, item] of Object.entries(map)) yield [keyword, key, item];
  }
}

/** A property that the object itself has; never one of its prototype. */
export const own = (object: JsonObject, key: string): Json | undefined => (Object.hasOwn(object, key) ? object[key] : undefined);

/** What is known of a schema after one walk. */
export type Inspection = {
  readonly errors: readonly FieldError[];
  /** What a `$ref` of this schema points to; null: nothing. */
  readonly resolve: (reference: string) => Json | null;
  /** Upper bound of visits of one place of a value. */
  readonly visits: number;
};

/** Checks a schema. One with errors has no visits: nothing is to be checked with it. */
export function inspect(schema: Json): Inspection {
  const errors = new Errors();
  const places = new Map<string, Json>();
  const anchors = new Map<string, Json>();
  const references: { readonly path: string; readonly from: Json; readonly to: string; readonly branching: boolean }[] = [];
  let nodes = 0;

  const walk = (node: Json, path: string, depth: number, branching: boolean): void => {
    places.set(path, node);
    if (typeof node === "boolean") return;
    if (!isObject(node)) errors.add(path, "a schema is an object, true or false");
    else if (++nodes > MAX_NODES) errors.add("", `the schema has more than ${MAX_NODES} parts`);
    else if (depth > MAX_DEPTH) errors.add(path, `the schema is nested more than ${MAX_DEPTH} levels deep`);
    else walkObject(node, path, depth, branching);
  };

  const walkObject = (node: JsonObject, path: string, depth: number, branching: boolean): void => {
    checkKeywords(node, path, errors);
    const anchor = own(node, "$anchor");
    if (typeof anchor === "string") anchors.set(anchor, node);
    const reference = own(node, "$ref");
    const parts = [...subschemas(node)].filter(([keyword]) => !DEFINITIONS.includes(keyword));
    if (typeof reference === "string")
      references.push({ path: `${path}/$ref`, from: node, to: reference, branching: branching || parts.length > 0 });
    for (const [keyword, key, child] of subschemas(node)) {
      const below = key === null ? `${path}/${keyword}` : `${path}/${keyword}/${escapeToken(key)}`;
      const branches = !DEFINITIONS.includes(keyword) && !["properties", "additionalProperties", "items", "prefixItems"].includes(keyword);
      walk(child, below, depth + 1, DEFINITIONS.includes(keyword) ? false : branching || branches);
    }
  };

  const size = sizeOf(schema, 0);
  if (size > MAX_SIZE) errors.add("", `the schema is larger than ${MAX_SIZE} characters, or nested too deeply`);
  else walk(schema, "", 0, false);

  const resolve = (reference: string): Json | null => {
    if (!reference.startsWith("#")) return null;
    const fragment = decodeFragment(reference.slice(1));
    if (fragment === null) return null;
    return (fragment === "" || fragment.startsWith("/") ? places.get(fragment) : anchors.get(fragment)) ?? null;
  };
  if (references.length > MAX_REFERENCES) errors.add("", `the schema has more than ${MAX_REFERENCES} references`);
  for (const { path, to } of references.slice(0, MAX_REFERENCES)) {
    if (!to.startsWith("#")) errors.add(path, "`$ref` cannot leave its schema: only `#…` is followed");
    else if (resolve(to) === null) errors.add(path, "`$ref` points to nothing in this schema");
  }
  if (errors.list.length > 0) return { errors: errors.list, resolve, visits: 0 };

  // A schema that contains itself may be entered once per level of a value; entered twice per level, the visits double with every level.
  const circular = references.filter(({ from, to }) => reaches(resolve(to), from, resolve));
  const doubling = circular.length > 1 ? circular.find(({ branching }) => branching) : undefined;
  if (doubling !== undefined) errors.add(doubling.path, "a schema that contains itself here would take too long to check");
  if (circular.some(({ from, to }) => inPlace(resolve(to), from, resolve, new Set()))) {
    errors.add(circular[0]?.path ?? "", "a schema that refers to itself without going into the value never ends");
  }
  const visits = errors.list.length > 0 ? 0 : countVisits(schema, resolve);
  if (visits > MAX_VISITS) errors.add("", "the schema has too many combinations to check");
  return { errors: errors.list, resolve, visits };
}

function checkKeywords(node: JsonObject, path: string, errors: Errors): void {
  const refuse = (keyword: string, message: string): void => errors.add(`${path}/${escapeToken(keyword)}`, message);
  const each = (keywords: readonly string[], fits: (value: Json) => boolean, what: string): void => {
    for (const keyword of keywords) {
      const value = own(node, keyword);
      if (value !== undefined && !fits(value)) refuse(keyword, `\`${keyword}\` must be ${what}`);
    }
  };
  const isTexts = (value: Json): boolean =>
    Array.isArray(value) && value.every((item) => typeof item === "string") && new Set(value).size === value.length;
  const type = own(node, "type");
  const types = Array.isArray(type) ? type : [type];
  if (type !== undefined && (types.length === 0 || !types.every((item) => typeof item === "string" && TYPES.includes(item)))) {
    refuse("type", `\`type\` must be one or more of ${TYPES.join(", ")}`);
  }
  each(["enum"], (value) => Array.isArray(value) && value.length > 0, "a list of values");
  each(["required"], isTexts, "a list of different names");
  each(COUNTS, (value) => typeof value === "number" && Number.isInteger(value) && value >= 0, "a whole number, not negative");
  each(NUMBERS, (value) => typeof value === "number", "a number");
  each(["multipleOf"], (value) => typeof value === "number" && value > 0, "a number above zero");
  each(["uniqueItems"], (value) => typeof value === "boolean", "true or false");
  each(["format", "title", "description", "$comment", "$schema", "$id", "$ref"], (value) => typeof value === "string", "a string");
  each(["$anchor"], (value) => typeof value === "string" && /^[A-Za-z_][-A-Za-z0-9._]*$/.test(value), "a plain name");
  each(["dependentRequired"], (value) => isObject(value) && Object.values(value).every(isTexts), "an object of lists of names");
  each(IN_PLACE_LIST, (value) => Array.isArray(value) && value.length > 0, "a list of schemas");
  each(CHILD_LIST, (value) => Array.isArray(value) && value.length > 0, "a list of schemas");
  each([...IN_PLACE_MAP, ...CHILD_MAP, ...DEFINITIONS], isObject, "an object of schemas");
  for (const keyword of REFUSED) if (own(node, keyword) !== undefined) refuse(keyword, `\`${keyword}\` is not supported`);
  if (path !== "" && own(node, "$id") !== undefined) refuse("$id", "`$id` is only taken at the top of a schema");
  checkPatterns(node, refuse);
}

function checkPatterns(node: JsonObject, refuse: (keyword: string, message: string) => void): void {
  const pattern = own(node, "pattern");
  const flaw =
    typeof pattern === "string"
      ? boundPattern(pattern)
      : pattern === undefined
        ? null
        : ({ ok: false, error: "`pattern` must be a string" } as const);
  if (flaw !== null && !flaw.ok) refuse("pattern", flaw.error);
  const map = own(node, "patternProperties");
  for (const key of isObject(map) ? Object.keys(map) : []) {
    const bound = boundPattern(key);
    if (!bound.ok) refuse("patternProperties", bound.error);
  }
}

type Resolve = (reference: string) => Json | null;

function targetOf(node: JsonObject, resolve: Resolve): Json | null {
  const reference = own(node, "$ref");
  return typeof reference === "string" ? resolve(reference) : null;
}

/** Is `goal` within what `start` says, followed through references? */
function reaches(start: Json | null, goal: Json, resolve: Resolve): boolean {
  const seen = new Set<Json>();
  const queue: Json[] = start === null ? [] : [start];
  for (const node of queue) {
    if (node === goal) return true;
    if (!isObject(node) || seen.has(node)) continue;
    seen.add(node);
    const target = targetOf(node, resolve);
    if (target !== null) queue.push(target);
    for (const [keyword, , child] of subschemas(node)) if (!DEFINITIONS.includes(keyword)) queue.push(child);
  }
  return false;
}

const isInPlace = (keyword: string): boolean => [...IN_PLACE_ONE, ...IN_PLACE_LIST, ...IN_PLACE_MAP].includes(keyword);

function inPlace(start: Json | null, goal: Json, resolve: Resolve, seen: Set<Json>): boolean {
  if (start === goal) return true;
  if (!isObject(start) || seen.has(start)) return false;
  seen.add(start);
  if (inPlace(targetOf(start, resolve), goal, resolve, seen)) return true;
  return [...subschemas(start)].some(([keyword, , child]) => isInPlace(keyword) && inPlace(child, goal, resolve, seen));
}

/** `here`: work at the place a schema is applied to; `below`: the most at any place below it. */
type Work = { readonly here: number; readonly below: number };

function countVisits(schema: Json, resolve: Resolve): number {
  const known = new Map<Json, Work>();
  const work = (node: Json | null): Work => {
    if (!isObject(node)) return { here: 1, below: 0 };
    const before = known.get(node);
    if (before !== undefined) return before;
    known.set(node, { here: 1, below: 1 }); // met again inside itself: counted where it was entered
    let here = 1 + weight(node);
    let below = 0;
    let widest = 0;
    const target = targetOf(node, resolve);
    for (const part of target === null ? [] : [work(target)]) {
      here += part.here;
      below += part.below;
    }
    for (const [keyword, , child] of subschemas(node)) {
      if (DEFINITIONS.includes(keyword)) continue;
      const part = work(child);
      if (isInPlace(keyword)) {
        here += part.here;
        below += part.below;
      } else if (["properties", "additionalProperties", "items", "prefixItems"].includes(keyword)) {
        widest = Math.max(widest, part.here, part.below); // one of these applies to any one child
      } else below += Math.max(part.here, part.below);
    }
    const total = { here, below: below + widest };
    known.set(node, total);
    return total;
  };
  const { here, below } = work(schema);
  return Math.max(here, below);
}

/** Long lists in a schema cost at every visit. */
function weight(node: JsonObject): number {
  const listed = ["enum", "required", "properties", "patternProperties", "dependentRequired"].map((keyword) => own(node, keyword));
  return (
    listed.reduce<number>(
      (sum, value) => sum + (Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 0),
      0,
    ) / 16
  );
}

/** Characters of a value as JSON, roughly; stops counting above the maximum. */
function sizeOf(value: Json, depth: number): number {
  if (depth > 2 * MAX_DEPTH + 20) return Number.POSITIVE_INFINITY;
  if (typeof value === "string") return value.length + 2;
  if (value === null || typeof value !== "object") return 5;
  let size = 2;
  for (const [key, item] of Object.entries(value)) {
    size += (Array.isArray(value) ? 1 : key.length + 4) + sizeOf(item, depth + 1);
    if (size > MAX_SIZE) return size;
  }
  return size;
}

function decodeFragment(fragment: string): string | null {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return null;
  }
}
