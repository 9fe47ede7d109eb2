/** `forbid` and `require`: phrases by their words, patterns by the linear-time engine. Pure. */
import { compilePattern } from "../../pattern/pattern.ts";
import type { Stretch } from "../replace.ts";
import type { PhrasesRule } from "./settings.ts";
import { occurrences, type Word, wordsOf } from "./words.ts";

/** Steps of 10 ns that the patterns of one rule may take; a text that needs more counts as a hit of what forbids and a miss of what requires. */
const MOST_STEPS = 20_000_000;

/** What was found. `index`: among the phrases, then the patterns. */
export type PhraseHit = { readonly index: number; readonly detector: "phrase" | "pattern"; readonly stretches: readonly Stretch[] };

class TooMuch extends Error {}

/** The phrases and patterns that occur in the text, with what they cover. All of the text is the place of a pattern that matches no character. */
export function phrasesIn(text: string, { phrases, patterns }: PhrasesRule): readonly PhraseHit[] {
  const words = wordsOf(text);
  const byPhrase = phrases.flatMap((phrase, index): PhraseHit[] => {
    const stretches = placesOf(words, phrase);
    return stretches.length === 0 ? [] : [{ index, detector: "phrase", stretches }];
  });
  const meter = metered();
  const byPattern = patterns.flatMap((pattern, index): PhraseHit[] => {
    const stretches = coveredBy(pattern, text, meter);
    return stretches === null ? [] : [{ index: phrases.length + index, detector: "pattern", stretches }];
  });
  return [...byPhrase, ...byPattern];
}

/** Indexes, among the phrases and then the patterns, of what does not occur in the text. */
export function missingIn(text: string, { phrases, patterns }: PhrasesRule): readonly number[] {
  const words = wordsOf(text);
  const meter = metered();
  return [
    ...phrases.flatMap((phrase, index) => (placesOf(words, phrase).length > 0 ? [] : [index])),
    ...patterns.flatMap((pattern, index) => (matches(pattern, text, meter) ? [] : [phrases.length + index])),
  ];
}

const placesOf = (words: readonly Word[], phrase: string): readonly Stretch[] =>
  occurrences(
    words,
    wordsOf(phrase).map(({ text }) => text),
  );

const metered = (): ((steps: number) => void) => {
  let left = MOST_STEPS;
  return (steps) => {
    left -= steps;
    if (left < 0) throw new TooMuch();
  };
};

/** The text has the pattern; not, where that cannot be followed to the end. */
function matches(pattern: string, text: string, meter: (steps: number) => void): boolean {
  const compiled = compilePattern(pattern, "flags");
  return compiled.ok && (within(() => compiled.value.test(text, meter)) ?? false);
}

/** What the pattern covers; all of the text where that cannot be said. null: it does not match. */
function coveredBy(pattern: string, text: string, meter: (steps: number) => void): readonly Stretch[] | null {
  const whole = [{ start: 0, end: text.length }];
  const compiled = compilePattern(pattern, "flags");
  if (!compiled.ok) return whole;
  const found = within(() => compiled.value.cover(text, meter));
  return found === undefined || found?.length === 0 ? whole : found;
}

/** undefined: it took too much. */
function within<T>(search: () => T): T | undefined {
  try {
    return search();
  } catch (error) {
    if (error instanceof TooMuch) return undefined;
    throw error;
  }
}
