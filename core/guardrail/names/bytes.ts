/** Base64 (RFC 4648 section 4) as it is written in the generated weights, read fast: megabytes of it. Core has no `atob`. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The bytes of a text that MUST be base64 with padding. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const values = new Uint8Array(128);
  for (let index = 0; index < ALPHABET.length; index++) values[ALPHABET.charCodeAt(index)] = index;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  for (let from = 0, to = 0; from < text.length; from += 4, to += 3) {
    const four =
      ((values[text.charCodeAt(from)] ?? 0) << 18) |
      ((values[text.charCodeAt(from + 1)] ?? 0) << 12) |
      ((values[text.charCodeAt(from + 2)] ?? 0) << 6) |
      (values[text.charCodeAt(from + 3)] ?? 0);
    bytes[to] = four >> 16;
    bytes[to + 1] = (four >> 8) & 255;
    bytes[to + 2] = four & 255;
  }
  return bytes;
}

/** The middle of the alphabet: a weight of 0. */
const ZERO = 32;

/** Weights from -31 to 31, each a letter of the same alphabet: they compress better so than as bytes. */
export function weightsOf(text: string): Int8Array {
  const values = new Int8Array(128);
  for (let index = 0; index < ALPHABET.length; index++) values[ALPHABET.charCodeAt(index)] = index - ZERO;
  const weights = new Int8Array(text.length);
  for (let index = 0; index < text.length; index++) weights[index] = values[text.charCodeAt(index)] ?? 0;
  return weights;
}

/** The text that `weightsOf` reads. */
export const textOfWeights = (weights: Int8Array): string => Array.from(weights, (weight) => ALPHABET[weight + ZERO] ?? "").join("");
