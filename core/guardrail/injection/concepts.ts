/** What the words of a normalised text mean, by the lexicon (lexicon.ts). A word may mean several things. Bounded work for each word. */
import { type Concept, LEXICON } from "./lexicon.ts";
import { normalise } from "./normalise.ts";

/** What a word may mean; its place here is what features are made of. */
export const CONCEPTS = Object.keys(LEXICON) as readonly Concept[];

/** Characters of Chinese and its relatives, which are written without blanks. */
const UNSPACED = /^[\u2e80-\u9fff\uf900-\ufaff]/;
const SHORTEST_STEM = 2;
const LONGEST_ENTRY = 24;

const CYRILLIC = /[\u0400-\u04ff]/;

const WORDS = new Map<string, number[]>();
const STEMS = new Map<string, number[]>();
const UNSPACED_WORDS = new Map<string, number[]>();
let longestUnspaced = 1;

for (const [index, concept] of CONCEPTS.entries()) {
  for (const entry of new Set(LEXICON[concept].split(" "))) {
    const isStem = entry.endsWith("-");
    const word = plainOf(isStem ? entry.slice(0, -1) : entry);
    const isUnspaced = UNSPACED.test(word);
    const table = isUnspaced ? UNSPACED_WORDS : isStem ? STEMS : WORDS;
    if (isUnspaced) longestUnspaced = Math.max(longestUnspaced, word.length);
    const known = table.get(word) ?? [];
    if (!known.includes(index)) table.set(word, [...known, index]);
  }
}

/** A word of another script alone would be taken for look-alikes: it is read in company of its own. */
function plainOf(entry: string): string {
  const company = CYRILLIC.test(entry) ? "жизнь " : "";
  return normalise(company + entry).text.slice(company.length);
}

const NONE: readonly number[] = [];

/** Lengths of the lexicon's beginnings by their first two units, longest first: most words have no beginning to be looked for. */
const STEM_LENGTHS = new Map<string, readonly number[]>();
for (const stem of STEMS.keys()) {
  const first = stem.slice(0, SHORTEST_STEM);
  STEM_LENGTHS.set(
    first,
    [...new Set([...(STEM_LENGTHS.get(first) ?? []), stem.length])].sort((a, b) => b - a),
  );
}

/** Indexes into `CONCEPTS` of a word with blanks around it: as a whole, and by the longest beginning that is one of the lexicon's. */
export function conceptsOf(word: string): readonly number[] {
  const whole = word.length > LONGEST_ENTRY ? NONE : (WORDS.get(word) ?? NONE);
  for (const length of STEM_LENGTHS.get(word.slice(0, SHORTEST_STEM)) ?? NONE) {
    const stem = length <= word.length ? STEMS.get(word.slice(0, length)) : undefined;
    if (stem !== undefined) return whole === NONE ? stem : [...new Set([...whole, ...stem])];
  }
  return whole;
}

/** Whether a run of characters is written without blanks between its words. */
export const isUnspaced = (word: string): boolean => UNSPACED.test(word);

/** The words of the lexicon in a run of characters without blanks, longest first, each with its length; a character that begins none is skipped. */
export function* conceptsWithin(run: string): Generator<{ readonly at: number; readonly found: readonly number[] }> {
  for (let at = 0; at < run.length; ) {
    let length = Math.min(longestUnspaced, run.length - at);
    let found: readonly number[] | undefined;
    for (; length > 0; length--) {
      found = UNSPACED_WORDS.get(run.slice(at, at + length));
      if (found !== undefined) break;
    }
    if (found !== undefined) yield { at, found };
    at += Math.max(1, length);
  }
}
