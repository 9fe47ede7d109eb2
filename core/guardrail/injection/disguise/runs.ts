/**
 * Words written as runs of a code: base64 and its URL form, base32, Ascii85, hexadecimal, decimal, octal and binary character codes, Morse. Of each code
 * all runs of a text make one reading. What decodes to no sentence (pictures, hashes, ids, amounts) is left out. Linear in the text.
 */
import { IS_TEXT, SHORTEST, SHORTEST_FOREIGN, textIn, WIDE_SHARE } from "./bytes.ts";
import { type MakeUp, makeUpOf } from "./makeup.ts";
import { type Disguised, joined } from "./reading.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const SIX_BITS = new Int8Array(128).fill(-1);
for (let value = 0; value < 64; value++) SIX_BITS[ALPHABET.charCodeAt(value)] = value;
SIX_BITS[45] = 62;
SIX_BITS[95] = 63;

/** Fewer units hold no sentence. */
const SHORTEST_BASE64 = 20;
/** Words of letters are base64, too: in a run of real base64, one unit in four changes from small letters to capitals or digits and back. */
const FEWEST_CHANGES = 4;
const UNITS_PER_CHANGE = 40;
/** Units of blanks, hyphens and quotes between two groups of one run. */
const LONGEST_GAP = 4;

/** A run of groups in the alphabet of base64, with little between them. */
type Run = { readonly start: number; readonly end: number; readonly values: Uint8Array };

/** What a unit is between the values of a run; below 128 only. */
const PARTS_GROUPS = Uint8Array.from({ length: 128 }, (_, code) => (/[= \n\r\t"',]/.test(String.fromCharCode(code)) ? 1 : 0));

/** Runs that look like base64 and not like words. */
function base64Runs(text: string): readonly Run[] {
  const runs: Run[] = [];
  const values = new Uint8Array(text.length);
  let [count, start, end, gap, changes, kindBefore] = [0, 0, 0, 0, 0, 0];
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 0;
    const value = code < 128 ? (SIX_BITS[code] ?? -1) : -1;
    // A hyphen between groups parts them; in the URL form it is one of 64: what is read wrong by it is lost, and the rest is found by alignment.
    if (value >= 0) {
      if (count === 0) start = at;
      // Capitals, small letters, digits, signs.
      const kind = value < 26 ? 1 : value < 52 ? 2 : value < 62 ? 3 : 4;
      if (gap === 0 && kindBefore !== 0 && kind !== kindBefore && !(kindBefore === 1 && kind === 2)) changes++;
      kindBefore = kind;
      values[count++] = value;
      end = at + 1;
      gap = 0;
      continue;
    }
    kindBefore = 0;
    if (count === 0 || (code < 128 && PARTS_GROUPS[code] === 1 && ++gap <= LONGEST_GAP)) continue;
    if (count >= SHORTEST_BASE64 && changes >= Math.max(FEWEST_CHANGES, count / UNITS_PER_CHANGE))
      runs.push({ start, end, values: values.slice(0, count) });
    count = changes = gap = 0;
  }
  return runs;
}

/** Sentences in base64 (RFC 4648 sections 4 and 5), in one run or in groups, forwards or backwards. */
export function base64(text: string): Disguised | null {
  const runs = base64Runs(text);
  if (runs.length === 0) return null;
  const bytes = new Uint8Array(text.length);
  const found = runs.flatMap(({ start, end, values }) => {
    const plain = longest(aligned(values, 6, 1, bytes), aligned(withoutHyphens(values), 6, 1, bytes), aligned(values, 6, -1, bytes));
    return plain === "" ? [] : [{ text: plain, start, end }];
  });
  return joined(found, "base64");
}

const longest = (...texts: readonly string[]): string => texts.reduce((best, next) => (next.length > best.length ? next : best));

const HYPHEN_VALUE = 62;
const NO_VALUES = new Uint8Array(0);
/** Nothing where there is none. */
function withoutHyphens(values: Uint8Array): Uint8Array {
  if (!values.includes(HYPHEN_VALUE)) return NO_VALUES;
  const kept = new Uint8Array(values.length);
  let count = 0;
  for (let at = 0; at < values.length; at++) if (values[at] !== HYPHEN_VALUE) kept[count++] = values[at] ?? 0;
  return kept.subarray(0, count);
}

/**
 * What is readable in values of so many bits, in one direction. A run may begin with words that are no code: every alignment is read, and the best one
 * counts. `bytes`: room for the bytes of a run.
 */
function aligned(values: Uint8Array, bits: 4 | 6, direction: 1 | -1, bytes: Uint8Array): string {
  const alignments = bits === 6 ? 4 : 2;
  let best = "";
  for (let skip = 0; skip < alignments && skip < values.length; skip++) {
    const count = bits === 6 ? bytesOfSix(values, skip, direction, bytes) : bytesOfFour(values, skip, bytes);
    const plain = mayHoldText(bytes, count) ? textIn(bytes.subarray(0, count)) : "";
    if (plain.length > best.length) best = plain;
    // Most of the run is read: no other alignment gives more.
    if (best.length * 8 > values.length * bits * 0.8) break;
  }
  return best;
}

/** Puts the bytes of values of six bits into `bytes`; their number. */
function bytesOfSix(values: Uint8Array, skip: number, direction: 1 | -1, bytes: Uint8Array): number {
  let count = 0;
  let left = values.length - skip;
  for (let at = direction === 1 ? skip : left - 1; left > 1; at += 4 * direction, left -= 4) {
    const [first, second] = [values[at] ?? 0, values[at + direction] ?? 0];
    bytes[count++] = (first << 2) | (second >> 4);
    if (left === 2) break;
    const third = values[at + 2 * direction] ?? 0;
    bytes[count++] = (second << 4) | (third >> 2);
    if (left === 3) break;
    bytes[count++] = (third << 6) | (values[at + 3 * direction] ?? 0);
  }
  return count;
}

/** The same of four bits. */
function bytesOfFour(values: Uint8Array, skip: number, bytes: Uint8Array): number {
  let count = 0;
  for (let at = skip; at + 1 < values.length; at += 2) bytes[count++] = ((values[at] ?? 0) << 4) | (values[at + 1] ?? 0);
  return count;
}

/** What a byte is in UTF-8, and no part of a text. */
const PLAIN = 0;
const GOES_ON = 1;
const LEADS = 2;
const NO_TEXT = 3;
const ROLES = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x80 ? (IS_TEXT[byte] === 1 ? PLAIN : NO_TEXT) : byte < 0xc0 ? GOES_ON : byte >= 0xc2 && byte < 0xf5 ? LEADS : NO_TEXT,
);
/** By the roles of two neighbours: whether a text may have them. */
const MAY_FOLLOW = Uint8Array.from({ length: 16 }, (_, pair) => {
  const [first, second] = [pair >> 2, pair & 3];
  if (first === NO_TEXT || second === NO_TEXT) return 0;
  return first === GOES_ON || (second === GOES_ON) === (first === LEADS) ? 1 : 0;
});
/** Six characters, one of them of two bytes. */
const FEWEST_BYTES = SHORTEST_FOREIGN + 1;

/**
 * Whether `textIn` may find something in these bytes. In nearly all runs it finds nothing, which few bytes show: of the fewest that hold a text the
 * last ones are looked at first, and two that no text has beside each other let all before them be passed over.
 */
function mayHoldText(bytes: Uint8Array, count: number): boolean {
  for (let from = 0; from + FEWEST_BYTES <= count; ) {
    let at = from + FEWEST_BYTES - 1;
    let role = ROLES[bytes[at] ?? 0] ?? NO_TEXT;
    for (; at > from; at--) {
      const before = ROLES[bytes[at - 1] ?? 0] ?? NO_TEXT;
      if (MAY_FOLLOW[(before << 2) | role] !== 1) break;
      role = before;
    }
    if (at > from) {
      from = at;
      continue;
    }
    let characters = 0;
    let isForeign = false;
    for (let size = sizeAt(bytes, at, count); size > 0; size = sizeAt(bytes, at, count)) {
      characters++;
      if (size > 1) isForeign = true;
      at += size;
      if (characters >= SHORTEST || (isForeign && characters >= SHORTEST_FOREIGN)) return true;
    }
    from = at + 1;
  }
  return isWide(bytes, count);
}

/** How many bytes the character at `at` has, by its roles; 0: none begins there. */
function sizeAt(bytes: Uint8Array, at: number, count: number): number {
  const byte = at < count ? (bytes[at] ?? 0) : 0;
  const role = ROLES[byte];
  if (role === PLAIN) return 1;
  if (role !== LEADS) return 0;
  const size = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
  if (at + size > count) return 0;
  for (let next = at + 1; next < at + size; next++) if (ROLES[bytes[next] ?? 0] !== GOES_ON) return 0;
  return size;
}

/** Whether as many bytes are zero as in letters of UTF-16. */
function isWide(bytes: Uint8Array, count: number): boolean {
  let zeros = 0;
  for (let at = 0; at < count; at++) if (bytes[at] === 0) zeros++;
  return zeros > count * WIDE_SHARE;
}

/** Bytes of values of so many bits. */
function bytesFrom(values: Uint8Array, bits: number): Uint8Array {
  const bytes = new Uint8Array((values.length * bits) >> 3);
  let buffer = 0;
  let held = 0;
  let next = 0;
  for (let at = 0; at < values.length; at++) {
    buffer = ((buffer << bits) | (values[at] ?? 0)) & 0xffff;
    held += bits;
    if (held < 8) continue;
    held -= 8;
    bytes[next++] = (buffer >> held) & 255;
  }
  return bytes;
}

/** One long word, or groups of one length; of small letters only with digits among them, or words would be taken for it. */
const BASE32 =
  /(?<![A-Za-z0-9])(?:[A-Z2-7]{16,}={0,6}|(?=[a-z]{0,60}[2-7])[a-z2-7]{24,}={0,6}|[A-Z2-7]{4}(?:[ -][A-Z2-7]{4}){5,}|[A-Z2-7]{8}(?:[ -][A-Z2-7]{8}){2,}(?:[ -][A-Z2-7=]{1,8})?)(?![A-Za-z0-9])/g;

/** Sentences in base32 (RFC 4648 section 6). */
export function base32(text: string, makeUp: MakeUp = makeUpOf(text)): Disguised | null {
  if (!makeUp.base32) return null;
  const found = [...text.matchAll(BASE32)].flatMap(({ 0: run, index }) => {
    const values = Uint8Array.from(run.toUpperCase().replace(/[^A-Z2-7]/g, ""), (unit) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(unit));
    const plain = textIn(bytesFrom(values, 5));
    return plain === "" ? [] : [{ text: plain, start: index, end: index + run.length }];
  });
  return joined(found, "base32");
}

const ASCII85 = /<~[!-uz\s]{20,}?~>/g;

/** Sentences in Ascii85 between its marks (PostScript Language Reference, section 3.13.3). */
export function ascii85(text: string): Disguised | null {
  if (!text.includes("<~")) return null;
  const found = [...text.matchAll(ASCII85)].flatMap(({ 0: run, index }) => {
    const bytes: number[] = [];
    let group: number[] = [];
    const close = (): void => {
      const count = group.length - 1;
      while (group.length < 5) group.push(84);
      const value = group.reduce((sum, digit) => sum * 85 + digit, 0);
      for (let byte = 0; byte < count; byte++) bytes.push(Math.floor(value / 256 ** (3 - byte)) & 255);
      group = [];
    };
    for (const unit of run.slice(2, -2)) {
      const code = unit.charCodeAt(0);
      if (code === 122 && group.length === 0) bytes.push(0, 0, 0, 0);
      else if (code >= 33 && code <= 117 && group.push(code - 33) === 5) close();
    }
    if (group.length > 1) close();
    const plain = textIn(bytes);
    return plain === "" ? [] : [{ text: plain, start: index, end: index + run.length }];
  });
  return joined(found, "ascii85");
}

/** Bytes in hexadecimal, with or without marks, blanks and line breaks between them. */
const HEX = /(?<![0-9a-z])(?:(?:0x|\\x|x|#)?[0-9a-f]{2}[ ,:;.|/\\\n\r\t'"-]{0,3}){12,}(?![0-9a-z])/gi;

/** Sentences in hexadecimal bytes. */
export function hexadecimal(text: string, makeUp: MakeUp = makeUpOf(text)): Disguised | null {
  if (!makeUp.bytes) return null;
  const found = [...text.matchAll(HEX)].flatMap(({ 0: run, index }) => {
    const values = hexValues(run.replace(/[0\\]x|[^0-9a-f]/gi, ""));
    const plain = aligned(values, 4, 1, new Uint8Array(values.length));
    return plain === "" ? [] : [{ text: plain, start: index, end: index + run.length }];
  });
  return joined(found, "hex");
}

/** What hexadecimal digits count. */
function hexValues(digits: string): Uint8Array {
  const values = new Uint8Array(digits.length);
  for (let at = 0; at < digits.length; at++) {
    const code = digits.charCodeAt(at);
    values[at] = code < 58 ? code - 48 : (code & 0x5f) - 55;
  }
  return values;
}

/** Character codes in a row: decimal or octal, also as arguments of a call; binary with or without blanks; code points. */
const NUMBERS =
  /(?<![0-9])(?:(?:chr\(|\\|0o)?[01]?[0-9]{2}(?:[ ,;\n\r\t+)]|-(?=\d)|\\(?=\d)){1,5}){11,}(?:(?:chr\(|\\|0o)?[01]?[0-9]{2}\)?)(?![0-9])/gi;
const BINARY = /(?<![01])(?:[01]{7,8}[ ,\n]{1,2}){11,}[01]{7,8}(?![0-9])|(?<![01])(?:[01]{8}){12,}(?![0-9])/g;
const CODE_POINTS = /(?:U\+[0-9a-f]{4,5}[ ,;]{0,2}){8,}/gi;

/** Sentences in character codes. */
export function numbers(text: string, makeUp: MakeUp = makeUpOf(text)): Disguised | null {
  const hasPoints = /U\+/i.test(text);
  if (!makeUp.numbers && !hasPoints) return null;
  const found: { text: string; start: number; end: number }[] = [];
  const see = (run: string, start: number, bytes: readonly number[]): boolean => {
    const plain = textIn(bytes);
    if (plain !== "") found.push({ text: plain, start, end: start + run.length });
    return plain !== "";
  };
  for (const { 0: run, index } of text.matchAll(NUMBERS)) {
    const figures = run.match(/[0-9]{2,3}/g) ?? [];
    if (!see(run, index, figures.map(Number)) && !figures.some((each) => /[89]/.test(each)))
      see(
        run,
        index,
        figures.map((each) => Number.parseInt(each, 8)),
      );
  }
  for (const { 0: run, index } of text.matchAll(BINARY)) {
    const bits = /[ ,\n]/.test(run) ? run.split(/[ ,\n]+/) : (run.match(/[01]{8}/g) ?? []);
    see(
      run,
      index,
      bits.map((each) => Number.parseInt(each, 2)),
    );
  }
  for (const { 0: run, index } of hasPoints ? text.matchAll(CODE_POINTS) : []) {
    const points = (run.match(/[0-9a-f]{4,5}/gi) ?? []).map((each) => Number.parseInt(each, 16));
    const plain = points.map((code) => (code < 0x20 || code > 0x10ffff ? " " : String.fromCodePoint(code))).join("");
    found.push({ text: plain, start: index, end: index + run.length });
  }
  found.sort((a, b) => a.start - b.start);
  return joined(found, "numbers");
}

const MORSE = new Map(
  ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.."
    .split(" ")
    .map((code, index) => [code, String.fromCharCode(97 + index)] as const),
);
const MORSE_RUN = /(?:[.\u2022\u00b7-]{1,5}(?:\s{0,3}[/|]\s{0,3}|\s{1,7})){12,}[.\u2022\u00b7-]{1,5}/g;

/** Sentences in Morse code: letters parted by blanks, words by strokes or wider blanks. */
export function morse(text: string): Disguised | null {
  const found = [...text.matchAll(MORSE_RUN)].flatMap(({ 0: run, index }) => {
    const plain = run
      .replace(/[\u2022\u00b7]/g, ".")
      .split(/\s*[/|]\s*|\s{2,}/)
      .map((word) =>
        word
          .split(/\s/)
          .map((code) => MORSE.get(code) ?? "")
          .join(""),
      )
      .join(" ");
    return plain.length < SHORTEST_MORSE ? [] : [{ text: plain, start: index, end: index + run.length }];
  });
  return joined(found, "morse");
}
const SHORTEST_MORSE = 10;
