/**
 * Names that are known as a whole, of several words too: organisations by kind and places. A known name is a hash with its kinds, and so is
 * every beginning of one, so that the longest known name at a word is found in as many looks as it has words. Holds no text.
 */
import { mix } from "./hash.ts";
import { bitsOf, listHash, type WordList } from "./word-list.ts";

/** Kinds of known names, each a bit. PERSISTED in weights.ts. `goes_on`: a longer known name begins so. */
export const KNOWN_KINDS = { company: 1, body: 2, school: 4, media: 8, band: 16, team: 32, place: 64, goes_on: 128 } as const;
/** The name of a kind. */
export type KnownKind = keyof typeof KNOWN_KINDS;

/** Maximum words of a known name. */
export const MOST_KNOWN_WORDS = 5;

/** The hash of a name whose earlier words have the hash `before` (0: none) and whose next lower-case word is `word`. */
export const knownHash = (before: number, word: string): number => (before === 0 ? listHash(word) : mix(before, listHash(word)) & 0xffffff);

/**
 * For every lower-case word what the longest known name that covers it says: the bits of its kinds, times eight; plus 1 where it begins there,
 * plus 2 where it goes on, plus 4 where it has more than one word. 0: none.
 */
export function knownAt(words: readonly string[], known: WordList): Uint16Array {
  const found = new Uint16Array(words.length);
  for (let at = 0; at < words.length; at++) {
    let hash = 0;
    let to = at;
    let kinds = 0;
    for (let next = at; next < words.length && next - at < MOST_KNOWN_WORDS; next++) {
      hash = knownHash(hash, words[next] ?? "");
      const bits = bitsOf(known, hash);
      const own = bits & ~KNOWN_KINDS.goes_on;
      if (own !== 0) {
        to = next + 1;
        kinds = own;
      }
      if ((bits & KNOWN_KINDS.goes_on) === 0) break;
    }
    if (to === at) continue;
    const more = to - at > 1 ? 4 : 0;
    found[at] = kinds * 8 + more + 1;
    found.fill(kinds * 8 + more + 2, at + 1, to);
    at = to - 1;
  }
  return found;
}
