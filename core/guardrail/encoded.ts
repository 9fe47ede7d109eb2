/**
 * Characters that are written as something else: HTML character references (`&#64;`, `&nbsp;`), JSON and JavaScript escapes (`\u0040`,
 * `\x40`), percent-encoded signs and blanks (`%20`, `%2D`). Only characters that occur in identifiers or part their groups. Pure, and
 * bounded: no encoding is longer than `LONGEST_ENCODING`.
 */

const NAMES: ReadonlyMap<string, number> = new Map([
  ["nbsp", 0x20],
  ["ensp", 0x20],
  ["emsp", 0x20],
  ["thinsp", 0x20],
  ["middot", 0xb7],
  ["bull", 0xb7],
  ["shy", 0xad],
  ["zwnj", 0x200c],
  ["zwj", 0x200d],
  ["hyphen", 0x2d],
  ["dash", 0x2d],
  ["ndash", 0x2d],
  ["mdash", 0x2d],
  ["minus", 0x2d],
  ["commat", 0x40],
  ["period", 0x2e],
  ["lpar", 0x28],
  ["rpar", 0x29],
  ["plus", 0x2b],
  ["sol", 0x2f],
  ["lowbar", 0x5f],
]);
const REFERENCE =
  /&(?:amp;){0,2}(?:#0{0,7}([1-9]\d{1,5})|#[xX]0{0,7}([1-9a-fA-F][0-9a-fA-F]{1,4})|(nbsp|ensp|emsp|thinsp|middot|bull|shy|zwnj|zwj|hyphen|dash|ndash|mdash|minus|commat|period|lpar|rpar|plus|sol|lowbar)(?=;));?/y;
const ESCAPE = /\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|\\u\{0{0,4}([0-9a-fA-F]{2,5})\}/y;
/** Blank, `&`, `(`, `)`, `+`, `-`, `.`, `/`, `:`, `=`, `_`, digits and letters, also encoded twice; `%40` is a sign of its own (email.ts). */
const PERCENT = /%(?:25){0,2}(2[068-9bdefBDEF]|3[0-9adAD]|[46][1-9a-fA-F]|[57][0-9aA]|5[fF])|%(?:25){1,2}(40)/y;
const ENCODED = /&(?:#|[a-z])|\\[ux]|%[2-7]/;

/** `&amp;amp;#x00000001f600;` and some to spare. */
const LONGEST_ENCODING = 24;

const AMPERSAND = 38;
const BACKSLASH = 92;
const PERCENT_SIGN = 37;

/** Whether a text may hold an encoded character at all. */
export const mayBeEncoded = (text: string): boolean => ENCODED.test(text);

/** Whether an encoded character can begin with this UTF-16 unit: `&`, `\` or `%`. */
export const isEncodingStart = (code: number): boolean => code === AMPERSAND || code === BACKSLASH || code === PERCENT_SIGN;

/** The code point that is written at `at`, and where it ends; null where the text stands for itself. */
export function decodedAt(text: string, at: number): { readonly code: number; readonly end: number } | null {
  const start = text.charCodeAt(at);
  const expression = start === AMPERSAND ? REFERENCE : start === BACKSLASH ? ESCAPE : PERCENT;
  expression.lastIndex = at;
  const match = expression.exec(text);
  if (match === null) return null;
  const code = codeOf(start, match);
  // Controls and halves of surrogate pairs are left as they stand.
  if (code < 0x20 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return null;
  return { code, end: at + match[0].length };
}

function codeOf(start: number, [, first, second, name]: RegExpExecArray): number {
  if (start === BACKSLASH && name !== undefined) return Number.parseInt(name, 16);
  if (start === AMPERSAND) {
    if (name !== undefined) return NAMES.get(name) ?? 0;
    return first === undefined ? Number.parseInt(second ?? "0", 16) : Number(first);
  }
  return Number.parseInt(first ?? second ?? "0", 16);
}

const UNFINISHED =
  /(?:&(?:amp;){0,2}(?:#[xX]?[0-9a-fA-F]{0,13}|[a-z]{0,6})?|\\(?:u(?:[0-9a-fA-F]{0,3}|\{[0-9a-fA-F]{0,9})|x[0-9a-fA-F]?)?|%(?:25?){0,2}[2-7]?)$/;

/** How many units at the end of a text may be the beginning of an encoded character: those wait for what follows. */
export function unfinishedUnits(text: string): number {
  let at = text.length - 1;
  const first = Math.max(0, text.length - LONGEST_ENCODING);
  while (at >= first && !isEncodingStart(text.charCodeAt(at))) at--;
  if (at < first) return 0;
  const tail = text.slice(-LONGEST_ENCODING);
  const index = tail.search(UNFINISHED);
  return index < 0 ? 0 : tail.length - index;
}
