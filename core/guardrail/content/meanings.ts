/** Finds the entries of the lexicon in the words of a text. */
import { LEXICON, type Meaning } from "./lexicon/index.ts";
import { type Word, wordsOf } from "./words.ts";

/** All meanings; a meaning's place in this list is its number. */
export const MEANINGS = Object.keys(LEXICON) as readonly Meaning[];

/** What begins at a word: the meanings of all entries that are read from there on. */
type Branch = { readonly meanings: number[]; readonly next: Map<string, Branch> };
const newBranch = (): Branch => ({ meanings: [], next: new Map() });

const ROOT = newBranch();
const BEGINNINGS = new Map<string, number[]>();
const SHORTEST_BEGINNING = 3;
/** Lengths of the beginnings that start with these letters, longest first: a handful. */
const BEGINNING_LENGTHS = new Map<string, number[]>();

for (const [number, meaning] of MEANINGS.entries()) {
  for (const entry of new Set(LEXICON[meaning].split(" "))) {
    if (entry.endsWith("-")) addBeginning(entry.slice(0, -1), number);
    else addWords(wordsOf(entry.replaceAll("_", " ")), number);
  }
}

function addWords(words: readonly Word[], meaning: number): void {
  let branch = ROOT;
  for (const { stem } of words) {
    const next = branch.next.get(stem) ?? newBranch();
    branch.next.set(stem, next);
    branch = next;
  }
  if (!branch.meanings.includes(meaning)) branch.meanings.push(meaning);
}

function addBeginning(text: string, meaning: number): void {
  BEGINNINGS.set(text, [...(BEGINNINGS.get(text) ?? []), meaning]);
  const key = text.slice(0, SHORTEST_BEGINNING);
  const lengths = BEGINNING_LENGTHS.get(key) ?? [];
  if (!lengths.includes(text.length))
    BEGINNING_LENGTHS.set(
      key,
      [...lengths, text.length].sort((a, b) => b - a),
    );
}

/** Calls `see` with the number of each meaning that an entry beginning at `at` has. An entry is some six words long at most. */
export function meaningsAt(words: readonly Word[], at: number, see: (meaning: number) => void): void {
  let branch: Branch | undefined = ROOT;
  for (let index = at; ; index++) {
    const word = words[index];
    branch = word === undefined || word.stem === "" ? undefined : branch.next.get(word.stem);
    if (branch === undefined) break;
    for (const meaning of branch.meanings) see(meaning);
  }
  const whole = words[at]?.whole ?? "";
  const lengths = BEGINNING_LENGTHS.get(whole.slice(0, SHORTEST_BEGINNING));
  if (lengths === undefined) return;
  for (const length of lengths) {
    const found = length <= whole.length ? BEGINNINGS.get(whole.slice(0, length)) : undefined;
    if (found !== undefined) for (const meaning of found) see(meaning);
  }
}
