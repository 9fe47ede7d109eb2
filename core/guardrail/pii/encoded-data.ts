/**
 * Personal data that is hidden in a code: a word in base64 or a row of hexadecimal digits that decodes to a mail address, a card, an account or a number of
 * fixed form. What decodes to bytes (pictures, digests, keys) is left. Bounded: a word of 512 units at most, decoded once.
 */
import type { Finding } from "../finding.ts";
import { cards } from "./credit-card.ts";
import { type Detector, finding, LONGEST_FINDING, matchesFrom } from "./detector.ts";
import { emails } from "./email.ts";
import { ibans } from "./iban.ts";
import { phones } from "./phone.ts";
import { socialSecurityNumbers } from "./ssn.ts";

/** A whole word of the alphabets of base64 (RFC 4648 sections 4 and 5); hexadecimal digits are among them. */
const WORD = /(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{12,510}={0,2}(?![A-Za-z0-9+/=_-])/g;
const HEX = /^(?:[0-9a-f]{2}){8,256}$|^(?:[0-9A-F]{2}){8,256}$/;
/** A digit, and capitals beside small letters: words and numbers decode to nothing, and need no look. */
const LOOKS_CODED = /(?=.*[A-Z])(?=.*[a-z])[A-Za-z0-9+/_-]+=*$|^[0-9a-fA-F]*[a-fA-F][0-9a-fA-F]*$|^(?:[237][0-9])+$/;
const PRINTABLE = /^[\x20-\x7e\n\r\t\u00a0-\uffff]+$/;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const HIDDEN: readonly Detector[] = [emails, ibans, cards, socialSecurityNumbers, phones];
const SHORTEST = 8;

/** The words in `text` from `from` on that are personal data in a code. */
export function findEncodedData(text: string, from: number): Finding[] {
  const found: Finding[] = [];
  for (const { 0: word, index } of matchesFrom(WORD, text, from)) {
    if (word.length > LONGEST_FINDING || !LOOKS_CODED.test(word)) continue;
    const plain = decoded(word);
    if (plain === null) continue;
    if (HIDDEN.some((detector) => detector.find(plain, 0, "").length > 0))
      found.push(finding("SECRET", index, index + word.length, 0.9, "secret_encoded"));
  }
  return found;
}

/** Text in the word, once in hexadecimal or up to twice in base64; null where it is none. */
function decoded(word: string): string | null {
  if (HEX.test(word)) return printable((word.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)));
  const once = printable(fromBase64(word));
  if (once === null || !/^[A-Za-z0-9+/]{16,}={0,2}$/.test(once)) return once;
  return printable(fromBase64(once)) ?? once;
}

/** Of UTF-16, the zeros are left out. */
function printable(bytes: readonly number[]): string | null {
  const text = String.fromCharCode(...bytes.filter((byte) => byte !== 0));
  return text.length >= SHORTEST && PRINTABLE.test(text) ? text : null;
}

function fromBase64(word: string): readonly number[] {
  const bytes: number[] = [];
  let buffer = 0;
  let bits = 0;
  for (const unit of word.replace(/=+$/, "")) {
    buffer = ((buffer << 6) | Math.max(0, ALPHABET.indexOf(unit === "-" ? "+" : unit === "_" ? "/" : unit))) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((buffer >> bits) & 255);
  }
  return bytes;
}
