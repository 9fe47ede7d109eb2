/**
 * `tone` without a model: known words for a tone (`friendly`, `calm`, `cheerful`, …) say which tones of the classifier an answer must not have, or has to
 * have. A tone in other words is nobody's to judge here. Pure, linear.
 */
import { type ToneScores, toneOf } from "../tone/tone.ts";
import type { ToneRule } from "./settings.ts";

/** Words for a tone that is neither negative nor furious. */
const KIND =
  /^(?:friendly|polite|kind|warm|calm|respectful|professional|neutral|courteous|helpful|empathetic|patient|considerate|not (?:negative|rude|angry))$/;
/** Words for a tone that is positive besides. */
const POSITIVE = /^(?:positive|cheerful|enthusiastic|happy|optimistic|upbeat|encouraging)$/;
const PARTS = /\s*(?:,|;|\/|&|\band\b)\s*/;

/** The built-in detector can judge every word of it. */
export const isKnownTone = (want: string): boolean => partsOf(want).every((part) => KIND.test(part) || POSITIVE.test(part));

const partsOf = (want: string): string[] =>
  want
    .trim()
    .toLowerCase()
    .split(PARTS)
    .filter((part) => part !== "");

/** How surely an answer lacks the tone, 0.5 to 1; null: it has it, or nobody here can tell. */
export function lackOfTone(text: string, { want }: Pick<ToneRule, "want">): number | null {
  if (!isKnownTone(want)) return null;
  const scores = toneOf(text);
  const lacks = partsOf(want).map((part) => lackOf(part, scores));
  const most = Math.max(...lacks, 0);
  return most >= 0.5 ? most : null;
}

function lackOf(part: string, { negative, positive, furious }: ToneScores): number {
  const unkind = Math.max(negative, furious);
  // A short matter-of-fact sentence is hardly positive to the classifier: only what is negative and not positive lacks it.
  return POSITIVE.test(part) ? Math.max(unkind, positive < 0.1 ? negative : 0) : unkind;
}
