/**
 * JSON that ended in the middle: closed, so that what there is of it can be read and guarded like a value, and opened again for its reader,
 * who must not take it for whole. Linear in the text; pure.
 */

/** `text`: one complete object or list. `closers`: the signs at its end that were not said; empty: it was whole. */
export type ClosedJson = { readonly text: string; readonly closers: string };

/** `first`: a key, a value or the end. `next`: a comma or the end. */
type Expected = "value" | "first" | "key" | "colon" | "next";

/** A number or a word of JSON whose end can be seen. */
const LITERAL = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?=[\s,\]}])/y;
/** What may be the beginning of one. */
const CUT_LITERAL = /^[-+.\w]{1,400}$/;
const BLANK = /[\t\n\r ]*/y;

/**
 * The longest beginning of the text that can be closed: a key without its value, and a number that may go on, are left out. null: it is
 * not the beginning of an object or a list, or something stands behind its end.
 */
export function closeJson(text: string): ClosedJson | null {
  const open: ("{" | "[")[] = [];
  let expected = "value" as Expected;
  let at = 0;
  /** Up to where it can be closed. Brackets open and close nowhere behind it. */
  let end = 0;
  let quote = "";
  const keep = (next: Expected): void => {
    end = at;
    quote = "";
    expected = next;
  };
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found !== undefined;
  };
  while (skip(BLANK) && at < text.length) {
    const sign = text.charAt(at);
    const holder = open.at(-1);
    const isKey = holder === "{" && (expected === "key" || expected === "first");
    if ((expected === "next" || expected === "first") && sign === (holder === "{" ? "}" : "]")) {
      at++;
      open.pop();
      keep("next");
      if (open.length === 0) return text.slice(at).trim() === "" ? { text: text.slice(0, at), closers: "" } : null;
    } else if (expected === "next" || expected === "colon") {
      if (sign !== (expected === "colon" ? ":" : ",")) return null;
      at++;
      expected = expected === "next" && holder === "{" ? "key" : "value";
    } else if (sign === '"' && holder !== undefined) {
      const string = readString(text, at);
      if (string === null) return null;
      at = string.end;
      if (!string.isWhole && isKey) break;
      if (isKey) expected = "colon";
      else keep("next");
      if (string.isWhole) continue;
      quote = '"';
      break;
    } else if (isKey) {
      return null;
    } else if (sign === "{" || sign === "[") {
      at++;
      open.push(sign);
      keep("first");
    } else if (holder === undefined || !skip(LITERAL)) {
      if (holder === undefined || !CUT_LITERAL.test(text.slice(at, at + 401))) return null;
      break;
    } else keep("next");
  }
  if (end === 0) return null;
  const closers =
    quote +
    open
      .map((bracket) => (bracket === "{" ? "}" : "]"))
      .reverse()
      .join("");
  return { text: text.slice(0, end) + closers, closers };
}

/** `end`: behind a whole one, and of one that was cut, behind its last whole character. null: it is none. */
function readString(text: string, from: number): { readonly end: number; readonly isWhole: boolean } | null {
  let whole = from + 1;
  for (let at = from + 1; at < text.length; at = whole) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) return { end: at + 1, isWhole: true };
    if (unit < 0x20) return null;
    const size = unit !== BACKSLASH ? (isHigh(unit) ? 2 : 1) : sizeOfEscape(text, at);
    if (size === null) return null;
    if (at + size > text.length) break;
    whole = at + size;
  }
  return { end: whole, isWhole: false };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const isHigh = (unit: number): boolean => unit >= 0xd8_00 && unit <= 0xdb_ff;

/** Of an escape that begins at `at`, both halves of a pair together; more than there is left: it was cut. null: it is none. */
function sizeOfEscape(text: string, at: number): number | null {
  const rest = text.slice(at, at + 12);
  if (/^\\u[dD][89abAB][\da-fA-F]{2}(?:\\u[\da-fA-F]{4}|(?:\\(?:u[\da-fA-F]{0,3})?)?$)/.test(rest)) return 12;
  if (/^\\u[\da-fA-F]{4}/.test(rest)) return 6;
  if (/^\\["\\/bfnrt]/.test(rest)) return 2;
  return /^\\(?:u[\da-fA-F]{0,3})?$/.test(rest) ? 12 : null;
}

/**
 * A closed text as it may be shown: without what was not said. Where its last string became something else meanwhile, its brackets alone
 * are taken off, so that nothing that was cut reads as whole.
 */
export function openAgain(text: string, closers: string): string {
  if (text.endsWith(closers)) return text.slice(0, text.length - closers.length);
  const brackets = closers.replace('"', "");
  return text.endsWith(brackets) ? text.slice(0, text.length - brackets.length) : "";
}
