/** Australia: tax file number, Medicare, business number, health identifier. */
import { passesLuhn, weighted } from "../checksums.ts";
import type { IdentifierForm } from "./form.ts";

export const AU: readonly IdentifierForm[] = [
  {
    name: "au_tfn", // Australian Taxation Office: weights, divisible by 11
    lengths: [9, 8],
    compact: /^[1-9]\d{7,8}$/,
    isValid: (digits) => weighted(digits, digits.length === 9 ? [1, 4, 3, 7, 5, 8, 6, 9, 10] : [10, 7, 8, 4, 6, 3, 5, 1]) % 11 === 0,
    naming: "\\btfn\\b|tax file",
    alone: [],
    hits: ["TFN «123 456 782»", "tax file number «123456782»"],
    misses: ["TFN 123 456 783", "123456782"],
  },
  {
    name: "au_medicare", // Services Australia: first 2 to 6, weights 1, 3, 7, 9, the ninth digit checks, then issue and person
    lengths: [10, 11],
    compact: /^[2-6]\d{9,10}$/,
    isValid: (digits) => weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === Number(digits[8]),
    naming: "medicare",
    alone: [],
    hits: ["Medicare «2123 45670 1»", "Medicare card «2123456701»"],
    misses: ["Medicare 2123 45671 1", "2123456701"],
  },
  {
    name: "au_abn", // Australian Business Register: the first digit less one, weights, divisible by 89
    lengths: [11],
    compact: /^[1-9]\d{10}$/,
    isValid: (digits) => weighted(`${Number(digits[0]) - 1}${digits.slice(1)}`, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) % 89 === 0,
    naming: "\\babn\\b|australian business|business number",
    alone: [],
    hits: ["ABN «51 824 753 556»"],
    misses: ["ABN 51 824 753 557", "51824753556"],
  },
  {
    name: "au_ihi", // Healthcare Identifiers Service: 800360, Luhn
    lengths: [16],
    compact: /^80036\d{11}$/,
    isValid: passesLuhn,
    naming: "\\bihi\\b|healthcare identifier",
    alone: ["9999999999999999", "9999 9999 9999 9999"],
    hits: ["IHI «8003 6081 6669 0503»"],
    misses: ["8003 6081 6669 0504", "8103608166690503"],
  },
];
