/**
 * What a model said beside its words and wants back unchanged in the next turn: reasoning, signatures of thoughts. Clients echo it as
 * they got it; nothing here understands it. Of a call it may stand beside its `function` or inside. Pure.
 */
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { Form } from "../workflow/form.ts";

/** What names such fields on the wire, of an assistant's message and of a call in it: servers make up new ones. */
const OPAQUE = /reason|think|thought|signature|encrypted|redacted|opaque|provider|^extra_|citation|^phase$/;
/** The same text in another coding, which no guard reads, and what is no text. */
const UNGUARDED = /token|logprob|image|audio|video|file/;

/** Whether a field of this name goes out and comes back as it came. */
export const isOpaque = (name: string): boolean => name.length <= 64 && OPAQUE.test(name) && !UNGUARDED.test(name);

/** UTF-16 units as JSON of what is kept of one message or call; more is left out. */
const LONGEST = 262_144;

/** The sources of an answer are for its reader; no model reads them again. */
const FOR_READERS = "annotations";

/** What a model's message or call has of them; undefined where there is none. */
export function opaqueOf(holder: JsonObject): JsonObject | undefined {
  const isNothing = (value: Json): boolean => value === null || value === "" || (Array.isArray(value) && value.length === 0);
  const found = Object.entries(holder).filter(([name, value]) => (isOpaque(name) || name === FOR_READERS) && !isNothing(value));
  const inside = isObject(holder["function"] ?? null) ? opaqueOf(holder["function"] as JsonObject) : undefined;
  const fields = { ...Object.fromEntries(found), ...(inside === undefined ? {} : { function: inside }) };
  return Object.keys(fields).length === 0 || JSON.stringify(fields).length > LONGEST ? undefined : fields;
}

/** What of it a model gets back; undefined: nothing. */
export function forNextTurn(opaque: JsonObject | undefined): JsonObject | undefined {
  const { [FOR_READERS]: _left, ...kept } = opaque ?? {};
  return Object.keys(kept).length === 0 ? undefined : kept;
}

/** One more piece of a stream: texts and lists are continued, anything else replaces what came before. */
export function joinOpaque(before: JsonObject | undefined, more: JsonObject | undefined): JsonObject | undefined {
  if (before === undefined || more === undefined) return before ?? more;
  const joined = { ...before };
  for (const [name, value] of Object.entries(more)) {
    const known = joined[name];
    if (typeof known === "string" && typeof value === "string") joined[name] = known + value;
    else if (Array.isArray(known) && Array.isArray(value)) joined[name] = [...known, ...value];
    else if (name === "function" && isObject(known ?? null) && isObject(value))
      joined[name] = joinOpaque(known as JsonObject, value) ?? value;
    else joined[name] = value;
  }
  return joined;
}

/** Of a message, a call or a part; undefined where there is none. `inner`: the form of a call's `function`. */
export function readOpaque(form: Form, inner: Form | null = null): JsonObject | undefined {
  const inside = inner === null ? undefined : readOpaque(inner);
  const found: { [name: string]: Json } = inside === undefined ? {} : { function: inside };
  for (const name of form.names().filter(isOpaque)) {
    const value = form.json(name);
    if (value !== undefined && value !== null) found[name] = value;
  }
  return Object.keys(found).length === 0 ? undefined : found;
}

/** A call as the format has it, with what the model wants back in its place. `given`: the arguments, a JSON text. */
export function callOnTheWire(id: string, name: string, given: string, opaque: JsonObject | undefined): JsonObject {
  const { function: inside = null, ...beside } = opaque ?? {};
  return { id, type: "function", function: { name, arguments: given, ...(isObject(inside) ? inside : {}) }, ...beside };
}
