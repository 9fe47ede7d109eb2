/**
 * One plain reading of a text for the recognition of instructions: compatibility forms become plain ones, and so do letters of other scripts
 * where they stand for Latin ones (foreign-words.ts); marks and invisible characters go, everything is lower case, blanks collapse. An offset
 * map leads back to the original.
 */
import { foreignWords, MAY_BE_FOREIGN } from "./foreign-words.ts";
import { enclosedLetter, LOOKALIKES } from "./look-alikes.ts";

/** The plain reading of a text. */
export type Reading = {
  readonly text: string;
  /** UTF-16 offset in the original of the reading's character at `index`. */
  startOf(index: number): number;
};

const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{M}]/u;
/** Vowel signs of Devanagari and its relatives are marks (Unicode 16, chapter 12), and words are made of them; the nukta below a letter is left out. */
const INDIC_SIGN = /[\u0900-\u0903\u093a\u093b\u093e-\u094f\u0955-\u0957\u0962\u0963\u0981-\u0983\u09be-\u09d7\u0a01-\u0dff]/;
const BEYOND_ASCII = /[^\s\x20-\x7e]|[\u00a0-\uffff]/;
const BLANK = /\s/;
/** Blanks that are not one by one between two words: most texts have none. */
const ODD_BLANKS = /[^\S\n ]|^ | {2}|\n /;
/** Tag characters (U+E0020 to U+E007E) spell ASCII that no reader sees. */
const TAG_FIRST = 0xe0020;
const TAG_LAST = 0xe007e;
const BRAILLE_BLANK = 0x2800;

/** Words of another script stay in it; single letters of one among Latin letters are read as the Latin ones they look like. */
export function normalise(original: string): Reading {
  if (!BEYOND_ASCII.test(original)) {
    const lower = original.toLowerCase();
    const text = ODD_BLANKS.test(lower) ? lower.replace(/[^\S\n]+/g, " ").replace(/(^|\n) /g, "$1") : lower;
    // Most texts hold nothing: their offsets are worked out only when somebody asks.
    return { text, startOf: (index) => walk(original).startOf(index) };
  }
  return walk(original);
}

function walk(original: string): Reading {
  const units: string[] = [];
  const starts: number[] = [];
  const known = new Map<number, string>();
  const isForeign = MAY_BE_FOREIGN.test(original) ? foreignWords(original) : () => false;
  let blank = true;
  for (let at = 0; at < original.length; ) {
    const code = original.codePointAt(at) ?? 0;
    const size = code > 0xffff ? 2 : 1;
    // A letter is read in one way within a foreign word, and in another elsewhere.
    const key = code >= 0x80 && isForeign(at) ? -code : code;
    const plain = code < 0x80 ? (original[at] ?? "").toLowerCase() : (known.get(key) ?? plainOf(code, key < 0));
    if (code >= 0x80) known.set(key, plain);
    for (let index = 0; index < plain.length; index++) {
      const unit = plain[index] ?? "";
      const isBlank = BLANK.test(unit);
      if (isBlank && unit !== "\n" && blank) continue;
      // A blank after a line break goes; a line break after a blank stays.
      units.push(isBlank && unit !== "\n" ? " " : unit);
      starts.push(at);
      blank = isBlank;
    }
    at += size;
  }
  return { text: units.join(""), startOf: (index) => starts[index] ?? original.length };
}

function plainOf(code: number, isForeign: boolean): string {
  if (code >= TAG_FIRST && code <= TAG_LAST) return String.fromCodePoint(code - 0xe0000).toLowerCase();
  if (code === BRAILLE_BLANK) return " ";
  const enclosed = enclosedLetter(code);
  if (enclosed !== null) return enclosed;
  const character = String.fromCodePoint(code);
  let plain = "";
  for (const unit of character.normalize("NFKD").toLowerCase().normalize("NFKD")) {
    if (INDIC_SIGN.test(unit) || !INVISIBLE.test(unit)) plain += isForeign ? unit : (LOOKALIKES.get(unit) ?? unit);
  }
  if (/^[\u2018\u2019\u201a\u201b\u02bc]$/u.test(plain)) return "'";
  if (/^[\u201c\u201d\u201e\u00ab\u00bb]$/u.test(plain)) return '"';
  return /^\p{Pd}$/u.test(plain) ? "-" : plain.slice(0, 8);
}
