/** France: social security (NIR) and tax. */
import { remainder } from "../checksums.ts";
import type { IdentifierForm } from "./form.ts";

/** Corsica's departments 2A and 2B count as 19 and 18 (INSEE). */
const isNir = (text: string): boolean =>
  97 - remainder(text.slice(0, 13).replace("2A", "19").replace("2B", "18"), 97) === Number(text.slice(13));

const NIR_SHAPES = ["99", "9A"].flatMap((department) => [
  `99999${department}99999999`,
  `9 99 99 ${department} 999 999 99`,
  `9 99 99 ${department} 999 999 / 99`,
  `9.99.99.${department}.999.999.99`,
  `9-99-99-${department}-999-999-99`,
  `9 99 99 ${department} 999 999-99`,
  `99999${department}999999 99`,
]);

export const FR: readonly IdentifierForm[] = [
  {
    name: "fr_nir", // INSEE: sex, year, month, department, commune, order; 97 less the remainder by 97
    lengths: [15],
    compact: /^[12478]\d{2}(?:0[1-9]|1[0-2]|[2-4]\d|[5-9]\d)(?:\d{2}|2[AB])\d{8}$/,
    isValid: isNir,
    naming: "s[ée]curit[ée] sociale|\\bnir\\b|num[ée]ro de s[ée]cu|\\bn° ?s[ée]cu|\\binsee\\b|carte vitale|social security",
    alone: NIR_SHAPES,
    hits: ["NIR «2 55 08 14 168 025 38»", "sécurité sociale «255081416802538»"],
    misses: ["2 55 08 14 168 025 39", "255131416802539"],
  },
  {
    name: "fr_tax", // numéro fiscal (SPI), DGFiP: the remainder of the first ten digits by 511
    lengths: [13],
    compact: /^[0-3]\d{12}$/,
    isValid: (digits) => remainder(digits.slice(0, 10), 511) === Number(digits.slice(10)),
    naming:
      "(?:num(?:[ée]ro)?\\.?|\\bn[°ºor]?\\.?|code) ?fiscal|num[ée]ro d'imp[oô]t|identifiant fiscal|\\bspi\\b|r[ée]f[ée]rence fiscale|\\btin\\b|tax (?:id|number)",
    alone: [],
    hits: ["numéro fiscal «30 23 217 600 053»", "SPI «3023217600053»", "N° fiscal : «3023217600053»"],
    misses: ["numéro fiscal 3023217600054", "3023217600053"],
  },
];
