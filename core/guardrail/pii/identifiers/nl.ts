/** Netherlands: burgerservicenummer and the tax number of sole traders. */
import { passesMod97, weighted } from "../checksums.ts";
import type { IdentifierForm } from "./form.ts";

/** The eleven test of the Rijksdienst voor Identiteitsgegevens: the last digit counts negative. */
const passesEleven = (digits: string): boolean => {
  const nine = digits.padStart(9, "0");
  return nine !== "000000000" && weighted(nine, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;
};

export const NL: readonly IdentifierForm[] = [
  {
    name: "nl_bsn",
    lengths: [9, 8],
    compact: /^\d{8,9}$/,
    isValid: passesEleven,
    naming: "\\bbsn\\b|burgerservice|sofi-?nummer|persoonsnummer|citizen service|tax (?:id|number)",
    alone: [],
    hits: ["BSN «111222333»", "burgerservicenummer: «1112.22.333»"],
    misses: ["BSN 111222334", "111222333"],
  },
  {
    name: "nl_vat", // Belastingdienst, btw-identificatienummer: MOD 97-10, before 2020 the eleven test
    lengths: [14],
    compact: /^NL\d{9}B\d{2}$/,
    isValid: (text) => passesMod97(text) || passesEleven(text.slice(2, 11)),
    naming: "\\bbtw\\b|\\bvat\\b|omzetbelasting",
    alone: ["AA999999999A99", "AA 999999999 A99", "AA 9999 99 999 A99", "AA9999.99.999.A99"],
    hits: ["btw-id «NL123456789B13»"],
    misses: ["NL123456789B12", "NX123456789B13"],
  },
];
