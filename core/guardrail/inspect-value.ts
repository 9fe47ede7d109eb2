/** A whole JSON value, inspected: every text of it (strings, keys, long numbers) with what was found, before anything is replaced. */
import type { Json } from "../json.ts";
import { ok, type Result } from "../result.ts";
import type { Speaker, Verdict } from "./finding.ts";
import { type InspectedText, type InspectText, inspectText } from "./inspect-text.ts";
import { type BoundExceeded, type JsonText, textsOf } from "./json-texts.ts";
import { mostSevere } from "./verdict.ts";

export type InspectedPart = JsonText & { readonly inspected: InspectedText };
export type InspectedValue = {
  /** In the order of `textsOf`: what `rewriteTexts` counts by. */
  readonly parts: readonly InspectedPart[];
  /** Of the instructions found in any part. */
  readonly verdict: Verdict;
};

/** `inspect`: one that remembers, where somebody has one. It MUST answer as `inspectText` does. */
export function inspectValue(value: Json, speaker: Speaker, inspect: InspectText = inspectText): Result<InspectedValue, BoundExceeded> {
  const texts = textsOf(value);
  if (!texts.ok) return texts;
  const seen = new Map<string, InspectedText>();
  const parts = texts.value.map((part): InspectedPart => {
    // Keys of a list's items repeat: the same text in the same place is inspected once.
    const known = `${part.context}\u0000${part.text}`;
    const inspected = seen.get(known) ?? inspect(part.text, speaker, part.context);
    seen.set(known, inspected);
    return { ...part, inspected };
  });
  return ok({ parts, verdict: mostSevere(parts.map((part) => part.inspected.verdict)) });
}
