/** Looks words of normalised texts up in lists of words, one list a meaning: whole words, beginnings of words, and words written without blanks. Bounded work for each word. */

import { step, treeOf } from "../tree.ts";
import { normalise } from "./normalise.ts";

const SHORTEST_STEM = 2;
const LONGEST_ENTRY = 24;

/** Words of scripts that have look-alikes of Latin letters, in whose company a word is read as one of them. */
const COMPANY: readonly (readonly [script: RegExp, word: string])[] = [
  [/[\u0400-\u04ff]/, "жизнь "],
  [/[\u0370-\u03ff]/, "λόγος "],
];

/** Whether a run of characters is written without blanks between its words, as Chinese and its relatives are, and Thai. */
export const isUnspaced = (word: string): boolean => isUnspacedUnit(word.charCodeAt(0));
/** The same of its first unit. */
export const isUnspacedUnit = (first: number): boolean =>
  (first >= 0x0e00 && first <= 0x0e7f) || (first >= 0x2e80 && first <= 0x9fff) || (first >= 0xf900 && first <= 0xfaff);

/** Meanings are indexes of lists. */
export type Dictionary = {
  /** Of a word with blanks around it: as a whole, and by the longest beginning that is listed. */
  meaningsOf(word: string): readonly number[];
  /** The same of the word between two places of a text. */
  meaningsIn(text: string, start: number, end: number): readonly number[];
  /** Of the words in a run of characters without blanks, longest first, each with its place; a character that begins none is skipped. */
  meaningsWithin(run: string): readonly Within[];
};

/** A word in a run of characters without blanks, and what it means. */
type Within = { readonly at: number; readonly found: readonly number[] };

const NONE: readonly number[] = [];
const NOTHING_WITHIN: readonly Within[] = [];

/** `lists`: words with blanks between them, one list a meaning. `word-` is the beginning of words. Entries are normalised as texts are. */
export function dictionaryOf(lists: readonly string[]): Dictionary {
  const words = new Map<string, number[]>();
  const stems = new Map<string, number[]>();
  const unspaced = new Map<string, number[]>();
  /** By its first unit: the units of the longest word that is written without blanks; most units begin none. */
  const longestUnspaced = new Uint8Array(0x10000);
  for (const [index, list] of lists.entries()) {
    for (const entry of new Set(list.split(" "))) {
      const isStem = entry.endsWith("-");
      const word = plainOf(isStem ? entry.slice(0, -1) : entry);
      const table = isUnspaced(word) ? unspaced : isStem ? stems : words;
      const first = word.charCodeAt(0);
      if (table === unspaced) longestUnspaced[first] = Math.max(longestUnspaced[first] ?? 0, word.length);
      const known = table.get(word) ?? [];
      if (!known.includes(index)) table.set(word, [...known, index]);
    }
  }
  const listed = [...new Set([...words.keys(), ...stems.keys()])];
  const tree = treeOf(listed);
  const wholeAt: (readonly number[])[] = new Array(tree.count).fill(NONE);
  const stemAt: (readonly number[])[] = new Array(tree.count).fill(NONE);
  listed.forEach((word, index) => {
    const node = tree.ends[index] ?? 0;
    // A beginning that is too short for one is a word.
    const stem = stems.get(word) ?? NONE;
    wholeAt[node] = word.length < SHORTEST_STEM ? [...new Set([...(words.get(word) ?? NONE), ...stem])] : (words.get(word) ?? NONE);
    if (word.length >= SHORTEST_STEM) stemAt[node] = stem;
  });
  const meaningsIn = (text: string, start: number, end: number): readonly number[] => {
    let node = 0;
    let stem = NONE;
    for (let at = start; at < end; at++) {
      node = step(tree, node, text.charCodeAt(at));
      if (node === 0) return stem;
      const begun = stemAt[node] ?? NONE;
      if (begun !== NONE) stem = begun;
    }
    const whole = end - start > LONGEST_ENTRY ? NONE : (wholeAt[node] ?? NONE);
    return stem === NONE ? whole : whole === NONE ? stem : [...new Set([...whole, ...stem])];
  };
  return {
    meaningsOf: (word) => meaningsIn(word, 0, word.length),
    meaningsIn,
    meaningsWithin(run) {
      let within: Within[] | null = null;
      for (let at = 0; at < run.length; ) {
        let length = Math.min(longestUnspaced[run.charCodeAt(at)] ?? 0, run.length - at);
        for (; length > 0; length--) {
          const found = unspaced.get(run.slice(at, at + length));
          if (found === undefined) continue;
          within ??= [];
          within.push({ at, found });
          break;
        }
        at += Math.max(1, length);
      }
      return within ?? NOTHING_WITHIN;
    },
  };
}

/** A word of another script alone would be taken for look-alikes: it is read in company of its own. */
function plainOf(entry: string): string {
  const company = COMPANY.find(([script]) => script.test(entry))?.[1] ?? "";
  return normalise(company + entry).text.slice(normalise(company).text.length);
}
