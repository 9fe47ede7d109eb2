/**
 * The embedding that needs no model and no network: stems and the letters that words are made of, hashed into so many places with a sign
 * each (feature hashing, Weinberger et al. 2009). Texts that share words or parts of words lie near each other; of meaning it knows
 * nothing, and says so by its name. Pure.
 */
import { quantise } from "../cache/vector.ts";
import { termsOf } from "./terms.ts";

/** The name that stands where a model's id would. PERSISTED: vectors are compared only with those of the same name. */
export const HASHED = "bulkhead/hashed-1";

/**
 * What its ranking counts when it is joined with the words', whose equals it is not: at 1, as a model's counts, joining makes results worse
 * (docs/knowledge.md has the figures).
 */
export const HASHED_WEIGHT = 0.1;

const DIMENSIONS = 256;
/** Letters of each part of a word; a word of this length or less is a whole. */
const PART = 4;
/** What a part of a word counts, beside the word's 1. */
const PART_WEIGHT = 0.4;

/** null: a text without words. */
export function hashedVector(text: string): Int8Array | null {
  const counts = new Map<string, number>();
  for (const term of termsOf(text)) counts.set(term, (counts.get(term) ?? 0) + 1);
  if (counts.size === 0) return null;
  const vector = new Array<number>(DIMENSIONS).fill(0);
  const add = (feature: string, value: number): void => {
    const hash = fnv1a(feature);
    const place = hash % DIMENSIONS;
    vector[place] = (vector[place] ?? 0) + (hash & 0x8000_0000 ? value : -value);
  };
  for (const [term, count] of counts) {
    const value = 1 + Math.log(count);
    add(term, value);
    if (term.length <= PART) continue;
    for (let at = 0; at + PART <= term.length; at++) add(`${term.slice(at, at + PART)}*`, value * PART_WEIGHT);
  }
  return quantise(vector);
}

/** 32 bit. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
