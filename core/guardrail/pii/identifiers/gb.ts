/** United Kingdom: national insurance, the health service, self assessment. */
import { weighted } from "../checksums.ts";
import { type IdentifierForm, spaced } from "./form.ts";

export const GB: readonly IdentifierForm[] = [
  {
    name: "gb_nino", // HMRC, National Insurance Manual NIM39110
    lengths: [9],
    compact: /^(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/,
    naming: "national insurance|\\bni ?(?:no|number|#)|\\bnino\\b|insurance number",
    alone: [...spaced("AA 99 99 99 A"), "AA 999999 A", "AA 99 99 99A", "AA999999 A"],
    hits: ["NI number «JG 12 34 56 C»", "«AB123456C»", "National Insurance: «ab 12 34 56 c»"],
    misses: ["GB123456C", "AB123456E", "DA123456C", "SKU AB123456C"],
  },
  {
    name: "gb_nhs", // NHS Data Dictionary, "NHS number": modulus 11, weights 10 to 2
    lengths: [10],
    compact: /^\d{10}$/,
    isValid: (digits) => weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
    naming: "\\bnhs\\b|national health|\\bchi\\b|health (?:service )?number|patient (?:number|no|id)",
    alone: [],
    hits: ["NHS number «943 476 5919»", "nhs_number: «9434765919»"],
    misses: ["NHS number 943 476 5918", "9434765919"],
  },
  {
    name: "gb_utr", // HMRC, specification of the unique taxpayer reference: the first digit checks the others
    lengths: [10],
    compact: /^\d{10}$/,
    isValid: (digits) => "21987654321"[weighted(digits.slice(1), [6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11] === digits[0],
    naming: "\\butr\\b|unique tax ?payer(?: ref(?:erence)?)?(?: (?:number|no))?|tax ?payer ref(?:erence)?|tax reference|self assessment",
    alone: [],
    hits: ["UTR «1955839661»", "unique taxpayer reference «19558 39661»", "my unique taxpayer reference is «1955839661»"],
    misses: ["UTR 1955839662", "1955839661"],
  },
];
