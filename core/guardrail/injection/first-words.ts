/**
 * Which of many lists of words a normalised text may have a word of, by the first word of each form, in one walk. Finds more than expressions made of
 * the lists do, never less: it tells which of them are left to try.
 */
import { step, treeOf } from "../tree.ts";

/** A form of a list: `*` behind a word is any ending. `place`: of its list. `isWithin`: it may stand inside of other words. */
type Form = { readonly form: string; readonly place: number; readonly isWithin: boolean };

const FIRST_WORD = /^[\p{L}\p{M}]+/u;

/** Tells which lists a text may have a word of. Linear in the text. */
export type FirstWords = {
  /** Has a 1 at the place of each list that the text may have a word of; it is overwritten by the next call. */
  mayHave(text: string): Uint8Array;
  /** Makes what tells where words of some lists, by their places, may begin in a text, in order. */
  placesOf(lists: readonly number[]): (text: string) => readonly number[];
};

/** Prepares the forms of all lists. */
export function firstWordsOf(forms: readonly Form[]): FirstWords {
  const begun = new Map<string, number[]>();
  const whole = new Map<string, number[]>();
  const within = new Map<string, number[]>();
  for (const { form, place, isWithin } of forms) {
    const word = isWithin ? form : (FIRST_WORD.exec(form)?.[0] ?? "");
    if (word === "") throw new Error(`a form begins with a word: "${form}"`);
    const table = isWithin ? within : form[word.length] === "*" ? begun : whole;
    table.set(word, [...(table.get(word) ?? []), place]);
  }
  const words = [...new Set([...begun.keys(), ...whole.keys(), ...within.keys()])];
  const tree = treeOf(words);
  const byNode = (table: ReadonlyMap<string, readonly number[]>): readonly (readonly number[] | undefined)[] => {
    const places: (readonly number[] | undefined)[] = new Array(tree.count).fill(undefined);
    words.forEach((word, index) => {
      places[tree.ends[index] ?? 0] = table.get(word);
    });
    return places;
  };
  const [begunAt, wholeAt, withinAt] = [byNode(begun), byNode(whole), byNode(within)];
  /** Of ASCII: what words begin with that may stand inside of others. */
  const beginsWithin = new Uint8Array(128);
  for (const word of within.keys()) if (word.charCodeAt(0) < 128) beginsWithin[word.charCodeAt(0)] = 1;
  /** Of ASCII: where one unit leads to from the root. */
  const firstAt = Int32Array.from({ length: 128 }, (_, code) => step(tree, 0, code));
  const walk = (text: string, see: (places: readonly number[], at: number) => void): void => {
    let before = 0;
    for (let at = 0; at < text.length; at++) {
      // What is beyond ASCII may be a letter or none: a word may begin or end beside it.
      const begins = !isAsciiLetter(before);
      before = text.charCodeAt(at);
      if (!begins && before < 128 && beginsWithin[before] !== 1) continue;
      let node = before < 128 ? (firstAt[before] ?? 0) : step(tree, 0, before);
      for (let next = at + 1; node !== 0; next++) {
        if (begins) {
          const begun = begunAt[node];
          if (begun !== undefined) see(begun, at);
          const ended = wholeAt[node];
          if (ended !== undefined && !isAsciiLetter(text.charCodeAt(next))) see(ended, at);
        }
        const inside = withinAt[node];
        if (inside !== undefined) see(inside, at);
        if (next >= text.length) break;
        node = step(tree, node, text.charCodeAt(next));
      }
    }
  };
  const seen = new Uint8Array(Math.max(...forms.map(({ place }) => place)) + 1);
  const mark = (places: readonly number[]): void => {
    for (let index = 0; index < places.length; index++) seen[places[index] ?? 0] = 1;
  };
  return {
    mayHave(text) {
      seen.fill(0);
      walk(text, mark);
      return seen;
    },
    placesOf(lists) {
      const isAsked = Uint8Array.from(seen, (_, place) => (lists.includes(place) ? 1 : 0));
      return (text) => {
        const found: number[] = [];
        walk(text, (places, at) => {
          for (let index = 0; index < places.length; index++) {
            if (isAsked[places[index] ?? 0] !== 1) continue;
            if (found.at(-1) !== at) found.push(at);
            return;
          }
        });
        return found;
      };
    },
  };
}

/** Normalised texts have small letters only. */
const isAsciiLetter = (code: number): boolean => code >= 97 && code <= 122;
