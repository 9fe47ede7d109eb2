/**
 * Folds a text for detectors: full-width and other digits become ASCII, every Unicode dash a hyphen, every space a blank, and
 * what cannot be seen (zero-width characters, soft hyphens, variation selectors) is left out. What is written as an HTML character
 * reference, a JSON escape or a percent-encoded sign (encoded.ts) is read as the character it stands for. A map leads every offset back to
 * the original, so that a disguise changes nothing about what is found and cut out. Knows nothing of what is looked for.
 */
import { decodedAt, isEncodingStart, mayBeEncoded } from "./encoded.ts";

/** A folded text, and the way from its positions back to the original's. */
export type Folded = {
  readonly text: string;
  /** Where the folded character at `index` begins in the original, in UTF-16 units. */
  startOf(index: number): number;
  /** Where the folded character at `index` ends in the original. */
  endOf(index: number): number;
};

/**
 * Invisible characters are left out as long as they are few: one unit of them is forgiven for three that are seen, and so many on top. Those
 * beyond stay, as a noncharacter that no detector takes. It bounds how much text can hide in how little.
 */
const MOST_INVISIBLE = 3072;
const FORGIVEN = 3;
const NONCHARACTER = "\uffff";

/** What folding remembers from one piece of a text to the next. */
export type FoldState = { invisible: number };
/** The state of a fold that has read nothing. One text, in whatever pieces it comes, shares one state. */
export const openFold = (): FoldState => ({ invisible: 0 });

const NEEDS_FOLDING = /[^\n\r\t\x20-\x7e]/;
/** Bullets and other dots at half height, which part groups of digits: U+00B7 stands for all. */
const MIDDLE_DOT = /^[\u2022\u2219\u22c5\u30fb\u2027\u25cf\u25e6]$/u;
const INVISIBLE = /^[\p{Default_Ignorable_Code_Point}\p{Cf}]$/u;
const DASH = /^[\p{Pd}\u2212\u02d7\u2043]$/u;
const BLANK = /^\p{Zs}$/u;
const DIGIT = /^\p{Nd}$/u;
const ASCII = /^[\x20-\x7e]+$/;
/** Ideographic full stops separate the labels of a host name as a dot does (RFC 3490 section 3.1). */
const FULL_STOP = /^[\u3002\uff0e\uff61]$/u;

/** `state`: that of the pieces before. Pieces must not part a surrogate pair. */
export function fold(original: string, state: FoldState = openFold()): Folded {
  const isEncoded = mayBeEncoded(original);
  if (!isEncoded && !NEEDS_FOLDING.test(original)) {
    state.invisible = Math.max(0, state.invisible - original.length * FORGIVEN);
    return { text: original, startOf: (index) => index, endOf: (index) => index + 1 };
  }
  const starts = new Int32Array(original.length * 4 + 1);
  const ends = new Int32Array(original.length * 4 + 1);
  const parts: string[] = [];
  let length = 0;
  for (let at = 0; at < original.length; ) {
    let code = original.codePointAt(at) ?? 0;
    let end = at + (code > 0xffff ? 2 : 1);
    if (isEncoded && isEncodingStart(code)) {
      const decoded = decodedAt(original, at);
      if (decoded !== null) ({ code, end } = decoded);
    }
    let folded: string;
    if (code < 0x7f) folded = String.fromCharCode(code);
    else folded = foldedCharacter(code);
    if (folded !== "") state.invisible = Math.max(0, state.invisible - (end - at) * FORGIVEN);
    else if (state.invisible + (end - at) > MOST_INVISIBLE) folded = NONCHARACTER;
    else state.invisible += end - at;
    for (let unit = 0; unit < folded.length; unit++) {
      starts[length] = at;
      ends[length] = end;
      length++;
    }
    parts.push(folded);
    at = end;
  }
  return { text: parts.join(""), startOf: (index) => starts[index] ?? original.length, endOf: (index) => ends[index] ?? original.length };
}

/** What single characters fold to, those of all texts together: there are not many that people use. */
const KNOWN = new Map<number, string>();
const MOST_KNOWN = 4096;

function foldedCharacter(code: number): string {
  const known = KNOWN.get(code);
  if (known !== undefined) return known;
  if (KNOWN.size >= MOST_KNOWN) KNOWN.clear();
  const folded = foldCharacter(code);
  KNOWN.set(code, folded);
  return folded;
}

function foldCharacter(code: number): string {
  const framed = unframed(code);
  if (framed !== null) return framed;
  const character = String.fromCodePoint(code);
  if (code < 0xa0 || INVISIBLE.test(character)) return code < 0xa0 && code !== 0x7f ? character : "";
  if (DASH.test(character)) return "-";
  if (BLANK.test(character)) return " ";
  if (FULL_STOP.test(character)) return ".";
  if (MIDDLE_DOT.test(character)) return "\u00b7";
  if (DIGIT.test(character)) return digitOf(code);
  const compatible = character.normalize("NFKC");
  // At most four units, which the offset map has room for; longer ones (ligatures of words) carry no identifier.
  return compatible.length <= 4 && ASCII.test(compatible) ? compatible : character;
}

/** First code points of alphabets and digits in frames, by what their first one is; compatibility forms spell some of them with brackets. */
const FRAMED: readonly (readonly [first: number, count: number, plain: number])[] = [
  [0x249c, 26, 97],
  [0x1f110, 26, 65],
  [0x1f130, 26, 65],
  [0x1f150, 26, 65],
  [0x1f170, 26, 65],
  [0x1f1e6, 26, 65],
  [0x2474, 9, 49],
  [0x2488, 9, 49],
  [0x2776, 9, 49],
  [0x2780, 9, 49],
  [0x278a, 9, 49],
  [0x24f5, 9, 49],
  [0x1f101, 10, 48],
  // Tags spell ASCII that nobody sees.
  [0xe0020, 95, 32],
];
const BRAILLE_BLANK = 0x2800;
const OTHER_ZEROS = new Set([0x24ff, 0x1f10b, 0x1f10c, 0x1f100]);

/** The letter or digit in a circle, a square or brackets; null: it is none. */
function unframed(code: number): string | null {
  if (code < 0x2474 || (code > 0x2800 && code < 0x1f100)) return null;
  if (code === BRAILLE_BLANK) return " ";
  if (OTHER_ZEROS.has(code)) return "0";
  for (const [first, count, plain] of FRAMED) if (code >= first && code < first + count) return String.fromCharCode(plain + code - first);
  return null;
}

/** Decimal digits stand in runs of ten (Unicode 16, section 4.6); all runs begin at a code point ending in 0 or 6 but the mathematical ones. */
function digitOf(code: number): string {
  if (code >= 0x1d7ce && code <= 0x1d7ff) return String((code - 0x1d7ce) % 10);
  const low = code & 0xf;
  const fromZero = DIGIT.test(String.fromCodePoint(code - low)) && low < 10;
  return String(fromZero ? low : low - 6);
}
