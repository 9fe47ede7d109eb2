/** Payment card numbers (ISO/IEC 7812-1): 13 to 19 digits of a known issuer that pass the Luhn check, in the groupings people write. */
import type { Finding } from "../finding.ts";
import { type Detector, finding, matchesFrom } from "./detector.ts";

type Issuer = { readonly low: number; readonly high: number; readonly lengths: readonly number[] };
/** First six digits from `low` to `high`: the networks' published ranges (the list of issuer identification numbers, 2024). */
const ISSUERS: readonly Issuer[] = [
  { low: 400000, high: 499999, lengths: [13, 16, 19] }, // Visa
  { low: 510000, high: 559999, lengths: [16] }, // Mastercard
  { low: 222100, high: 272099, lengths: [16] }, // Mastercard, 2-series
  { low: 340000, high: 349999, lengths: [15] }, // American Express
  { low: 370000, high: 379999, lengths: [15] },
  { low: 300000, high: 305999, lengths: [14, 16, 17, 18, 19] }, // Diners Club
  { low: 309500, high: 309599, lengths: [14, 16, 17, 18, 19] },
  { low: 360000, high: 369999, lengths: [14, 15, 16, 17, 18, 19] },
  { low: 380000, high: 399999, lengths: [14, 16, 17, 18, 19] },
  { low: 601100, high: 601199, lengths: [16, 17, 18, 19] }, // Discover
  { low: 644000, high: 659999, lengths: [16, 17, 18, 19] }, // Discover, RuPay
  { low: 620000, high: 629999, lengths: [16, 17, 18, 19] }, // UnionPay
  { low: 810000, high: 819999, lengths: [16, 17, 18, 19] },
  { low: 352800, high: 358999, lengths: [16, 17, 18, 19] }, // JCB
  { low: 220000, high: 220499, lengths: [16, 17, 18, 19] }, // Mir
  { low: 500000, high: 508999, lengths: [13, 14, 15, 16, 17, 18, 19] }, // Maestro, Elo, RuPay
  { low: 560000, high: 589999, lengths: [13, 14, 15, 16, 17, 18, 19] }, // Maestro
  { low: 600000, high: 600999, lengths: [16] }, // RuPay, Hipercard
  { low: 630000, high: 639999, lengths: [13, 14, 15, 16, 17, 18, 19] }, // Maestro
  { low: 670000, high: 679999, lengths: [13, 14, 15, 16, 17, 18, 19] }, // Maestro
];
/** With which the ranges above begin. */
const FIRST_DIGITS = "234568";
const LONGEST = 19;
const SHORTEST = 13;

type Group = { readonly start: number; readonly end: number; readonly digits: string };

export const cards: Detector = {
  type: "CREDIT_CARD",
  names: ["credit_card"],
  stage: "first",
  // Nineteen digits, three separators between every two.
  longest: LONGEST + (LONGEST - 1) * 3,
  mayFind: ({ digits }) => digits >= SHORTEST,
  find: findCards,
  samples: {
    hits: [
      "card «4242 4242 4242 4242»",
      "«3782 822463 10005» (American Express)",
      "card_«4111111111111111»",
      "«4111 - 1111 - 1111 - 1111», valid until 12/27",
    ],
    misses: ["4242 4242 4242 4243", "9111111111111111", "order 1234567890123456"],
  },
};

function findCards(text: string, from: number): Finding[] {
  const found: Finding[] = [];
  for (const groups of digitChains(text, from)) {
    for (let first = 0; first < groups.length; ) {
      const last = cardFrom(groups, first);
      if (last === null) first++;
      else {
        found.push(finding("CREDIT_CARD", groups[first]?.start ?? 0, groups[last]?.end ?? 0, 0.99, "credit_card"));
        first = last + 1;
      }
    }
  }
  return found;
}

/** A run of digits that began before `from` is none of ours. */
const DIGITS = /(?<!\d)\d+/g;

/** Chains of digit groups with at most three separators between two groups; those too short for a card are left out. */
function* digitChains(text: string, from: number): Generator<Group[]> {
  let chain: Group[] = [];
  let digitsSoFar = 0;
  for (const { 0: digits, index: start } of matchesFrom(DIGITS, text, from)) {
    const previous = chain.at(-1);
    if (previous !== undefined && !isSeparator(text, previous.end, start)) {
      if (digitsSoFar >= SHORTEST) yield chain;
      chain = [];
      digitsSoFar = 0;
    }
    chain.push({ start, end: start + digits.length, digits });
    digitsSoFar += digits.length;
  }
  if (digitsSoFar >= SHORTEST) yield chain;
}

/** Blanks, dashes, dots, strokes or line breaks: what people and page layouts put between the groups. */
const SEPARATORS = " \t\r\n._/*-";

function isSeparator(text: string, from: number, to: number): boolean {
  if (to - from > 3) return false;
  for (let index = from; index < to; index++) if (!SEPARATORS.includes(text[index] ?? "")) return false;
  return true;
}

/** The index of the group that ends a card beginning with group `first`; null when none does. The longest wins; letters may touch it. */
function cardFrom(groups: readonly Group[], first: number): number | null {
  const begin = groups[first];
  if (begin === undefined || !FIRST_DIGITS.includes(begin.digits[0] ?? "")) return null;
  let digits = "";
  let longest: number | null = null;
  const sizes: number[] = [];
  for (let last = first; last < groups.length; last++) {
    const group = groups[last];
    if (group === undefined || digits.length + group.digits.length > LONGEST) break;
    digits += group.digits;
    sizes.push(group.digits.length);
    if (digits.length >= SHORTEST && isGrouping(sizes) && isCardNumber(digits)) longest = last;
  }
  return longest;
}

/** One block, blocks of one size (the last may differ), or the 4-6-5 and 4-6-4 of American Express and Diners Club. */
function isGrouping(sizes: readonly number[]): boolean {
  const [first, second] = sizes;
  if (sizes.length === 3 && first === 4 && second === 6) return true;
  return sizes.slice(0, -1).every((size) => size === first) && (sizes.length < 3 || (sizes.at(-1) ?? 0) <= (first ?? 0));
}

function isCardNumber(digits: string): boolean {
  const prefix = Number(digits.slice(0, 6));
  const issuer = ISSUERS.some(({ low, high, lengths }) => prefix >= low && prefix <= high && lengths.includes(digits.length));
  return issuer && passesLuhn(digits);
}

/** ISO/IEC 7812-1 annex B. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const weighted = index % 2 === 1 ? digit * 2 : digit;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}
