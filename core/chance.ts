/** Chance without randomness: what looks drawn, and is the same each time for the same name. */

/** A number in [0, 1) that looks random and depends on the text alone (FNV-1a, 32 bit, with a final mix). */
export function chance(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  return (hash >>> 0) / 2 ** 32;
}
