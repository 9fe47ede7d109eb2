/** Hardware addresses (IEEE 802, EUI-48): six pairs of hexadecimal digits, or three groups of four as some makers print them. */
import type { Finding } from "../finding.ts";
import { type Detector, finding, wordsBefore } from "./detector.ts";

const PAIR = "[0-9a-f]{2}";
/** Not part of a longer chain of pairs, such as a fingerprint or an identifier of eight. */
const FORM = new RegExp(`(?<![\\w.:-])(?:${PAIR}([:-])${PAIR}(?:\\1${PAIR}){4}|[0-9a-f]{4}(?:\\.[0-9a-f]{4}){2})(?![:.-]?\\w)`, "iy");
/** Unset, and everybody's (broadcast): no device has them. */
const NOBODY = /^(?:00[:-]?){6}$|^(?:ff[:-]?){6}$|^(?:0000\.?){3}$|^(?:ffff\.?){3}$/i;
const NAMED = /\bmac\b|bssid|ethernet|\bwlan|wi-?fi|bluetooth|hardware|\bhw|physical|physikalisch|\beui/;

const COLON = 58;
const HYPHEN = 45;
const DOT = 46;
const isSign = (code: number): boolean => code === COLON || code === HYPHEN;

/** How many units of an address stand before its first sign, where one may stand at `at`: another one follows as far as in all of them. Else 0. */
function unitsBefore(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (isSign(code)) return isSign(text.charCodeAt(at + 3)) ? 2 : 0;
  return code === DOT && text.charCodeAt(at + 5) === DOT ? 4 : 0;
}

export const macAddresses: Detector = {
  type: "MAC",
  names: ["mac"],
  stage: "first",
  longest: 17,
  mayFind: ({ longestRun }) => longestRun >= 14,
  find(text, from, field) {
    const found: Finding[] = [];
    for (let at = from; at < text.length; at++) {
      const index = at - unitsBefore(text, at);
      if (index === at || index < from) continue;
      FORM.lastIndex = index;
      const address = FORM.exec(text)?.[0];
      if (address === undefined) continue;
      at = index + address.length - 1;
      // Digits alone are also a time, a date or a row of numbers.
      const isSure = /[a-f]/i.test(address) && /\d/.test(address);
      if (NOBODY.test(address) || (!isSure && !NAMED.test(wordsBefore(text, index, field)))) continue;
      found.push(finding("MAC", index, index + address.length, 0.95, "mac"));
    }
    return found;
  },
  samples: {
    hits: ["from «00:1A:2B:3C:4D:5E»", "MAC «00-1a-2b-3c-4d-5e», on", "«001a.2b3c.4d5e»", "mac: «00:11:22:33:44:55»"],
    misses: ["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "12:30:45:10:20:30", "SHA1 aa:bb:cc:dd:ee:ff:00:11", "01-02-03-04-05-06"],
  },
};
