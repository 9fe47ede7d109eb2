/** What is held of a person, as they get it (GDPR Art. 15): one JSON document, made piece by piece. */
import { fillPlaceholders } from "../guardrail/placeholder.ts";
import { isObject, type Json } from "../json.ts";
import type { ReviewView } from "../review/view.ts";
import type { EventView, FeedbackView, RunView } from "../run/outside/view.ts";

/** A run about the person, with everything that is kept of it. */
export type RunOfExport = {
  run: RunView;
  events: EventView[];
  reviews: ReviewView[];
  feedback: FeedbackView[];
  /** What models and tools were asked and answered, as the audit entries name it; `texts_cut`: there is more than fits. */
  texts: TextOfExport[];
  texts_cut: boolean;
};

/** A redacted text with the digest by which audit entries name it. */
export type TextOfExport = { sha256: string; value: Json };

/** What a model was asked, without what only its developer said: instructions, schemas and tools are no data of the person. Any other text as it is. */
export function withoutDeveloper(value: Json): Json {
  if (!isObject(value) || !Array.isArray(value["messages"])) return value;
  const isSaid = (message: Json): boolean => isObject(message) && message["role"] !== "system" && message["role"] !== "developer";
  return { messages: value["messages"].filter(isSaid) };
}

/** The value with the person's own data where placeholders stood. `values`: by placeholder; what is not among them stays as it is. */
export function filledIn(value: Json, values: ReadonlyMap<string, string>): Json {
  if (values.size === 0) return value;
  // A string of JSON text stays one: what is put in is written as JSON writes it.
  const text = fillPlaceholders(JSON.stringify(value), (placeholder) => {
    const known = values.get(placeholder);
    return known === undefined ? null : JSON.stringify(known).slice(1, -1);
  });
  return JSON.parse(text) as Json;
}
