/**
 * Who was named once is known by one word later: "Dear Johnson" after "Joseph Johnson". Remembers words of people's names within one text,
 * forwards only, so that a stream and a whole text agree; bounded.
 */
import type { Name } from "./bounds.ts";
import { modelOfNames } from "./model.ts";
import type { Token } from "./tokens.ts";
import { LISTS, listsOf } from "./word-list.ts";

/** Words of people's names that this text had so far. */
export type KnownPeople = Set<string>;

/** Maximum words remembered; later names are not. */
const MOST_WORDS = 512;
/** A name that the model doubts is not looked for again. */
const SURE = 0.7;
const NAME_WORD = /^\p{Lu}[\p{L}\p{M}'\u2019]{2,}$/u;

/** Words of `tokens` from `from` on that are in no name and were in one before; adds this piece's names to `people`. */
export function namedAgain(tokens: readonly Token[], from: number, names: readonly Name[], people: KnownPeople): readonly Name[] {
  for (const name of names) {
    if (name.type !== "PERSON" || name.score < SURE || name.to - name.from < 2) continue;
    for (let at = name.from; at < name.to; at++) {
      const word = tokens[at]?.text ?? "";
      const isCommon = (listsOf(modelOfNames().lexicon.list, word.toLowerCase()) & LISTS.common) !== 0;
      if (people.size < MOST_WORDS && NAME_WORD.test(word) && !isCommon) people.add(word);
    }
  }
  if (people.size === 0) return [];
  const isNamed = new Uint8Array(tokens.length);
  for (const name of names) isNamed.fill(1, name.from, name.to);
  const again: Name[] = [];
  for (let at = from; at < tokens.length; at++) {
    if (isNamed[at] === 0 && people.has(tokens[at]?.text ?? "")) again.push({ type: "PERSON", from: at, to: at + 1, score: SURE });
  }
  return again;
}
