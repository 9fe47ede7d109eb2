/**
 * Finds a secret that comes back disguised: percent-encoded, as base64 or hexadecimal digits, escaped, or with other characters between its own.
 * Takes time linear in the text. A text in which a disguise is found is withheld whole: where it begins and ends is not worth telling.
 */

/** Letters and digits that a secret must have before separators and case are ignored: fewer occur by chance in ordinary text. */
const TELLING = 12;
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Says whether a text holds one of the secrets in another form. */
export function disguiseFinder(secrets: readonly string[]): (text: string) => boolean {
  const sought = [...new Set(secrets.flatMap(formsOf))];
  const plain = secrets.map(visible);
  if (secrets.length === 0) return () => false;
  return (text) => {
    const read = unescaped(unescaped(text));
    const shown = visible(read);
    const bare = bareOf(shown);
    const encoded = bareOf(visible(text));
    return plain.some((secret) => shown.includes(secret)) || sought.some((form) => bare.includes(form) || encoded.includes(form));
  };
}

/** Letters and digits, in small letters, of the secret as it is, of its hexadecimal digits, and of its base64 at each of three places in a longer text. */
export function formsOf(secret: string): string[] {
  const bytes = [...unescape8(secret)];
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const texts = [secret, hex, ...[0, 1, 2].map((before) => base64Of(bytes, before))];
  return texts.map(bareOf).filter((form) => form.length >= TELLING);
}

/** UTF-8 bytes: `encodeURIComponent` writes exactly those. */
const unescape8 = (text: string): number[] =>
  [...encodeURIComponent(text.toWellFormed()).matchAll(/%([0-9A-F]{2})|[^%]/g)].map(([all, hex]) =>
    hex === undefined ? all.charCodeAt(0) : Number.parseInt(hex, 16),
  );

/** The digits that depend on the bytes alone when `before` bytes of a group of three stand in front of them. */
function base64Of(bytes: readonly number[], before: number): string {
  const bits = bytes.map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const first = (6 - ((before * 8) % 6)) % 6;
  const digits: string[] = [];
  for (let at = first; at + 6 <= bits.length; at += 6) digits.push(BASE64.charAt(Number.parseInt(bits.slice(at, at + 6), 2)));
  return digits.join("");
}

/** Percent-encoding, `\u0041`, `\x41` and `&#65;` read once. Bytes above 0x7F are not put together: a secret that has them is found by its forms. */
const unescaped = (text: string): string =>
  text
    .replace(/(?:%|\\x|\\u00|&#x0{0,4})([0-9a-f]{2});?/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/&#0{0,4}(\d{2,3});/g, (_, digits: string) => String.fromCharCode(Number(digits)));

/** Without characters that nobody sees; letters and digits of other widths as their ordinary ones. */
export const visible = (text: string): string => text.normalize("NFKC").replace(/[\p{Cf}\p{Cc}\p{Mn}\p{Z}]/gu, "");

const bareOf = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");
