/**
 * Payment card numbers (ISO/IEC 7812-1): 12 to 19 digits of a known issuer that pass the Luhn check, in the groupings people write.
 * Barcodes, the digits of a fraction and long ids that are named as such are none.
 */
import type { Finding } from "../finding.ts";
import { passesLuhn } from "./checksums.ts";
import { type Detector, finding, isDigit, wordsBefore } from "./detector.ts";
import { cardNaming, passesBarcodeCheck } from "./named.ts";

type Issuer = { readonly low: number; readonly high: number; readonly lengths: readonly number[] };
/** First six digits from `low` to `high`: the networks' published ranges (the list of issuer identification numbers, 2024). */
const ISSUERS: readonly Issuer[] = [
  { low: 400000, high: 499999, lengths: [13, 16, 18, 19] }, // Visa, Switch
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
  { low: 180000, high: 180099, lengths: [15] },
  { low: 213100, high: 213199, lengths: [15] },
  { low: 220000, high: 220599, lengths: [16, 17, 18, 19] }, // Mir, Borica
  { low: 500000, high: 508999, lengths: [12, 13, 14, 15, 16, 17, 18, 19] }, // Maestro, Elo, RuPay
  { low: 560000, high: 589999, lengths: [12, 13, 14, 15, 16, 17, 18, 19] }, // Maestro
  { low: 600000, high: 609999, lengths: [16] }, // RuPay, Hipercard
  { low: 606282, high: 606282, lengths: [13, 16, 19] }, // Hipercard
  { low: 820000, high: 829999, lengths: [16] }, // RuPay
  { low: 860000, high: 860099, lengths: [16] }, // Uzcard
  { low: 979200, high: 979299, lengths: [16] }, // Troy
  { low: 986000, high: 986099, lengths: [16] }, // Humo
  { low: 630000, high: 639999, lengths: [12, 13, 14, 15, 16, 17, 18, 19] }, // Maestro
  { low: 670000, high: 679999, lengths: [12, 13, 14, 15, 16, 17, 18, 19] }, // Maestro
];
/** With which the ranges above begin. */
const FIRST_DIGITS = "12345689";
/** The first two digits of any of them: what begins otherwise is not read on. */
const BEGINNINGS: ReadonlySet<number> = new Set(
  ISSUERS.flatMap(({ low, high }) => {
    const first = Math.floor(low / 10_000);
    return Array.from({ length: Math.floor(high / 10_000) - first + 1 }, (_, index) => first + index);
  }),
);
const LONGEST = 19;
const SHORTEST = 12;
/** Visa, Mastercard and American Express at their usual length: cards whatever names them. */
const USUAL = /^(?:4\d{15}|5[1-5]\d{14}|3[47]\d{13})$/;

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
      "«4111·1111·1111·1111»",
      "Maestro «501800000009»",
      "«5018 0000 0009»",
      "RuPay «6070000000000002»",
      "JCB «213112345678904»",
      "Hipercard «6062 8200 0000 0011»",
    ],
    misses: [
      "4242 4242 4242 4243",
      "9111111111111111",
      "order 1234567890123456",
      "EAN 4334270399479",
      "4011759523197",
      "message 566194154822524949",
      "order no. 6489071083728137",
      "translate(0%, -0.5309136012499991%)",
      "weight 0.36386904787245233",
      "object 84c100de5682655831295f25",
    ],
  },
};

function findCards(text: string, from: number, context: string): Finding[] {
  const found: Finding[] = [];
  for (const groups of digitChains(text, from)) {
    for (let first = 0; first < groups.length; ) {
      const last = cardFrom(groups, first);
      if (last === null || (first === last && isOtherNumber(text, groups[first], context))) first++;
      else {
        found.push(finding("CREDIT_CARD", groups[first]?.start ?? 0, groups[last]?.end ?? 0, 0.99, "credit_card"));
        first = last + 1;
      }
    }
  }
  return found;
}

/** A card in one block that is the digits of a fraction, a barcode, or an id by the words before it. */
function isOtherNumber(text: string, group: Group | undefined, context: string): boolean {
  if (group === undefined || isFraction(text, group.start) || isInDigest(text, group)) return true;
  const naming = cardNaming(wordsBefore(text, group.start, context));
  if (naming === "barcode") return true;
  if (naming === "card") return false;
  if (naming === "thing" && !USUAL.test(group.digits)) return true;
  return group.digits.length <= 13 && passesBarcodeCheck(group.digits);
}

/** Part of a row of hexadecimal digits that is longer than a card, as of an object's id or a hash. */
function isInDigest(text: string, { start, end }: Group): boolean {
  let [first, last] = [start, end];
  while (start - first < DIGEST_UNITS && isHexadecimal(text.charCodeAt(first - 1))) first--;
  while (last - end < DIGEST_UNITS && isHexadecimal(text.charCodeAt(last))) last++;
  return last - first > end - start && last - first > LONGEST;
}

const DIGEST_UNITS = 64;
const isHexadecimal = (code: number): boolean => isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70);

/** `0.4111…`, `-12.4111…`, `.4111…`: what stands before the point is no group of a card. */
function isFraction(text: string, start: number): boolean {
  const point = text.charCodeAt(start - 1);
  if (point !== 46 && point !== 44) return false;
  let before = start - 2;
  while (start - before < 7 && isDigit(text.charCodeAt(before))) before--;
  const digits = text.slice(before + 1, start - 1);
  if (point === 44) return digits === "0";
  if (digits === "") return before < 0 || /[\s(,:=+[-]/.test(text[before] ?? "");
  return digits.length < 4 && !/[\p{L}_]/u.test(text[before] ?? "");
}

/** Chains of digit groups with at most three separators between two groups; those too short for a card are left out. */
function digitChains(text: string, from: number): Group[][] {
  const chains: Group[][] = [];
  let chain: Group[] = [];
  let digitsSoFar = 0;
  let end = 0;
  let at = from;
  // A run of digits that began before `from` is none of ours.
  while (at > 0 && isDigit(text.charCodeAt(at - 1)) && isDigit(text.charCodeAt(at))) at++;
  for (; at < text.length; at++) {
    if (!isDigit(text.charCodeAt(at))) continue;
    const start = at;
    while (isDigit(text.charCodeAt(at))) at++;
    if (digitsSoFar > 0 && !isSeparator(text, end, start)) {
      if (digitsSoFar >= SHORTEST) chains.push(chain);
      if (chain.length > 0) chain = [];
      digitsSoFar = 0;
    }
    end = at;
    chain.push({ start, end, digits: text.slice(start, end) });
    digitsSoFar += end - start;
  }
  if (digitsSoFar >= SHORTEST) chains.push(chain);
  return chains;
}

/** Blanks, dashes, dots, strokes, signs or line breaks: what people and page layouts put between the groups. */
const IS_SEPARATOR = Uint8Array.from({ length: 256 }, (_, code) => (" \t\r\n._/*-·:|+~\\".includes(String.fromCharCode(code)) ? 1 : 0));

function isSeparator(text: string, from: number, to: number): boolean {
  if (to - from > 3) return false;
  for (let index = from; index < to; index++) if (IS_SEPARATOR[text.charCodeAt(index)] !== 1) return false;
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
    if (digits.length >= 2 && !BEGINNINGS.has(Number(digits.slice(0, 2)))) return null;
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
