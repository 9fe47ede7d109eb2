/**
 * Personal data and tokens that are hidden in a code: a word in base64, base32, bytes in hexadecimal or octal digits, or quoted-printable, that decodes to a mail
 * address, a card, an account, a number of fixed form or a token. What decodes to bytes (pictures, digests, keys) is left. Bounded: a word of 512 units
 * at most, decoded once.
 */
import type { Finding } from "../finding.ts";
import { cards } from "./credit-card.ts";
import { type Detector, finding, LONGEST_FINDING, matchesAfter, matchesFrom } from "./detector.ts";
import { emails } from "./email.ts";
import { ibans } from "./iban.ts";
import { phones } from "./phone.ts";
import { socialSecurityNumbers } from "./ssn.ts";
import { findForms, findRotatedForms } from "./token-forms.ts";

const HEX = /^(?:0x)?((?:[0-9a-f]{2}){8,256}|(?:[0-9A-F]{2}){8,256})$/;
const BASE32 = /^(?:[A-Z2-7]{14,510}|[a-z2-7]{14,510})={0,6}$/;
/** Capitals beside small letters, hexadecimal digits, or the units of base32 with a digit among them or in capitals: words and numbers decode to nothing, and need no look. */
const LOOKS_CODED =
  /(?=.*[A-Z])(?=.*[a-z])[A-Za-z0-9+/_-]+=*$|^(?:0x)?[0-9a-fA-F]*[a-fA-F][0-9a-fA-F]*$|^(?:0x)?(?:[2-7][0-9])+$|^[A-Z2-7]{14,}=*$|^(?:[MNO][A-Za-z0-9]{3}){3,}[A-Za-z0-9]{0,3}=*$|^[a-z]*[2-7][a-z2-7]*=*$/;
/** Bytes one by one, each behind its sign: `=61=64`, `61:64:61`, `\141\144`. */
const BYTES =
  /(?<![A-Za-z0-9=:\\])(?:(?:=[0-9A-F]{2}){8,170}|(?:[0-9a-f]{2}:){7,169}[0-9a-f]{2}|(?:[0-9A-F]{2}:){7,169}[0-9A-F]{2}|(?:\\[01]?[0-7]{2}){8,127})(?![A-Za-z0-9=:\\])/g;
/** Groups of digits parted by a blank, hyphen or dot in quoted-printable (RFC 2045 section 6.7). */
const QUOTED = /(?<![A-Za-z0-9=])\d{2,9}(?:=(?:20|2D|2E)\d{2,9}){2,8}(?![A-Za-z0-9=])/g;
/** What `BYTES`, `QUOTED` and tokens in ROT13 begin with: one look spares three. */
const SIGN = /=[0-9A-F]{2}|[0-9a-fA-F]{2}:[0-9a-fA-F]{2}:|\\[01]?[0-7]{2}|tu[cbhfe]_|tvguho|tycng-|NVmn|acz_|N[XF]VN/g;
const PRINTABLE = /^[\x20-\x7e\n\r\t\u00a0-\uffff]+$/;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const ALPHABET32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

const HIDDEN: readonly Detector[] = [emails, ibans, cards, socialSecurityNumbers, phones];
const HIDDEN_IN_GROUPS: readonly Detector[] = [cards, socialSecurityNumbers];
const SHORTEST = 8;

/** The words in `text` from `from` on that are personal data or a token in a code. */
export function findEncodedData(text: string, from: number): Finding[] {
  const found: Finding[] = [];
  const add = (word: string, index: number): void => void found.push(finding("SECRET", index, index + word.length, 0.9, "secret_encoded"));
  for (const { word, index } of wordsFrom(text, from))
    if (word.length <= LONGEST_FINDING && LOOKS_CODED.test(word) && readings(word).some(holdsData)) add(word, index);
  if (!matchesAfter(SIGN, text, from)) return found;
  for (const { 0: word, index } of matchesFrom(BYTES, text, from)) {
    const plain = printable(bytesIn(word));
    if (plain !== null && holdsData(plain)) add(word, index);
  }
  for (const { 0: word, index } of matchesFrom(QUOTED, text, from)) {
    const plain = word.replace(/=(20|2D|2E)/g, (_sign, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
    if (word.length <= LONGEST_FINDING && HIDDEN_IN_GROUPS.some((detector) => detector.find(plain, 0, "").length > 0)) add(word, index);
  }
  return [...found, ...findRotatedForms(text, from)];
}

/** Units of the alphabets of base64 and base32 (RFC 4648 sections 4 to 6); hexadecimal digits are among them. */
const IN_WORD = Uint8Array.from({ length: 128 }, (_, code) => (/[A-Za-z0-9+/_-]/.test(String.fromCharCode(code)) ? 1 : 0));
const isInWord = (code: number): boolean => code < 128 && IN_WORD[code] === 1;
const SHORTEST_WORD = 12;
const LONGEST_WORD = 510;
const MOST_PADDING = 6;
const PADDING = 61;

/** Whole words of that alphabet with their padding, which nothing of it touches. */
function wordsFrom(text: string, from: number): { readonly word: string; readonly index: number }[] {
  const words: { word: string; index: number }[] = [];
  let at = from;
  // A word that began before `from` is none of ours.
  if (from > 0 && isInWord(text.charCodeAt(from - 1))) while (at < text.length && isInWord(text.charCodeAt(at))) at++;
  for (; at < text.length; at++) {
    if (!isInWord(text.charCodeAt(at))) continue;
    const start = at;
    do at++;
    while (at < text.length && isInWord(text.charCodeAt(at)));
    const units = at - start;
    if (units < SHORTEST_WORD || units > LONGEST_WORD || text.charCodeAt(start - 1) === PADDING) continue;
    let end = at;
    while (end - at < MOST_PADDING && text.charCodeAt(end) === PADDING) end++;
    const behind = end < text.length ? text.charCodeAt(end) : 0;
    if (behind !== PADDING && !isInWord(behind)) words.push({ word: text.slice(start, end), index: start });
  }
  return words;
}

const holdsData = (plain: string): boolean =>
  HIDDEN.some((detector) => detector.find(plain, 0, "").length > 0) || findForms(plain, 0).length > 0;

/** The text in a word, by each code that it may be in: hexadecimal, base32, or up to twice base64. */
function readings(word: string): readonly string[] {
  const hex = HEX.exec(word)?.[1];
  const [ofHex, of32] = [hex === undefined ? null : printable(bytesIn(hex)), BASE32.test(word) ? printable(fromBase32(word)) : null];
  const once = hex === undefined && !word.endsWith("===") ? printable(fromBase64(word)) : null;
  const twice = once !== null && /^[A-Za-z0-9+/]{12,}={0,2}$/.test(once) ? printable(fromBase64(once)) : null;
  return [ofHex, of32, once, twice].filter((one) => one !== null);
}

const bytesIn = (word: string): readonly number[] =>
  word.startsWith("\\")
    ? (word.match(/[0-7]{2,3}/g) ?? []).map((byte) => Number.parseInt(byte, 8))
    : (word.match(/[0-9a-fA-F]{2}/g) ?? []).map((byte) => Number.parseInt(byte, 16));

/** Of UTF-16, the zeros are left out. */
function printable(bytes: readonly number[]): string | null {
  const text = String.fromCharCode(...bytes.filter((byte) => byte !== 0));
  return text.length >= SHORTEST && PRINTABLE.test(text) ? text : null;
}

const fromBase64 = (word: string): readonly number[] =>
  bytesOf(6, word.replace(/=+$/, ""), (unit) => ALPHABET.indexOf(unit === "-" ? "+" : unit === "_" ? "/" : unit));
const fromBase32 = (word: string): readonly number[] =>
  bytesOf(5, word.replace(/=+$/, "").toUpperCase(), (unit) => ALPHABET32.indexOf(unit));

function bytesOf(width: 5 | 6, word: string, toValue: (unit: string) => number): readonly number[] {
  const bytes: number[] = [];
  let buffer = 0;
  let bits = 0;
  for (const unit of word) {
    buffer = ((buffer << width) | Math.max(0, toValue(unit))) & 0xffff;
    bits += width;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((buffer >> bits) & 255);
  }
  return bytes;
}
