/** `forbid` and `require`: phrases by their words, patterns by the linear-time engine. Pure. */
import { compilePattern } from "../../pattern/pattern.ts";
import type { Stretch } from "../replace.ts";
import { sentencesOf } from "./sentences.ts";
import type { PhrasesRule } from "./settings.ts";
import { occurrences, type Word, wordsOf } from "./words.ts";

/** Steps of 10 ns that the patterns of one rule may take; a text that needs more counts as a hit of what forbids and a miss of what requires. */
const MOST_STEPS = 20_000_000;
/** Maximum sentences that are searched one by one for the place of a pattern; in a text with more, all of it is the place. */
const MOST_SENTENCES = 500;

/** What was found. `index`: among the phrases, then the patterns. */
export type PhraseHit = { readonly index: number; readonly detector: "phrase" | "pattern"; readonly stretches: readonly Stretch[] };

class TooMuch extends Error {}

/** The phrases and patterns that occur in the text. A pattern's place is the sentence that holds it. */
export function phrasesIn(text: string, { phrases, patterns }: PhrasesRule): readonly PhraseHit[] {
  const words = wordsOf(text);
  const byPhrase = phrases.flatMap((phrase, index): PhraseHit[] => {
    const stretches = placesOf(words, phrase);
    return stretches.length === 0 ? [] : [{ index, detector: "phrase", stretches }];
  });
  const meter = metered();
  const byPattern = patterns.flatMap((pattern, index): PhraseHit[] => {
    if (!matches(pattern, text, meter, true)) return [];
    return [{ index: phrases.length + index, detector: "pattern", stretches: sentencesWith(pattern, text, meter) }];
  });
  return [...byPhrase, ...byPattern];
}

/** Indexes, among the phrases and then the patterns, of what does not occur in the text. */
export function missingIn(text: string, { phrases, patterns }: PhrasesRule): readonly number[] {
  const words = wordsOf(text);
  const meter = metered();
  return [
    ...phrases.flatMap((phrase, index) => (placesOf(words, phrase).length > 0 ? [] : [index])),
    ...patterns.flatMap((pattern, index) => (matches(pattern, text, meter, false) ? [] : [phrases.length + index])),
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

/** `otherwise`: the answer where the pattern cannot be followed to the end. */
function matches(pattern: string, text: string, meter: (steps: number) => void, otherwise: boolean): boolean {
  const compiled = compilePattern(pattern, "flags");
  if (!compiled.ok) return otherwise;
  try {
    return compiled.value.test(text, meter);
  } catch (error) {
    if (error instanceof TooMuch) return otherwise;
    throw error;
  }
}

function sentencesWith(pattern: string, text: string, meter: (steps: number) => void): readonly Stretch[] {
  const sentences = sentencesOf(text);
  const whole = [{ start: 0, end: text.length }];
  if (sentences.length > MOST_SENTENCES) return whole;
  const found = sentences.filter(({ start, end }) => matches(pattern, text.slice(start, end), meter, true));
  return found.length === 0 ? whole : found;
}
