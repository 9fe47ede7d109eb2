/** Italy: codice fiscale, partita IVA, health card. */
import { passesLuhn } from "../checksums.ts";
import type { IdentifierForm } from "./form.ts";

/** Decreto ministeriale 23 December 1976: values at odd places, by digit or letter; 0 counts as A, 9 as J. */
const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
const placeOf = (code: number): number => (code < 58 ? code - 48 : code - 65);

function isFiscalCode(text: string): boolean {
  let sum = 0;
  for (let index = 0; index < 15; index++) {
    const value = placeOf(text.charCodeAt(index));
    sum += index % 2 === 0 ? (ODD[value] ?? 0) : value;
  }
  return sum % 26 === placeOf(text.charCodeAt(15));
}

export const IT: readonly IdentifierForm[] = [
  {
    name: "it_fiscal_code",
    lengths: [16],
    compact: /^[A-Z]{6}[\dLMNP-V]{2}[ABCDEHLMPRST][\dLMNP-V]{2}[A-Z][\dLMNP-V]{3}[A-Z]$/,
    isValid: isFiscalCode,
    naming: "codice fiscale|cod\\.? ?fisc|\\bc\\.?f\\.?(?=[ :.])|tax (?:code|id|number)",
    alone: ["AAAAAA99A99A999A", "aaaaaa99a99a999a", "AAA AAA 99A99 A999A", "AAA-AAA-99A99-A999A"],
    hits: ["CF «RSSMRA85T10A562S»", "codice fiscale «RSS MRA 85T10 A562S»", "«rssmra85t10a562s»"],
    misses: ["RSSMRA85T10A562T", "RSSMRA85F10A562S"],
  },
  {
    name: "it_vat", // partita IVA, DPR 633/1972 article 35: Luhn
    lengths: [11],
    compact: /^\d{11}$/,
    isValid: (digits) => passesLuhn(digits) && digits !== "00000000000",
    naming: "partita iva|\\bp\\.? ?iva\\b|codice fiscale|\\bvat\\b",
    alone: [],
    hits: ["P.IVA «07643520567»"],
    misses: ["P.IVA 07643520568", "07643520567"],
  },
  {
    name: "it_health", // Tessera sanitaria, decreto 11 March 2004: 80, 380 for Italy, Luhn
    lengths: [20],
    compact: /^80380\d{15}$/,
    isValid: passesLuhn,
    naming: "tessera sanitaria|\\bteam\\b|health (?:card|insurance)|\\btessera\\b",
    alone: ["99999999999999999999"],
    hits: ["tessera sanitaria «80380001234567890127»"],
    misses: ["80380001234567890128", "80381001234567890127"],
  },
];
