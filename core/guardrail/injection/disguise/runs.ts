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

/** Runs that look like base64 and not like words. */
function base64Runs(text: string): readonly Run[] {
  const runs: Run[] = [];
  const values = new Uint8Array(text.length);
  let [count, start, end, gap, changes, kindBefore] = [0, 0, 0, 0, 0, 0];
  const close = (): void => {
    if (count >= SHORTEST_BASE64 && changes >= Math.max(FEWEST_CHANGES, count / UNITS_PER_CHANGE))
      runs.push({ start, end, values: values.slice(0, count) });
    count = changes = kindBefore = gap = 0;
  };
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
    } else if (code === 61 || code === 32 || code === 10 || code === 13 || code === 9 || code === 34 || code === 39 || code === 44) {
      kindBefore = 0;
      if (count > 0 && ++gap > LONGEST_GAP) close();
    } else close();
  }
  close();
  return runs;
}

/** Sentences in base64 (RFC 4648 sections 4 and 5), in one run or in groups, forwards or backwards. */
export function base64(text: string): Disguised | null {
  const found = base64Runs(text).flatMap(({ start, end, values }) => {
    const plain = longest(aligned(values, 6), aligned(withoutHyphens(values), 6), aligned(values.toReversed(), 6));
    return plain === "" ? [] : [{ text: plain, start, end }];
  });
  return joined(found, "base64");
}

const longest = (...texts: readonly string[]): string => texts.reduce((best, next) => (next.length > best.length ? next : best));

const HYPHEN_VALUE = 62;
const NO_VALUES = new Uint8Array(0);
/** Nothing where there is none. */
const withoutHyphens = (values: Uint8Array): Uint8Array =>
  values.includes(HYPHEN_VALUE) ? values.filter((value) => value !== HYPHEN_VALUE) : NO_VALUES;

/** What is readable in values of so many bits. A run may begin with words that are no code: every alignment is read, and the best one counts. */
function aligned(values: Uint8Array, bits: number): string {
  const alignments = bits === 6 ? 4 : bits === 4 ? 2 : 8;
  let best = "";
  for (let skip = 0; skip < alignments && skip < values.length; skip++) {
    const plain = mayHoldText(values, skip, bits) ? textIn(bytesFrom(values, skip, bits)) : "";
    if (plain.length > best.length) best = plain;
    // Most of the run is read: no other alignment gives more.
    if (best.length * 8 > values.length * bits * 0.8) break;
  }
  return best;
}

/** Whether `textIn` may find something in the bytes of these values: as it counts, without making them. In nearly all runs it finds nothing. */
function mayHoldText(values: Uint8Array, from: number, bits: number): boolean {
  let buffer = 0;
  let held = 0;
  let zeros = 0;
  let count = 0;
  let isForeign = false;
  /** Bytes that the character that is read still asks for. */
  let open = 0;
  for (let at = from; at < values.length; at++) {
    buffer = ((buffer << bits) | (values[at] ?? 0)) & 0xffff;
    held += bits;
    if (held < 8) continue;
    held -= 8;
    const byte = (buffer >> held) & 255;
    if (open > 0 && byte >= 0x80 && byte < 0xc0) {
      if (--open > 0) continue;
      isForeign = true;
      count++;
    } else {
      if (open > 0 || (byte >= 0x80 && byte < 0xc2) || byte >= 0xf5) {
        open = count = 0;
        isForeign = false;
      }
      if (byte >= 0xc2 && byte < 0xf5) open = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
      else if (byte < 0x80 && IS_TEXT[byte] === 1) count++;
      else {
        if (byte === 0) zeros++;
        count = 0;
        isForeign = false;
      }
    }
    if (count >= SHORTEST || (isForeign && count >= SHORTEST_FOREIGN)) return true;
  }
  return zeros > (((values.length - from) * bits) >> 3) * WIDE_SHARE;
}

function bytesFrom(values: Uint8Array, from: number, bits: number): Uint8Array {
  const bytes = new Uint8Array(((values.length - from) * bits) >> 3);
  let buffer = 0;
  let held = 0;
  let next = 0;
  for (let at = from; at < values.length; at++) {
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
    const plain = textIn(bytesFrom(values, 0, 5));
    return plain === "" ? [] : [{ text: plain, start: index, end: index + run.length }];
  });
  return joined(found, "base32");
}

const ASCII85 = /<~[!-uz\s]{20,}?~>/g;

/** Sentences in Ascii85 between its marks (PostScript Language Reference, section 3.13.3). */
export function ascii85(text: string): Disguised | null {
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
    const digits = run.replace(/[0\\]x|[^0-9a-f]/gi, "");
    const plain = aligned(
      Uint8Array.from(digits, (digit) => Number.parseInt(digit, 16)),
      4,
    );
    return plain === "" ? [] : [{ text: plain, start: index, end: index + run.length }];
  });
  return joined(found, "hex");
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
