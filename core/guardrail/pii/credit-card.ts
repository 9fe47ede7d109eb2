/**
 * Payment card numbers (ISO/IEC 7812-1): 12 to 19 digits of a known issuer that pass the Luhn check, in the groupings people write.
 * Barcodes, the digits of a fraction and long ids that are named as such are none.
 */
import type { Finding } from "../finding.ts";
import { passesLuhn } from "./checksums.ts";
import { type Detector, FARTHEST_UNITS, finding, isDigit, wordsBefore } from "./detector.ts";
import { liesInAccount } from "./iban.ts";
import { cardNaming, passesBarcodeCheck, phoneNaming } from "./named.ts";
import { isPossibleAbroad } from "./phone.ts";

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
  { low: 100000, high: 199999, lengths: [15] }, // Universal Air Travel Plan
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
const BEGINNINGS = new Uint8Array(100);
for (const { low, high } of ISSUERS) BEGINNINGS.fill(1, Math.floor(low / 10_000), Math.floor(high / 10_000) + 1);
const LONGEST = 19;
const SHORTEST = 12;
/** Visa, Mastercard and American Express at their usual length: cards whatever names them. */
const USUAL = /^(?:4\d{15}|5[1-5]\d{14}|3[47]\d{13})$/;

/** Universal Air Travel Plan: any fifteen digits behind a 1, so only where words say card. */
const AIR_TRAVEL = /^1\d{14}$/;
/** E.164 allows 15 digits. */
const LONGEST_PHONE = 15;
/** Digits of a group of a card that people part: American Express and Diners Club have six. */
const LONGEST_GROUP = 8;
/** Units of a card whose groups stand in markup. */
const LONGEST_IN_MARKUP = 130;

type Group = { readonly start: number; readonly end: number; readonly digits: string };

export const cards: Detector = {
  type: "CREDIT_CARD",
  names: ["credit_card"],
  stage: "first",
  // Nineteen digits, three separators between every two; or markup.
  longest: LONGEST_IN_MARKUP,
  mayFind: ({ digits }) => digits >= SHORTEST,
  find: findCards,
  samples: {
    hits: [
      "card «4242 4242 4242 4242»",
      "«3782 822463 10005» (American Express)",
      "card_«4111111111111111»",
      "id,card\n7,«4111111111111111»",
      "«4111 - 1111 - 1111 - 1111», valid until 12/27",
      "«4111·1111·1111·1111»",
      "Maestro «501800000009»",
      "«5018 0000 0009»",
      "RuPay «6070000000000002»",
      "JCB «213112345678904»",
      "Hipercard «6062 8200 0000 0011»",
      "<b>«4111</b> <b>1111</b> <b>1111</b> <b>1111»</b>",
      "UATP card «135410014004955»",
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
      "e = 2.718281828459045",
      "Wert 3,4111111111111111 kg",
      "t,v\n1,4.383807014529753\n2,5.311140806929322",
      "Bestellung 028-5014709-2731213",
      "00536112-7650-4239-8055-521912649058",
      "1Z4415310472679160, SSCC (00)300178613837946862",
      "object 84c100de5682655831295f25",
      "+4915128081077",
      "30 31 32 33 34 35 36 37 38",
      "135410014004955",
    ],
  },
};

function findCards(text: string, from: number, context: string): Finding[] {
  const found: Finding[] = [];
  for (const groups of digitChains(text, from)) {
    for (let first = 0; first < groups.length; ) {
      const last = cardFrom(groups, first);
      if (last === null || isOther(text, groups, first, last, context)) first++;
      else {
        found.push(finding("CREDIT_CARD", groups[first]?.start ?? 0, groups[last]?.end ?? 0, 0.99, "credit_card"));
        first = last + 1;
      }
    }
  }
  return found;
}

/** Digits that pass for a card, and are something else by what stands around them. */
function isOther(text: string, groups: readonly Group[], first: number, last: number, context: string): boolean {
  const [begin, end] = [groups[first], groups[last]];
  if (begin === undefined || end === undefined || isAbroad(text, groups, first, last)) return true;
  if (liesInAccount(text, begin.start)) return true;
  const digits = groups.slice(first, last + 1).map((group) => group.digits);
  if (AIR_TRAVEL.test(digits.join("")) && cardNaming(wordsBefore(text, begin.start, context)) !== "card") return true;
  if (first === last) return isOtherNumber(text, begin, context);
  const gap = text.slice(begin.end, groups[first + 1]?.start);
  if (gap === "." && last === first + 1 && isWholePart(text, begin.start, begin.end)) return true;
  if (begin.digits.length > LONGEST_GROUP && isFraction(text, begin.start)) return true;
  const isCells = CELL.test(gap);
  if (!isCells && !isOfRow(text, groups, first, last) && !isInLongerId(text, groups, first, last)) return false;
  return cardNaming(wordsBefore(text, begin.start, context, isCells ? FARTHEST_UNITS : undefined)) !== "card";
}

/** What parts numbers that are each a thing of their own. */
const CELL = /<\/?(?:t[dhr]|li|p|div|option)\b/i;

/** A phone number behind its `+` or `00`, the end of one, or one with another number before it. */
function isAbroad(text: string, groups: readonly Group[], first: number, last: number): boolean {
  const end = groups[last]?.end ?? 0;
  for (let index = last; index >= 0; index--) {
    const group = groups[index];
    if (group === undefined || end - group.start > LONGEST_PHONE * 3) return false;
    const isDialled = index < first && group.digits.startsWith("00");
    if (!isDialled && !PLUS.test(text.slice(Math.max(0, group.start - 4), group.start))) continue;
    const digits = text.slice(group.start + (isDialled ? 2 : 0), end).replace(/\D/g, "");
    return digits.length <= LONGEST_PHONE && isPossibleAbroad(digits);
  }
  return false;
}
/** A plus that nothing touches from before: in `4111+1111` it is a blank of a URL. */
const PLUS = /(?<![\w=+])\+ ?\(?$/;

/**
 * A list of numbers: small groups beside more of them or of no usual card, numbers that grow from one to the next, or
 * groups of four in a long row of which not every four are a card.
 */
function isOfRow(text: string, groups: readonly Group[], first: number, last: number): boolean {
  const size = groups[first]?.digits.length ?? 0;
  const inside = groups.slice(first, last + 1);
  if (size <= 4 && inside.length > 2 && isMonotonic(inside)) return true;
  const [begin, end] = rowAround(text, groups, first, last);
  const isAlone = begin === first && end === last;
  if (size <= 3) return !isAlone || (last - first > 1 && !USUAL.test(inside.map(({ digits }) => digits).join("")));
  if (size !== 4 || isAlone || end - begin < LONG_ROW) return false;
  for (let index = begin; index <= end; index += 4) if (cardFrom(groups.slice(0, index + 4), index) !== index + 3) return true;
  return (first - begin) % 4 !== 0;
}
const LONG_ROW = 6;

/** Growing all through or falling; groups of four begin alike, as those of no card do. */
function isMonotonic(groups: readonly Group[]): boolean {
  const numbers = groups.map(({ digits }) => Number(digits));
  const isGrowing = numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0));
  const isFalling = numbers.every((number, index) => index === 0 || number < (numbers[index - 1] ?? 0));
  const [first] = groups;
  const isAlike = first?.digits.length !== 4 || groups.every(({ digits }) => digits.slice(0, 2) === first.digits.slice(0, 2));
  return (isGrowing || isFalling) && isAlike;
}

/** The first and last group of the row that this stretch belongs to: groups of its size, parted as its own are. Bounded. */
function rowAround(text: string, groups: readonly Group[], first: number, last: number): [number, number] {
  const size = groups[first]?.digits.length;
  const gapBefore = (index: number): string => text.slice(groups[index - 1]?.end ?? 0, groups[index]?.start ?? 0);
  const gap = gapBefore(first + 1);
  let [begin, end] = [first, last];
  while (begin > 0 && first - begin < ROW_GROUPS && groups[begin - 1]?.digits.length === size && gapBefore(begin) === gap) begin--;
  while (end + 1 < groups.length && end - last < ROW_GROUPS && groups[end + 1]?.digits.length === size && gapBefore(end + 1) === gap) end++;
  return [begin, end];
}
const ROW_GROUPS = 16;

/** A card in one block that is the digits of a fraction, a barcode, or an id by the words before it. */
function isOtherNumber(text: string, group: Group, context: string): boolean {
  if (isFraction(text, group.start) || isInDigest(text, group)) return true;
  if (LABEL.test(text.slice(Math.max(0, group.start - LABEL_UNITS), group.start))) return true;
  const before = wordsBefore(text, group.start, context);
  const naming = cardNaming(before);
  if (naming === "barcode") return true;
  if (naming === "card") return false;
  if (group.digits.length <= LONGEST_PHONE && phoneNaming(before) === "right" && isPossibleAbroad(group.digits)) return true;
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

/** `0.4111…`, `-12.4111…`, `.4111…`, `Wert 3,4111…`: what stands before the point is no group of a card. */
function isFraction(text: string, start: number): boolean {
  const point = text.charCodeAt(start - 1);
  if (point !== 46 && point !== 44) return false;
  let before = start - 2;
  while (start - before < 7 && isDigit(text.charCodeAt(before))) before--;
  const digits = text.slice(before + 1, start - 1);
  if (point === 44) return digits === "0" || (isWholePart(text, before + 1, start - 1) && isInSentence(text, before, start));
  if (digits === "") return before < 0 || /[\s(,:=+[-]/.test(text[before] ?? "");
  return isWholePart(text, before + 1, start - 1);
}

/** One to three digits that nothing touches from before but a sign: no issuer's card is parted behind them. */
const isWholePart = (text: string, start: number, end: number): boolean =>
  end > start && end - start < 4 && !/[\p{L}_]/u.test(text[start - 1] ?? "");

/** `Wert 3,4111… kg`: a word before the number, no comma behind it. At the start of a line the comma parts two cells. */
function isInSentence(text: string, before: number, start: number): boolean {
  if (!/[^\s,;|] -?$/.test(text.slice(Math.max(0, before - 2), before + 1))) return false;
  let end = start;
  while (end - start <= LONGEST && isDigit(text.charCodeAt(end))) end++;
  return text.charCodeAt(end) !== 44;
}

/** `028-5014709-2731213`, a UUID, 22 digits of a parcel in fours: more groups are joined to those that pass for a card. */
function isInLongerId(text: string, groups: readonly Group[], first: number, last: number): boolean {
  const [begin, end] = [groups[first], groups[last]];
  if (begin === undefined || end === undefined) return false;
  const gap = text.slice(begin.end, groups[first + 1]?.start);
  const before = groups[first - 1];
  if (gap.length !== 1) return false;
  if (gap !== " ") {
    if (text[begin.start - 1] === gap && isDigit(text.charCodeAt(begin.start - 2))) return true;
    return last === first + 1 && text[end.end] === gap && isDigit(text.charCodeAt(end.end + 1));
  }
  const isOfFours = before?.digits.length === 4 && begin.digits.length === 4 && text.slice(before.end, begin.start) === gap;
  return isOfFours && groups[last + 1]?.digits.length === 2 && text.slice(end.end, groups[last + 1]?.start) === gap;
}

/** A parcel's number (UPS), or a field of a GS1 label: `1Z` or `(00)` right before the digits. */
const LABEL = /(?<![\w])1Z$|\(\d{2,4}\)$/i;
const LABEL_UNITS = 7;

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
  if (to - from > 3) return isMarkup(text, from, to);
  for (let index = from; index < to; index++) if (IS_SEPARATOR[text.charCodeAt(index)] !== 1) return false;
  return true;
}

const MARKUP_UNITS = 32;
/** A blank farther from the digit before it may be a quiet cut (boundary.ts). */
const BLANK_UNITS = 15;
const MARKUP = /^(?:\s{0,3}<\/?[a-z]{1,8}(?:\s[a-z-]{2,8}="[^"<>,;\d]{0,12}")?\s?\/?>){1,4}\s{0,3}$|^(?:\*\*|__) (?:\*\*|__)$/i;

/** Tags of HTML, or bold type of Markdown, that each group has of its own. */
function isMarkup(text: string, from: number, to: number): boolean {
  if (to - from > MARKUP_UNITS) return false;
  const sign = text[from] ?? "";
  if (!"<*_ \n\r\t".includes(sign)) return false;
  const gap = text.slice(from, to);
  return MARKUP.test(gap) && gap.search(/\s\S*$/) <= BLANK_UNITS;
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
    if (group === undefined || digits.length + group.digits.length > LONGEST || group.end - begin.start > LONGEST_IN_MARKUP) break;
    digits += group.digits;
    if (digits.length >= 2 && BEGINNINGS[(digits.charCodeAt(0) - 48) * 10 + digits.charCodeAt(1) - 48] !== 1) return null;
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
