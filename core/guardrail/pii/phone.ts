/**
 * Phone numbers: international ones by the numbering plans (libphonenumber), national ones where their form or the words before
 * them say so. Order numbers, dates, amounts, books and ids are left alone: a bare row of digits is a phone number only by its context.
 *
 * Two searches. Forms that are certain by their grouping (`FORMS`) are found beside any other digits and touching a word. What is left
 * is read as one chain of groups, by the words before it.
 */
import { type CountryCode, parsePhoneNumberFromString } from "libphonenumber-js/min";
import type { Finding } from "../finding.ts";
import { type Detector, finding, isAsciiLetter, isDigit, type Memo, matchesFrom, remembered, wordsBefore } from "./detector.ts";
import { liesInAccount } from "./iban.ts";
import { isOwnNumber, type Naming, passesBarcodeCheck, phoneNaming } from "./named.ts";

const EXTENSION = "(?:\\s?(?:ext\\.?|x|extension|durchwahl|#)\\s?\\d{1,6}(?![\\w]))?";
/** What people put between the groups of one number. */
const GAP = "(?: ?[-./·] ?| )";

type Form = { readonly expression: RegExp; readonly plans: readonly CountryCode[] };
/** National forms, certain by their grouping; `plans`: one of them must know the number, where any is listed. */
const FORMS: readonly Form[] = [
  // North American Numbering Plan, section 1: neither area nor exchange begins with 0 or 1.
  { expression: form(`(?:\\+?1${GAP}?)?(?:\\([2-9]\\d{2}\\)(?: ?[-./·] ?| )?|[2-9]\\d{2}${GAP})[2-9]\\d{2}${GAP}\\d{4}`), plans: [] },
  { expression: form(`(?:\\+?55 ?)?(?:\\(0?[1-9]\\d\\) ?|0?[1-9]\\d[ -])(?:9 ?)?\\d{4}[- .]\\d{4}`), plans: ["BR"] },
  { expression: form("\\(0?[1-9]\\d\\) ?9\\d{8}"), plans: ["BR"] },
  { expression: form("1[3-9]\\d[ -]\\d{4}[ -]\\d{4}"), plans: ["CN"] },
  { expression: form("0[1-9](?:[ .·-]\\d{2}){4}"), plans: ["FR"] },
  {
    expression: form("\\(?0[1-9](?:\\d{1,2}\\)?[ /.-]{1,2}\\d{2,3}|\\)?[ /.-]{1,2}\\d{3})[ .]\\d{2}[ .]\\d{2}"),
    plans: ["BE", "CH", "SE"],
  },
  { expression: form("\\(?0[1-9]\\d{1,4}\\)?(?: ?[-/] ?| )\\d{4,8}(?:-\\d{1,4})?"), plans: ["DE", "AT", "GB", "NL", "IN", "IT"] },
  { expression: form("\\(?0\\d{2,3}\\)? \\d{3,4} \\d{4}"), plans: ["GB", "ZA", "DE", "KR"] },
  { expression: form("0[1-9]\\d{0,2}-\\d{2,4}-\\d{4}"), plans: ["JP", "KR"] },
  { expression: form("\\(?0\\d\\)? \\d{4} \\d{4}|04\\d{2} \\d{3} \\d{3}"), plans: ["AU"] },
];

/**
 * A form beside other digits: a blank, a stroke or a bracket parts them, a dot or a hyphen would join them. Blanks alone part a number
 * from more groups of two digits only where it is not one of a table.
 */
function form(source: string): RegExp {
  // A look at what it begins with spares most of the work in texts that are full of digits.
  const begins = source.startsWith("1[3-9]")
    ? "1[3-9]\\d[ -]"
    : source.startsWith("\\(0?")
      ? "[(]"
      : source.includes("[2-9]")
        ? "[(+]|[2-9]\\d{2}|1[ ./·(2-9-]"
        : source.includes("55 ?")
          ? "[(+]|55|0?[1-9]\\d[ -]"
          : "\\(?0";
  return new RegExp(
    `(?=${begins})(?<![\\d+#@$€£¥%]|\\d[-.,:·]|\\d{2} \\d{2} |\\d - ?|\\d- )(?:${source})(?!\\d|[-.·]\\d| \\d{2} \\d{2}(?!\\d))${EXTENSION}`,
    "gi",
  );
}

/** E.164 allows 15 digits; each may have up to two separators before it. */
const CHAIN = new RegExp(
  `(?:(?<!\\d)\\((?=\\+?\\d)|(?<![\\d#@$€£¥%]|\\d[.,/:])(?:\\+|00(?=[1-9])|(?=\\d))[(]?)\\d{1,14}(?:[ ·_.\\-/()]{1,3}\\d{1,12}){0,9}${EXTENSION}(?!\\d)`,
  "gi",
);
/** Its beginning says that it is international: a plus sign, or the 00 that most of the world dials for it. */
const INTERNATIONAL = new RegExp(
  `(?:(?<!\\d)\\(?\\+|(?<![\\w)\\]=] ?)\\+ (?=[1-9])|(?<![\\d#@$€£¥%]|[\\w)]-|\\d[.,/:])00(?=[1-9]))[(]?\\d{1,14}(?:[ ·_.\\-/()]{1,3}\\d{1,12}){0,9}${EXTENSION}(?!\\d)`,
  "gi",
);
const TRAILING_EXTENSION = /\s?(?:ext\.?|x|extension|durchwahl|#)\s?\d{1,6}$/i;
/** A date alone, or with a time behind it. */
const YEAR = "(?:1[89]|2[01])\\d{2}";
const MONTH = "(?:0?[1-9]|1[0-2])";
const DAY = "(?:0?[1-9]|[12]\\d|3[01])";
const DAY_AND_MONTH = `(?:${DAY}[-./ ]${MONTH}|${MONTH}[-./ ]${DAY})`;
const DATE = new RegExp(
  `^\\(?(?:(?:${YEAR}[-./ ]${MONTH}[-./ ]${DAY}|${DAY_AND_MONTH}[-./ ]${YEAR})\\)?(?:[ (-]{1,3}\\d{1,2}(?:[ .-]\\d{2}){0,2})?|${DAY_AND_MONTH}[-./]\\d{2}\\)?(?: {1,2}(?:[01]?\\d|2[0-3])(?: \\d{2})?)?)$`,
);
/** From one year, or one month of a year, to another. */
const PERIOD = new RegExp(`^(?:${MONTH}[-./])?${YEAR} ?[-/] ?(?:${MONTH}[-./])?${YEAR}$`);
/** Plans with a leading zero in national writing, and those whose national form is recognised by its grouping. */
const WITH_ZERO: readonly CountryCode[] = ["DE", "GB", "FR", "CH", "AT", "NL", "BE", "IT", "SE", "AU", "JP", "IN", "ZA"];
const WITHOUT_ZERO: readonly CountryCode[] = ["US", "ES", "PT", "PL", "DK", "NO", "MX", "BR"];

/** Phone numbers, asked about what other detectors left. */
export const phones: Detector = {
  type: "PHONE",
  names: ["phone"],
  stage: "loose",
  // As CHAIN has it: a sign, a bracket and 14 digits, nine groups of 15 units, an extension.
  longest: 18 + 9 * 15 + 17,
  mayFind: ({ digits }) => digits >= 6,
  find: findPhones,
  samples: {
    hits: [
      "call «+49 30 901820»",
      "«(202) 555-0143», after six",
      "call me: «7700900123»",
      "«0151 23456789 ext 12»",
      "«612 345 678»",
      "San Francisco 94105 «(415) 555-2671»",
      "room 12 «415-555-2671»",
      "«415-555-2671»/415-555-2672",
      "testdata«415-555-2671»",
      "12/05/2024 «01 23 45 67 89»",
      "Tel. «0475/12.34.56»",
      "«(11) 91234-5678»",
      "電話 «03-1234-5678»",
      "тел. «84951234567»",
      "call «+1 (415)·555·2671»",
    ],
    misses: [
      "order 7700900123",
      "Bosch 0 350 191 272",
      "10.1916/j.0904.4265.16252.x",
      "item 0815-4711, Teil 0224-5477, dossier 0312-7302",
      "2024-01-02",
      "1,234,567",
      "30 901820 %",
      "ISBN 978-3-16-148410-0, also 0-306-40615-2",
      "call id 8842113377, call duration 1800000 ms",
      "SIREN 732 829 320, VAT GB 999 9999 73",
      "Teile-Nr. 06A 115 561 B, 0280 158 117, SKU 0445-110-369",
      "01 02 03 04 05 06 07 08",
      "706 0073 0000 7085, 02385 6782 RT0001, 020201 5109 013, TREM 0909 5278",
    ],
  },
};

function findPhones(text: string, from: number, context: string, memo?: Memo): Finding[] {
  const found: Finding[] = [];
  const namings = new Map<number, Naming>();
  const namingAt = (index: number): Naming => {
    const known = namings.get(index) ?? phoneNaming(wordsBefore(text, index, context));
    namings.set(index, known);
    return known;
  };
  const all = placesOfDigits(text, from);
  if (all.length === 0) return found;
  for (const { matched, index } of matchesAt(INTERNATIONAL, all)) {
    const number = internationalIn(trimmed(matched), text, index, memo);
    if (number === null) continue;
    if (number.startsWith("00") && namingAt(index) === "thing") continue;
    found.push(finding("PHONE", index, index + number.length, number.startsWith("00") ? 0.95 : 0.99, "phone"));
  }
  const international = [...found];
  // What is left where other digits are.
  const places = all.filter((place) => hasOtherDigits(place, text, international));
  if (places.length === 0) return found;
  for (const { expression, plans } of FORMS) {
    for (const { matched, index } of matchesAt(expression, places)) {
      const end = index + matched.length;
      const number = matched.replace(TRAILING_EXTENSION, "");
      if (liesInAccount(text, index) || touchesCode(text, index) || isNoPhone(number, text, end) || namingAt(index) === "thing") continue;
      if (liesIn(international, index, end) || liesInFours(text, index, end)) continue;
      if (namingAt(index) === "none" && liesInRow(number, text, index, end)) continue;
      if (plans.length > 0 && !isKnownTo(plans, number, memo)) continue;
      found.push(finding("PHONE", index, end, 0.95, "phone"));
    }
  }
  const certain = found.toSorted((a, b) => a.start - b.start);
  let next = 0;
  for (const { matched, index } of matchesAt(CHAIN, places)) {
    const candidate = trimmed(matched);
    const end = index + candidate.length;
    while (next < certain.length && (certain[next]?.end ?? 0) <= index) next++;
    // What is certain is cut out of its chain; the rest is looked at again without it (segment.ts).
    const first = certain[next];
    if ((first !== undefined && first.start < end) || candidate.length < 6) continue;
    const pair = PAIR_OF_NUMBERS.exec(candidate);
    if (pair !== null) {
      found.push(...bothOf(pair, text, index, namingAt, memo));
      continue;
    }
    const score = scoreOf(candidate, text, index, namingAt, memo);
    if (score > 0) found.push(finding("PHONE", index, end, score, "phone"));
  }
  return found;
}

/** `0612345678/0612345679`. */
const PAIR_OF_NUMBERS = /^(0\d{7,10})( ?\/ ?)(0\d{7,10})$/;

/** Two numbers with a stroke between: named as phones, or both of one length and known to one plan. */
function bothOf(
  [, one = "", stroke = "", other = ""]: RegExpExecArray,
  text: string,
  index: number,
  namingAt: (index: number) => Naming,
  memo: Memo | undefined,
): Finding[] {
  const naming = namingAt(index);
  const second = index + one.length + stroke.length;
  if (naming === "thing" || touches(text, index, second + other.length)) return [];
  const isKnown = one.length === other.length && WITH_ZERO.some((plan) => isKnownTo([plan], one, memo) && isKnownTo([plan], other, memo));
  if (naming === "none" && !isKnown) return [];
  return [finding("PHONE", index, index + one.length, 0.8, "phone"), finding("PHONE", second, second + other.length, 0.8, "phone")];
}

/** A stretch of the text that may hold numbers, with what is looked at around them: `begin` is its place in the text, `from` that of the first match. */
type Place = { readonly text: string; readonly begin: number; readonly from: number };

/** Whether a digit of the place is in none of these findings, which are in order. */
function hasOtherDigits({ text, begin, from }: Place, whole: string, findings: readonly Finding[]): boolean {
  let next = 0;
  for (let at = begin + from; at < begin + text.length; at++) {
    while ((findings[next]?.end ?? Number.POSITIVE_INFINITY) <= at) next++;
    if (isDigit(whole.charCodeAt(at)) && at < (findings[next]?.start ?? Number.POSITIVE_INFINITY)) return true;
  }
  return false;
}

/** Fewer digits make no number. */
const FEWEST_DIGITS = 6;
/** Units between two digits of one number, an extension's word among them, and around it that say that it is none. */
const AROUND_UNITS = 16;

/** Stretches with enough digits near each other: in most texts they are short, and ten expressions need not read the rest. */
function placesOfDigits(text: string, from: number): Place[] {
  const places: Place[] = [];
  let [first, last, digits] = [-1, -1, 0];
  const close = (): void => {
    if (digits >= FEWEST_DIGITS) {
      const begin = Math.max(0, first - AROUND_UNITS);
      places.push({ text: text.slice(begin, last + 1 + AROUND_UNITS), begin, from: Math.max(0, from - begin) });
    }
    digits = 0;
  };
  for (let at = from; at < text.length; at++) {
    if (!isDigit(text.charCodeAt(at))) continue;
    if (digits > 0 && at - last > AROUND_UNITS) close();
    if (digits === 0) first = at;
    last = at;
    digits++;
  }
  close();
  return places;
}

/** All matches of a global expression in these places, in order. `index`: in the whole text. */
function matchesAt(expression: RegExp, places: readonly Place[]): { readonly matched: string; readonly index: number }[] {
  const found: { matched: string; index: number }[] = [];
  for (const { text, begin, from } of places) {
    expression.lastIndex = from;
    for (let match = expression.exec(text); match !== null; match = expression.exec(text))
      found.push({ matched: match[0], index: begin + match.index });
  }
  return found;
}

/**
 * As much of an international number as is one: groups behind it may belong to something else. A whole that is only of a possible
 * length counts where nothing touches it and no beginning of it is valid. Null when none is.
 */
function internationalIn(candidate: string, text: string, index: number, memo: Memo | undefined): string | null {
  const isPlus = !candidate.startsWith("00");
  let rest = candidate;
  for (let tries = 0; tries < 6 && rest.replace(/\D/g, "").length >= (isPlus ? 6 : 10); tries++) {
    if (remembered(memo, `valid ${rest}`, () => internationalOf(rest)?.isValid() === true)) return rest;
    const shorter = trimmed(rest.replace(TRAILING_EXTENSION, "").replace(/[ .\-/()·_]{1,3}\d{1,12}$/, ""));
    if (shorter.length >= rest.length) break;
    rest = shorter;
  }
  if (!isPlus || candidate.length < 7) return null;
  const isPossible = (): boolean => remembered(memo, `possible ${candidate}`, () => internationalOf(candidate)?.isPossible() === true);
  return !touches(text, index, index + candidate.length) && isPossible() ? candidate : null;
}

function internationalOf(candidate: string): ReturnType<typeof parsePhoneNumberFromString> {
  const number = candidate.replace(TRAILING_EXTENSION, "");
  return parsePhoneNumberFromString(number.startsWith("00") ? `+${number.slice(2)}` : number.replace("(0)", "").replace("+ ", "+"));
}

/** Whether digits are a phone number behind a `+`: of a plan's number, or at least of a length that it has. */
export const isPossibleAbroad = (digits: string): boolean => parsePhoneNumberFromString(`+${digits}`)?.isPossible() === true;

/** Whether a stretch overlaps one of those, which are in order. */
function liesIn(stretches: readonly Finding[], start: number, end: number): boolean {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stretches[middle]?.end ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  return (stretches[low]?.start ?? end) < end;
}

/** Four groups of four or more: a card, a row of a table, a key; no phone number is written so. */
const FOURS = /(?<!\d)\d{4}(?: \d{4}){3,}(?!\d)/g;
const FOURS_ALONE = /^\d{4}(?: \d{4}){3,}$/;
const FOURS_UNITS = 15;

function liesInFours(text: string, start: number, end: number): boolean {
  const from = Math.max(0, start - FOURS_UNITS);
  const near = text.slice(from, end + FOURS_UNITS);
  return matchesFrom(FOURS, near, 0).some(({ 0: row, index }) => from + index < end && from + index + row.length > start);
}

/** A group of digits before it with one blank between, or one behind it, alone or after two capitals; four capitals before two groups of four. */
const GROUP_BEFORE = /(?<![\w/.:,#-])\d{2,12} $/;
const GROUP_BEHIND = /^ (?:[A-Z]{2})?\d{2,8}(?![\w/:-]|[.,]\d)/;
const CAPITALS_BEFORE = /(?<![A-Za-z])[A-Z]{4} $/;
const PAIR = /^\d{4} \d{4}$/;
/** Pairs are a phone number's (France), whatever stands before. */
const PAIRS = /^0\d(?: \d{2}){4}$/;
/** An identity number that begins with a date of birth (South Africa). */
const BIRTH_FIRST = /^\d{6} \d{4} \d{3}$/;
const ROW_UNITS = 14;

/** Part of a longer row of groups, parted by the same blanks: an identity number, whose middle may pass for a phone. */
function liesInRow(number: string, text: string, start: number, end: number): boolean {
  if (isRound(number) || isCounting(number)) return true;
  if (!/^\d[\d ]*$/.test(number) || PAIRS.test(number)) return false;
  const before = text.slice(Math.max(0, start - ROW_UNITS), start);
  const behind = text.slice(end, end + ROW_UNITS);
  return GROUP_BEFORE.test(before) || GROUP_BEHIND.test(behind) || (PAIR.test(number) && CAPITALS_BEFORE.test(before));
}

/** `404 200 5000`: counts beside each other; `0412-0415`: times, days or numbers of records; `0 350 191 272`: a part of a machine. */
const isRound = (number: string): boolean =>
  (/^\d{3} \d{3} \d{4}$/.test(number) && (number.match(/00(?= |$)/g) ?? []).length > 1) ||
  /^0\d{3} ?- ?0\d{3}$|^0 \d{3} \d{3} \d{3}$/.test(number);

/** `06 07 08 09 10`: each one more than the one before. */
function isCounting(number: string): boolean {
  const groups = number.split(/[ .·-]/);
  return groups.length > 3 && groups.every((group, index) => index === 0 || Number(group) === Number(groups[index - 1]) + 1);
}

/** Without what only seemed to belong: separators and an opening bracket at the end. */
const trimmed = (candidate: string): string => candidate.replace(/[ .\-/(·_]+$/, "");

/** Part of a code: a digit or a single letter joined to it by a hyphen or an underscore, or letters and digits mixed. */
function touchesCode(text: string, index: number): boolean {
  let start = index;
  const joint = text.charCodeAt(index - 1);
  if (joint === 45 || joint === 95) start--;
  let letters = 0;
  while (letters < 3 && isAsciiLetter(text.charCodeAt(start - 1 - letters))) letters++;
  const before = text.charCodeAt(start - 1 - letters);
  if (start < index) return letters < 3 && (letters > 0 || isDigit(before) || before === 41);
  return letters > 0 && (letters < 3 || isDigit(text.charCodeAt(start - 4)));
}

/** Whether something in the text joins the number from behind or before: letters, an underscore, a hyphen after a word. */
function touches(text: string, start: number, end: number): boolean {
  return (
    JOINS_BEHIND.test(text.slice(end, end + 2)) ||
    JOINS_BEFORE.test(text.slice(Math.max(0, start - 2), start)) ||
    DOI.test(text.slice(Math.max(0, start - DOI_UNITS), start))
  );
}

/** `10.1016/j.`: the suffix of a DOI (ISO 26324) goes on. */
const DOI = /\/[a-z]{1,4}\.$/i;
const DOI_UNITS = 6;

/** Scripts that part words by blanks: letters of others touch whatever stands beside them. */
const JOINS_BEHIND = /^(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}])\p{L}|_)/u;
const JOINS_BEFORE = /(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}])\p{L}|_|[\w)]-)$/u;

/** Dates, books, periods, per cent and thousands: numbers of another kind, whatever names them. */
function isNoPhone(number: string, text: string, end: number): boolean {
  if (DATE.test(number) || PERIOD.test(number) || FOURS_ALONE.test(number)) return true;
  if (text.charCodeAt(end) === 37) return true;
  if (/^\d{1,3}(?:[.,]\d{3})+$/.test(number)) return true;
  const digits = number.replace(/\D/g, "");
  if (digits.length === 13 && /^97[89]/.test(digits) && !number.startsWith("+") && passesBarcodeCheck(digits)) return true;
  return isBook(number, digits, text.slice(end, end + 2));
}

/** ISBN-10 in its four parts (ISO 2108), the check digit possibly an X that stands behind. */
function isBook(number: string, digits: string, behind: string): boolean {
  if (!/^\d{1,5}([- ])\d{2,7}\1\d{2,7}(?:\1\d)?$/.test(number)) return false;
  const whole = digits.length === 9 && /^[- ]X/i.test(behind) ? `${digits}X` : digits;
  if (whole.length !== 10) return false;
  let sum = 0;
  for (let index = 0; index < 10; index++) sum += (whole[index] === "X" ? 10 : whole.charCodeAt(index) - 48) * (10 - index);
  return sum % 11 === 0 && (whole.endsWith("X") || /^\d{1,5}[- ]\d{2,7}[- ]\d{2,7}[- ]\d$/.test(number));
}

/** Whether the numbering plan of one of the countries has a number that is written as at home. */
const isKnownTo = (plans: readonly CountryCode[], number: string, memo: Memo | undefined): boolean =>
  plans.some((country) => remembered(memo, `${country} ${number}`, () => parsePhoneNumberFromString(number, country)?.isValid() === true));

function scoreOf(candidate: string, text: string, index: number, namingAt: (index: number) => Naming, memo: Memo | undefined): number {
  const number = candidate.replace(TRAILING_EXTENSION, "");
  const digits = number.replace(/\D/g, "");
  const end = index + candidate.length;
  if (digits.length < 6 || digits.length > 17 || isNoPhone(number, text, end)) return 0;
  const joined = touches(text, index, end);
  const naming = namingAt(index);
  if (naming === "thing" || liesInAccount(text, index)) return 0;
  if (naming === "none" && (BIRTH_FIRST.test(number) || liesInRow(number, text, index, end))) return 0;
  const isOwn = (): boolean => isOwnNumber(wordsBefore(text, index, ""), text.slice(end, end + BEHIND_UNITS));
  const named = naming === "right" || (naming === "near" && !joined) || (!joined && digits.length >= 9 && digits.length <= 13 && isOwn());
  if (joined && !named) return 0;
  const isSeparated = /\d[ ./()·-]+\d/.test(number);
  const startsWithZero = number.replace("(", "").startsWith("0");
  if (!named && (!isSeparated || !startsWithZero || digits.length < 9 || digits.startsWith("000"))) return isSpanishForm(number) ? 0.7 : 0;
  if (digits.length < 7 && naming !== "right") return 0;
  if (named && digits.length <= 15 && (isSeparated || digits.length >= 9 || naming === "right")) return 0.9;
  const plans = startsWithZero ? WITH_ZERO : WITHOUT_ZERO;
  return isKnownTo(plans, number, memo) ? 0.8 : 0;
}

/** What a quiet cut leaves behind a digit (boundary.ts), at least. */
const BEHIND_UNITS = 32;

/** `612 345 678`, `91 234 56 78`: nine digits from 6 to 9 in the groupings used in Spain. */
const isSpanishForm = (number: string): boolean =>
  /^(?:[67]\d{2} \d{3} \d{3}|[67]\d{2} \d{2} \d{2} \d{2}|9\d \d{3} \d{2} \d{2})$/.test(number);
