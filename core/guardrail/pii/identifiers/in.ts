/** India: Aadhaar, PAN, GSTIN, health and voter cards. */
import { passesVerhoeff } from "../checksums.ts";
import type { IdentifierForm } from "./form.ts";

/** GSTN: values to base 36, every second one doubled, their digits to base 36 added up. */
function isGstin(text: string): boolean {
  let sum = 0;
  for (let index = 0; index < 14; index++) {
    const product = Number.parseInt(text[index] ?? "0", 36) * (index % 2 === 0 ? 1 : 2);
    sum += Math.floor(product / 36) + (product % 36);
  }
  return (36 - (sum % 36)) % 36 === Number.parseInt(text[14] ?? "0", 36);
}

export const IN: readonly IdentifierForm[] = [
  {
    name: "in_aadhaar", // UIDAI: twelve digits, the first 2 to 9, Verhoeff
    lengths: [12],
    compact: /^[2-9]\d{11}$/,
    isValid: passesVerhoeff,
    naming: "a{1,2}dha{1,2}r|आधार|uidai|\\buid\\b|ஆதார்|ಆಧಾರ್|ఆధార్|আধার|આધાર|ਆਧਾਰ",
    alone: [],
    hits: ["Aadhaar «2345 6789 0124»", "आधार: «234567890124»"],
    misses: ["Aadhaar 2345 6789 0125", "2345 6789 0124"],
  },
  {
    name: "in_pan", // Income Tax Department: the fourth letter is the kind of holder
    lengths: [10],
    compact: /^[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]$/,
    naming: "\\bpan\\b|permanent account|पैन|tax id",
    alone: ["AAAAA9999A"],
    hits: ["PAN «ABCPE1234F»", "pan: «abcpe1234f»"],
    misses: ["ABCDE1234F", "SKU ABCPE1234F"],
  },
  {
    name: "in_gstin", // CGST Rules 2017, rule 10: state, PAN, serial, Z, check
    lengths: [15],
    compact: /^\d{2}[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[\dA-Z]$/,
    isValid: isGstin,
    naming: "\\bgst(?:in)?\\b|जीएसटी",
    alone: ["99AAAAA9999A9A9", "99AAAAA9999A9AA", "99AAAAA9999AAA9", "99AAAAA9999AAAA"],
    hits: ["GSTIN «27AAPFU0939F1ZV»"],
    misses: ["27AAPFU0939F1ZW", "27AAPFU0939F1XV"],
  },
  {
    name: "in_abha", // National Health Authority: fourteen digits; its check is not published
    lengths: [14],
    compact: /^\d{14}$/,
    naming: "\\babha\\b|ayushman|health id|आभा",
    alone: [],
    hits: ["ABHA «91-1234-5678-9012»"],
    misses: ["91-1234-5678-9012"],
  },
  {
    name: "in_voter", // Election Commission, EPIC
    lengths: [10],
    compact: /^[A-Z]{3}\d{7}$/,
    naming: "voter|\\bepic\\b|मतदाता",
    alone: [],
    hits: ["voter ID «ABC1234567»"],
    misses: ["ABC1234567"],
  },
];
