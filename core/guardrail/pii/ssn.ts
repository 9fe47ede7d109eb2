/** US social security numbers, by the rules of the Social Security Administration: area not 000, 666 or 900 up, group not 00, serial not 0000. */
import type { Finding } from "../finding.ts";
import { type Detector, finding, matchesFrom, wordsBefore } from "./detector.ts";

/** The same separator twice; nine digits in a row only count where the words before say so. */
const CANDIDATE = /(?<![\w+#$€£])(?<![\d-][-./])(\d{3})([ ]?[-. \u00b7/][ ]?|)(\d{2})\2(\d{4})(?![\w])(?![-./]\d)/g;
const NAMED = /\b(?:ssn|ss#|ss no|social[\s_-]?sec(?:urity)?|sozialversicherung|seguro social|itin|tax[\s_-]?id|taxpayer)/;

export const socialSecurityNumbers: Detector = {
  type: "SSN",
  names: ["ssn"],
  stage: "first",
  longest: 9 + 2 * 3,
  mayFind: ({ digits }) => digits >= 9,
  find: findSocialSecurityNumbers,
  samples: {
    hits: ["SSN «536-22-8726»", "«123 45 6789», born in May", "social security: «123456789»"],
    misses: ["666-45-6789", "order 123456789", "123-45-67890"],
  },
};

function findSocialSecurityNumbers(text: string, from: number, context: string): Finding[] {
  const found: Finding[] = [];
  for (const match of matchesFrom(CANDIDATE, text, from)) {
    const [whole, area = "", separator = "", group = "", serial = ""] = match;
    if (area === "000" || area === "666" || area >= "900" || group === "00" || serial === "0000") continue;
    const named = NAMED.test(wordsBefore(text, match.index, context).replaceAll("_", " "));
    if (!named && separator.trim() !== "-" && separator !== " ") continue;
    found.push(finding("SSN", match.index, match.index + whole.length, named ? 0.99 : separator === " " ? 0.7 : 0.9, "ssn"));
  }
  return found;
}
