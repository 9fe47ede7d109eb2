/**
 * What the content classifier looks at in a window of normalised text, as indexes of a table. Words, pairs of words and pieces of words are hashed (the
 * hashing trick); what words mean has places of its own: meanings alone, near each other, crossed within a sentence (crosses.ts), and how many there
 * are; and so have clusters of words that are used alike (names/clusters.ts), for words that neither the lexicon nor training has. Training and recognition share this file, so that both see the same.
 */
import { ALL_LEAVES, BRANCHES, branchOf, leafOf, TWIGS, twigOf } from "../names/clusters.ts";
import { clustersOfWords } from "../names/model.ts";
import { CROSSES, Sentence } from "./crosses.ts";
import { MEANINGS, meaningsAt } from "./meanings.ts";
import { END, wordsOf } from "./words.ts";

/** Number of indexes that words are hashed into. */
const HASHED = 1 << 15;
const COUNT = MEANINGS.length;
/** Where each kind of feature begins in the table. */
const ALONE = HASHED;
const NEAR = ALONE + COUNT;
const CROSSED = NEAR + COUNT * COUNT;
const AMOUNT = CROSSED + CROSSES;

/** Meanings of one kind are counted together: the name before the dot. */
const KINDS = [...new Set(MEANINGS.map((meaning) => meaning.split(".")[0] ?? ""))];
const KIND_OF = MEANINGS.map((meaning) => KINDS.indexOf(meaning.split(".")[0] ?? ""));
const AMOUNTS = [2, 3, 4, 6, 9, 13] as const;

/** Clusters of three sizes. */
const BRANCH = AMOUNT + KINDS.length * AMOUNTS.length;
const TWIG = BRANCH + BRANCHES;
const LEAF = TWIG + BRANCHES * TWIGS;

/** Number of indexes in all. */
export const CONTENT_TABLE_SIZE = LEAF + ALL_LEAVES;
/** In normalised UTF-16 units; windows overlap by a quarter. */
export const CONTENT_WINDOW = { units: 600, step: 450 } as const;

const FNV_PRIME = 0x01000193;
/** Meanings count together within so many words. */
const TOGETHER_WORDS = 8;
const PIECE = 4;

/** Kinds of hashed features, kept apart by their seeds. */
const ONE = 0x811c9dc5;
const PIECES = 0x9e3779b9;
const FIRST = 0x52dce729;

/** Calls `see` with every distinct feature of a window; answers their number. Linear in its length. */
export function contentFeatures(text: string, see: (feature: number) => void): number {
  const seen = new Uint32Array((CONTENT_TABLE_SIZE >> 5) + 1);
  let distinct = 0;
  const add = (feature: number): void => {
    const bit = 1 << (feature & 31);
    const bits = seen[feature >> 5] ?? 0;
    if ((bits & bit) !== 0) return;
    seen[feature >> 5] = bits | bit;
    distinct++;
    see(feature);
  };
  const clusters = clustersOfWords();
  const words = wordsOf(text);
  const recent: number[] = [];
  const places: number[] = [];
  let [oldest, known, last, at] = [0, 0, FIRST, 0];
  const amounts = new Uint16Array(KINDS.length);
  const sentence = new Sentence();
  const addCross = (cross: number): void => add(CROSSED + cross);
  const addMeaning = (meaning: number): void => {
    const kind = KIND_OF[meaning] ?? 0;
    amounts[kind] = (amounts[kind] ?? 0) + 1;
    add(ALONE + meaning);
    for (let index = oldest; index < known; index++) {
      const other = recent[index] ?? 0;
      if (other !== meaning) add(NEAR + (other < meaning ? other * COUNT + meaning : meaning * COUNT + other));
    }
    recent.push(meaning);
    places.push(at);
    sentence.add(meaning);
  };
  for (; at < words.length; at++) {
    const { whole, stem } = words[at] ?? END;
    if (stem === "") {
      sentence.end(addCross);
      last = 0;
      continue;
    }
    const hash = hashOf(stem);
    add(slot(hash));
    if (last !== 0) add(slot(mix(last, hash)));
    if (whole.length >= PIECE) piecesOf(whole, add);
    const leaf = leafOf(clusters, whole);
    if (leaf >= 0) {
      add(BRANCH + branchOf(leaf));
      add(TWIG + twigOf(leaf));
      add(LEAF + leaf);
    }
    while ((places[oldest] ?? at) < at - TOGETHER_WORDS) oldest++;
    known = recent.length;
    meaningsAt(words, at, addMeaning);
    last = hash;
  }
  sentence.end(addCross);
  for (let kind = 0; kind < KINDS.length; kind++)
    for (const [index, amount] of AMOUNTS.entries()) if ((amounts[kind] ?? 0) >= amount) add(AMOUNT + kind * AMOUNTS.length + index);
  return distinct;
}

/** Runs of four letters of a word, its borders among them. */
function piecesOf(word: string, add: (feature: number) => void): void {
  let [a, b, c] = [BORDER, word.charCodeAt(0), word.charCodeAt(1)];
  for (let index = 2; index <= word.length; index++) {
    const d = index < word.length ? word.charCodeAt(index) : BORDER;
    add(slot(Math.imul(Math.imul(Math.imul(Math.imul(PIECES ^ a, FNV_PRIME) ^ b, FNV_PRIME) ^ c, FNV_PRIME) ^ d, FNV_PRIME)));
    [a, b, c] = [b, c, d];
  }
}
const BORDER = 60;

/** The indexes of what carries over best to texts of other authors: meanings alone, near each other, crossed, and how many there are. */
export function slotsOfMeanings(): {
  readonly [kind in "alone" | "near" | "crossed" | "amount"]: { readonly from: number; readonly to: number };
} {
  return {
    alone: { from: ALONE, to: NEAR },
    near: { from: NEAR, to: CROSSED },
    crossed: { from: CROSSED, to: AMOUNT },
    amount: { from: AMOUNT, to: BRANCH },
  };
}

function hashOf(word: string): number {
  let hash = ONE;
  for (let index = 0; index < word.length; index++) hash = Math.imul(hash ^ word.charCodeAt(index), FNV_PRIME);
  return hash >>> 0;
}
const mix = (a: number, b: number): number => Math.imul((a << 5) ^ (a >>> 3) ^ b, FNV_PRIME) >>> 0;
/** The upper bits are the better mixed ones. */
const slot = (hash: number): number => Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> 17;
