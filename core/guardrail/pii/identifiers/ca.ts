/** Canada: social insurance, business number, health cards of the large provinces. */
import { isDayOfYear, passesLuhn, weighted } from "../checksums.ts";
import type { IdentifierForm } from "./form.ts";

const HEALTH = "health (?:card|number|insurance|care)|carte sant[ée]|assurance[ -]?maladie";

export const CA: readonly IdentifierForm[] = [
  {
    name: "ca_sin", // Service Canada: Luhn; 8 begins none
    lengths: [9],
    compact: /^[0-79]\d{8}$/,
    isValid: (digits) => passesLuhn(digits) && digits !== "000000000",
    naming: "\\bsin\\b|social insurance|assurance sociale|\\bnas\\b|socialinsurance",
    alone: [],
    hits: ["SIN «046 454 286»", "NAS : «046-454-286»"],
    misses: ["SIN 046 454 287", "046454286"],
  },
  {
    name: "ca_business", // Canada Revenue Agency: nine digits with Luhn, a programme, an account
    lengths: [15],
    compact: /^\d{9}R[CMPRTZ]\d{4}$/,
    isValid: (text) => passesLuhn(text.slice(0, 9)),
    naming: "business number|num[ée]ro d'entreprise|\\bgst\\b|\\bhst\\b|\\btps\\b",
    alone: ["999999999AA9999", "999999999 AA 9999", "99999 9999 AA9999", "99999 9999 AA 9999"],
    hits: ["BN «123456782RT0001»", "«12345 6782 RT0001»"],
    misses: ["123456783RT0001", "123456782XT0001"],
  },
  {
    name: "ca_health_on", // Ontario Ministry of Health: ten digits with Luhn, a version of two letters
    lengths: [10, 12],
    compact: /^[1-9]\d{9}(?:[A-Z]{2})?$/,
    isValid: (text) => passesLuhn(text.slice(0, 10)),
    naming: `${HEALTH}|\\bohip\\b|ontario`,
    alone: [],
    hits: ["OHIP «9876-543-217-AB»", "health card «9876543217»"],
    misses: ["OHIP 9876-543-218-AB", "9876543217"],
  },
  {
    name: "ca_health_bc", // British Columbia, personal health number: 9, eight digits with weights, remainder by 11
    lengths: [10],
    compact: /^9\d{9}$/,
    isValid: (digits) => 11 - (weighted(digits.slice(1), [2, 4, 8, 5, 10, 9, 7, 3]) % 11) === Number(digits[9]),
    naming: `${HEALTH}|\\bphn\\b|\\bmsp\\b`,
    alone: [],
    hits: ["PHN «9698 658 215»"],
    misses: ["PHN 9698 658 216", "9698658215"],
  },
  {
    name: "ca_health_qc", // RAMQ: four letters, birth date with the month plus 50 for women, serial
    lengths: [12],
    compact: /^[A-Z]{4}\d{8}$/,
    isValid: (text) => isDayOfYear(Number(text.slice(8, 10)), Number(text.slice(6, 8)) % 50),
    naming: `${HEALTH}|\\bramq\\b`,
    alone: ["AAAA 9999 9999", "AAAA-9999-9999"],
    hits: ["RAMQ «TREM 8005 1216»"],
    misses: ["TREM 8013 1216", "TREM80051216"],
  },
];
