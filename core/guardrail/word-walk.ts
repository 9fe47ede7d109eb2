/**
 * Finds words in a text that is read unit by unit, in whatever pieces it comes: several walks along one tree, one from each place where a word may
 * begin. Remembers no text. A whole text is searched faster by word-search.ts.
 */
import { step, treeOf } from "./tree.ts";

/** A word to look for. `whole`: no letter follows it. */
export type WalkedWord = { readonly text: string; readonly whole: boolean };

/** Reads one text. */
export type WordWalk = {
  /** The next unit. `begins`: whether a word may begin with it. Answers whether a word ends in it, or with `whole` right before it. */
  read(code: number, begins: boolean): boolean;
  /** Whether a `whole` word ends in the last unit, if nothing more comes. */
  mayEnd(): boolean;
};

const ENDS = 1;
const ENDS_WHOLE = 2;
const CODES = 128;
const isLetter = (code: number): boolean => code >= 97 && code <= 122;

/** Prepares words of ASCII, in small letters; each walk begins a text. */
export function walksFor(words: readonly WalkedWord[]): () => WordWalk {
  const tree = treeOf(words.map(({ text }) => text));
  const ends = new Uint8Array(tree.count);
  for (const [index, { whole }] of words.entries()) {
    const node = tree.ends[index] ?? 0;
    ends[node] = (ends[node] ?? 0) | (whole ? ENDS_WHOLE : ENDS);
  }
  const first = Int32Array.from({ length: CODES }, (_, code) => step(tree, 0, code));
  const longest = Math.max(...words.map(({ text }) => text.length));

  return () => {
    // No walk is longer than the longest word, and one begins with each unit at most.
    const nodes = new Int32Array(longest);
    let walks = 0;
    let waits = false;
    return {
      read(code, begins) {
        let found = waits && !isLetter(code);
        waits = false;
        let kept = 0;
        for (let index = 0; index < walks; index++) {
          const node = step(tree, nodes[index] ?? 0, code);
          if (node === 0) continue;
          nodes[kept++] = node;
          const end = ends[node] ?? 0;
          if (end !== 0) {
            if ((end & ENDS) !== 0) found = true;
            if ((end & ENDS_WHOLE) !== 0) waits = true;
          }
        }
        walks = kept;
        const node = begins ? (first[code] ?? 0) : 0;
        if (node !== 0) {
          nodes[walks++] = node;
          const end = ends[node] ?? 0;
          if ((end & ENDS) !== 0) found = true;
          if ((end & ENDS_WHOLE) !== 0) waits = true;
        }
        return found;
      },
      mayEnd: () => waits,
    };
  };
}
