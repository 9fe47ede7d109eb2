/** Poland: PESEL, NIP, REGON, identity card. */
import { isDayOfYear, weighted } from "../checksums.ts";
import type { IdentifierForm } from "./form.ts";

export const PL: readonly IdentifierForm[] = [
  {
    name: "pl_pesel", // Ustawa o ewidencji ludności, article 15: birth date with the century in its month, weights 1, 3, 7, 9
    lengths: [11],
    compact: /^\d{11}$/,
    isValid: (digits) =>
      isDayOfYear(Number(digits.slice(4, 6)), Number(digits.slice(2, 4)) % 20) &&
      weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0,
    naming: "pesel|numer ewidencyjny|national id|identyfika",
    alone: [],
    hits: ["PESEL «44051401359»"],
    misses: ["PESEL 44051401358", "44051401359"],
  },
  {
    name: "pl_nip", // Ustawa o zasadach ewidencji podatników: weights, remainder by 11
    lengths: [10],
    compact: /^[1-9]\d{9}$/,
    isValid: (digits) => weighted(digits, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === Number(digits[9]),
    naming: "\\bnip\\b|podatk|tax (?:id|number)|\\bvat\\b",
    alone: ["999-999-99-99", "999-99-99-999"],
    hits: ["NIP «123-456-32-18»", "NIP: «1234563218»"],
    misses: ["NIP 123-456-32-19", "1234563218"],
  },
  {
    name: "pl_regon", // GUS, rozporządzenie w sprawie REGON: weights, remainder by 11, 10 counts as 0
    lengths: [9],
    compact: /^\d{9}$/,
    isValid: (digits) => (weighted(digits, [8, 9, 2, 3, 4, 5, 6, 7]) % 11) % 10 === Number(digits[8]),
    naming: "regon",
    alone: [],
    hits: ["REGON «123456785»"],
    misses: ["REGON 123456786", "123456785"],
  },
  {
    name: "pl_id_card", // dowód osobisty: three letters, check, five digits; letters from 10, weights 7, 3, 1
    lengths: [9],
    compact: /^[A-Z]{3}\d{6}$/,
    isValid: (text) =>
      [7, 3, 1, 9, 7, 3, 1, 7, 3].reduce((sum, weight, index) => sum + weight * Number.parseInt(text[index] ?? "0", 36), 0) % 10 === 0,
    naming: "dow[oó]d|id card|identity card",
    alone: [],
    hits: ["dowód osobisty «ABA300000»"],
    misses: ["dowód osobisty ABA300001", "ABA300000"],
  },
];
