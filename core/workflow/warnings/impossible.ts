/** Schemas that no value fits: bounds the wrong way round, or a field that is required and not allowed. */
import { escapeToken, isObject, type Json, type JsonObject } from "../../json.ts";
import type { JsonSchema } from "../definition.ts";
import type { Warning } from "./warning.ts";

const BOUNDS: readonly (readonly [least: string, most: string])[] = [
  ["minLength", "maxLength"],
  ["minItems", "maxItems"],
  ["minProperties", "maxProperties"],
  ["minimum", "maximum"],
];
/** Keywords whose value is a schema, or holds schemas by name. */
const ONE = ["items", "additionalProperties", "contains", "propertyNames"] as const;
const NAMED = ["properties", "patternProperties", "$defs", "definitions"] as const;

/** Levels that are looked at. */
const DEEPEST = 32;

/** The warnings about a schema. `place`: JSON Pointer of it. */
export function impossibleIn(schema: JsonSchema, place: string, depth = 0): Warning[] {
  if (!isObject(schema) || depth > DEEPEST) return [];
  const below = [
    ...ONE.map((word): [string, Json | undefined] => [word, schema[word]]),
    ...NAMED.flatMap((word) => {
      const named = schema[word];
      return isObject(named ?? null)
        ? Object.entries(named as JsonObject).map(([name, item]): [string, Json] => [`${word}/${escapeToken(name)}`, item])
        : [];
    }),
  ];
  return [
    ...flawsAt(schema).map((message) => ({ path: place, message })),
    ...below.flatMap(([at, item]) => (isObject(item ?? null) ? impossibleIn(item as JsonSchema, `${place}/${at}`, depth + 1) : [])),
  ];
}

function flawsAt(schema: JsonObject): readonly string[] {
  const { required, properties, additionalProperties } = schema;
  const crossed = BOUNDS.filter(([least, most]) => Number(schema[least] ?? Number.NaN) > Number(schema[most] ?? Number.NaN));
  const known = isObject(properties ?? null) ? (properties as JsonObject) : {};
  const isClosed = additionalProperties === false && !Object.hasOwn(schema, "patternProperties");
  const lacking =
    isClosed && Array.isArray(required) ? required.filter((name) => typeof name === "string" && !Object.hasOwn(known, name)) : [];
  return [
    ...crossed.map(([least, most]) => `no value fits: \`${least}\` is above \`${most}\``),
    ...lacking.map((name) => `no object fits: \`${String(name)}\` is required, and \`additionalProperties: false\` does not allow it`),
  ];
}
