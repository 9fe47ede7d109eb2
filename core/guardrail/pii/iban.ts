/** International bank account numbers (ISO 13616-1): a country's length, and 1 as the remainder by 97. */
import type { Finding } from "../finding.ts";
import { type Detector, finding, isAsciiLetter, isDigit, isWordUnit } from "./detector.ts";

/** Length by country: SWIFT's IBAN registry, release 99. */
const LENGTHS: { readonly [country: string]: number | undefined } = Object.fromEntries(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 " +
    "FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 " +
    "MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 " +
    "SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
  )
    .split(" ")
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** Malta and Saint Lucia have 31 and 32, ISO 13616-1 allows 34. */
export const LONGEST_IBAN = 34;
const SHORTEST_IBAN = 15;

/** Lengths by two capitals: 26 times the first and the second. */
const LENGTH_OF = Uint8Array.from({ length: 26 * 26 }, (_, index) => {
  const letters = String.fromCharCode(65 + Math.floor(index / 26), 65 + (index % 26));
  return LENGTHS[letters] ?? 0;
});
/** Units of an account of the country of two ASCII letters, in either case; 0: it has no IBANs. */
const lengthOf = (first: number, second: number): number => LENGTH_OF[((first & 0x5f) - 65) * 26 + (second & 0x5f) - 65] ?? 0;

/** Whether two ASCII letters, in either case, are a country with IBANs (the SWIFT registry). */
export const isIbanCountry = (first: number, second: number): boolean => lengthOf(first, second) > 0;

/** Finds IBANs, written together or in groups. */
export const ibans: Detector = {
  type: "IBAN",
  names: ["iban"],
  stage: "first",
  longest: LONGEST_IBAN + (LONGEST_IBAN - 1) * 2,
  mayFind: ({ digits, units }) => digits >= 2 && units >= SHORTEST_IBAN,
  find: findIbans,
  samples: {
    hits: ["IBAN «DE89 3704 0044 0532 0130 00»", "«GB29NWBK60161331926819», please", "to «MT84 MALT 0110 0001 2345 MTLC AST0 01S»"],
    misses: ["DE88 3704 0044 0532 0130 00", "XX89370400440532013000", "DE893704004405320130001"],
  },
};

function findIbans(text: string, from: number): Finding[] {
  const found: Finding[] = [];
  for (let at = from; at + 3 < text.length; at++) {
    const third = text.charCodeAt(at + 2);
    const end = isDigit(third) || isGap(third) ? endOfBeginning(text, at) : -1;
    if (end < 0) continue;
    const length = lengthOf(text.charCodeAt(at), text.charCodeAt(at + 1));
    const account = length === 0 ? null : collect(text, at, length);
    if (account !== null && leavesOne(account.compact)) found.push(finding("IBAN", at, account.end, 0.99, "iban"));
    at = end - 1;
  }
  return found;
}

/** Where two letters and two digits that begin at `at` end, with a separator before each digit or none; -1: they do not begin an account. */
function endOfBeginning(text: string, at: number): number {
  if (!isAsciiLetter(text.charCodeAt(at)) || !isAsciiLetter(text.charCodeAt(at + 1))) return -1;
  let end = at + 2;
  for (let digit = 0; digit < 2; digit++) {
    if (isGap(text.charCodeAt(end))) end++;
    if (!isDigit(text.charCodeAt(end))) return -1;
    end++;
  }
  const before = text.charCodeAt(at - 1);
  const isWordBefore = isAsciiLetter(before) || isDigit(before);
  return !isWordBefore || NAMED.test(text.slice(Math.max(0, at - NAMED_UNITS), at)) ? end : -1;
}

/** A blank, a hyphen, a middle dot. */
const isGap = (code: number): boolean => code === 32 || code === 45 || code === 0xb7;
/** Words that name an account and may touch it. */
const NAMED = /(?:iban|konto|account|compte)$/i;
const NAMED_UNITS = 7;

/** `length` letters and digits from `start`, with at most two blanks, dashes or dots in a row between them. */
function collect(text: string, start: number, length: number): { compact: string; end: number } | null {
  let compact = "";
  let gap = 0;
  for (let index = start; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isDigit(code) || isAsciiLetter(code)) {
      compact += text[index];
      gap = 0;
      if (compact.length < length) continue;
      const end = index + 1;
      return end < text.length && isWordUnit(text.charCodeAt(end)) ? null : { compact: compact.toUpperCase(), end };
    }
    if (++gap > 2 || !/[\s.·/_-]/.test(text[index] ?? "")) return null;
  }
  return null;
}

/** As many units before a group as an account has before its last. */
const ACCOUNT_UNITS = 44;
const GROUP_UNITS = 4;

/**
 * Whether what begins at `start` is a group of what is written as an account in groups, though its check may fail: `[A-Z]{2}\d{2}(?: ?[A-Z\d]{4})*[ -]`
 * before it, the longest such row. Looks back a bounded way.
 */
export function liesInAccount(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 1);
  if (before !== 32 && before !== 45) return false;
  const first = Math.max(0, start - ACCOUNT_UNITS);
  let isAccount = false;
  for (let end = start - 1; end - GROUP_UNITS >= first; ) {
    const begin = end - GROUP_UNITS;
    for (let at = begin; at < end; at++) if (!isCapitalOrDigit(text.charCodeAt(at))) return isAccount;
    const isBeginning = !isCapitalOrDigit(text.charCodeAt(begin - 1)) && !isAsciiLetter(text.charCodeAt(begin - 1));
    const [one, other] = [text.charCodeAt(begin), text.charCodeAt(begin + 1)];
    if (
      (begin === first || isBeginning) &&
      !isDigit(one) &&
      !isDigit(other) &&
      isDigit(text.charCodeAt(begin + 2)) &&
      isDigit(text.charCodeAt(begin + 3))
    )
      isAccount = isIbanCountry(one, other);
    end = text.charCodeAt(begin - 1) === 32 ? begin - 1 : begin;
  }
  return isAccount;
}

const isCapitalOrDigit = (code: number): boolean => (code >= 65 && code <= 90) || isDigit(code);

/** ISO 7064 MOD 97-10: the first four characters to the end, letters as 10 to 35. */
function leavesOne(account: string): boolean {
  let remainder = 0;
  for (const character of account.slice(4) + account.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}
