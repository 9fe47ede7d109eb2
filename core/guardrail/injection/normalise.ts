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
/** Anything but the signs and blanks of ASCII. */
const BEYOND_ASCII = /[^\t-\r\x20-\x7e]/;
const BLANK = /\s/;
/** Blanks of ASCII that are not one by one between two words: most texts have none. */
const ODD_BLANKS = /[\t\v\f\r]|^ | {2}|\n /;
/** Tag characters (U+E0020 to U+E007E) spell ASCII that no reader sees. */
const TAG_FIRST = 0xe0020;
const TAG_LAST = 0xe007e;
const BRAILLE_BLANK = 0x2800;

/** Words of another script stay in it; single letters of one among Latin letters are read as the Latin ones they look like. */
export function normalise(original: string): Reading {
  if (!BEYOND_ASCII.test(original)) {
    const lower = original.toLowerCase();
    const text = ODD_BLANKS.test(lower) ? lower.replace(/[^\S\n]+/g, " ").replace(/(^|\n) /g, "$1") : lower;
    // Most texts hold nothing: their offsets are worked out only when somebody asks, and once.
    let walked: Reading | null = null;
    return {
      text,
      startOf(index) {
        walked ??= walk(original);
        return walked.startOf(index);
      },
    };
  }
  return walk(original);
}

function walk(original: string): Reading {
  let starts: readonly number[] | null = null;
  return {
    text: walkOver(original, null),
    startOf(index) {
      if (starts === null) {
        const worked: number[] = [];
        walkOver(original, worked);
        starts = worked;
      }
      return starts[index] ?? original.length;
    },
  };
}

/** The plain text; where each of its units begins is put into `starts`, where somebody asks. */
function walkOver(original: string, starts: number[] | null): string {
  let units = "";
  const isForeign = MAY_BE_FOREIGN.test(original) ? foreignWords(original) : null;
  let blank = true;
  for (let at = 0; at < original.length; ) {
    const code = original.codePointAt(at) ?? 0;
    const size = code > 0xffff ? 2 : 1;
    // A letter is read in one way within a foreign word, and in another elsewhere.
    const plain = code < 0x80 ? (ASCII[code] ?? "") : plainReading(code, isForeign?.(at) === true);
    for (let index = 0; index < plain.length; index++) {
      const unit = plain[index] ?? "";
      const of = plain.charCodeAt(index);
      const isBlank = of < 0x80 ? of === 32 || (of >= 9 && of <= 13) : BLANK.test(unit);
      if (isBlank && of !== 10 && blank) continue;
      // A blank after a line break goes; a line break after a blank stays.
      units += isBlank && of !== 10 ? " " : unit;
      starts?.push(at);
      blank = isBlank;
    }
    at += size;
  }
  return units;
}

/** Characters of ASCII in small letters. */
const ASCII = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code).toLowerCase());
/** What single characters are read as, those of all texts together: there are not many that people use. A foreign letter's is kept below zero. */
const KNOWN = new Map<number, string>();
const MOST_KNOWN = 4096;

function plainReading(code: number, isForeign: boolean): string {
  const key = isForeign ? -code : code;
  const known = KNOWN.get(key);
  if (known !== undefined) return known;
  if (KNOWN.size >= MOST_KNOWN) KNOWN.clear();
  const plain = plainOf(code, isForeign);
  KNOWN.set(key, plain);
  return plain;
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
