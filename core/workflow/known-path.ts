/** Where a value breaks its schema, said with names that the schema's author wrote: the value's own keys may be anybody's words. */
import { isObject, type Json, parsePointer } from "../json.ts";
import type { JsonSchema } from "./definition.ts";

/** A JSON Pointer in which every token that the schema does not name, and that is no index, is `*`. */
export function knownPath(schema: JsonSchema, pointer: string): string {
  const known = propertyNames(schema);
  const tokens = parsePointer(pointer) ?? ["*"];
  return tokens.map((token) => `/${known.has(token) || /^\d{1,6}$/.test(token) ? token : "*"}`).join("") || "/";
}

function propertyNames(schema: Json, names = new Set<string>()): Set<string> {
  if (Array.isArray(schema)) for (const item of schema) propertyNames(item, names);
  if (!isObject(schema)) return names;
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === "properties" && isObject(value)) for (const name of Object.keys(value)) names.add(name);
    propertyNames(value, names);
  }
  return names;
}
