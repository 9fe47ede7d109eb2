/** Hashes of the sequence model: 32 bits with a sign, the same in training and in use. Not for secrets. */

/** FNV-1a over the units of `text` from `from` to `to`. */
export function hashOf(text: string, from = 0, to = text.length): number {
  let hash = 0x811c9dc5;
  for (let index = from; index < to; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return finish(hash);
}

/** Two hashes made one; the order counts. */
export const mix = (a: number, b: number): number => finish(Math.imul(a, 0x9e3779b1) ^ Math.imul(b + 0x7f4a7c15, 0x85ebca6b));

/** The last step of MurmurHash3: every bit of the hash depends on every one before. */
function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
