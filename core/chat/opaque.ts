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

/** undefined where there is none. */
export function readOpaque(form: Form): JsonObject | undefined {
  const found: JsonObject = {};
  for (const name of OPAQUE_FIELDS) {
    const value = form.json(name);
    if (value !== undefined && value !== null) found[name] = value;
  }
  return Object.keys(found).length === 0 ? undefined : found;
}
