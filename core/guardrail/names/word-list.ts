/**
 * What lists of names say of a word: a set of hashes, each with the lists that have the word. A list of 20,000 words takes four bytes a
 * word and holds no text; one word in a thousand that is on no list seems to be on one.
 */
import { hashOf } from "./hash.ts";

/** The lists, each a bit. PERSISTED in weights.ts. */
export const LISTS = { first: 1, last: 2, place: 4, org: 8, street: 16, legal: 32, title: 64, common: 128 } as const;
/** The name of a list. */
export type ListName = keyof typeof LISTS;

/** Hashes have 24 bits, ascending; `lists` has the bits of each. */
export type WordList = { readonly hashes: Uint32Array; readonly lists: Uint8Array };

/** The hash of a lower-case word in a list. */
export const listHash = (word: string): number => hashOf(word) & 0xffffff;

/** The lists that have the word; 0: none. */
export const listsOf = (list: WordList, lowerCase: string): number => bitsOf(list, listHash(lowerCase));

/** The bits of a hash of 24 bits; 0: it is on no list. */
export function bitsOf({ hashes, lists }: WordList, wanted: number): number {
  let low = 0;
  let high = hashes.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const there = hashes[middle] ?? 0;
    if (there === wanted) return lists[middle] ?? 0;
    if (there < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return 0;
}
