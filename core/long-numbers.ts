/**
 * Numbers of a JSON text that a double does not hold: beyond its range (`1e400`), too near to nothing (`1e-400`), or whole and beyond
 * ±2^53, where a double skips numbers. Beside them fractions with more digits than their double has, which parsing rounds. Found in the text,
 * since parsing has already changed them. Knows no schema and no transport.
 */
import { escapeToken } from "./json.ts";

/**
 * A number that does not come through. `digits`: of a whole number that is written out; null: any other. `isRounded`: a fraction, for which a near
 * double stands.
 */
export type LongNumber = {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly digits: string | null;
  readonly isRounded: boolean;
};

/** The largest whole number (and, negated, the smallest) up to which a double holds every one. */
const LARGEST = 9_007_199_254_740_992;

/** The numbers of a text that a double does not hold or rounds, in order. `text` MUST be JSON. Takes time linear in its length. */
export function longNumbers(text: string): LongNumber[] {
  const found: LongNumber[] = [];
  /** Where the reader is: the current key (as written in the text, with its quotes) or index of each level. */
  const place: (string | number)[] = [];
  let isKeyNext = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      const end = endOfString(text, at);
      if (isKeyNext) place[place.length - 1] = text.slice(at, end);
      isKeyNext = false;
      at = end - 1;
    } else if (unit === OBJECT || unit === LIST) {
      place.push(unit === OBJECT ? '""' : 0);
      isKeyNext = unit === OBJECT;
    } else if (unit === OBJECT_END || unit === LIST_END) {
      place.pop();
      isKeyNext = false;
    } else if (unit === COMMA) {
      const here = place.at(-1);
      if (typeof here === "number") place[place.length - 1] = here + 1;
      else isKeyNext = true;
    } else if (isNumberUnit(unit) && unit !== LOWER_E) {
      let end = at + 1;
      while (end < text.length && isNumberUnit(text.charCodeAt(end))) end++;
      const written = text.slice(at, end);
      const isHere = isHeld(written);
      const isRounded = isHere && !isExact(written);
      if (!isHere || isRounded)
        found.push({ path: pointerOf(place), start: at, end, digits: !isRounded && WHOLE.test(written) ? written : null, isRounded });
      at = end - 1;
    }
  }
  return found;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const LIST = 0x5b;
const LIST_END = 0x5d;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;
const LOWER_E = 0x65;

const WHOLE = /^-?\d+$/;

/** Digits, signs, point and exponent. `e` alone occurs in `true` and `false` too. */
const isNumberUnit = (unit: number): boolean =>
  (unit >= 0x30 && unit <= 0x39) || unit === 0x2d || unit === 0x2b || unit === 0x2e || unit === 0x45 || unit === LOWER_E;

/** Whether a double holds the number, or is near to it. Fractions are rounded by nature; a number that is whole is held exactly or not at all. */
function isHeld(written: string): boolean {
  const value = Number(written);
  if (!Number.isFinite(value)) return false;
  const { digits, isWhole } = significant(written);
  if (value === 0) return digits === "";
  if (Math.abs(value) < LARGEST) return true;
  if (WHOLE.test(written)) return Math.abs(value) === LARGEST && digits === String(LARGEST);
  // With a point or an exponent (`1.5e300`) the same digits must come out again.
  return !isWhole || digits === significant(String(value)).digits;
}

/** Digits that `toPrecision` gives at most. */
const MOST_DIGITS = 100;

/**
 * Whether the digits that are written are the double's own, to as many places: `0.1`, `100.00`, `0.30000000000000004`, and what a language with 17 or
 * more places writes for a double (`0.10000000000000001`). `1.00000000000000000001` is not: it is read as 1.
 */
function isExact(written: string): boolean {
  // The shortest form that leads to the double: a tie in its last place rounds either way.
  if (String(Number(written)) === written) return true;
  const { digits } = significant(written);
  if (digits.length <= SURE_DIGITS && !/[eE]/.test(written)) return true;
  if (digits === "") return true;
  return digits.length <= MOST_DIGITS && significant(Number(written).toPrecision(digits.length)).digits === digits;
}

/** A number of so many digits is always told from its neighbours (IEEE 754: DBL_DIG). */
const SURE_DIGITS = 15;

/** The digits of a number without zeros at either end, and whether it is a whole number for certain: its point, if any, is moved away. */
function significant(written: string): { readonly digits: string; readonly isWhole: boolean } {
  const mantissa = written.split(/[eE]/, 1)[0] ?? "";
  const bare = mantissa.replace("-", "").replace(".", "");
  let start = 0;
  while (bare[start] === "0") start++;
  let end = bare.length;
  while (end > start && bare[end - 1] === "0") end--;
  const point = mantissa.indexOf(".");
  const fraction = point < 0 ? 0 : Math.max(0, mantissa.length - point - 1 - (bare.length - end));
  const exponent = Number(written.slice(mantissa.length + 1) || 0);
  return { digits: bare.slice(start, end), isWhole: exponent >= fraction };
}

/** The place just behind a string that starts at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x5c) at++;
    else if (unit === QUOTE) return at + 1;
  }
  return text.length;
}

const pointerOf = (place: readonly (string | number)[]): string =>
  place.map((token) => `/${escapeToken(typeof token === "string" ? (JSON.parse(token) as string) : token)}`).join("");
