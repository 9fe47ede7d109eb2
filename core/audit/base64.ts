/**
 * RFC 4648 base64 (section 4) and base64url without padding (section 5), strict: a text that another text could also stand for
 * (wrong padding, spare bits that are not zero, foreign characters) is refused, so that one changed character never goes unseen.
 */
const STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** RFC 4648 section 5, without padding. */
export const toBase64Url = (bytes: Uint8Array): string => encode(bytes, URL_SAFE);

/** null: not canonical base64url. */
export const fromBase64Url = (text: string): Uint8Array | null => decode(text, URL_SAFE);

/** With padding. */
export const toBase64 = (bytes: Uint8Array): string => toPadded(encode(bytes, STANDARD));

/** The bytes, or null when the text is not strict base64 with padding. */
export function fromBase64(text: string): Uint8Array | null {
  const bare = text.replace(/={1,2}$/, "");
  return toPadded(bare) === text ? decode(bare, STANDARD) : null;
}

const toPadded = (bare: string): string => bare.padEnd(Math.ceil(bare.length / 4) * 4, "=");

function encode(bytes: Uint8Array, alphabet: string): string {
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += alphabet[(buffer >> bits) & 63];
    }
    buffer &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + alphabet[(buffer << (6 - bits)) & 63];
}

function decode(text: string, alphabet: string): Uint8Array | null {
  if (text.length % 4 === 1) return null;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let buffer = 0;
  let bits = 0;
  let index = 0;
  for (const character of text) {
    const value = alphabet.indexOf(character);
    if (value < 0) return null;
    buffer = (buffer << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[index++] = (buffer >> bits) & 255;
    }
    buffer &= (1 << bits) - 1;
  }
  return buffer === 0 ? bytes : null;
}
