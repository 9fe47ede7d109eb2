/**
 * JSON that somebody else wrote: parsed into data that the rest of the platform can walk, hash and store without surprises.
 * Knows nothing of schemas, transports or personal data.
 */

import { isObject, type Json, wellFormed } from "./json.ts";
import { type LongNumber, longNumbers } from "./long-numbers.ts";
import { err, ok, type Result } from "./result.ts";
import { disguiseFinder } from "./secret-forms.ts";
import { openSecretMatcher } from "./secret-matcher.ts";

/** Levels of nesting. Recursive readers (validators, canonical JSON) stay far from the end of their stack. */
export const MAX_DEPTH = 64;

/**
 * `malformed`: no JSON (RFC 8259), or a string that is no Unicode text. `too_deep`: nested beyond `MAX_DEPTH`. `number`: one that a double
 * does not hold (core/long-numbers.ts), at this JSON Pointer.
 */
export type JsonRefusal = { readonly why: "malformed" | "too_deep" } | { readonly why: "number"; readonly path: string };

/**
 * What becomes of half a surrogate pair that stands alone, as `"\ud800"`, which is JSON and no Unicode text: refused, from those who can send
 * it again; or U+FFFD in its place, in an answer, which nobody can ask for again.
 */
export type Halves = "refused" | "replaced";

/** Reads a JSON text. What it gives is finite, well-formed, not too deep, and the same after it was written and read again. */
export function parseUntrusted(text: string, halves: Halves = "refused"): Result<Json, JsonRefusal> {
  const exact = parseExact(text, halves);
  if (!exact.ok) return exact;
  const { value, long } = exact.value;
  return long[0] === undefined ? ok(value) : err({ why: "number", path: long[0] });
}

/**
 * A JSON text as read: whole numbers that a double does not hold are texts of their digits. `long`: where those are. `rounded`: where fractions have
 * more digits than their doubles, for whoever takes no number but the one that was sent. Absent: nowhere.
 */
export type ExactJson = { readonly value: Json; readonly long: readonly string[]; readonly rounded?: readonly string[] };

/** As `parseUntrusted`, for a reader that knows afterwards where whole numbers of any length are wanted (`int64`). */
export function parseExact(text: string, halves: Halves = "refused"): Result<ExactJson, JsonRefusal> {
  // Looked at as text first: a megabyte of `[` must not reach anything that recurses.
  const { nesting, mayBeLong, mayBeMinusZero } = survey(text);
  if (nesting > MAX_DEPTH) return err({ why: "too_deep" });
  let value = parsed(text);
  if (value === undefined) return err({ why: "malformed" });
  const odd = mayBeLong ? longNumbers(text) : [];
  const long = odd.filter(({ isRounded }) => !isRounded);
  const rounded = odd.length === long.length ? {} : { rounded: odd.flatMap(({ isRounded, path }) => (isRounded ? [path] : [])) };
  const lost = long.find(({ digits }) => digits === null);
  if (lost !== undefined) return err({ why: "number", path: lost.path });
  if (long.length > 0) value = parsed(withDigits(text, long)) ?? null;
  if (mayBeMinusZero) value = withoutMinusZero(value);
  // A lone surrogate ("\ud800") has no UTF-8 and no canonical form (RFC 8785 section 3.2.2.2).
  const isWhole = isUnicode(value);
  if (!isWhole && halves === "refused") return err({ why: "malformed" });
  return ok({ value: isWhole ? value : wellFormed(value), long: long.map(({ path }) => path), ...rounded });
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The text with long whole numbers in quotes. */
function withDigits(text: string, long: readonly LongNumber[]): string {
  const pieces: string[] = [];
  let after = 0;
  for (const { start, end } of long) {
    pieces.push(text.slice(after, start), '"', text.slice(start, end), '"');
    after = end;
  }
  return pieces.join("") + text.slice(after);
}

/** `-0` is written as `0` (RFC 8785): read as such, it is the same before and after a restart. */
function withoutMinusZero(value: Json): Json {
  if (typeof value === "number") return value === 0 ? 0 : value;
  if (Array.isArray(value)) return value.map(withoutMinusZero);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutMinusZero(item)]));
  return value;
}

/** Digits up to which a whole number is never beyond ±2^53. */
const SAFE_DIGITS = 15;

/**
 * What a text looks like, read once: the deepest nesting of brackets outside strings, and whether a number in it is long or has an
 * exponent, or starts with `-0`.
 */
function survey(text: string): { readonly nesting: number; readonly mayBeLong: boolean; readonly mayBeMinusZero: boolean } {
  let depth = 0;
  let nesting = 0;
  let digits = 0;
  let before = 0;
  let mayBeLong = false;
  let mayBeMinusZero = false;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index);
    if (inString) {
      if (character === 0x5c) index++;
      else if (character === 0x22) inString = false;
      continue;
    }
    const isDigit = character >= 0x30 && character <= 0x39;
    if (isDigit) {
      if (++digits > SAFE_DIGITS) mayBeLong = true;
      if (character === 0x30 && before === 0x2d) mayBeMinusZero = true;
    } else {
      if (digits > 0 && (character === 0x65 || character === 0x45)) mayBeLong = true;
      if (character !== 0x2e) digits = 0;
      if (character === 0x22) inString = true;
      else if (character === 0x5b || character === 0x7b) nesting = Math.max(nesting, ++depth);
      else if (character === 0x5d || character === 0x7d) depth--;
    }
    before = character;
  }
  return { nesting, mayBeLong, mayBeMinusZero };
}

function isUnicode(value: Json): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (Array.isArray(value)) return value.every(isUnicode);
  if (isObject(value)) return Object.entries(value).every(([key, item]) => key.isWellFormed() && isUnicode(item));
  return true;
}

/** Marker in place of a secret that came back in an answer. */
export const WITHHELD_SECRET = "[secret withheld]";
/** Shorter strings occur by chance; taking them out would spoil answers and hide nothing. */
export const SHORTEST_SECRET = 8;

/** `value` without the given secrets, keys included; a string that holds one in disguise is withheld whole, and so is each of several that hold one together. `count` says how many strings held one. */
export function withoutSecrets(value: Json, secrets: readonly string[]): { readonly value: Json; readonly count: number } {
  const sought = secrets.filter((secret) => secret.length >= SHORTEST_SECRET);
  const isDisguised = disguiseFinder(sought);
  let count = 0;
  const clean = (text: string): string => {
    let cleaned = text;
    for (const secret of sought) cleaned = cleaned.replaceAll(secret, WITHHELD_SECRET);
    if (text.length >= SHORTEST_SECRET && isDisguised(cleaned.replaceAll(WITHHELD_SECRET, ""))) cleaned = WITHHELD_SECRET;
    if (cleaned !== text) count++;
    return cleaned;
  };
  const walk = (item: Json): Json => {
    if (typeof item === "string") return clean(item);
    if (Array.isArray(item)) return item.map(walk);
    if (isObject(item)) return Object.fromEntries(Object.entries(item).map(([key, child]) => [clean(key), walk(child)]));
    return item;
  };
  if (sought.length === 0) return { value, count };
  const cleaned = walk(value);
  const spread = textsOfSpread(cleaned, sought, isDisguised);
  return { value: spread.size === 0 ? cleaned : withoutTexts(cleaned, spread), count: count + spread.size };
}

/** Which texts of a value, in order, together hold a secret that none of them holds alone: two halves in two fields, a list of letters. Not keys. */
function textsOfSpread(value: Json, secrets: readonly string[], isDisguised: (text: string) => boolean): ReadonlySet<number> {
  const texts: string[] = [];
  mapTexts(value, (text) => {
    texts.push(text);
    return text;
  });
  const found = new Set<number>();
  if (texts.length < 2) return found;
  const whole = texts.join("");
  if (whole.length < SHORTEST_SECRET || !(secrets.some((secret) => whole.includes(secret)) || isDisguised(whole))) return found;
  const matcher = openSecretMatcher(secrets);
  const regions = [...matcher.push(whole), ...matcher.end()];
  let start = 0;
  let region = 0;
  for (const [index, { length }] of texts.entries()) {
    while (region < regions.length && (regions[region]?.end ?? 0) <= start) region++;
    const next = regions[region];
    if (next !== undefined && next.start < start + length) found.add(index);
    start += length;
  }
  return found;
}

function withoutTexts(value: Json, withheld: ReadonlySet<number>): Json {
  let index = 0;
  return mapTexts(value, (text) => (withheld.has(index++) ? WITHHELD_SECRET : text));
}

function mapTexts(value: Json, make: (text: string) => string): Json {
  if (typeof value === "string") return make(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, make));
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, make)]));
  return value;
}
