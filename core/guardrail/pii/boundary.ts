/**
 * Where a text can be cut without cutting a finding: after a comma, or after a blank between words, when nothing before it can go on
 * behind it. Reads folded text unit by unit and looks at nothing but the units since the last cut, so that the cuts are the same
 * however the text arrives.
 *
 * Why no finding lies across such a cut, kind by kind (M is the match, q the cut, b the blank or comma before it):
 * - IP addresses, secrets and the values of named secrets contain neither blanks nor commas. (A secret's name may stand before q:
 *   the search for it begins there, secret.ts.)
 * - Cards, social security numbers and phone numbers contain no comma. A blank in them lies between two digits with at most eleven
 *   units that are none between (`durchwahl` and two blanks): with no digit in the `DIGIT_UNITS` before b, M ended before b, and it
 *   cannot begin before q and hold a digit only behind it, since the first unit of M is a digit, `+`, `(` or a letter-free bracket
 *   that touches one.
 * - IBANs contain no comma, begin with a listed country and two digits, and have a bounded number of letters and digits with gaps of
 *   at most two: `ibanLeft` counts them down, and a blank within is no cut. Between country and digits the next unit is a digit.
 * - National identifiers, IMEIs, passports, plates and dates of birth have a blank before a letter only within `DIGIT_UNITS` of a digit, or
 *   between two groups of up to three capitals (`isCapitals`). A date of birth has a comma only after a month or a day, before a blank: within
 *   `DIGIT_UNITS` of a digit and of a letter. Hardware and cryptocurrency addresses contain neither.
 * - Mail addresses contain a comma only in a quoted name, and a blank only there, beside a bracket, or beside a dot of a domain in
 *   words that follows a sign, or as a line break behind `@` (or `@=`). The rules of `isQuiet` are these places, one by one.
 * - Armour (`-----BEGIN … KEY-----`) contains blanks within `ARMOUR_UNITS` of its first dash; tokens contain none.
 * What a second look finds (personal-data.ts) consists of units of the text itself, since no detector takes the filler or the braces
 * around it: the same argument holds for it.
 *
 * Whoever adds a detector adds its argument here, and a rule of `isQuiet` where one is needed: test/core/guardrail/detectors.test.ts
 * puts the samples of every detector between all kinds of neighbours and looks for a quiet cut inside.
 */
import { type Census, emptyCensus } from "./census.ts";
import { isAsciiLetter, isDigit } from "./detector.ts";
import { LOCAL_PART_UNITS } from "./email.ts";
import { isIbanCountry, LONGEST_IBAN } from "./iban.ts";
import { ARMOUR_UNITS } from "./open-ended.ts";

/** `1234567 durchwahl 12`: from a digit to the next in one phone number, and some to spare. */
const DIGIT_UNITS = 16;
/** `RSS MRA 85T10 A562S`, `M AB 123`: letters of a group before another. */
const CAPITALS = 4;
/** Blanks between an opening bracket and the word in it. */
const BRACKET_UNITS = 3;

const HYPHEN = 45;
const DOT = 46;
const MIDDLE_DOT = 0xb7;
const QUOTE = 34;
const NEVER = -1_000_000;

/** Decides, unit by unit, where a text may be cut. */
export type Boundary = {
  /** Whether the text may be cut before the unit `code` at `index`. Ask before `see(code, index)`. */
  isQuiet(code: number, index: number): boolean;
  /** Units one after the other; `index` counts from anywhere. */
  see(code: number, index: number): void;
  /** A cut before `index`: what was seen is forgotten. */
  restart(index: number): void;
  readonly census: Census;
};

/** Begins a text, or what follows a cut. */
export function openBoundary(): Boundary {
  let start = 0;
  const census = emptyCensus();
  /** The unit before, the one before that, and the third. */
  let before = 0;
  let second = 0;
  let third = 0;
  let solid = 0;
  let runStart = 0;
  let digitAt = NEVER;
  let bracketAt = NEVER;
  let quoteAt = NEVER;
  let armourAt = NEVER;
  let dashes = 0;
  let ibanLeft = 0;
  let ibanGap = 0;
  let letterAt = NEVER;
  /** Capitals of the run of them that ends here; -1: something else stands in it. */
  let capitals = 0;
  let capitalsBefore = 0;

  const trackIban = (code: number): void => {
    if (
      isDigit(code) &&
      (before === 32 || before === HYPHEN || before === MIDDLE_DOT ? isCountry(third, second) : isCountry(second, before))
    ) {
      ibanLeft = LONGEST_IBAN;
      ibanGap = 0;
    } else if (ibanLeft > 0) {
      if (isDigit(code) || isAsciiLetter(code)) {
        ibanLeft--;
        ibanGap = 0;
      } else if (++ibanGap > 2 || !(isBlank(code) || code === DOT || code === HYPHEN || code === MIDDLE_DOT || code === 47 || code === 95))
        ibanLeft = 0;
    }
  };

  return {
    census,
    isQuiet(code, index) {
      if (index <= start) return false;
      const isComma = before === 44 || before === 59 || before === 0x3001 || before === 0x60c;
      if (!isComma && !isBlank(before)) return false;
      if (index - quoteAt <= LOCAL_PART_UNITS) return false;
      if (isComma) return !(code === 32 && index - digitAt <= DIGIT_UNITS && index - letterAt <= DIGIT_UNITS);
      if (isCapital(code) && capitalsBefore > 0 && capitalsBefore <= CAPITALS) return false;
      return (
        isWordBegin(code) &&
        index - digitAt > DIGIT_UNITS &&
        ibanLeft === 0 &&
        index - bracketAt > BRACKET_UNITS &&
        solid !== 64 &&
        solid !== 61 &&
        solid !== 41 &&
        solid !== 93 &&
        solid !== 125 &&
        (solid !== DOT || census.signs === 0) &&
        index - armourAt > ARMOUR_UNITS
      );
    },
    see(code, index) {
      census.units++;
      if (before === QUOTE && index > start) {
        // A quote opens a name before a letter or a digit, and closes one before a sign; before anything else it does neither.
        if (isNameBegin(code)) quoteAt = index - 1;
        else if (!(code === 64 || code === 37 || isOpening(code))) quoteAt = NEVER;
      }
      if (isCapital(code)) {
        census.capitals++;
        if (capitals >= 0) capitals++;
      } else {
        capitalsBefore = capitals;
        capitals = isBlank(code) ? 0 : -1;
      }
      if (isAsciiLetter(code) || code >= 128) letterAt = index;
      if (isBlank(code)) {
        runStart = index + 1;
        if (code === 10) quoteAt = NEVER;
      } else {
        solid = code;
        if (index - runStart >= census.longestRun) census.longestRun = index - runStart + 1;
        if (isDigit(code)) {
          digitAt = index;
          census.digits++;
        } else if (code === DOT) census.dots++;
        else if (code === 58) census.colons++;
        else if (code === 64 || code === 37 || code === 61) census.signs++;
        else if (isOpening(code)) {
          census.signs++;
          bracketAt = index;
        }
      }
      if (ibanLeft > 0 || isDigit(code)) trackIban(code);
      if (code === HYPHEN) dashes++;
      else {
        if (code === 66 && dashes >= 5) armourAt = index;
        dashes = 0;
      }
      third = second;
      second = before;
      before = code;
    },
    restart(index) {
      start = index;
      census.units = census.digits = census.dots = census.colons = census.signs = census.capitals = census.longestRun = 0;
      before = second = third = solid = 0;
      runStart = index;
      capitals = capitalsBefore = 0;
      digitAt = bracketAt = quoteAt = armourAt = letterAt = NEVER;
      dashes = 0;
      ibanLeft = 0;
    },
  };
}

const isCountry = (first: number, second: number): boolean => isAsciiLetter(first) && isAsciiLetter(second) && isIbanCountry(first, second);

/** As `\s` has it, of what folding leaves. */
const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || code === 0x2028 || code === 0x2029;

const isCapital = (code: number): boolean => code >= 65 && code <= 90;

const isOpening = (code: number): boolean => code === 40 || code === 91 || code === 123;

/** What a quoted name begins with: ASCII letters and digits, and anything beyond ASCII, to be safe. */
const isNameBegin = (code: number): boolean => isAsciiLetter(code) || isDigit(code) || code >= 128;

/** A letter, or a mark that no finding has in its middle (`"`, `'`, `*`, `<`, `_`, a backtick). */
const isWordBegin = (code: number): boolean =>
  isAsciiLetter(code) ||
  (code >= 128 && code !== 0x2028 && code !== 0x2029 && code !== 0xb7) ||
  code === QUOTE ||
  code === 39 ||
  code === 42 ||
  code === 60 ||
  code === 95 ||
  code === 96;
