/**
 * What the content classifier looks at in a window of normalised text, hashed into a table's indexes (the hashing trick): words, pairs and triples of
 * words, pieces of words, and what words mean (lexicon.ts) alone and with each other. Training and recognition share this file, so that both
 * see the same.
 */
import { LEXICON } from "./lexicon.ts";

/** Number of indexes that features are hashed into. */
export const CONTENT_TABLE_SIZE = 1 << 15;
/** In normalised UTF-16 units; windows overlap by half. */
export const CONTENT_WINDOW = { units: 600, step: 300 } as const;

const FNV_PRIME = 0x01000193;
const LONGEST_WORD = 24;
/** Meanings count together within so many words. */
const TOGETHER_WORDS = 10;
const WORD = /[a-z\u00c0-\uffff]+(?:['-][a-z]+)*|\d+|[.!?\n]/g;

const WORDS = new Map<string, number[]>();
const STEMS = new Map<string, number[]>();
/** Lengths of the beginnings that start with these three letters, at most four of them each. */
const STEM_LENGTHS = new Map<string, number[]>();
for (const [index, entries] of Object.values(LEXICON).entries()) {
  for (const entry of new Set<string>(entries.split(" "))) {
    const isStem = entry.endsWith("-");
    const word = isStem ? entry.slice(0, -1) : entry;
    const table = isStem ? STEMS : WORDS;
    table.set(word, [...(table.get(word) ?? []), index]);
    if (!isStem) continue;
    const lengths = STEM_LENGTHS.get(word.slice(0, 3)) ?? [];
    if (!lengths.includes(word.length))
      STEM_LENGTHS.set(
        word.slice(0, 3),
        [...lengths, word.length].sort((a, b) => b - a),
      );
  }
}
const NONE: readonly number[] = [];

/** Places in the lexicon of a word's meanings. */
function meaningsOf(word: string): readonly number[] {
  const whole = WORDS.get(word);
  if (whole !== undefined) return whole;
  for (const length of STEM_LENGTHS.get(word.slice(0, 3)) ?? NONE) {
    const found = length <= word.length ? STEMS.get(word.slice(0, length)) : undefined;
    if (found !== undefined) return found;
  }
  return NONE;
}

/** Kinds of features, kept apart by their seeds. */
const ONE = 0x811c9dc5;
const PIECES = 0x9e3779b9;
const MEANING = 0x38b34ae5;
const NEAR = 0x52dce729;
const BEFORE = 0x96cd1c35;

/** Calls `see` with every distinct feature of a window; answers their number. Linear in its length. */
export function contentFeatures(text: string, see: (feature: number) => void): number {
  const seen = new Set<number>();
  const add = (hash: number): void => {
    seen.add(slot(hash));
  };
  let [last, beforeThat, at] = [0, 0, 0];
  let recent: { readonly meaning: number; readonly at: number }[] = [];
  for (const [raw] of text.matchAll(WORD)) {
    if (raw.length === 1 && raw < "0") {
      [last, beforeThat] = [0, 0];
      if (raw === "!" || raw === "?") add(hashOf(raw, 0, 1, ONE));
      continue;
    }
    at += 1;
    const word = raw.slice(0, LONGEST_WORD);
    const hash = hashOf(word, 0, word.length, ONE);
    add(hash);
    if (last !== 0) add(mix(last, hash));
    if (beforeThat !== 0) add(mix(mix(beforeThat, last), hash));
    if (word.length >= 4) {
      const marked = `<${word}>`;
      for (let from = 0; from + 4 <= marked.length; from++) add(hashOf(marked, from, from + 4, PIECES));
    }
    const meanings = meaningsOf(word);
    recent = recent.filter((one) => at - one.at <= TOGETHER_WORDS);
    for (const meaning of meanings) {
      add(named(MEANING, meaning));
      if (last !== 0) add(mix(last, named(BEFORE, meaning)));
      for (const other of recent) if (other.meaning !== meaning) add(named(NEAR, other.meaning * 64 + meaning));
    }
    for (const meaning of meanings) recent.push({ meaning, at });
    [beforeThat, last] = [last, hash];
  }
  for (const feature of seen) see(feature);
  return seen.size;
}

/** The indexes of meanings alone and of pairs near each other: what carries over best to texts of other authors. */
export function slotsOfMeanings(): { readonly alone: readonly number[]; readonly near: readonly number[] } {
  const all = Object.keys(LEXICON).map((_, meaning) => meaning);
  return {
    alone: all.map((meaning) => slot(named(MEANING, meaning))),
    near: all.flatMap((one) => all.filter((other) => other !== one).map((other) => slot(named(NEAR, other * 64 + one)))),
  };
}

function hashOf(text: string, from: number, to: number, seed: number): number {
  let hash = seed;
  for (let index = from; index < to; index++) hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  return hash >>> 0;
}
const mix = (a: number, b: number): number => Math.imul((a << 5) ^ (a >>> 3) ^ b, FNV_PRIME) >>> 0;
const named = (kind: number, value: number): number => Math.imul(kind ^ Math.imul(value + 1, 0x27d4eb2f), FNV_PRIME) >>> 0;
/** The upper bits are the better mixed ones. */
const slot = (hash: number): number => Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> 17;
