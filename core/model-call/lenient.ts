/**
 * A schema as a model's answer is held to it: `nullable: true` (OpenAPI 3.0) lets null in, and a date-time may lack its zone, which models
 * leave out where nobody told them one. The value stays as it was said. Pure.
 */
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { JsonSchema } from "../workflow/definition.ts";

/** RFC 3339 without an offset. */
const LOCAL_DATE_TIME = "^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])[Tt ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?$";

const NAMED_SCHEMAS = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"]);
const VALUES = new Set(["const", "enum", "default", "examples", "example"]);

/** Made once for each schema object, so that what is prepared for it is kept, too. */
const made = new WeakMap<JsonObject, JsonObject>();

export function lenient(schema: JsonSchema): JsonSchema {
  if (!isObject(schema)) return schema;
  const known = made.get(schema);
  if (known !== undefined) return known;
  const relaxed = relax(schema);
  made.set(schema, relaxed);
  return relaxed;
}

function relax(schema: JsonObject): JsonObject {
  const { nullable, format, ...others } = schema;
  const rest = Object.fromEntries(Object.entries(others).map(([key, value]) => [key, relaxUnder(key, value)]));
  const dated: JsonObject =
    format === "date-time"
      ? {
          ...rest,
          anyOf: [{ format }, { pattern: LOCAL_DATE_TIME }],
          ...("anyOf" in rest ? { allOf: [{ anyOf: rest["anyOf"] ?? [] }, ...listOf(rest["allOf"])] } : {}),
        }
      : { ...rest, ...(format === undefined ? {} : { format }) };
  return nullable === true
    ? { anyOf: [{ type: "null" }, dated], ...definitionsOf(rest) }
    : { ...dated, ...(nullable === undefined ? {} : { nullable }) };
}

/** `$ref` counts from the root: definitions stay where they are. */
const definitionsOf = (schema: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => key === "$defs" || key === "definitions"));

const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

function relaxUnder(key: string, value: Json): Json {
  if (VALUES.has(key)) return value;
  if (NAMED_SCHEMAS.has(key) && isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, isObject(child) ? relax(child) : child]));
  }
  if (Array.isArray(value)) return value.map((child) => (isObject(child) ? relax(child) : child));
  return isObject(value) ? relax(value) : value;
}
