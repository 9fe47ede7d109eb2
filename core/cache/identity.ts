/**
 * What a model's answer depends on, as one text: two questions share a kept answer only where these texts are equal. Pure; knows no
 * store and no key. Whoever asks turns the text into a name with a keyed hash, so that a name tells nobody what was asked.
 */
import { canonicalJson } from "../canonical-json.ts";
import { findPlaceholders } from "../guardrail/placeholder.ts";
import { isObject, type Json } from "../json.ts";
import type { Message } from "../model/message.ts";
import { PLATFORM_RULES } from "../workflow/prompt.ts";
import type { LastMessage } from "./last-message.ts";
import type { Question } from "./question.ts";

/** What stands behind every answer of this deployment: a change of either leaves all older answers unfound. */
export type Grounds = { readonly policyVersion: string; readonly guardVersion: string };

/** What the messages' placeholders stand for: a keyed hash of the value each; null: the run made no such placeholder. */
export type RedactionMap = readonly (readonly [placeholder: string, mac: string | null])[];

/** Placeholders of the messages, each once, in order. Our own rules mention one as an example; it stands for nothing. */
export function placeholdersOf(messages: readonly Message[]): string[] {
  const spoken = messages.filter(({ content }) => content !== PLATFORM_RULES);
  return [...new Set(findPlaceholders(JSON.stringify(spoken)).map(({ text }) => text))];
}

/**
 * null: the question cannot be told apart from others with certainty (text that is no Unicode), and nothing is kept of it.
 *
 * INVARIANT: every field of a question takes part, also one that this file does not know. The model is no part: the answers of
 * several models lie under one name, each with its own (kept-answer.ts), so that the last rung finds any of them.
 */
export function identityOf(org: string, question: Question, grounds: Grounds, map: RedactionMap): string | null {
  return textOf({ kind: "answer", org, ...grounds, map: map.map(([name, mac]) => [name, mac]), request: plain(question) });
}

/**
 * What questions have in common that may share the answer to a near one: all that `identityOf` looks at, and the model; without
 * what was asked last, wherever the question repeats it.
 */
export function partitionOf(
  org: string,
  question: Question,
  grounds: Grounds,
  map: RedactionMap,
  model: string,
  { whole, frame }: LastMessage,
): string | null {
  const asked = (value: Json): Json => {
    if (value === whole) return { frame };
    if (Array.isArray(value)) return value.map(asked);
    return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asked(item)])) : value;
  };
  const pairs = map.map(([name, mac]): Json => [name, mac]);
  return textOf({ kind: "near", org, model, ...grounds, map: pairs, request: asked(plain(question)) });
}

/** As canonical JSON; null where the value is none. */
export function textOf(value: Json): string | null {
  try {
    return canonicalJson(value);
  } catch {
    return null;
  }
}

/** Without fields that are undefined. */
const plain = (value: object): Json => JSON.parse(JSON.stringify(value)) as Json;
