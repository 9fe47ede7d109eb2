/**
 * The texts of a JSON value: strings, object keys, and numbers that are long enough to be an identifier; read in one walk
 * and written back in another, in the same order. Bounded in depth and size: what exceeds the bounds is not walked at all.
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

/** All texts in the order of the walk: a value's key before the value. */
export function textsOf(value: Json): Result<JsonText[], BoundExceeded> {
  const texts: JsonText[] = [];
  let units = 0;
  let exceeded: BoundExceeded | null = null;
  const take = (text: string, kind: JsonText["kind"], context: string, number?: number): void => {
    units += text.length;
    texts.push(number === undefined ? { text, kind, context } : { text, kind, context, number });
    if (units > MAX_UNITS) exceeded = "size";
    if (texts.length > MAX_TEXTS) exceeded = "texts";
  };
  const visit = (node: Json, context: string, depth: number): void => {
    if (depth > MAX_DEPTH) exceeded = "depth";
    if (exceeded !== null) return;
    if (typeof node === "string") take(node, "string", context);
    else if (isIdentifierSized(node)) take(wholeDigits(node), "number", context, node);
    else if (Array.isArray(node)) for (const item of node) visit(item, context, depth + 1);
    else if (isObject(node)) {
      for (const [key, child] of Object.entries(node)) {
        take(key, "key", "");
        visit(child, key, depth + 1);
      }
    }
  };
  visit(value, "", 0);
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
  const visit = (node: Json, pointer: string): Json => {
    if (typeof node === "string" || isIdentifierSized(node)) {
      pointers.push(pointer);
      return put(next++);
    }
    if (Array.isArray(node)) return node.map((item, index) => visit(item, `${pointer}/${index}`));
    if (!isObject(node)) return node;
    const entries = new Map<string, Json>();
    for (const child of Object.values(node)) {
      const name = freeName(entries, String(put(next++)));
      const place = `${pointer}/${escapeToken(name)}`;
      pointers.push(place);
      entries.set(name, null);
      entries.set(name, visit(child, place));
    }
    return Object.fromEntries(entries);
  };
  return { value: visit(value, ""), pointers };
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

/** The digits of a number before its point, however large it is: JSON writes some with an exponent. */
const wholeDigits = (number: number): string => String(BigInt(Math.trunc(Math.abs(number))));
