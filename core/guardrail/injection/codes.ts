/**
 * Codes in a text: vouchers, serial numbers, seats, digests. The classifier never saw lists of them, and takes their letters and
 * digits for words that somebody disguised; so they are blanked out before it looks. Words with figures for letters are no codes:
 * those are written in small letters, or read as everyday words.
 */

import type { Stretch } from "./ordinary.ts";
import { blankedOut } from "./quoted.ts";

/** Numbers of programs: colours, bytes, addresses. */
const LITERAL = /(?<![a-z0-9])(?:0x|#)[0-9a-f]{1,16}(?![a-z0-9])/g;
/** Letters and digits in one word of so many units, the letters all capitals, or all hexadecimal. */
const MOST_UNITS = 128;
/**
 * Base64 of pictures and keys: capitals, small letters and figures, the first of each among so many units. What it may say is read elsewhere
 * (disguise.ts).
 */
const BLOB_BEGIN = 60;
const FEWEST_BLOB_UNITS = 40;
const MOST_BLOB_UNITS = 8000;
/** Digests, also cut ones and object ids: nobody writes a sentence in hexadecimal letters. What hexadecimal bytes spell is read elsewhere (disguise.ts). */
const DIGEST = /^[0-9a-f]{10,128}$/i;
/** Longer words are neither vouchers nor serial numbers. */
const LONGEST_CODE = 16;
/** One or two in a message weigh little, and so do a few in a long one: units of text for each of them. */
const FEWEST_CODES = 3;
const TEXT_PER_CODE = 100;
/** At least this many everyday words among those with digits inside mean that a person writes this way on purpose. */
const SPOKEN = 2;

const FIGURES: { readonly [figure: string]: string } = { 0: "o", 3: "e", 4: "a", 5: "s", 7: "t", 8: "b", 9: "g" };

/** Words that no sentence does without, and those of instructions to a model. */
const SPOKEN_WORDS = new Set(
  (
    "the and you your are not for with from this that have what how tell all any can will now out about into make give show write " +
    "say use let get new one who why when where there their them then than would could should must need want please only just like " +
    "here more some other over after before above below under without never always anything everything something someone people " +
    "person user time day way know think answer question text word words message email name data file code number list first last " +
    "next step ignore forget disregard bypass override reveal repeat print output previous prior earlier instruction instructions " +
    "rule rules guideline guidelines policy policies restriction restrictions filter filters safety system prompt developer mode " +
    "admin assistant model secret password passwords hidden internal act pretend roleplay jailbreak dan unrestricted unfiltered " +
    "enable disable respond response access account delete send bomb weapon drugs hack steal kill poison malware virus illegal " +
    "create build attack exploit explain describe details ist und der die das nicht alle ignoriere anweisungen que los las toda " +
    "todas ignora instrucciones les des est une vous toutes"
  ).split(" "),
);

/** `original`: as it came, since small and capital letters tell codes apart. In small letters. */
export function codesIn(original: string): ReadonlySet<string> {
  const { words, blobs } = codesOf(original);
  if (words.length === 0 && blobs.length === 0) return NONE;
  const short = words.filter((word) => word.length <= LONGEST_CODE);
  const isList = short.length >= Math.max(FEWEST_CODES, original.length / TEXT_PER_CODE) && !areSpoken(short);
  return new Set([...blobs, ...words.filter((word) => DIGEST.test(word)), ...(isList ? short : [])]);
}

const NONE: ReadonlySet<string> = new Set();

/** What a unit is, as bits: some of them together make a code. */
const DIGIT = 1;
const CAPITAL = 2;
const HEXADECIMAL = 4;
const SMALL = 8;
const SIGN = 16;
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const unit = String.fromCharCode(code);
  return /[0-9]/.test(unit)
    ? DIGIT
    : /[A-Z]/.test(unit)
      ? CAPITAL
      : /[a-f]/.test(unit)
        ? HEXADECIMAL
        : /[g-z]/.test(unit)
          ? SMALL
          : /[+/_-]/.test(unit)
            ? SIGN
            : 0;
});

/** Codes of the text in one walk, in order, in small letters: words of letters and digits, and runs that also have the signs of base64. */
function codesOf(text: string): { readonly words: readonly string[]; readonly blobs: readonly string[] } {
  const words: string[] = [];
  const blobs: string[] = [];
  let [wordStart, wordKinds, blobStart, blobKinds] = [0, 0, 0, 0];
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 0;
    const kind = code < 128 ? (KINDS[code] ?? 0) : 0;
    if (kind !== 0 && kind !== SIGN) {
      wordKinds |= kind;
      if (at - blobStart <= BLOB_BEGIN) blobKinds |= kind;
      continue;
    }
    if (isCode(wordKinds) && at - wordStart <= MOST_UNITS) words.push(text.slice(wordStart, at).toLowerCase());
    wordStart = at + 1;
    wordKinds = 0;
    if (kind === SIGN) continue;
    const isBlob = at - blobStart >= FEWEST_BLOB_UNITS && at - blobStart <= MOST_BLOB_UNITS;
    if (isBlob && (blobKinds & DIGIT) !== 0 && (blobKinds & CAPITAL) !== 0 && (blobKinds & (SMALL | HEXADECIMAL)) !== 0)
      blobs.push(text.slice(blobStart, at).toLowerCase());
    blobStart = at + 1;
    blobKinds = 0;
  }
  return { words, blobs };
}

/** Digits beside capitals, or beside hexadecimal letters. */
const isCode = (kinds: number): boolean => kinds === (DIGIT | CAPITAL) || kinds === (DIGIT | HEXADECIMAL);

const SHORTEST_WORD = 2;

/** `text` is normalised. The same length: offsets stay. */
export function withoutCodes(text: string, codes: ReadonlySet<string>): string {
  const read = LITERAL_SIGN.test(text) ? text.replace(LITERAL, (word) => " ".repeat(word.length)) : text;
  if (codes.size === 0) return read;
  return blankedOut(
    read,
    wordsAndRuns(read).filter(({ start, end }) => codes.has(read.slice(start, end))),
  );
}
const LITERAL_SIGN = /0x|#/;

/** Words of letters and digits that have a digit, as all codes do; of a run that is as long as base64 and has its signs, the whole. */
function wordsAndRuns(text: string): Stretch[] {
  const found: Stretch[] = [];
  let words: Stretch[] = [];
  let [runStart, wordStart, hasDigit] = [0, 0, false];
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 0;
    const kind = code < 128 ? (KINDS[code] ?? 0) : 0;
    if (kind === DIGIT) hasDigit = true;
    if (kind !== 0 && kind !== SIGN) continue;
    const units = at - wordStart;
    if (hasDigit && units >= SHORTEST_WORD && units <= MOST_UNITS) words.push({ start: wordStart, end: at });
    hasDigit = false;
    wordStart = at + 1;
    if (kind === SIGN) continue;
    const isRun = at - runStart >= FEWEST_BLOB_UNITS && at - runStart <= MOST_BLOB_UNITS;
    if (isRun) found.push({ start: runStart, end: at });
    else found.push(...words);
    if (words.length > 0) words = [];
    runStart = at + 1;
  }
  return found;
}

/** Read with letters for figures, some of these words are everyday words: they are written so to hide what they say. */
function areSpoken(words: readonly string[]): boolean {
  let spoken = 0;
  for (const word of words) {
    // Two figures stand for no letter.
    if (word.includes("2") || word.includes("6")) continue;
    let half = "";
    for (const unit of word) half += FIGURES[unit] ?? unit;
    if (SPOKEN_WORDS.has(half.replaceAll("1", "i")) || SPOKEN_WORDS.has(half.replaceAll("1", "l"))) spoken += 1;
    if (spoken >= SPOKEN) return true;
  }
  return false;
}
