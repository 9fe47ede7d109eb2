/**
 * The schema as the validator gets it: a copy of its own (the validator writes marks into it), with references hoisted to plain
 * names, annotations left out, and every costly keyword behind a bound on what it is tried on.
 */
import { isObject, type Json, type JsonObject } from "../../json.ts";
import { boundPattern } from "../pattern.ts";
import { own, subschemas } from "./inspect.ts";

/** On the `if` that keeps a costly keyword from a long value. */
export const BOUND_MARK = "bound";

/** RFC-defined formats of 2020-12 validation section 7.3 that are asserted, with the longest text each is tried on. */
const FORMATS: { readonly [format: string]: number } = {
  "date-time": 64,
  date: 64,
  time: 64,
  duration: 64,
  email: 320,
  hostname: 253,
  ipv4: 64,
  ipv6: 64,
  uri: 2_048,
  "uri-reference": 2_048,
  uuid: 64,
  "json-pointer": 2_048,
};
/** Comparing every item with every other one is quadratic. */
const MAX_UNIQUE_ITEMS = 500;
const COPIED = [
  "type",
  "enum",
  "const",
  "required",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
  "minContains",
  "maxContains",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "dependentRequired",
];

/** The longest key that every `patternProperties` of a schema may be tried on. */
export function longestKey(node: Json): number {
  if (!isObject(node)) return Number.POSITIVE_INFINITY;
  const patterns = own(node, "patternProperties");
  const here = Object.keys(isObject(patterns) ? patterns : {}).map((key) => {
    const judged = boundPattern(key);
    return judged.ok ? judged.value.maxLength : 0;
  });
  return Math.min(Number.POSITIVE_INFINITY, ...here, ...Array.from(subschemas(node), ([, , child]) => longestKey(child)));
}

/** The schema MUST have passed inspection. */
export function prepare(schema: Json, resolve: (reference: string) => Json | null): JsonObject | boolean {
  const names = new Map<Json, string>();
  const pending: Json[] = [];
  const nameOf = (target: Json): string => {
    const known = names.get(target);
    if (known !== undefined) return known;
    const name = `r${names.size}`;
    names.set(target, name);
    pending.push(target);
    return name;
  };
  const copy = (node: Json): JsonObject | boolean => {
    if (!isObject(node)) return node !== false;
    const out: JsonObject = {};
    for (const keyword of COPIED) {
      const value = own(node, keyword);
      if (value !== undefined) out[keyword] = structuredCopy(value);
    }
    const reference = own(node, "$ref");
    const target = typeof reference === "string" ? resolve(reference) : null;
    if (target !== null) out["$ref"] = `#/$defs/${nameOf(target)}`;
    copyChildren(node, out, copy);
    const bounds = boundsOf(node);
    if (bounds.length > 0) out["allOf"] = [...(Array.isArray(out["allOf"]) ? out["allOf"] : []), ...bounds];
    return out;
  };
  const root = copy(schema);
  if (!isObject(root)) return root;
  const hoisted: [string, Json][] = [];
  for (const target of pending) hoisted.push([names.get(target) ?? "", copy(target)]); // grows while it is walked
  return hoisted.length === 0 ? root : { ...root, $defs: Object.fromEntries(hoisted) };
}

function copyChildren(node: JsonObject, out: JsonObject, copy: (node: Json) => Json): void {
  const lists = new Map<string, Json[]>();
  const maps = new Map<string, [string, Json][]>();
  for (const [keyword, key, child] of subschemas(node)) {
    if (keyword === "$defs" || keyword === "definitions") continue;
    if (key === null) out[keyword] = copy(child);
    else if (typeof key === "number") lists.set(keyword, [...(lists.get(keyword) ?? []), copy(child)]);
    else maps.set(keyword, [...(maps.get(keyword) ?? []), [key, copy(child)]]);
  }
  for (const [keyword, list] of lists) out[keyword] = list;
  for (const [keyword, entries] of maps) out[keyword] = Object.fromEntries(entries);
}

/** `{if: short enough, then: the costly keyword, else: false}` for each costly keyword. */
function boundsOf(node: JsonObject): JsonObject[] {
  const bounds: JsonObject[] = [];
  const guarded = (condition: JsonObject, costly: JsonObject): JsonObject => ({
    $comment: BOUND_MARK,
    if: condition,
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: costly,
    else: false,
  });
  const pattern = own(node, "pattern");
  const bound = typeof pattern === "string" ? boundPattern(pattern) : null;
  if (typeof pattern === "string" && bound?.ok) bounds.push(guarded({ maxLength: bound.value.maxLength }, { pattern }));
  const format = own(node, "format");
  const longest = typeof format === "string" && Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (typeof format === "string" && longest !== undefined) bounds.push(guarded({ maxLength: longest }, { format }));
  if (own(node, "uniqueItems") === true) bounds.push(guarded({ maxItems: MAX_UNIQUE_ITEMS }, { uniqueItems: true }));
  return bounds;
}

const structuredCopy = (value: Json): Json => JSON.parse(JSON.stringify(value)) as Json;
