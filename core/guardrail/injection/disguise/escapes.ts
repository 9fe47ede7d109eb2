/**
 * Single characters written as something else: escapes of programs and style sheets, character references, percent encoding, quoted-printable. The text
 * around them stays. To escape letters of the alphabet hides them, since nobody has to; escaped punctuation and other scripts are everyday.
 */
import type { Disguised } from "./reading.ts";

/** Letters that have to be written so before it is taken for hiding. */
const FEWEST_LETTERS = 4;

const NAMED: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["nbsp", " "],
  ["ensp", " "],
  ["emsp", " "],
  ["thinsp", " "],
  ["tab", " "],
  ["newline", "\n"],
  ["shy", ""],
  ["zwj", ""],
  ["zwnj", ""],
  ["zerowidthspace", ""],
  ["lpar", "("],
  ["rpar", ")"],
  ["colon", ":"],
  ["semi", ";"],
  ["excl", "!"],
  ["period", "."],
  ["comma", ","],
  ["lowbar", "_"],
  ["hyphen", "-"],
  ["num", "#"],
]);

const ESCAPES =
  /\\u\{0{0,4}([0-9a-f]{1,5})\}|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|&#x0{0,6}([0-9a-f]{2,5})(?:;|(?![0-9a-f]))|\\0{0,4}([2-7][0-9a-f]) ?|&#0{0,7}([0-9]{2,6});?|&([a-z]{2,14});/gi;
/** Three octal digits look like two hexadecimal ones of a style sheet: tried by themselves. */
const OCTAL = /\\([01][0-7]{2})/g;

/** Escapes of JavaScript, CSS and C, and character references of HTML. Null where the text has none. */
export function escapes(text: string): Disguised | null {
  if (!/\\[ux0-7]|&[#a-z]/i.test(text)) return null;
  const isOctal = (text.match(OCTAL)?.length ?? 0) >= FEWEST_LETTERS * 3;
  const octal = isOctal ? replaced(text, OCTAL, ([digits]) => Number.parseInt(digits ?? "", 8)) : { text, letters: 0, count: 0 };
  const read = replaced(octal.text, ESCAPES, ([braced, unicode, byte, hex, style, decimal, name]) => {
    const sixteen = braced ?? unicode ?? byte ?? hex ?? style;
    if (sixteen !== undefined) return Number.parseInt(sixteen, 16);
    return decimal === undefined ? (NAMED.get((name ?? "").toLowerCase()) ?? null) : Number(decimal);
  });
  return disguised(text, { ...read, letters: read.letters + octal.letters, count: read.count + octal.count }, "escapes");
}

/** Percent encoding (RFC 3986 section 2.1), also of itself. */
export function percent(text: string): Disguised | null {
  if (!/%[0-9a-f]{2}/i.test(text)) return null;
  const read = replaced(text, /%(?:25)*([2-7][0-9a-f]|0[9ad])/gi, ([byte]) => Number.parseInt(byte ?? "", 16));
  return disguised(text, read, "percent");
}

/** Quoted-printable (RFC 2045 section 6.7) and the encoded words of headers (RFC 2047). */
export function quotedPrintable(text: string): Disguised | null {
  if (!/=(?:[0-9a-f]{2}|\r?\n)/i.test(text)) return null;
  const words = text.replace(/=\?[\w-]{2,20}\?q\?([^?\s]{1,200})\?=/gi, (_, word: string) => word.replaceAll("_", " "));
  const read = replaced(words, /=(?:([2-7][0-9a-f]|0[9ad])|\r?\n)/gi, ([byte]) => (byte === undefined ? "" : Number.parseInt(byte, 16)));
  return disguised(text, read, "quoted_printable");
}

type Read = { readonly text: string; readonly letters: number; readonly count: number };

function replaced(text: string, expression: RegExp, read: (groups: readonly (string | undefined)[]) => number | string | null): Read {
  let letters = 0;
  let count = 0;
  const plain = text.replace(expression, (whole, ...found) => {
    const code = read(found.slice(0, -2));
    if (code === null) return whole;
    if (typeof code === "number" && !(code <= 0x10ffff && (code < 0xd800 || code > 0xdfff))) return whole;
    const character = typeof code === "number" ? String.fromCodePoint(code) : code;
    count++;
    if (/[a-z]/i.test(character)) letters++;
    // What is cut out of a word hides it as letters do.
    else if (character === "") letters++;
    return character;
  });
  return { text: plain, letters, count };
}

function disguised(original: string, { text, letters, count }: Read, kind: string): Disguised | null {
  if (count === 0) return null;
  return { text, start: 0, end: original.length, kind: letters >= FEWEST_LETTERS ? kind : "punctuation" };
}
