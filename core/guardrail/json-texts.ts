/**
 * The texts of a JSON value: strings, object keys, numbers that are long enough to be an identifier, and short ones that may be a piece of
 * one or the code of a character; read in one walk and written back in another, in the same order. Bounded in depth and size: what exceeds the bounds is not walked at all.
 */
import { escapeToken, isObject, type Json } from "../json.ts";
import { err, ok, type Result } from "../result.ts";

/** One text of a JSON value: a string, a key, or a number long enough to be an identifier. */
export type JsonText = {
  readonly text: string;
  readonly kind: "string" | "key" | "number";
  /** Of a number: it as it is. `text` has the digits before its point. */
  readonly number?: number;
  /** The key that names it: the nearest object key above a value, nothing for keys themselves. */
  readonly context: string;
  /** Of a number that identifies nobody by itself, and may be a piece of what does. Absent: false. */
  readonly isShort?: true;
  /** The list or object that it stands in, counted by the walk; one with a single entry counts as the one around it. */
  readonly group: number;
  /** The key that names that list or object. */
  readonly within: string;
};
/** Why a value is not walked: nested too deeply, too many UTF-16 units, or too many texts. */
export type BoundExceeded = "depth" | "size" | "texts";

/** Maximum depth; a deeper value is refused. */
const MAX_DEPTH = 64;
/** Maximum UTF-16 units of all texts together: four times the largest request body. */
const MAX_UNITS = 4 * 1024 * 1024;
const MAX_TEXTS = 200_000;
/** Minimum digits of a number that is inspected; shorter ones identify nobody (a phone number has seven). */
const NUMBER_DIGITS = 7;

/** Entries of a list or object whose short numbers are read: an identifier has 34 pieces at most. */
const MOST_PIECES = 64;
/** Short numbers that are read in one value; those behind them are left as they are. Character codes count as texts instead. */
const MOST_SHORT = 50_000;
const SHORT_BELOW = 10 ** (NUMBER_DIGITS - 1);

/** Whether short numbers among `children` are read. Both walks ask in the same order, and so agree. */
function openShort(): (children: readonly Json[]) => boolean {
  let left = MOST_SHORT;
  return (children) => {
    if (children.length > MOST_PIECES) return areCodes(children);
    left -= children.length;
    return left >= 0 || areCodes(children);
  };
}

/** Fewer codes of characters say nothing. */
const FEWEST_CODES = 12;
/** A list of whole numbers that are mostly codes of letters and blanks in ASCII: counts, bytes of pictures and measured values are not. */
export function areCodes(children: readonly Json[]): boolean {
  if (children.length < FEWEST_CODES) return false;
  let letters = 0;
  for (const code of children) {
    if (typeof code !== "number" || !isShort(code) || code > 0xffff) return false;
    if (code === 32 || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)) letters++;
  }
  return letters >= children.length * SHARE_OF_LETTERS;
}
const SHARE_OF_LETTERS = 0.7;

/** All texts in the order of the walk: a value's key before the value. */
export function textsOf(value: Json): Result<JsonText[], BoundExceeded> {
  const texts: JsonText[] = [];
  let units = 0;
  let counted = 0;
  let exceeded: BoundExceeded | null = null;
  const takesShort = openShort();
  let groups = 0;
  const take = (text: string, kind: JsonText["kind"], place: Omit<JsonText, "text" | "kind">): void => {
    if (place.isShort === undefined) units += text.length;
    texts.push({ text, kind, ...place });
    if (units > MAX_UNITS) exceeded = "size";
    if (place.isShort === undefined && ++counted > MAX_TEXTS) exceeded = "texts";
  };
  const visit = (node: Json, context: string, within: string, group: number, isRead: boolean, depth: number): void => {
    if (depth > MAX_DEPTH) exceeded = "depth";
    if (exceeded !== null) return;
    if (typeof node === "string") take(node, "string", { context, group, within });
    else if (isIdentifierSized(node)) take(wholeDigits(node), "number", { context, group, within, number: node });
    else if (isRead && isShort(node)) take(String(node), "number", { context, group, within, number: node, isShort: true });
    else if (Array.isArray(node)) {
      const read = takesShort(node);
      const own = node.length === 1 ? group : ++groups;
      for (const item of node) visit(item, context, node.length === 1 ? within : context, own, read, depth + 1);
    } else if (isObject(node)) {
      const entries = Object.entries(node);
      const read = takesShort(Object.values(node));
      const own = entries.length === 1 ? group : ++groups;
      for (const [key, child] of entries) {
        take(key, "key", { context: "", group: own, within: context });
        visit(child, key, entries.length === 1 ? within : context, own, read, depth + 1);
      }
    }
  };
  visit(value, "", "", 0, false, 0);
  return exceeded === null ? ok(texts) : err(exceeded);
}

/** A value with its texts replaced, and where each of them is now. */
export type Rewritten = {
  readonly value: Json;
  /** JSON Pointer (RFC 6901) of each text in the rewritten value, in the order of `textsOf`; a key's is that of its entry. */
  readonly pointers: readonly string[];
};

/** The value with its index-th text replaced by `put(index)`. Keys that become equal are told apart by a number. */
export function rewriteTexts(value: Json, put: (index: number) => Json): Rewritten {
  const pointers: string[] = [];
  let next = 0;
  const takesShort = openShort();
  const visit = (node: Json, pointer: string, isRead: boolean): Json => {
    if (typeof node === "string" || isIdentifierSized(node) || (isRead && isShort(node))) {
      pointers.push(pointer);
      return put(next++);
    }
    if (Array.isArray(node)) {
      const read = takesShort(node);
      return node.map((item, index) => visit(item, `${pointer}/${index}`, read));
    }
    if (!isObject(node)) return node;
    const read = takesShort(Object.values(node));
    const entries = new Map<string, Json>();
    for (const child of Object.values(node)) {
      const name = freeName(entries, String(put(next++)));
      const place = `${pointer}/${escapeToken(name)}`;
      pointers.push(place);
      entries.set(name, null);
      entries.set(name, visit(child, place, read));
    }
    return Object.fromEntries(entries);
  };
  return { value: visit(value, "", false), pointers };
}

function freeName(taken: ReadonlyMap<string, Json>, name: string): string {
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name} (${number})`)) number++;
  return `${name} (${number})`;
}

/** Whole or not, of either sign: digits of a fraction are nobody's, those before it may be. */
const isIdentifierSized = (node: Json): node is number =>
  typeof node === "number" && Number.isFinite(node) && Math.abs(node) >= 10 ** (NUMBER_DIGITS - 1);

/** A whole number that is too short to identify anybody. */
const isShort = (node: Json): node is number => typeof node === "number" && Number.isInteger(node) && node >= 0 && node < SHORT_BELOW;

/** The digits of a number before its point, however large it is: JSON writes some with an exponent. */
const wholeDigits = (number: number): string => String(BigInt(Math.trunc(Math.abs(number))));
