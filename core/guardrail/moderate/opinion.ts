/** What a model of the task `moderate` said about a text. Plain data: whoever asked hands it to the rules (rules/judge.ts), which decide. */
import { isObject, type Json } from "../../json.ts";
import { readJsonText } from "../../model/json-text.ts";
import { keyOf, type Question } from "./questions.ts";

/** The model's word on one question. `confidence`: 0 to 1. */
export type Opinion = { readonly question: Question; readonly broken: boolean; readonly confidence: number };

/**
 * What came of asking. `answered`: the model said something about every question. `failed`: a model is registered for it and gave no usable answer in time;
 * `why` in one of our words. PERSISTED: never; the findings that follow from it are.
 */
export type Moderation =
  | { readonly kind: "answered"; readonly model: string; readonly opinions: readonly Opinion[] }
  | { readonly kind: "failed"; readonly why: ModerationFailure };

/** `unavailable`: none may see the text, or none answered. `unpaid`: the money left does not cover it. `stopped`: the kill switch. `too_long`: no model is asked about so much text. */
export type ModerationFailure = "timeout" | "garbage" | "unavailable" | "unpaid" | "stopped" | "too_long";

/** The detector that a finding names where a model decided, with the model. */
export const moderatedBy = (model: string): string => `moderate:${model}`;
/** The detector of a finding where a model was to decide and did not, and the rules say that this counts as a hit. */
export const UNMODERATED = "moderate.unavailable";

/** null: nobody asked a model about this. `failed`: a model was asked and did not say. */
export function opinionOn(moderation: Moderation | null, question: Question): (Opinion & { readonly model: string }) | "failed" | null {
  if (moderation === null) return null;
  if (moderation.kind === "failed") return "failed";
  const key = keyOf(question);
  const found = moderation.opinions.find((opinion) => keyOf(opinion.question) === key);
  return found === undefined ? null : { ...found, model: moderation.model };
}

/** Reads the answer to `questions`, in their order; null: it is not what was asked for, and none of it is believed. */
export function readOpinions(said: string, questions: readonly Question[]): readonly Opinion[] | null {
  const parsed = readJsonText(said);
  if (!parsed.ok || !isObject(parsed.value)) return null;
  const answers: Json = parsed.value["answers"] ?? null;
  if (!Array.isArray(answers) || answers.length !== questions.length) return null;
  const opinions: Opinion[] = [];
  for (const [index, question] of questions.entries()) {
    const answer = answers[index] ?? null;
    if (!isObject(answer) || answer["question"] !== index + 1) return null;
    const { broken, confidence } = answer;
    if (typeof broken !== "boolean" || typeof confidence !== "number" || !(confidence >= 0 && confidence <= 1)) return null;
    opinions.push({ question, broken, confidence });
  }
  return opinions;
}
