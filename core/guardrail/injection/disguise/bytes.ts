/**
 * Text in bytes that were found in a text: UTF-8, Latin letters in UTF-16 of either order. Bytes of pictures, hashes and ids are no text: only stretches
 * that read like sentences come out. Pure, linear.
 */

/** Shorter stretches say nothing: in random bytes, a printable run of this length comes once in 150,000 bytes, and one that reads like words hardly ever. */
export const SHORTEST = 12;
/** Of scripts without alphabets, a character says more. */
export const SHORTEST_FOREIGN = 6;
const LEAST_LETTERS = 0.7;
const SHORTEST_CODE = 24;
/** Minimum characters of codes in a row that count as an encoded text: a code within a code has few letters, and a record of data has other signs. */
const CODE_WITHIN = /^[A-Za-z0-9.+/=&#;%\\\s_-]{24,}$/;
/** Of the bytes of Latin letters in UTF-16, half are zero. */
export const WIDE_SHARE = 0.3;

/** The stretches of readable text in `bytes`, one a line; "" when there are none. */
export function textIn(bytes: ArrayLike<number>): string {
  return textInBytes(bytes instanceof Uint8Array ? bytes : Uint8Array.from(bytes));
}

function textInBytes(bytes: Uint8Array): string {
  let zeros = 0;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === 0) zeros++;
  const narrow = zeros > bytes.length * WIDE_SHARE ? bytes.filter((byte) => byte !== 0) : bytes;
  const found: string[] = [];
  let start = 0;
  let letters = 0;
  let count = 0;
  for (let at = 0; at <= narrow.length; ) {
    const byte = narrow[at] ?? 0;
    const size = byte < 0x80 ? 1 : sizeAt(narrow, at);
    const isText = size > 1 || (byte < 0x80 && IS_TEXT[byte] === 1);
    if (isText) {
      if (size > 1 || IS_LETTER[byte] === 1) letters++;
      count++;
      at += size;
      continue;
    }
    // Counted before it is read: hardly any stretch of a picture gets so far.
    const isLong = count >= SHORTEST || (count >= SHORTEST_FOREIGN && at - start > count);
    if (isLong) {
      const text = letters / count > LEAST_LETTERS || count >= SHORTEST_CODE ? decoded(narrow, start, at) : "";
      if (text !== "" && (letters / count > LEAST_LETTERS || CODE_WITHIN.test(text))) found.push(text);
    }
    at++;
    start = at;
    letters = count = 0;
  }
  return found.join("\n");
}

/** By a byte below 128: 1 where it is written in a text. */
export const IS_TEXT = Uint8Array.from({ length: 128 }, (_, code) =>
  (code >= 32 && code < 127) || code === 10 || code === 13 || code === 9 ? 1 : 0,
);
const IS_LETTER = Uint8Array.from({ length: 128 }, (_, code) => (/[A-Za-z ]/.test(String.fromCharCode(code)) ? 1 : 0));

function decoded(bytes: Uint8Array, from: number, to: number): string {
  const parts: string[] = [];
  for (let at = from; at < to; ) {
    const size = sizeAt(bytes, at);
    parts.push(String.fromCodePoint(Math.max(32, size === 1 ? (bytes[at] ?? 0) : codeOf(bytes, at, size))));
    at += size;
  }
  return parts.join("");
}

/** How many bytes the character at `at` has in UTF-8 (RFC 3629); 1 where they are none that is written in a text. */
function sizeAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at] ?? 0;
  if (byte < 0xc2 || byte >= 0xf5) return 1;
  const size = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
  for (let next = 1; next < size; next++) if (((bytes[at + next] ?? 0) & 0xc0) !== 0x80) return 1;
  const code = codeOf(bytes, at, size);
  return code > 0xa0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? size : 1;
}

/** The code point in `size` bytes, two at least. */
function codeOf(bytes: Uint8Array, at: number, size: number): number {
  let code = (bytes[at] ?? 0) & (0x7f >> size);
  for (let next = 1; next < size; next++) code = (code << 6) | ((bytes[at + next] ?? 0) & 0x3f);
  return code;
}
