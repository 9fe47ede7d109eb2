/** Schemas that hold at the same place, as one schema: what `allOf`, `$ref` with neighbours and alternatives come down to. */
import { isObject, type Json, type JsonObject } from "../../core/json.ts";

const LARGER = new Set(["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"]);
const SMALLER = new Set(["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"]);

/** Holds (nearly always) exactly where both hold; who uses it checks the result against the schemas themselves. */
export function mergeSchemas(a: JsonObject, b: JsonObject): JsonObject {
  const merged: JsonObject = { ...a };
  for (const [keyword, value] of Object.entries(b)) {
    const other = Object.hasOwn(a, keyword) ? a[keyword] : undefined;
    merged[keyword] = other === undefined ? value : mergeKeyword(keyword, other, value);
  }
  return merged;
}

function mergeKeyword(keyword: string, a: Json, b: Json): Json {
  if (LARGER.has(keyword) && typeof a === "number" && typeof b === "number") return Math.max(a, b);
  if (SMALLER.has(keyword) && typeof a === "number" && typeof b === "number") return Math.min(a, b);
  if (keyword === "required" && Array.isArray(a) && Array.isArray(b)) return [...new Set([...a, ...b])];
  if (keyword === "enum" && Array.isArray(a) && Array.isArray(b))
    return a.filter((item) => b.some((other) => JSON.stringify(other) === JSON.stringify(item)));
  if (keyword === "type") return mergeTypes(a, b);
  if ((keyword === "properties" || keyword === "$defs") && isObject(a) && isObject(b)) return mergeMaps(a, b);
  if (keyword === "allOf" && Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
  if (["anyOf", "oneOf", "not", "if", "then", "else", "$ref", "pattern", "items", "contains"].includes(keyword)) return b;
  if (keyword === "uniqueItems") return a === true || b === true;
  if (keyword === "additionalProperties") return a === false || b === false ? false : both(a, b);
  if (keyword === "multipleOf" && typeof a === "number" && typeof b === "number") return a % b === 0 ? a : b % a === 0 ? b : a * b;
  return b;
}

function mergeTypes(a: Json, b: Json): Json {
  const [left, right] = [[a].flat(), [b].flat()];
  const shared = left.filter((type) => right.includes(type) || (type === "integer" && right.includes("number")));
  const narrowed = right.filter((type) => type === "integer" && left.includes("number"));
  return [...new Set([...shared, ...narrowed])];
}

function mergeMaps(a: JsonObject, b: JsonObject): JsonObject {
  const entries = new Map(Object.entries(a));
  for (const [name, schema] of Object.entries(b)) {
    const other = entries.get(name);
    entries.set(name, other === undefined ? schema : both(other, schema));
  }
  return Object.fromEntries(entries);
}

const both = (a: Json, b: Json): Json =>
  isObject(a) && isObject(b) ? { allOf: [a, b] } : a === false || b === false ? false : isObject(a) ? a : b;
