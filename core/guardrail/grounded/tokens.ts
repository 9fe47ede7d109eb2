/**
 * A sentence as the scorer of groundedness reads it: its words by their stems and concepts, its numbers with their units and bounds, which words
 * are denied, and where one part of it ends and the next begins. Pure, linear in the sentence.
 */
import { stemmer } from "stemmer";
import { foldedWord, stemOf, withoutElision } from "../rules/words.ts";
import {
  AMBIGUOUS,
  ARTICLES,
  BETWEEN_UNIT,
  BOUNDS,
  CONNECTORS,
  type Concept,
  conceptsOf,
  DENIALS,
  EMPTY,
  JOINTS,
  type Language,
  languageOf,
  PHRASES,
  PREPOSITIONS,
  unitOf,
} from "./lexicon.ts";
import { inOneNotation, MINUS } from "./notations.ts";
import { numberAt, valueOfWord } from "./number-words.ts";
import { withPlainNumbers } from "./numerals.ts";

/** A number as it is compared. `value`: in the smallest of its unit (`2 weeks` are 14 of `day`). `written`: as it stands there. */
export type Quantity = {
  readonly value: number;
  readonly written: string;
  readonly unit: string | null;
  readonly bound: "most" | "least" | null;
  /** An article stands for it (`a year`): it need not stand in the passage. */
  readonly isSoft: boolean;
};

/** One word that says something. */
export type Token = {
  readonly word: string;
  readonly stem: string;
  /** By the English stemmer, behind a `*`: it knows short words, which `stem` leaves as they are. */
  readonly porter: string;
  readonly concepts: readonly Concept[];
  /** It is written with a capital where the language does not ask for one, or holds a digit: a name. */
  readonly isName: boolean;
  /** It begins with a capital letter. */
  readonly isCapital: boolean;
  readonly isDenied: boolean;
  /** Its part of the sentence, from 0. */
  readonly part: number;
  /** Its place among all words of the sentence, empty ones too. */
  readonly at: number;
};

/** A sentence that was read. */
export type Row = {
  readonly tokens: readonly Token[];
  readonly quantities: readonly (Quantity & { readonly part: number })[];
  /** All words in order, empty ones too, folded. */
  readonly words: readonly string[];
  /** The word that each denial denies, by its place among `tokens`; null: none that says something. */
  readonly denials: readonly (number | null)[];
  readonly language: Language;
  readonly parts: number;
};

/** UTF-16 units of a word that is stemmed. */
const LONGEST_STEMMED = 40;

/** Words of one row; a longer one is cut into rows. */
const MOST_WORDS = 80;

const PIECE =
  /\{\{[A-Z_]+_\d+\}\}|(?<![\p{L}\p{N}_])\u2212?\d[\d.,'\u00a0\u202f]*(?![\p{L}\p{N}_}])|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}][\p{M}\p{Cf}\uff9e\uff9f]*|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{N}](?:[\p{M}\p{Cf}]|['\u2019](?=\p{L}))*)+|[%$€£]|[,;:()–—]/gu;
const STOP = /^[,;:()–—]$/;

/** One piece of a sentence before anything is made of it. */
type Piece = { readonly raw: string; readonly word: string; readonly number: number | null; readonly isStop: boolean };

/** The rows of a text: one, or several where it is longer than a row may be. */
export function rowsOf(text: string): Row[] {
  const pieces: Piece[] = [];
  for (const [found] of inOneNotation(withPlainNumbers(text)).matchAll(PIECE)) {
    if (found.startsWith("{{")) continue; // stands for a value that nobody sees: it is neither right nor wrong
    const raw = withoutElision(found);
    const number = /^\u2212?\d/.test(raw) && !/\p{L}/u.test(raw) ? plainNumber(raw) : null;
    const word = number === null ? foldedWord(raw) : String(number);
    if (word !== "") pieces.push({ raw, word, number, isStop: STOP.test(raw) });
  }
  joinNumbers(pieces);
  joinPhrases(pieces);
  const rows: Row[] = [];
  for (let at = 0; at < pieces.length; at += MOST_WORDS) rows.push(rowOf(pieces.slice(at, at + MOST_WORDS)));
  return rows;
}

/** `1,234.50` and `1.234,5` are both 1234.5. */
function plainNumber(written: string): number {
  const plain = written.replace(/[.,'\u00a0\u202f]+$/, "");
  const decimals = /[.,](\d{1,2}|\d{4,})$/.exec(plain);
  const whole = (decimals === null ? plain : plain.slice(0, decimals.index)).replace(/\D/g, "");
  return Number(decimals === null ? whole : `${whole}.${decimals[1]}`) * (written.startsWith(MINUS) ? -1 : 1);
}

function rowOf(pieces: readonly Piece[]): Row {
  const words = pieces.filter(({ isStop }) => !isStop).map(({ word }) => word);
  const language = languageOf(words);
  const tokens: (Token & { isDenied: boolean })[] = [];
  const quantities: (Quantity & { part: number })[] = [];
  const denied: { readonly at: number; readonly part: number }[] = [];
  let [part, place, since] = [0, 0, 0];
  const used = new Set<number>(); // pieces that belong to a number or a bound
  const bounds = boundsIn(pieces, used);
  for (const [at, piece] of pieces.entries()) {
    if (piece.isStop || JOINTS.has(piece.word)) {
      if (since >= 2) [part, since] = [part + 1, 0];
      if (piece.isStop) continue;
    }
    const here = place++;
    const value = piece.number ?? valueOfWord(piece.word);
    if (value !== null && (piece.number !== null || !AMBIGUOUS.has(piece.word) || isUnitAfter(pieces, at))) {
      quantities.push({ ...quantityAt(pieces, at, value, used), bound: bounds.get(at) ?? null, isSoft: false, part });
      since++;
      continue;
    }
    if (ARTICLES.has(piece.word) && isTime(pieces[at + 1]?.word ?? "")) {
      quantities.push({ ...quantityAt(pieces, at, 1, used), bound: null, isSoft: true, part });
      continue;
    }
    if (used.has(at)) continue;
    if (DENIALS.has(piece.word)) {
      if (pieces[at + 1]?.word !== "only") denied.push({ at: here, part });
      continue;
    }
    if (EMPTY.has(piece.word) || /^[%$€£]$/.test(piece.raw)) continue;
    // A numeral of which nobody knows the value here has to stand in the source as it is.
    const isNumeral = /\p{N}/u.test(piece.raw);
    if (piece.word.length < 2 && !isNumeral) continue;
    const isCapital = /^\p{Lu}/u.test(piece.raw);
    const isFirst = place === 1;
    const { stem, porter, concepts } = formsOf(piece.word);
    const isShout = /^\p{Lu}{2,}$/u.test(piece.raw);
    const isName =
      isNumeral || (isCapital && concepts.length === 0 && language !== "de" && (!isFirst || isShout || nextIsCapital(pieces, at)));
    tokens.push({
      word: piece.word,
      stem,
      porter,
      concepts,
      isName,
      isCapital,
      isDenied: false,
      part,
      at: here,
    });
    since++;
  }
  return { tokens, quantities, words, denials: deny(tokens, denied), language, parts: part + 1 };
}

/** In place: a row of words that is one number becomes it: `three hundred`. */
function joinNumbers(pieces: Piece[]): void {
  let kept = 0;
  for (let at = 0; at < pieces.length; ) {
    const number = numberAt(pieces, at);
    const first = pieces[at];
    if (first !== undefined)
      pieces[kept++] = number === null ? first : { raw: first.raw, word: String(number.value), number: number.value, isStop: false };
    at += number?.taken ?? 1;
  }
  pieces.length = kept;
}

/** In place: a row of words that means one word becomes it. */
function joinPhrases(pieces: Piece[]): void {
  for (let at = 0; at < pieces.length; at++) {
    const found = PHRASES.find(([words]) => words.every((word, index) => pieces[at + index]?.word === word));
    const first = pieces[at];
    if (found === undefined || first === undefined) continue;
    for (let index = 0; index < found[0].length; index++) pieces[at + index] = { raw: "", word: "", number: null, isStop: false };
    pieces[at] = { raw: found[1], word: found[1], number: null, isStop: false };
    at += found[0].length - 1;
  }
  let kept = 0;
  for (const piece of pieces) if (piece.word !== "") pieces[kept++] = piece;
  pieces.length = kept;
}

type Forms = Pick<Token, "stem" | "porter" | "concepts">;
const MOST_FORMS = 20_000;
const forms = new Map<string, Forms>();

/** Words repeat themselves: what a word is compared by is remembered. */
function formsOf(word: string): Forms {
  const known = forms.get(word);
  if (known !== undefined) return known;
  // A code has no endings: `X1/200-A` is not `X1/200-E`.
  const isCode = /\p{N}/u.test(word);
  const stem = isCode ? word : stemOf(word);
  const made = { stem, porter: `*${isCode ? word : stemmer(word.slice(0, LONGEST_STEMMED))}`, concepts: conceptsOf(word, stem) };
  if (forms.size >= MOST_FORMS) forms.clear();
  forms.set(word, made);
  return made;
}

const TIMES: ReadonlySet<string> = new Set(["day", "month", "minute"]);
const isTime = (word: string): boolean => TIMES.has(unitOf(word)?.unit ?? "");

const nextIsCapital = (pieces: readonly Piece[], at: number): boolean => /^\p{Lu}/u.test(pieces[at + 1]?.raw ?? "");

/** Each denial denies the next word that says something, else the one before it, in its part of the sentence. */
function deny(
  tokens: (Token & { isDenied: boolean })[],
  denied: readonly { readonly at: number; readonly part: number }[],
): (number | null)[] {
  return denied.map(({ at, part }) => {
    const next = tokens.findIndex((token) => token.part === part && token.at > at);
    const index = next >= 0 ? next : tokens.findLastIndex((token) => token.part === part && token.at < at);
    const head = tokens[index];
    if (head === undefined) return null;
    head.isDenied = !head.isDenied;
    return index;
  });
}

function isUnitAfter(pieces: readonly Piece[], at: number): boolean {
  const next = pieces[at + 1]?.word ?? "";
  return unitOf(next) !== null || (BETWEEN_UNIT.has(next) && unitOf(pieces[at + 2]?.word ?? "") !== null);
}

/** What a number counts that is no unit: things, of whatever name. */
export const SOMETHING = "?";
/** `twice` and its like say what they count. */
const TIMES_WORD = /^(?:twice|thrice|zweimal|dreimal|einmal)$/;

/** The number with its unit, which stands behind it or, of money, before it. */
function quantityAt(pieces: readonly Piece[], at: number, value: number, used: Set<number>): Omit<Quantity, "bound" | "isSoft"> {
  const written = String(value);
  const before = unitOf(pieces[at - 1]?.raw ?? "");
  if (before !== null && /^[$€£]$/.test(pieces[at - 1]?.raw ?? "")) return { value: value * before.factor, written, unit: before.unit };
  let counted: string | null = null;
  for (let next = at + 1; next <= at + 3; next++) {
    const piece = pieces[next];
    if (piece === undefined || piece.isStop || piece.number !== null) break;
    const unit = unitOf(piece.raw) ?? unitOf(piece.word);
    if (unit !== null) {
      used.add(next);
      return { value: value * unit.factor, written, unit: unit.unit };
    }
    if (BETWEEN_UNIT.has(piece.word)) continue;
    if (EMPTY.has(piece.word) || DENIALS.has(piece.word)) break;
    counted = SOMETHING;
  }
  if (TIMES_WORD.test(pieces[at]?.word ?? "")) return { value, written, unit: "time" };
  return { value, written, unit: counted };
}

/** Bounds by the place of the number that they are of: at most two words stand between. */
function boundsIn(pieces: readonly Piece[], used: Set<number>): ReadonlyMap<number, "most" | "least"> {
  const found = new Map<number, "most" | "least">();
  for (let at = 0; at < pieces.length; at++) {
    const row = BOUNDS.find(([words]) => words.every((word, index) => pieces[at + index]?.word === word));
    if (row === undefined) continue;
    const [words, bound] = row;
    for (let next = at + words.length; next < at + words.length + 3; next++) {
      const piece = pieces[next];
      if (piece === undefined || piece.isStop) break;
      if (piece.number === null && valueOfWord(piece.word) === null) continue;
      if (!found.has(next)) found.set(next, bound);
      if (words.length > 1) for (let index = at; index < at + words.length; index++) used.add(index);
      break;
    }
    if (words.length > 1) at += words.length - 1;
  }
  return found;
}

/** What stands before a connector and behind it, and the word right before it. */
export type Halves = { readonly before: ReadonlySet<string>; readonly behind: ReadonlySet<string>; readonly head: ReadonlySet<string> };

/** The words that a connector parts: behind it up to the end of its part of the sentence, and all others. null: it has no such connector. */
export function halvesOf(row: Row, connector: string): Halves | null {
  const at = row.words.findIndex((word, index) => index < row.words.length - 1 && CONNECTORS.get(word) === connector);
  if (at < 0) return null;
  const first = row.tokens.find((token) => token.at > at);
  if (first === undefined) return null;
  const isBehind = (token: Token): boolean => token.at > at && token.part === first.part;
  const keys = (tokens: readonly Token[]): ReadonlySet<string> => new Set(tokens.flatMap(keysOf));
  const head = row.tokens.findLast((token) => token.at < at);
  return {
    before: keys(row.tokens.filter((token) => !isBehind(token))),
    behind: keys(row.tokens.filter(isBehind)),
    head: head !== undefined && head.at === at - 1 ? keys([head]) : new Set(),
  };
}

/** The first word that says something behind each preposition, by the preposition. */
export function placesOf(row: Row): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const [at, word] of row.words.entries()) {
    if (!PREPOSITIONS.has(word)) continue;
    const next = row.tokens.find((token) => token.at > at && token.at <= at + 3);
    if (next === undefined) continue;
    const keys = found.get(word) ?? new Set<string>();
    for (const key of keysOf(next)) keys.add(key);
    found.set(word, keys);
  }
  return found;
}

/** What a token is found by: its stem, and each of its concepts. */
export const keysOf = ({ stem, porter, concepts }: Pick<Token, "stem" | "porter" | "concepts">): readonly string[] =>
  concepts.length === 0 ? [stem, porter] : [stem, porter, ...concepts.map(({ id }) => `#${id}`)];
