/**
 * The keywords of JSON Schema 2020-12 by the form of their value, and those of older drafts and of OpenAPI 3.0 that say the same in another
 * way: `items` as a list with `additionalItems`, `definitions`, `dependencies`, a boolean `exclusiveMinimum`, `nullable`. What is in none
 * of these lists means nothing (2020-12 core, section 6.5).
 */
import { isObject, type Json, type JsonObject, own } from "../../json.ts";

/** They apply to the same place of the value. */
export const IN_PLACE_ONE = ["not", "if", "then", "else"];
/** Keywords with a list of schemas for the same value. */
export const IN_PLACE_LIST = ["allOf", "anyOf", "oneOf"];
/** `dependencies` (draft-07) holds schemas and lists of names. */
export const IN_PLACE_MAP = ["dependentSchemas", "dependencies"];
/** They apply to a place below. */
const CHILD_ONE = [
  "additionalProperties",
  "propertyNames",
  "unevaluatedProperties",
  "items",
  "additionalItems",
  "contains",
  "unevaluatedItems",
];
/** `items` as a list is draft-07's `prefixItems`. */
const CHILD_LIST = ["prefixItems", "items"];
/** Keywords with schemas for parts of the value, by name or by pattern. */
export const CHILD_MAP = ["properties", "patternProperties"];
/** Keywords with schemas that only references reach. */
export const DEFINITIONS = ["$defs", "definitions"];
/** Keywords whose value is a whole number from 0. */
export const COUNTS = ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains"];
/** Keywords whose value is any number. */
export const LIMITS = ["minimum", "maximum"];
/** Numbers; true or false in draft-04 and OpenAPI 3.0, where they speak of the limit beside them. */
export const EXCLUSIVE_LIMITS = ["exclusiveMinimum", "exclusiveMaximum"];
/** Keywords whose value is a text. */
export const TEXTS = ["format", "title", "description", "$comment", "$schema", "$id", "$ref", "$dynamicRef"];
/** Keywords that give a schema a name which references can use. */
export const ANCHORS = ["$anchor", "$dynamicAnchor"];
/** Of 2019-09: what they mean depends on the way a schema was reached, and ignoring them would let values through. */
export const REFUSED = ["$recursiveRef", "$recursiveAnchor"];
const OTHERS = ["type", "enum", "const", "required", "multipleOf", "uniqueItems", "dependentRequired", "pattern", "nullable"];
/** Annotations of 2020-12, and `sensitivity`, which other rooms read. */
const ANNOTATIONS = [
  ...["default", "deprecated", "readOnly", "writeOnly", "examples", "contentEncoding", "contentMediaType", "contentSchema"],
  ...["$vocabulary", "sensitivity"],
];

const KNOWN: ReadonlySet<string> = new Set(
  [
    ...[IN_PLACE_ONE, IN_PLACE_LIST, IN_PLACE_MAP, CHILD_ONE, CHILD_LIST, CHILD_MAP, DEFINITIONS, COUNTS, LIMITS, EXCLUSIVE_LIMITS],
    ...[TEXTS, ANCHORS, REFUSED, OTHERS, ANNOTATIONS],
  ].flat(),
);

/** Whether the keyword has a meaning here; names in `x-` are the author's own. */
export const isKnownKeyword = (keyword: string): boolean => KNOWN.has(keyword) || keyword.startsWith("x-");

/** Every place of a schema where a schema stands, by keyword; `null` as key: the keyword takes one schema. */
export function* subschemas(schema: JsonObject): Generator<readonly [keyword: string, key: string | number | null, schema: Json]> {
  for (const keyword of [...IN_PLACE_ONE, ...CHILD_ONE]) {
    const one = own(schema, keyword);
    if (one !== undefined && !(keyword === "items" && Array.isArray(one))) yield [keyword, null, one];
  }
  for (const keyword of [...IN_PLACE_LIST, ...CHILD_LIST]) {
    const list = own(schema, keyword);
    if (Array.isArray(list)) for (const [index, item] of list.entries()) yield [keyword, index, item];
  }
  for (const keyword of [...IN_PLACE_MAP, ...CHILD_MAP, ...DEFINITIONS]) {
    const map = own(schema, keyword);
    for (const [key, item] of isObject(map) ? Object.entries(map) : []) {
      if (!(keyword === "dependencies" && Array.isArray(item))) yield [keyword, key, item];
    }
  }
}
