/** Where a value breaks its schema, said with names that the schema's author wrote: the value's own keys may be anybody's words. */
import { escapeToken, isObject, type Json, parsePointer } from "../json.ts";
import type { JsonSchema } from "./definition.ts";

/**
 * The JSON Pointer, or as much of its beginning as the schema names (indexes count as named): a place that exists in the value, and that
 * repeats no key which the value made up. `""` is the value as a whole.
 */
export function knownPath(schema: JsonSchema, pointer: string): string {
  const known = namesIn(schema);
  const tokens = parsePointer(pointer) ?? [];
  const unknown = tokens.findIndex((token) => !known.has(token) && !/^\d{1,6}$/.test(token));
  return (unknown < 0 ? tokens : tokens.slice(0, unknown)).map((token) => `/${escapeToken(token)}`).join("");
}

/** The place as part of a sentence, in the middle of it: `/order/id` in backticks, or what can be said of a place that the schema does not name. */
export function placeIn(schema: JsonSchema, pointer: string): string {
  const known = knownPath(schema, pointer);
  if (known === pointer) return known === "" ? "the top level" : `\`${known}\``;
  return known === "" ? "a field at the top level" : `a field inside \`${known}\``;
}

/** Names of properties anywhere in the schema. */
function namesIn(schema: Json, names = new Set<string>()): ReadonlySet<string> {
  if (Array.isArray(schema)) for (const item of schema) namesIn(item, names);
  if (!isObject(schema)) return names;
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === "properties" && isObject(value)) for (const name of Object.keys(value)) names.add(name);
    namesIn(value, names);
  }
  return names;
}
