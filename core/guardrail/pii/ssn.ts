/** US social security numbers, by the rules of the Social Security Administration: area not 000, 666 or 900 up, group not 00, serial not 0000. */
import type { Finding } from "../finding.ts";
import { type Detector, finding, keyWordsBefore, matchesFrom } from "./detector.ts";
import { isNamedBy } from "./named.ts";

/** The same separator twice; nine digits in a row only count where the words before say so. */
const CANDIDATE = /(?<![\w+#$€£])(?<![\d-][-./])(\d{3})([ ]?[-. \u00b7/][ ]?|)(\d{2})\2(\d{4})(?![\w])(?![-./]\d)/g;
/** Digit by digit, with a blank or a hyphen or both between: only where the words before say so. */
const SPACED = /(?<![\w-])\d(?: ?-? ?\d){8}(?![\w])/g;
const NAMED = /\b(?:ssn|ss#|ss no|social[\s_-]?sec(?:urity)?|sozialversicherung|seguro social|itin|tax[\s_-]?id|taxpayer)/;

const ALL_NAMED = new RegExp(NAMED.source, "g");
/** A header of a table and the row below it. Farther words count where they name nothing else. */
const FARTHER_UNITS = 64;

export const socialSecurityNumbers: Detector = {
  type: "SSN",
  names: ["ssn"],
  stage: "first",
  longest: 9 + 8 * 3,
  mayFind: ({ digits }) => digits >= 9,
  find: findSocialSecurityNumbers,
  samples: {
    hits: [
      "SSN «536-22-8726»",
      "«123 45 6789», born in May",
      "social security: «123456789»",
      "SSN: «5 3 6 - 2 2 - 8 7 2 6»",
      "«536·22·8726»",
    ],
    misses: ["666-45-6789", "order 123456789", "123-45-67890"],
  },
};

function findSocialSecurityNumbers(text: string, from: number, context: string): Finding[] {
  const found: Finding[] = [];
  for (const match of matchesFrom(CANDIDATE, text, from)) {
    const [whole, area = "", separator = "", group = "", serial = ""] = match;
    if (!isIssued(area, group, serial)) continue;
    const named = isNamed(text, match.index, context);
    if (!named && separator.trim() !== "-" && separator !== " " && separator !== "\u00b7") continue;
    found.push(finding("SSN", match.index, match.index + whole.length, named ? 0.99 : separator === " " ? 0.7 : 0.9, "ssn"));
  }
  if (found.length > 0) return found;
  for (const { 0: whole, index } of matchesFrom(SPACED, text, from)) {
    const digits = whole.replace(/\D/g, "");
    if (!isIssued(digits.slice(0, 3), digits.slice(3, 5), digits.slice(5)) || !isNamed(text, index, context)) continue;
    found.push(finding("SSN", index, index + whole.length, 0.9, "ssn"));
  }
  return found;
}

const isNamed = (text: string, index: number, context: string): boolean =>
  NAMED.test(keyWordsBefore(text, index, context)) || isNamedBy(keyWordsBefore(text, index, context, FARTHER_UNITS), ALL_NAMED);

const isIssued = (area: string, group: string, serial: string): boolean =>
  area !== "000" && area !== "666" && area < "900" && group !== "00" && serial !== "0000";
