/**
 * `topics` without a model: a topic is named by its words, and a text is about it where those words occur in it side by side, in any of their
 * forms (by their stems). Pure, linear.
 */
import type { TopicsRule } from "./settings.ts";
import { occurrences, stemOf, wordsOf } from "./words.ts";

/** The detector that findings name. A model of task `moderate` has another name in the same place. */
export const TOPIC_WORDS = "topics.words";

/** Why a text is not about what it may be about; null: it is. A text without a word is about nothing. */
export function flawOfTopics(text: string, { allow, deny }: Pick<TopicsRule, "allow" | "deny">): "denied" | "not allowed" | null {
  const words = wordsOf(text);
  if (words.length === 0) return null;
  const isAbout = (topic: string): boolean =>
    occurrences(
      words,
      wordsOf(topic).map((word) => stemOf(word.text)),
      stemOf,
    ).length > 0;
  if (deny.some(isAbout)) return "denied";
  return allow.length === 0 || allow.some(isAbout) ? null : "not allowed";
}
