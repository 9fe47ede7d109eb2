/**
 * Merkle trees as RFC 6962 section 2.1 defines them (the same as RFC 9162 section 2.1), over the 32-byte hashes of entries: the root of
 * a list, the proof that an entry is in it, the proof that a longer list only adds to a shorter one, and what checks both.
 */

/** Bytes of a SHA-256. */
export const HASH_BYTES = 32;

/** SHA-256 of bytes, 32 bytes. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** RFC 6962 section 2.1: MTH({d}) = SHA-256(0x00 || d). */
export const leafHash = (leaf: Uint8Array, sha256: Sha256): Uint8Array => sha256(concatenated(Uint8Array.of(0), leaf));

/** The root over two subtrees, 32 bytes each. RFC 6962 section 2.1: SHA-256(0x01 || left || right). */
export const nodeHash = (left: Uint8Array, right: Uint8Array, sha256: Sha256): Uint8Array =>
  sha256(concatenated(Uint8Array.of(1), left, right));

/** MTH of a list. `leaves`: leaf hashes. Of the empty list: the hash of nothing. */
export function rootHash(leaves: readonly Uint8Array[], sha256: Sha256): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return sha256(new Uint8Array(0));
  if (leaves.length === 1) return first;
  const split = splitOf(leaves.length);
  return nodeHash(rootHash(leaves.slice(0, split), sha256), rootHash(leaves.slice(split), sha256), sha256);
}

/** RFC 6962 section 2.1.1: PATH(index, D[n]), nearest sibling first. `index` MUST be below the number of leaves. */
export function inclusionProof(leaves: readonly Uint8Array[], index: number, sha256: Sha256): Uint8Array[] {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length) throw new RangeError("the tree has no leaf with this index");
  if (leaves.length === 1) return [];
  const split = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return index < split
    ? [...inclusionProof(left, index, sha256), rootHash(right, sha256)]
    : [...inclusionProof(right, index - split, sha256), rootHash(left, sha256)];
}

/** RFC 9162 section 2.1.3.2. */
export function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
  sha256: Sha256,
): boolean {
  if (!isSize(size) || !isSize(index) || index >= size || ![leaf, root, ...proof].every(isHash)) return false;
  let [first, last] = [index, size - 1];
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (first % 2 === 1 || first === last) {
      hash = nodeHash(sibling, hash, sha256);
      while (first % 2 === 0 && first !== 0) [first, last] = [half(first), half(last)];
    } else hash = nodeHash(hash, sibling, sha256);
    [first, last] = [half(first), half(last)];
  }
  return last === 0 && equal(hash, root);
}

/** RFC 6962 section 2.1.2: PROOF(m, D[n]). `from` MUST be between 1 and the number of leaves. */
export function consistencyProof(leaves: readonly Uint8Array[], from: number, sha256: Sha256): Uint8Array[] {
  if (!Number.isInteger(from) || from < 1 || from > leaves.length) throw new RangeError("the tree never had this size");
  return subProof(leaves, from, true, sha256);
}

function subProof(leaves: readonly Uint8Array[], from: number, whole: boolean, sha256: Sha256): Uint8Array[] {
  if (from === leaves.length) return whole ? [] : [rootHash(leaves, sha256)];
  const split = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return from <= split
    ? [...subProof(left, from, whole, sha256), rootHash(right, sha256)]
    : [...subProof(right, from - split, false, sha256), rootHash(left, sha256)];
}

/** RFC 9162 section 2.1.4.2: the tree of `to` leaves begins with the tree of `from` leaves. */
export function verifyConsistency(
  from: number,
  fromRoot: Uint8Array,
  to: number,
  toRoot: Uint8Array,
  proof: readonly Uint8Array[],
  sha256: Sha256,
): boolean {
  if (!isSize(from) || !isSize(to) || from < 1 || from > to || ![fromRoot, toRoot, ...proof].every(isHash)) return false;
  if (from === to) return proof.length === 0 && equal(fromRoot, toRoot);
  const path = Number.isInteger(Math.log2(from)) ? [fromRoot, ...proof] : proof;
  let [first, last] = [from - 1, to - 1];
  while (first % 2 === 1) [first, last] = [half(first), half(last)];
  const [start, ...rest] = path;
  if (start === undefined) return false;
  let [older, newer] = [start, start];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (first % 2 === 1 || first === last) {
      older = nodeHash(sibling, older, sha256);
      newer = nodeHash(sibling, newer, sha256);
      while (first % 2 === 0 && first !== 0) [first, last] = [half(first), half(last)];
    } else newer = nodeHash(newer, sibling, sha256);
    [first, last] = [half(first), half(last)];
  }
  return last === 0 && equal(older, fromRoot) && equal(newer, toRoot);
}

/** How many leaves the left subtree of a tree has: the largest power of two below `size`, which is at least 2. Multiplied, not shifted: a tree may have more than 2^31 leaves. */
export function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** Two parts of other lengths can have the same bytes when they stand together, and so the same hash. */
const isHash = (bytes: Uint8Array): boolean => bytes.length === HASH_BYTES;
const half = (value: number): number => Math.floor(value / 2);
const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, index) => byte === b[index]);

function concatenated(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
