/**
 * `prompt_leak`: whether an answer repeats the developer's instructions. Words are compared in rows, so that single words of the trade say
 * nothing: a row of nine words that stands in the instructions is a leak, and so is half of one message of them. Read plainly, letter by
 * letter (spaced out, run together), backwards, in ROT13 and decoded. Pure, linear in the answer and the instructions.
 */
import { disguisedReadings } from "../injection/disguise.ts";
import { normalise } from "../injection/normalise.ts";
import type { Stretch } from "../replace.ts";
import { type Word, wordsOf } from "./words.ts";

/** Words of one row of the comparison. */
const ROW = 4;
/** This many words of the instructions one after the other are a leak, whatever they are. */
const LONGEST_RUN = 9;
/** This share of the words of one message is a leak, from this many words on. */
const SHARE = 0.5;
const FEWEST = 5;
/** Letters of one row, where words are hidden: some eight words. */
const LETTER_ROW = 40;
/** The instructions of a definition are shorter; of a longer message, only the beginning is compared. */
const MOST_UNITS = 65_536;
const NO_CODES: ReadonlySet<string> = new Set();

/** Where a text repeats the instructions; null: nowhere. */
export type LeakFinder = (text: string) => Stretch | null;

/** Looks for the developer's messages; they are read once, however many texts are looked at. */
export function leakFinder(secrets: readonly string[]): LeakFinder {
  const known = secrets.map((secret) => secret.slice(0, MOST_UNITS)).filter((secret) => secret.trim() !== "");
  if (known.length === 0) return () => null;
  let rows: readonly Rows[] | null = null;
  let letters: ReadonlySet<string> | null = null;
  return (text) => {
    if (text.length < FEWEST) return null;
    rows ??= known.map((secret) => readRows(wordsOf(secret)));
    const plain = runIn(wordsOf(text), rows);
    if (plain !== null) return plain;
    letters ??= new Set(known.flatMap((secret) => letterRows(lettersOf(secret))));
    const whole = { start: 0, end: text.length };
    for (const reading of readingsOf(text)) {
      if (runIn(wordsOf(reading), rows) !== null || holdsRow(lettersOf(reading), letters)) return whole;
    }
    return null;
  };
}

type Rows = { readonly rows: ReadonlySet<string>; readonly words: number };

function readRows(words: readonly Word[]): Rows {
  const rows = new Set<string>();
  for (let at = 0; at + ROW <= words.length; at++) rows.add(rowAt(words, at));
  return { rows, words: words.length };
}

const rowAt = (words: readonly Word[], at: number): string =>
  words
    .slice(at, at + ROW)
    .map(({ text }) => text)
    .join(" ");

function runIn(words: readonly Word[], secrets: readonly Rows[]): Stretch | null {
  for (const secret of secrets) {
    const covered = new Set<string>();
    let [first, last, run] = [-1, -1, 0];
    for (let at = 0; at + ROW <= words.length; at++) {
      const row = rowAt(words, at);
      run = secret.rows.has(row) ? run + 1 : 0;
      if (run === 0) continue;
      covered.add(row);
      if (first < 0) first = at;
      last = at + ROW - 1;
      const long = run + ROW - 1 >= Math.min(LONGEST_RUN, Math.max(FEWEST, secret.words));
      // Rows overlap: so many of them cover three words more.
      const large = covered.size + ROW - 1 >= Math.max(FEWEST, SHARE * secret.words);
      if (long || large) return extended(words, secret, long ? at - run + 1 : first, last);
    }
  }
  return null;
}

/** To the end of what is repeated there. */
function extended(words: readonly Word[], { rows }: Rows, first: number, last: number): Stretch {
  let end = last;
  for (let at = last - ROW + 2; at + ROW <= words.length && rows.has(rowAt(words, at)); at++) end = at + ROW - 1;
  return { start: words[first]?.start ?? 0, end: words[end]?.end ?? 0 };
}

function* readingsOf(answer: string): Generator<string> {
  const { text } = normalise(answer);
  yield text;
  yield [...text].reverse().join("");
  yield text.replace(/[a-z]/g, (letter) => String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97));
  for (const { text: hidden } of disguisedReadings(text, answer, NO_CODES)) yield hidden;
}

const lettersOf = (text: string): string => normalise(text).text.replace(/[^\p{L}\p{N}]+/gu, "");

function letterRows(letters: string): string[] {
  const rows: string[] = [];
  for (let at = 0; at + LETTER_ROW <= letters.length; at++) rows.push(letters.slice(at, at + LETTER_ROW));
  return rows;
}

function holdsRow(letters: string, rows: ReadonlySet<string>): boolean {
  if (rows.size === 0) return false;
  for (let at = 0; at + LETTER_ROW <= letters.length; at++) if (rows.has(letters.slice(at, at + LETTER_ROW))) return true;
  return false;
}
