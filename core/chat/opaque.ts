/**
 * What a model said beside its words and wants back unchanged in the next turn: reasoning, signatures of thoughts. Clients echo it as
 * they got it; nothing here understands it. Pure.
 */
import type { JsonObject } from "../json.ts";
import type { Form } from "../workflow/form.ts";

/** Their names on the wire: of an assistant's message, and of a call in it. */
export const OPAQUE_FIELDS = [
  "reasoning",
  "reasoning_content",
  "reasoning_details",
  "reasoning_opaque",
  "reasoning_text",
  "thinking",
  "thinking_blocks",
  "signature",
  "thought_signature",
  "extra_content",
  "provider_specific_fields",
] as const;

/** UTF-16 units as JSON of what is kept of one message or call; more is left out. */
const LONGEST = 262_144;

/** What a model's message or call has of them; undefined where there is none. */
export function opaqueOf(holder: JsonObject): JsonObject | undefined {
  const found = OPAQUE_FIELDS.flatMap((name) => {
    const value = Object.hasOwn(holder, name) ? (holder[name] ?? null) : null;
    return value === null || value === "" ? [] : [[name, value] as const];
  });
  const fields = Object.fromEntries(found);
  return found.length === 0 || JSON.stringify(fields).length > LONGEST ? undefined : fields;
}

/** One more piece of a stream: texts and lists are continued, anything else replaces what came before. */
export function joinOpaque(before: JsonObject | undefined, more: JsonObject | undefined): JsonObject | undefined {
  if (before === undefined || more === undefined) return before ?? more;
  const joined = { ...before };
  for (const [name, value] of Object.entries(more)) {
    const known = joined[name];
    if (typeof known === "string" && typeof value === "string") joined[name] = known + value;
    else if (Array.isArray(known) && Array.isArray(value)) joined[name] = [...known, ...value];
    else joined[name] = value;
  }
  return joined;
}

/** undefined where there is none. */
export function readOpaque(form: Form): JsonObject | undefined {
  const found: JsonObject = {};
  for (const name of OPAQUE_FIELDS) {
    const value = form.json(name);
    if (value !== undefined && value !== null) found[name] = value;
  }
  return Object.keys(found).length === 0 ? undefined : found;
}
