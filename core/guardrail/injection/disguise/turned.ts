/**
 * Letters that are replaced by others: rotated by any number (Caesar, ROT13, ROT47), mirrored (Atbash), upside down; letters, words or the whole text
 * backwards; letters stirred within their words, doubled or left out. Recognised by words of instructions (keywords.ts). Pure, linear: a few hashes a word.
 */
import { isWord, KEYWORDS } from "./keywords.ts";
import type { Disguised } from "./reading.ts";

const whole = (text: string, original: number, kind: string): Disguised => ({ text, start: 0, end: original, kind });

/** Words of one text that have to be recognised. */
const FEWEST = 2;
const WORD = /[a-z]{6,24}/g;

/** Differences of neighbouring letters, which turning the alphabet leaves alone and mirroring it turns around. */
function differences(word: string, sign: 1 | -1, size: number): number {
  let hash = word.length;
  for (let at = 1; at < word.length; at++) {
    const step = (sign * (word.charCodeAt(at) - word.charCodeAt(at - 1)) + 2 * size) % size;
    hash = (Math.imul(hash, 131) + step) | 0;
  }
  return hash;
}
const TURNED = new Map(KEYWORDS.map((word) => [differences(word, 1, 26), word]));
const MIRRORED = new Map(KEYWORDS.map((word) => [differences(word, -1, 26), word]));
const TURNED_94 = new Map(KEYWORDS.map((word) => [differences(word, 1, 94), word]));
const LONGEST = Math.max(...KEYWORDS.map(({ length }) => length));
/** By a length: what the hash of `differences` begins with, seen from its end; 0 where no word is so long. */
const BEGUN_WITH = Int32Array.from({ length: LONGEST + 1 }, (_, length) => {
  let hash = length;
  for (let at = 1; at < length; at++) hash = Math.imul(hash, 131);
  return KEYWORDS.some((word) => word.length === length) ? hash : 0;
});

/** `text` is normalised. Every turn of the alphabet in which two words or more are words of instructions. */
export function* rotated(text: string): Generator<Disguised> {
  const shifts = new Map<number, Set<string>>();
  const mirrors = new Map<number, Set<string>>();
  for (const [word] of text.matchAll(WORD)) {
    const hash = differences(word, 1, 26);
    const turned = TURNED.get(hash);
    if (turned !== undefined && turned.length === word.length && turned !== word)
      count(shifts, (word.charCodeAt(0) - turned.charCodeAt(0) + 26) % 26, turned);
    const mirrored = MIRRORED.get(hash);
    if (mirrored !== undefined && mirrored.length === word.length)
      count(mirrors, (word.charCodeAt(0) + mirrored.charCodeAt(0) - 194) % 26, mirrored);
  }
  const [shift] = most(shifts);
  if (shift !== undefined)
    yield whole(
      byLetter(text, (letter) => (letter - shift + 26) % 26),
      text.length,
      "rotated",
    );
  const [mirror] = most(mirrors);
  if (mirror !== undefined)
    yield whole(
      byLetter(text, (letter) => (mirror - letter + 52) % 26),
      text.length,
      "rotated",
    );
}

function count(words: Map<number, Set<string>>, key: number, word: string): void {
  const known = words.get(key);
  if (known === undefined) words.set(key, new Set([word]));
  else known.add(word);
}

/** The turn that explains the most words, where it explains enough. */
const most = (words: ReadonlyMap<number, ReadonlySet<string>>): number[] =>
  [...words]
    .filter(([, { size }]) => size >= FEWEST)
    .sort((a, b) => b[1].size - a[1].size)
    .map(([key]) => key);

const byLetter = (text: string, read: (letter: number) => number): string =>
  text.replace(/[a-z]/g, (unit) => String.fromCharCode(read(unit.charCodeAt(0) - 97) + 97));

const TOKEN = /(?<![!-~])[!-~]{6,40}(?![!-~])/g;
const HAS_SIGN_INSIDE = /[A-Za-z][!-@[-`{-~]|[!-@[-`{-~][A-Za-z]/;

/** Printable ASCII turned by any number (ROT47). `text`: as it came. */
export function rotatedSigns(text: string): Disguised | null {
  const shifts = new Map<number, Set<string>>();
  for (const [token] of text.matchAll(TOKEN)) {
    if (!HAS_SIGN_INSIDE.test(token)) continue;
    // The hashes of all its beginnings in one go.
    let steps = 0;
    for (let length = 2; length <= LONGEST && length <= token.length; length++) {
      const step = (token.charCodeAt(length - 1) - token.charCodeAt(length - 2) + 2 * 94) % 94;
      steps = (Math.imul(steps, 131) + step) | 0;
      const begun = BEGUN_WITH[length] ?? 0;
      if (begun === 0) continue;
      const word = TURNED_94.get((begun + steps) | 0);
      if (word !== undefined && word.length === length) count(shifts, (token.charCodeAt(0) - word.charCodeAt(0) + 188) % 94, word);
    }
  }
  const [shift] = most(shifts);
  if (shift === undefined || shift === 0) return null;
  const read = text.replace(/[!-~]/g, (unit) => String.fromCharCode(((unit.charCodeAt(0) - 33 - shift + 188) % 94) + 33));
  return whole(read, text.length, "rotated");
}

/** Words of instructions, rotated by 13; and words that no English sentence does without, of which it takes several. */
const ROTATED = /\b(?:vtaber|qvfertneq|sbetrg|cerivbhf|vafgehpgvbaf?|flfgrz|cebzcg|erirny|bireevqr)\b/;
const ROTATED_EVERYDAY = /\b(?:gur|naq|lbh|lbhe|nyy|zr|gb|vf|ubj|jvgu|sbe|abg|abj|cyrnfr|gryy|fubj|jvgubhg|cnffjbeq|frperg|ehyrf)\b/g;
const FEWEST_EVERYDAY = 3;

const areEveryday = (text: string, words: RegExp): boolean => new Set(text.match(words)).size >= FEWEST_EVERYDAY;

/** ROT13, by fewer and shorter words than other turns need. */
export function rot13(text: string): Disguised | null {
  if (!ROTATED.test(text) && !areEveryday(text, ROTATED_EVERYDAY)) return null;
  return whole(
    byLetter(text, (letter) => (letter + 13) % 26),
    text.length,
    "rot13",
  );
}

const BACKWARDS = /(?:snoitcurtsni|suoiverp|tpmorp|erongi|drageresid)/;
const BACKWARDS_EVERYDAY = /\b(?:eht|dna|uoy|ruoy|lla|ot|woh|htiw|rof|ton|won|esaelp|llet|wohs|tuohtiw|drowssap|terces|selur)\b/g;

/** The text backwards, and each of its words backwards. */
export function* backwards(text: string): Generator<Disguised> {
  if (!BACKWARDS.test(text) && !areEveryday(text, BACKWARDS_EVERYDAY)) return;
  yield whole([...text].reverse().join(""), text.length, "backwards");
  yield whole(
    text.replace(/[a-z]{2,}/g, (word) => [...word].reverse().join("")),
    text.length,
    "backwards",
  );
}

/** Neighbours that stand the other way round in a sentence; words that follow them in ordinary ones are left out. */
const REVERSED =
  /\b(?:instructions?|rules|guidelines|directives?) (?:previous|prior|earlier|your|all|every|the)\b|\bprompt system\b|\bpassword (?:secret|the)\b/;

/** The words in reverse order. */
export function reversedOrder(text: string): Disguised | null {
  if (!REVERSED.test(text)) return null;
  return whole(
    text
      .split(/(?<=[.!?\n])\s+|\s+/)
      .reverse()
      .join(" ")
      .replace(/[.!?](?= )/g, ""),
    text.length,
    "reversed",
  );
}

const UPSIDE_DOWN = new Map(
  "\u0250a qb \u0254c pd \u01dde \u025ff \u0183g \u0265h \u1d09i \u0131i \u027ej \u029ek ll \u026fm un oo dp bq \u0279r ss \u0287t nu \u028cv \u028dw xx \u028ey zz \u00bf? \u00a1!"
    .split(" ")
    .map((pair) => [pair.slice(0, 1), pair.slice(1)] as const),
);
const TURNED_LETTERS = /[\u0250\u0254\u01dd\u025f\u0265\u1d09\u029e\u026f\u0279\u0287\u028c\u028d\u028e]/g;
const FEWEST_TURNED = 4;

/** Letters upside down, read from the end. `text`: as it came. */
export function upsideDown(text: string): Disguised | null {
  if ((text.match(TURNED_LETTERS)?.length ?? 0) < FEWEST_TURNED) return null;
  const read = [...text.toLowerCase()].reverse().map((unit) => UPSIDE_DOWN.get(unit) ?? unit);
  return whole(read.join(""), text.length, "backwards");
}

/** First, last, length and what is between, whatever its order. */
function stirredKey(text: string, start = 0, end = text.length): number {
  let sum = 0;
  for (let at = start + 1; at < end - 1; at++) sum = (sum + (BETWEEN[text.charCodeAt(at) & 31] ?? 0)) | 0;
  return (Math.imul(text.charCodeAt(start) * 32 + text.charCodeAt(end - 1), 7919) ^ (sum + (end - start) * 101)) | 0;
}
/** What a small letter adds to the key of a word that it stands in, by its place in the alphabet. */
const BETWEEN = Int32Array.from({ length: 32 }, (_, letter) => (Math.imul(letter, 0x9e3779b1) + letter ** 4) | 0);
const unrepeated = (word: string): string => word.replace(/(.)\1+/g, "$1");

const KNOWN = new Set(KEYWORDS);
const STIRRED = new Map(KEYWORDS.map((word) => [stirredKey(word), word]));
const UNREPEATED = new Map(KEYWORDS.map((word) => [unrepeated(word), word]));
/** One letter left out of a long word. */
const SHORTENED = new Map(
  KEYWORDS.filter(({ length }) => length >= 8).flatMap((word) =>
    Array.from({ length: word.length - 2 }, (_, at) => [word.slice(0, at + 1) + word.slice(at + 2), word] as const),
  ),
);
const REPEATED = /(.)\1/;

const KEY_BITS = 14;
const lowOf = (key: number): number => Math.imul(key, 0x9e3779b1) >>> (32 - KEY_BITS);
/** Has a 1 by the keys of all words of instructions, and of those with one letter left out. */
const MAY_BE_MEANT = new Uint8Array(1 << KEY_BITS);
for (const word of [...KEYWORDS, ...SHORTENED.keys()]) MAY_BE_MEANT[lowOf(stirredKey(word))] = 1;

const SHORTEST_MENDED = 6;
const LONGEST_MENDED = 40;
/** Words of small letters, longer ones in parts. */
const MENDED_WORD = /[a-z]{6,40}/g;

/** The word of instructions that is meant by another; undefined: none. */
function meantBy(word: string): string | undefined {
  if (KNOWN.has(word)) return undefined;
  const stirred = word.length <= 24 ? STIRRED.get(stirredKey(word)) : undefined;
  return (
    (stirred !== undefined && isStirred(word, stirred) ? stirred : undefined) ??
    (REPEATED.test(word) ? UNREPEATED.get(unrepeated(word)) : undefined) ??
    SHORTENED.get(word)
  );
}

/** Whether enough words mean others. Hardly any word is cut out of the text for that: its key says that it means none. */
function isMended(text: string): boolean {
  const found = new Set<string>();
  let start = 0;
  let isRepeated = false;
  let before = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 0;
    const isLetter = code >= 97 && code <= 122;
    if (isLetter && at - start < LONGEST_MENDED) {
      if (code === before && at > start) isRepeated = true;
      before = code;
      continue;
    }
    if (at - start >= SHORTEST_MENDED && (isRepeated || MAY_BE_MEANT[lowOf(stirredKey(text, start, at))] === 1)) {
      const meant = meantBy(text.slice(start, at));
      if (meant !== undefined) found.add(meant);
      if (found.size >= FEWEST) return true;
    }
    start = isLetter ? at : at + 1;
    before = code;
    isRepeated = false;
  }
  return false;
}

/** Words of instructions with their letters stirred, repeated or one left out, as they should be. Null where fewer than two are. */
export function mended(text: string): Disguised | null {
  if (!isMended(text)) return null;
  const read = text.replace(MENDED_WORD, (word) => meantBy(word) ?? word);
  // What is done to some words is done to others, and shorter ones.
  const rest = read.replace(/[a-z]{3,20}/g, (word) => {
    if (isWord(word)) return word;
    const stirred = STIRRED_SHORT.get(stirredKey(word));
    if (stirred !== undefined && isStirred(word, stirred)) return stirred;
    return REPEATED.test(word) && isWord(unrepeated(word)) ? unrepeated(word) : word;
  });
  return whole(rest, text.length, "mended");
}
const STIRRED_SHORT = new Map(
  "your rules prior every print model above admin order orders tell show write answer limits secret hidden other these"
    .split(" ")
    .map((word) => [stirredKey(word), word] as const),
);

const isStirred = (word: string, meant: string): boolean =>
  word.length === meant.length && [...word].sort().join("") === [...meant].sort().join("");
