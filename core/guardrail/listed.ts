/**
 * Values that a schema lists word for word (`enum`, `const`): the words of whoever wrote it, whatever they look like. A mail address among them is
 * no secret that a model let slip. Pure; linear in the schema.
 */
import { canonicalJson } from "../canonical-json.ts";
import { isObject, type Json } from "../json.ts";

/** Keywords whose value names schemas: a property called `enum` is no list. */
const NAMED: ReadonlySet<string> = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"]);
/** Levels of a schema that are read. */
const MOST_DEPTH = 64;

/** Tells whether a text or number is one of the values that the schema lists, at any place of it. */
export function listedIn(schema: Json): (value: Json) => boolean {
  const listed = new Set<string>();
  const take = (value: Json): void => {
    if (Array.isArray(value)) for (const item of value) take(item);
    else if (isObject(value)) for (const item of Object.values(value)) take(item);
    else listed.add(canonicalJson(value));
  };
  const walk = (part: Json, depth: number): void => {
    if (depth > MOST_DEPTH) return;
    if (Array.isArray(part)) for (const item of part) walk(item, depth + 1);
    if (!isObject(part)) return;
    for (const [name, value] of Object.entries(part)) {
      if (name === "enum" || name === "const") take(value);
      else if (NAMED.has(name) && isObject(value)) for (const inner of Object.values(value)) walk(inner, depth + 1);
      else walk(value, depth + 1);
    }
  };
  walk(schema, 0);
  return (value) => listed.size > 0 && (typeof value === "string" || typeof value === "number") && listed.has(canonicalJson(value));
}
