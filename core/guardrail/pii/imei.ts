/** Identities of phones (3GPP TS 23.003 section 6.2): 15 digits with a Luhn check where words name them, or grouped as they are printed. */
import type { Finding } from "../finding.ts";
import { passesLuhn } from "./checksums.ts";
import { type Detector, finding, keyWordsBefore, matchesFrom } from "./detector.ts";
import { isNamedBy } from "./named.ts";

const FORM = /(?<![\w+.-])\d{2}(?:[ -]?\d{6}[ -]?\d{6}[ -]?\d{1,2})(?![-.]?\w)/g;
const PRINTED = /^\d{2}-\d{6}-\d{6}-\d$/;
const NAMED = /\bimei(?:sv|s)?[ -]?\d?\b(?: (?:number|no|nr|code))?|device id|ger[äa]tenummer|num[ée]ro d'appareil|手机串号/gu;

export const imeis: Detector = {
  type: "IMEI",
  names: ["imei"],
  stage: "first",
  longest: 16 + 3,
  mayFind: ({ digits }) => digits >= 15,
  find(text, from, field) {
    const found: Finding[] = [];
    for (const { 0: number, index } of matchesFrom(FORM, text, from)) {
      const digits = number.replace(/\D/g, "");
      // The last two of 16 say which software runs, and check nothing.
      if (digits.length === 15 ? !passesLuhn(digits) : digits.length !== 16) continue;
      if (!isNamedBy(keyWordsBefore(text, index, field), NAMED) && !(digits.length === 15 && PRINTED.test(number))) continue;
      found.push(finding("IMEI", index, index + number.length, 0.97, "imei"));
    }
    return found;
  },
  samples: {
    hits: [
      "IMEI «490154203237518»",
      "IMEI1: «490154203237518»",
      "imeiNumber=«490154203237518»",
      "imei: «49 015420 323751 8»",
      "«35-209900-176148-1»",
      "IMEISV «3520990017614823»",
    ],
    misses: ["IMEI 490154203237519", "490154203237518", "order 35-209900-176148-2"],
  },
};
