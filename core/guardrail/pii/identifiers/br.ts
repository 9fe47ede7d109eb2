/** Brazil: CPF, CNPJ, PIS and the health card. */
import { weighted } from "../checksums.ts";
import type { IdentifierForm } from "./form.ts";

/** Receita Federal: eleven less the remainder by 11, ten and eleven count as 0. */
const checkDigit = (digits: string, weights: readonly number[]): string => {
  const rest = weighted(digits, weights) % 11;
  return rest < 2 ? "0" : String(11 - rest);
};
const CNPJ = [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
const isOneDigit = (digits: string): boolean => /^(\d)\1+$/.test(digits);

export const BR: readonly IdentifierForm[] = [
  {
    name: "br_cpf",
    lengths: [11],
    compact: /^\d{11}$/,
    isValid: (digits) =>
      !isOneDigit(digits) &&
      checkDigit(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) === digits[9] &&
      checkDigit(digits, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) === digits[10],
    naming: "\\bcpf\\b|contribuinte|pessoa f[íi]sica|tax (?:id|number)",
    alone: ["999.999.999-99", "999999999-99", "999 999 999-99"],
    hits: ["CPF «111.444.777-35»", "cpf: «11144477735»"],
    misses: ["111.444.777-36", "111.111.111-11", "11144477735"],
  },
  {
    name: "br_cnpj",
    lengths: [14],
    compact: /^\d{14}$/,
    isValid: (digits) => !isOneDigit(digits) && checkDigit(digits, CNPJ) === digits[12] && checkDigit(digits, [6, ...CNPJ]) === digits[13],
    naming: "cnpj|pessoa jur[íi]dica",
    alone: ["99.999.999/9999-99"],
    hits: ["CNPJ «11.222.333/0001-81»", "cnpj «11222333000181»"],
    misses: ["11.222.333/0001-82", "11222333000181"],
  },
  {
    name: "br_pis", // Caixa, PIS/PASEP/NIS
    lengths: [11],
    compact: /^\d{11}$/,
    isValid: (digits) => !isOneDigit(digits) && checkDigit(digits, [3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) === digits[10],
    naming: "\\bpis\\b|\\bpasep\\b|\\bnis\\b|\\bnit\\b",
    alone: ["999.99999.99-9"],
    hits: ["PIS «120.54789.01-3»", "NIS «12054789013»"],
    misses: ["PIS 120.54789.01-4", "12054789013"],
  },
  {
    name: "br_cns", // Cartão Nacional de Saúde, DATASUS: weights 15 to 1, divisible by 11
    lengths: [15],
    compact: /^[12789]\d{14}$/,
    isValid: (digits) => weighted(digits, [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
    naming: "\\bcns\\b|cart[ãa]o (?:nacional|sus|do sus)|\\bsus\\b|sa[úu]de",
    alone: [],
    hits: ["cartão SUS «700 0000 0000 0005»"],
    misses: ["cartão SUS 700 0000 0000 0006", "700000000000005"],
  },
];
