/**
 * `prompt_leak`: whether an answer repeats the developer's instructions. Words are compared in rows, so that single words of the trade say
 * nothing: a row of nine words that stands in the instructions is a leak, and so is half of one message of them; so are twelve words in order with a few
 * others between, forwards or backwards. Read plainly, letter by letter (spaced out, run together), backwards, in ROT13 and decoded. Pure,
 * linear in the answer and the instructions.
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
/** Words of the instructions in order are a leak also with others between, if they are this many; of a shorter message all of them, and so many at least. */
const LONGEST_CHAIN = 12;
const SHORTEST_CHAIN = 8;
/** Words between two of them. */
const MOST_BETWEEN = 4;
/** A word that a message has more often says nothing, and is left out on both sides. */
const MOST_PLACES = 8;
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
  let chains: readonly Chain[] | null = null;
  let letters: ReadonlySet<string> | null = null;
  return (text) => {
    if (text.length < FEWEST) return null;
    rows ??= known.map((secret) => readRows(wordsOf(secret)));
    const words = wordsOf(text);
    const plain = runIn(words, rows);
    if (plain !== null) return plain;
    chains ??= known.flatMap((secret) => readChain(wordsOf(secret.replace(LABEL, blanks))));
    const spread = chainIn(words, chains) ?? chainIn(words.toReversed(), chains);
    if (spread !== null) return spread;
    letters ??= new Set(known.flatMap((secret) => letterRows(lettersOf(secret))));
    const whole = { start: 0, end: text.length };
    for (const reading of readingsOf(text)) {
      const read = wordsOf(reading);
      if (runIn(read, rows) !== null || chainIn(read, chains) !== null || holdsRow(lettersOf(reading), letters)) return whole;
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

/** A message as its words that tell, each with its places among them. */
type Chain = { readonly places: ReadonlyMap<string, readonly number[]>; readonly words: number; readonly needed: number };

/** Names of fields: an answer in the form that the instructions ask for has them, too, in their order. */
const LABEL = /(?:"[^"\n]{1,64}"|'[^'\n]{1,64}'|[\p{L}\p{N}_-]{1,64})\s?:/gu;
const blanks = (label: string): string => " ".repeat(label.length);

/** Nothing for a message that is too short to be told by single words. */
function readChain(words: readonly Word[]): readonly Chain[] {
  const counts = new Map<string, number>();
  const bare = words.flatMap(({ text }) => withoutNumbers(text));
  for (const word of bare) counts.set(word, (counts.get(word) ?? 0) + 1);
  const telling = bare.filter((word) => (counts.get(word) ?? 0) <= MOST_PLACES);
  if (telling.length < SHORTEST_CHAIN) return [];
  return [
    {
      places: new Map(Map.groupBy(telling.keys(), (at) => telling[at] ?? "")),
      words: telling.length,
      needed: Math.min(LONGEST_CHAIN, telling.length),
    },
  ];
}

/** `you0` → `you`; a number alone numbers the lines of a list, and is left out. */
function withoutNumbers(word: string): readonly string[] {
  const bare = word.replace(/^\p{N}+|\p{N}+$/gu, "");
  return bare === "" ? [] : [bare];
}

/** Words of a message one after the other, with a few others between. Each word has few places: linear. */
function chainIn(words: readonly Word[], chains: readonly Chain[]): Stretch | null {
  for (const { places, words: count, needed } of chains) {
    /** How many words end a chain at each place, at which word of the answer it ends, and where it began. */
    const [lengths, ends, begins] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)];
    let read = 0;
    for (const [at, word] of words.entries()) {
      const [bare] = withoutNumbers(word.text);
      if (bare === undefined) continue;
      read++;
      // From the last place to the first: one word of the answer is one word of the chain.
      for (const place of (places.get(bare) ?? []).toReversed()) {
        const before = place === 0 ? 0 : (lengths[place - 1] ?? 0);
        const goesOn = before > 0 && read - (ends[place - 1] ?? 0) <= MOST_BETWEEN + 1;
        lengths[place] = goesOn ? before + 1 : 1;
        begins[place] = goesOn ? (begins[place - 1] ?? 0) : at;
        ends[place] = read;
        if ((lengths[place] ?? 0) >= needed) return fromTo(words[begins[place] ?? 0], word);
      }
    }
  }
  return null;
}

const fromTo = (first: Word | undefined, last: Word): Stretch => ({
  start: Math.min(first?.start ?? 0, last.start),
  end: Math.max(first?.end ?? 0, last.end),
});

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
