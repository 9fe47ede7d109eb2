/**
 * What regular expressions need: words that each of their matches must hold. All words of many expressions are looked for in one walk over a text, and
 * only expressions that have what they need are tried: in most texts, none.
 *
 * Needs are read off the expression itself, so that whoever writes one declares nothing. Where the reading is unsure an expression needs less, never more:
 * an expression that needs nothing is always tried.
 */
import { searchAmong, searchFor } from "./word-search.ts";

/** All of the lists, and of each list one word at least. */
export type Needs = readonly (readonly string[])[];

/** `exact`: every text that this part may match, null where they are too many or endless. `needs`: what its matches hold. */
type Part = { readonly exact: readonly string[] | null; readonly needs: Needs };

/** Texts that a part may match, kept one by one. */
const MOST_TEXTS = 128;
/** Units of a word; longer ones are parted. */
const LONGEST_WORD = 24;
/** Shorter words are in every text. */
const SHORTEST_WORD = 3;
/** Characters of a class that are kept one by one. */
const MOST_CHARACTERS = 4;

const EMPTY: Part = { exact: [""], needs: [] };
const ANYTHING: Part = { exact: null, needs: [] };

/** The needs of an expression without the flag `i`, from its source. */
export function needsOf(source: string): Needs {
  const { part, end } = alternatives(source, 0);
  if (end !== source.length) throw new Error(`unread at ${end}: ${source}`);
  return needsOfPart(part);
}

const needsOfPart = ({ exact, needs }: Part): Needs => [...needs, ...asNeed(exact)];

/** Texts of which one is matched, as a need; none where a short one is among them. */
function asNeed(texts: readonly string[] | null): Needs {
  if (texts === null || texts.length === 0 || texts.some(({ length }) => length < SHORTEST_WORD)) return [];
  const shortestFirst = [...new Set(texts)].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  // A word that holds another is seen by the other.
  return [shortestFirst.filter((text, index) => !shortestFirst.slice(0, index).some((other) => text.includes(other)))];
}

type ReadPart = { readonly part: Part; readonly end: number };

function alternatives(source: string, from: number): ReadPart {
  const parts: Part[] = [];
  let at = from;
  for (;;) {
    const { part, end } = sequence(source, at);
    parts.push(part);
    if (source[end] !== "|") return { part: either(parts), end };
    at = end + 1;
  }
}

function either(parts: readonly Part[]): Part {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  const texts = parts.every(({ exact }) => exact !== null) ? [...new Set(parts.flatMap(({ exact }) => exact ?? []))] : null;
  if (texts !== null && texts.length <= MOST_TEXTS) return { exact: texts, needs: [] };
  // Whichever is matched holds a word of its own need: of several, the one whose shortest word is longest.
  const best = parts.map((part) =>
    needsOfPart(part).reduce<readonly string[]>((top, next) => (shortest(next) > shortest(top) ? next : top), []),
  );
  return best.some(({ length }) => length === 0) ? ANYTHING : { exact: null, needs: asNeed(best.flat()) };
}

const shortest = (words: readonly string[]): number => (words.length === 0 ? 0 : Math.min(...words.map(({ length }) => length)));

function sequence(source: string, from: number): ReadPart {
  const needs: (readonly string[])[] = [];
  let texts: readonly string[] = [""];
  /** Whether `texts` are all that the parts so far match, and not only the last of them. */
  let isWhole = true;
  let at = from;
  while (at < source.length && source[at] !== "|" && source[at] !== ")") {
    const one = single(source, at);
    const { part, end } = quantified(source, one);
    at = end;
    needs.push(...part.needs);
    const longer = part.exact === null ? null : product(texts, part.exact);
    if (longer !== null) texts = longer;
    else {
      needs.push(...asNeed(texts));
      texts = part.exact ?? [""];
      isWhole = false;
    }
  }
  return { part: isWhole ? { exact: texts, needs } : { exact: null, needs: [...needs, ...asNeed(texts)] }, end: at };
}

function product(before: readonly string[], after: readonly string[]): readonly string[] | null {
  if (before.length * after.length > MOST_TEXTS) return null;
  const texts = before.flatMap((first) => after.map((second) => first + second));
  return texts.some(({ length }) => length > LONGEST_WORD) ? null : texts;
}

const QUANTIFIER = /(?:[?*+]|\{(\d+)(,(\d*))?\})\??/y;

function quantified(source: string, { part, end }: ReadPart): ReadPart {
  QUANTIFIER.lastIndex = end;
  const [sign = "", least, range, most] = QUANTIFIER.exec(source) ?? [];
  if (sign === "") return { part, end };
  const after = end + sign.length;
  const from = sign[0] === "+" ? 1 : least === undefined ? 0 : Number(least);
  const to =
    sign[0] === "?" ? 1 : least !== undefined && range === undefined ? from : least !== undefined && most !== "" ? Number(most) : null;
  if (from === 1 && to === 1) return { part, end: after };
  if (from === 0 && to === 1 && part.exact !== null) return { part: { exact: [...new Set(["", ...part.exact])], needs: [] }, end: after };
  return { part: from === 0 ? ANYTHING : { exact: null, needs: needsOfPart(part) }, end: after };
}

/** One character, class, group or assertion. */
function single(source: string, at: number): ReadPart {
  const sign = source[at] ?? "";
  if (sign === "(") return group(source, at);
  if (sign === "[") return characterClass(source, at);
  if (sign === "\\") return escaped(source, at);
  if (sign === "^" || sign === "$") return { part: EMPTY, end: at + 1 };
  if (sign === ".") return { part: ANYTHING, end: at + 1 };
  const character = String.fromCodePoint(source.codePointAt(at) ?? 0);
  return { part: literal(character), end: at + character.length };
}

const literal = (text: string): Part => ({ exact: [text], needs: [] });

const GROUP = /\((\?(?::|=|!|<=|<!|<\w+>))?/y;

function group(source: string, at: number): ReadPart {
  GROUP.lastIndex = at;
  const [opening = "(", kind = ""] = GROUP.exec(source) ?? [];
  const { part, end } = alternatives(source, at + opening.length);
  // What is only looked at is no part of the match: it needs nothing, to be safe.
  const isLook = kind !== "" && kind !== "?:" && !/^\?<\w/.test(kind);
  return { part: isLook ? EMPTY : part, end: end + 1 };
}

function characterClass(source: string, at: number): ReadPart {
  let end = at + 1;
  for (; source[end] !== "]"; end++) if (source[end] === "\\") end++;
  const inside = source.slice(at + 1, end);
  const isPlain = !/[\\^]/.test(inside) && !/.-./.test(inside) && [...inside].length <= MOST_CHARACTERS;
  return { part: isPlain ? { exact: [...inside], needs: [] } : ANYTHING, end: end + 1 };
}

const ESCAPE = /\\(?:u\{([0-9a-f]+)\}|u([0-9a-f]{4})|x([0-9a-f]{2})|[pP]\{[^}]*\}|k<\w+>|(.))/iy;

function escaped(source: string, at: number): ReadPart {
  ESCAPE.lastIndex = at;
  const [whole = "\\", braced, four, two, sign = ""] = ESCAPE.exec(source) ?? [];
  const end = at + whole.length;
  const code = braced ?? four ?? two;
  if (code !== undefined) return { part: literal(String.fromCodePoint(Number.parseInt(code, 16))), end };
  if (sign === "b" || sign === "B") return { part: EMPTY, end };
  if (sign === "n") return { part: literal("\n"), end };
  return { part: sign === "" || /[A-Za-z0-9]/.test(sign) ? ANYTHING : literal(sign), end };
}

/** Tells which expressions a text may match. */
export type Finder = {
  /** The places in the list of those that the text has what it needs for, in order: all others match nothing in it. */
  mayMatch(text: string): readonly number[];
  /** Where words begin that an expression needs, in order: an expression that needs any matches nothing in a stretch where none does. */
  placesOfWords(text: string): readonly number[];
};

/**
 * Looks for the words of many expressions at once. Linear in the text: from each unit, at most the longest word is walked along. `counts`: has a 1 for
 * each unit of which the text consists; all others are passed over, as if they were not there.
 */
export const finderOf = (sources: readonly string[], counts?: Uint8Array): Finder => companyOf(counts)(sources);

/**
 * Makes finders that are asked about the same texts one after the other: the words of all of them are looked for in one walk, by whoever asks first. The
 * last text is kept for the others.
 */
export function companyOf(counts?: Uint8Array): (sources: readonly string[]) => Finder {
  const members: (readonly string[])[] = [];
  // Made when it is first asked for: a text that is never judged pays nothing.
  let made: readonly Finder[] | null = null;
  return (sources) => {
    const place = members.push(sources) - 1;
    made = null;
    const finder = (): Finder => {
      made ??= madeFor(
        members.map((each) => each.map(needsOf)),
        counts,
      );
      return made[place] ?? NO_FINDER;
    };
    return { mayMatch: (text) => finder().mayMatch(text), placesOfWords: (text) => finder().placesOfWords(text) };
  };
}

const NO_FINDER: Finder = { mayMatch: () => [], placesOfWords: () => [] };

/** The finders of some members, by the needs of their expressions. */
function madeFor(members: readonly (readonly Needs[])[], counts: Uint8Array | undefined): readonly Finder[] {
  const lists = new Map<string, number>();
  const listsOfWord = new Map<string, Set<number>>();
  const listsOfMembers = members.map((expressions) =>
    expressions.map((needs) =>
      Int32Array.from(needs, (words) => {
        const key = words.join("|");
        const list = lists.get(key) ?? lists.size;
        lists.set(key, list);
        for (const word of words) listsOfWord.set(word, (listsOfWord.get(word) ?? new Set()).add(list));
        return list;
      }),
    ),
  );
  const words = [...listsOfWord.keys()];
  const search = counts === undefined ? searchFor(words) : searchAmong(words, counts);
  const listsOfIndex = [...listsOfWord.values()].map((of) => Int32Array.from(of));
  const seen = new Uint8Array(lists.size);
  let isAnySeen = false;
  /** What was walked over last, where others may ask about it. */
  let walked: string | null = null;
  const see = (word: number): void => {
    isAnySeen = true;
    const of = listsOfIndex[word];
    if (of !== undefined) for (let index = 0; index < of.length; index++) seen[of[index] ?? 0] = 1;
  };
  const walk = (text: string): void => {
    if (text === walked) return;
    if (isAnySeen) seen.fill(0);
    isAnySeen = false;
    search(text, see);
    if (members.length > 1) walked = text;
  };
  return listsOfMembers.map((needed) => {
    const found = (): number[] => {
      const may: number[] = [];
      for (let index = 0; index < needed.length; index++) if (hasAll(needed[index], seen)) may.push(index);
      return may;
    };
    /** Those that need nothing. */
    const always: readonly number[] = found();
    const own = new Set(needed.flatMap((of) => [...of]));
    const isOwn = Uint8Array.from(listsOfIndex, (of) => (of.some((list) => own.has(list)) ? 1 : 0));
    return {
      mayMatch(text) {
        walk(text);
        return isAnySeen ? found() : always;
      },
      placesOfWords(text) {
        const places: number[] = [];
        search(text, (word, at) => {
          if (isOwn[word] === 1) places.push(at);
        });
        return places;
      },
    };
  });
}

function hasAll(lists: Int32Array | undefined, seen: Uint8Array): boolean {
  if (lists !== undefined) for (let index = 0; index < lists.length; index++) if (seen[lists[index] ?? 0] === 0) return false;
  return true;
}
