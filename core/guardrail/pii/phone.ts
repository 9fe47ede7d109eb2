/**
 * Phone numbers: international ones by the numbering plans (libphonenumber), national ones where their form or the words before
 * them say so. Order numbers, dates, amounts and ids are left alone: a bare row of digits is a phone number only by its context.
 */
import { type CountryCode, parsePhoneNumberFromString } from "libphonenumber-js/min";
import type { Finding } from "../finding.ts";
import { type Detector, finding, matchesFrom, wordsBefore } from "./detector.ts";

/** E.164 allows 15 digits; each may have up to two separators before it. */
const CANDIDATE =
  /(?:(?<!\d)\((?=\d)|(?<![\w#@$€£¥%]|[\w)]-|\d[.,/:])(?:\+|00(?=[1-9])|(?=\d))[(]?)\d{1,14}(?:[ .\-/()]{1,3}\d{1,12}){0,9}(?:\s?(?:ext\.?|x|extension|durchwahl|#)\s?\d{1,6})?(?![\w])/gi;
const NAMED =
  /(?:\bphone|\btel\b|\btele|\bcell|\bmobil|\bfax|whats ?app|\bcall\b|\bcalling|\bsms\b|\btext me|reach (?:me|us|him|her|them)|\bdial\b|\bring me|contact (?:number|me|us)|hotline|\brufnummer|\bhandy|\banruf|\bruf(?:en)?\b|durchwahl|móvil|movil|tel[eé]fono|ll[aá]m|t[eé]l[eé]phone|portable|appel|\bfon\b|[☎📞📱])/u;
const OTHER_NUMBER =
  /(?:order|invoice|ticket|\bref\b|reference|tracking|account|customer|\bcase|serial|\bid\b|\bid[#:]|_id\b|\bsku|\bpart|\bmodel|\bversion|\bvin\b|policy|routing|bestell|rechnung|kunden|auftrag|vorgang|pedido|factura|commande|\bnpi\b|\bmrn\b|\bdea\b|\bisbn|\bimei|\biban|\bdate|\bpostal|\bzip\b|\$|€|£|\busd|\beur)[^\d]{0,14}$/;
const DATE = /^\(?(?:\d{4}[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./ ]\d{1,2}[-./ ](?:\d{4}|\d{2}))(?!\d)(?![-./ ]\d{2,3}[-./ ]?\d{2})/;
/** North American Numbering Plan, section 1: neither area nor exchange begins with 0 or 1. */
const NORTH_AMERICAN = /^(?:1[ .-])?(?:\([2-9]\d{2}\)[ .-]{0,2}|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}(?!\d)/;
/** Plans with a leading zero in national writing, and those whose national form is recognised by its grouping. */
const WITH_ZERO: readonly CountryCode[] = ["DE", "GB", "FR", "CH", "AT", "NL", "BE", "IT", "SE", "AU", "JP", "IN", "ZA"];
const WITHOUT_ZERO: readonly CountryCode[] = ["US", "ES", "PT", "PL", "DK", "NO", "MX", "BR"];

export const phones: Detector = {
  type: "PHONE",
  names: ["phone"],
  stage: "loose",
  // As CANDIDATE has it: a sign, a bracket and 14 digits, nine groups of 15 units, an extension.
  longest: 18 + 9 * 15 + 17,
  mayFind: ({ digits }) => digits >= 7,
  find: findPhones,
  samples: {
    hits: ["call «+49 30 901820»", "«(202) 555-0143», after six", "call me: «7700900123»", "«0151 23456789 ext 12»", "«612 345 678»"],
    misses: ["order 7700900123", "2024-01-02", "1,234,567", "30 901820 %"],
  },
};

function findPhones(text: string, from: number, context: string): Finding[] {
  const found: Finding[] = [];
  for (const { 0: matched, index } of matchesFrom(CANDIDATE, text, from)) {
    const candidate = trimmed(matched);
    const score = scoreOf(candidate, wordsBefore(text, index, context), text.charCodeAt(index + candidate.length));
    if (score > 0) found.push(finding("PHONE", index, index + candidate.length, score, "phone"));
  }
  return found;
}

/** Without what only seemed to belong: separators and an opening bracket at the end. */
const trimmed = (candidate: string): string => candidate.replace(/[ .\-/(]+$/, "");

function scoreOf(candidate: string, before: string, next: number): number {
  const number = candidate.replace(/\s?(?:ext\.?|x|extension|durchwahl|#)\s?\d{1,6}$/i, "");
  const digits = number.replace(/\D/g, "");
  if (digits.length < 7 || digits.length > 17) return 0;
  if (next === 37 || (/^\d+$/.test(number) === false && /^\d{1,3}(?:[.,]\d{3})+$/.test(number))) return 0; // per cent, thousands
  if (number.startsWith("+")) return parsePhoneNumberFromString(number.replace("(0)", ""))?.isPossible() ? 0.99 : 0;
  const named = NAMED.test(before);
  if (!named && OTHER_NUMBER.test(before)) return 0;
  if (DATE.test(number)) return 0;
  if (number.startsWith("00")) return parsePhoneNumberFromString(`+${number.slice(2)}`)?.isValid() ? 0.95 : 0;
  if (NORTH_AMERICAN.test(number) && digits.length <= 11) return 0.95;
  const isSeparated = /\d[ ./()-]+\d/.test(number);
  if (!named && (!isSeparated || !number.replace("(", "").startsWith("0") || digits.length < 9)) return isSpanishForm(number) ? 0.7 : 0;
  const plans = number.replace("(", "").startsWith("0") ? WITH_ZERO : WITHOUT_ZERO;
  if (plans.some((country) => parsePhoneNumberFromString(number, country)?.isValid())) return named ? 0.95 : 0.8;
  return named && digits.length <= 15 && (isSeparated || digits.length >= 9) ? 0.7 : 0;
}

/** `612 345 678`, `91 234 56 78`: nine digits from 6 to 9 in the groupings used in Spain. */
const isSpanishForm = (number: string): boolean =>
  /^(?:[67]\d{2} \d{3} \d{3}|[67]\d{2} \d{2} \d{2} \d{2}|9\d \d{3} \d{2} \d{2})$/.test(number);
