/** Which detectors have a word in what they see: read off a text once, though its segments' views overlap. Knows nothing of what a word names. */
import { LONGEST_WORD } from "./detector.ts";
import { DETECTORS } from "./detectors.ts";
import type { Asked } from "./segment.ts";

/** The words of a text on its way through the detectors. */
export type Words = {
  /**
   * Detectors that may find something between two places of the text, which is asked about in order: those that need no word, and those with one there or in the
   * field's key. `folded`: the text from `base` on.
   */
  seen(folded: string, base: number, from: number, to: number): Asked;
};

const ALL = DETECTORS.reduce((all, _, place) => all | (1 << place), 0);
const NAMED = DETECTORS.flatMap(({ words }, place) => (words === undefined ? [] : [{ bit: 1 << place, words }]));
const NEED_NONE = NAMED.reduce((rest, { bit }) => rest & ~bit, ALL);

/** Begins a text. `context`: the key of its field, folded. */
export function openWords(context: string): Words {
  const ofField = context === "" ? 0 : bitsOf(context);
  /** Where the last word of each ends, and where the text is read to. */
  const lastEnds = NAMED.map(() => Number.NEGATIVE_INFINITY);
  let readTo = 0;
  const read = (folded: string, base: number, to: number): void => {
    const text = folded.slice(0, to - base);
    for (let place = 0; place < NAMED.length; place++) {
      const words = NAMED[place]?.words;
      if (words === undefined) continue;
      words.lastIndex = Math.max(0, readTo - LONGEST_WORD - base);
      while (words.test(text)) lastEnds[place] = base + words.lastIndex;
    }
    readTo = to;
  };
  return {
    seen(folded, base, from, to) {
      if (to > readTo) read(folded, base, to);
      let seen = NEED_NONE | ofField;
      for (let place = 0; place < NAMED.length; place++) if ((lastEnds[place] ?? 0) > from) seen |= NAMED[place]?.bit ?? 0;
      return seen;
    },
  };
}

function bitsOf(text: string): Asked {
  let bits = 0;
  for (const { bit, words } of NAMED) {
    words.lastIndex = 0;
    if (words.test(text)) bits |= bit;
  }
  return bits;
}
