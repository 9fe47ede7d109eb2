/**
 * `forbid` and `require`: phrases by their words, patterns by the linear-time engine. What is forbidden is also looked for in what a reader sees: with
 * look-alike letters read as plain ones, and with invisible signs, tags and codes of blanks as blanks. What is required has to be there as
 * it is written. Pure.
 */
import { compilePattern } from "../../pattern/pattern.ts";
import { normalise } from "../injection/normalise.ts";
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
  const readings = phrases.length === 0 ? [] : readingsOf(text);
  const byPhrase = phrases.flatMap((phrase, index): PhraseHit[] => {
    const plain = wordsIn(phrase);
    const seen = wordsIn(normalise(phrase).text);
    const stretches = joined(readings.flatMap(({ words, isPlain }) => occurrences(words, isPlain ? plain : seen)));
    return stretches.length === 0 ? [] : [{ index, detector: "phrase", stretches }];
  });
  const meter = metered();
  const visible = patterns.length > 0 && INVISIBLE.test(text) ? withoutInvisible(text) : null;
  const byPattern = patterns.flatMap((pattern, index): PhraseHit[] => {
    const stretches = coveredBy(pattern, text, meter) ?? (visible === null ? null : coveredWithout(pattern, visible, meter));
    return stretches === null ? [] : [{ index: phrases.length + index, detector: "pattern", stretches }];
  });
  return [...byPhrase, ...byPattern];
}

type PhraseReading = { readonly words: readonly Word[]; readonly isPlain: boolean };
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/u;
/** What parts words without being seen, and what a page shows as a blank. */
const BREAKS = /[\p{Default_Ignorable_Code_Point}\p{Cf}]|<\/?[a-z][^<>]{0,200}>|&(?:nbsp|ensp|emsp|thinsp|#160|#32|#xa0|#x20);|%20/giu;
const MAY_DIFFER = /[^\n\r\t\x20-\x7e]|[<&%]/;

/** The words as they stand, and where the text has other than plain ASCII, as a reader sees them. */
function readingsOf(text: string): readonly PhraseReading[] {
  const plain = { words: wordsOf(text), isPlain: true };
  if (!MAY_DIFFER.test(text)) return [plain];
  const parted = text.replace(BREAKS, (sign) => " ".repeat(sign.length));
  const read = [plain, { words: seenWords(text), isPlain: false }];
  return parted === text ? read : [...read, { words: wordsOf(parted), isPlain: true }, { words: seenWords(parted), isPlain: false }];
}

/** The words of the plain reading, with their places in the text. */
function seenWords(text: string): readonly Word[] {
  const reading = normalise(text);
  return wordsOf(reading.text).map((word) => ({
    text: word.text,
    start: reading.startOf(word.start),
    end: characterEnd(text, reading.startOf(word.end - 1)),
  }));
}

const characterEnd = (text: string, at: number): number => at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

/** In order; those that touch the same text are one. */
function joined(stretches: readonly Stretch[]): readonly Stretch[] {
  const found: { start: number; end: number }[] = [];
  for (const { start, end } of [...stretches].sort((a, b) => a.start - b.start)) {
    const last = found.at(-1);
    if (last !== undefined && start < last.end) last.end = Math.max(last.end, end);
    else found.push({ start, end });
  }
  return found;
}

type Visible = { readonly text: string; readonly places: readonly number[] };

function withoutInvisible(text: string): Visible {
  let visible = "";
  const places: number[] = [];
  for (let at = 0; at < text.length; ) {
    const end = characterEnd(text, at);
    const character = text.slice(at, end);
    if (!INVISIBLE.test(character)) {
      visible += character;
      for (let unit = at; unit < end; unit++) places.push(unit);
    }
    at = end;
  }
  return { text: visible, places };
}

/** What the pattern covers of the text, invisible signs inside included. */
const coveredWithout = (pattern: string, { text, places }: Visible, meter: (steps: number) => void): readonly Stretch[] | null =>
  coveredBy(pattern, text, meter)?.map(({ start, end }) => ({ start: places[start] ?? 0, end: (places[end - 1] ?? 0) + 1 })) ?? null;

/** Indexes, among the phrases and then the patterns, of what does not occur in the text. */
export function missingIn(text: string, { phrases, patterns }: PhrasesRule): readonly number[] {
  const words = wordsOf(text);
  const meter = metered();
  return [
    ...phrases.flatMap((phrase, index) => (occurrences(words, wordsIn(phrase)).length > 0 ? [] : [index])),
    ...patterns.flatMap((pattern, index) => (matches(pattern, text, meter) ? [] : [phrases.length + index])),
  ];
}

const wordsIn = (phrase: string): readonly string[] => wordsOf(phrase).map(({ text }) => text);

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
