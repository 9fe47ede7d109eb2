/** Looks words of normalised texts up in lists of words, one list a meaning: whole words, beginnings of words, and words written without blanks. Bounded work for each word. */

import { step, type Tree, treeOf } from "../tree.ts";
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

/** A word in a run of characters without blanks, and what it means. */
type Within = { readonly at: number; readonly found: readonly number[] };

/** Meanings are indexes of lists. */
export type Dictionary = {
  /** Of a word with blanks around it: as a whole, and by the longest beginning that is listed. */
  meaningsOf(word: string): readonly number[];
  /** The same of a word by its entry in the book. */
  meaningsAt(entry: number): readonly number[];
  /** Of the words in a run of characters without blanks, longest first, each with its place; a character that begins none is skipped. */
  meaningsWithin(run: string): readonly Within[];
};

/** Dictionaries that are asked about the same words: one walk along a word answers for all of them. */
export type Book = {
  /** A dictionary of the book. `lists`: words with blanks between them, one list a meaning. `word-` is the beginning of words. Entries are normalised as texts are. */
  dictionaryOf(lists: readonly string[]): Dictionary;
  /** The entry of the word between two places of a text, below `entries()`. */
  entryIn(text: string, start: number, end: number): number;
  /** The number of entries. */
  entries(): number;
};

const NONE: readonly number[] = [];
const NOTHING_WITHIN: readonly Within[] = [];

type Table = ReadonlyMap<string, readonly number[]>;
type Lists = {
  readonly words: Table;
  readonly stems: Table;
  readonly unspaced: Table;
  /** By its first unit: the units of the longest word that is written without blanks; most units begin none. */
  readonly longestUnspaced: Uint8Array;
};

/** A book without dictionaries yet. It is made when a word is first looked up: whoever has dictionaries in it makes them before. */
export function bookOf(): Book {
  const members: Lists[] = [];
  let made: Made | null = null;
  const book = (): Made => {
    made ??= madeOf(members);
    return made;
  };
  const entryIn = (text: string, start: number, end: number): number => {
    const { tree } = book();
    let node = 0;
    for (let at = start; at < end; at++) {
      const next = step(tree, node, text.charCodeAt(at));
      if (next === 0) return node * 2;
      node = next;
    }
    return end - start > LONGEST_ENTRY ? node * 2 : node * 2 + 1;
  };
  return {
    dictionaryOf(lists) {
      const place = members.push(listsOf(lists)) - 1;
      made = null;
      const meaningsAt = (entry: number): readonly number[] => book().meanings[place]?.[entry] ?? NONE;
      return {
        meaningsOf: (word) => meaningsAt(entryIn(word, 0, word.length)),
        meaningsAt,
        meaningsWithin: (run) => meaningsWithin(members[place], run),
      };
    },
    entryIn,
    entries: () => book().tree.count * 2,
  };
}

function listsOf(lists: readonly string[]): Lists {
  const words = new Map<string, number[]>();
  const stems = new Map<string, number[]>();
  const unspaced = new Map<string, number[]>();
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
  return { words, stems, unspaced, longestUnspaced };
}

/** All words of a book. `meanings`, of each dictionary: at twice a node, of a word that only begins with what leads to it; one behind, of the word itself. */
type Made = { readonly tree: Tree; readonly meanings: readonly (readonly (readonly number[])[])[] };

function madeOf(members: readonly Lists[]): Made {
  const listed = [...new Set(members.flatMap(({ words, stems }) => [...words.keys(), ...stems.keys()]))];
  const tree = treeOf(listed);
  const parents = new Int32Array(tree.count);
  for (const word of listed) {
    let node = 0;
    for (let at = 0; at < word.length; at++) {
      const next = step(tree, node, word.charCodeAt(at));
      parents[next] = node;
      node = next;
    }
  }
  const meanings = members.map(({ words, stems }) => {
    const at: (readonly number[])[] = new Array(tree.count * 2).fill(NONE);
    listed.forEach((word, index) => {
      const node = tree.ends[index] ?? 0;
      const stem = stems.get(word) ?? NONE;
      // A beginning that is too short for one is a word.
      const isStem = word.length >= SHORTEST_STEM;
      at[node * 2] = isStem ? stem : NONE;
      at[node * 2 + 1] = isStem ? (words.get(word) ?? NONE) : merged(words.get(word) ?? NONE, stem);
    });
    // A node has a higher number than the one that leads to it.
    for (let node = 1; node < tree.count; node++) {
      const begun = at[node * 2] === NONE ? (at[(parents[node] ?? 0) * 2] ?? NONE) : (at[node * 2] ?? NONE);
      at[node * 2] = begun;
      at[node * 2 + 1] = merged(at[node * 2 + 1] ?? NONE, begun);
    }
    return at;
  });
  return { tree, meanings };
}

const merged = (first: readonly number[], second: readonly number[]): readonly number[] =>
  second === NONE ? first : first === NONE ? second : [...new Set([...first, ...second])];

function meaningsWithin(lists: Lists | undefined, run: string): readonly Within[] {
  if (lists === undefined) return NOTHING_WITHIN;
  const { unspaced, longestUnspaced } = lists;
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
}

/** A word of another script alone would be taken for look-alikes: it is read in company of its own. */
function plainOf(entry: string): string {
  const company = COMPANY.find(([script]) => script.test(entry))?.[1] ?? "";
  return normalise(company + entry).text.slice(normalise(company).text.length);
}
