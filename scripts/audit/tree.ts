/** The Merkle tree of RFC 6962, section 2.1, as a verifier needs it: roots of growing lists, and the check of consistency. Stands alone. */
import { createHash } from "node:crypto";

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const ZERO = Buffer.of(0);
const ONE = Buffer.of(1);
/** SHA-256(0x01 || left || right). */
export const node = (left: Uint8Array, right: Uint8Array): Buffer => sha256(ONE, left, right);

/** SHA-256(0x00 || data). */
export const leafOf = (data: Uint8Array): Buffer => sha256(ZERO, data);

/** A list of leaves that only grows: it keeps the root of each complete subtree, one for each bit of its size. */
export class GrowingTree {
  readonly #subtrees: { readonly leaves: number; readonly root: Buffer }[] = [];
  #size = 0;

  /** The tree of a list whose first `size` leaves are known by the roots of their complete subtrees only, largest first; null: they are not as many. */
  static after(size: number, subtrees: readonly Uint8Array[]): GrowingTree | null {
    const tree = new GrowingTree();
    for (const root of subtrees) {
      const leaves = 2 ** Math.floor(Math.log2(size - tree.#size));
      if (!(leaves >= 1)) return null;
      tree.#subtrees.push({ leaves, root: Buffer.from(root) });
      tree.#size += leaves;
    }
    return tree.#size === size ? tree : null;
  }

  get size(): number {
    return this.#size;
  }

  /** `data`: what the leaf's hash is taken of. */
  add(data: Uint8Array): void {
    let grown = { leaves: 1, root: leafOf(data) };
    this.#size++;
    for (let last = this.#subtrees.at(-1); last?.leaves === grown.leaves; last = this.#subtrees.at(-1)) {
      this.#subtrees.pop();
      grown = { leaves: grown.leaves * 2, root: node(last.root, grown.root) };
    }
    this.#subtrees.push(grown);
  }

  root(): Buffer {
    const last = this.#subtrees.at(-1);
    if (last === undefined) return sha256();
    return this.#subtrees.slice(0, -1).reduceRight((right, { root }) => node(root, right), last.root);
  }
}

/** RFC 9162 section 2.1.4.2: the list with `to` leaves begins with the one with `from`. */
export function isConsistent(from: number, fromRoot: Uint8Array, to: number, toRoot: Uint8Array, proof: readonly Uint8Array[]): boolean {
  if (from > to || [fromRoot, toRoot, ...proof].some((hash) => hash.length !== 32)) return false;
  if (from === 0) return proof.length === 0;
  if (from === to) return proof.length === 0 && Buffer.compare(fromRoot, toRoot) === 0;
  const path = [...proof];
  let [first, last] = [from - 1, to - 1];
  while (first % 2 === 1) [first, last] = [(first - 1) / 2, Math.floor(last / 2)];
  const start = first === 0 ? fromRoot : path.shift();
  if (start === undefined) return false;
  let [older, newer] = [Buffer.from(start), Buffer.from(start)];
  for (const hash of path) {
    if (last === 0) return false;
    if (first % 2 === 1 || first === last) {
      [older, newer] = [node(hash, older), node(hash, newer)];
      while (first % 2 === 0 && first > 0) [first, last] = [first / 2, Math.floor(last / 2)];
    } else newer = node(newer, hash);
    [first, last] = [Math.floor(first / 2), Math.floor(last / 2)];
  }
  return last === 0 && older.equals(fromRoot) && newer.equals(toRoot);
}

/** RFC 9162 section 2.1.3.2. `index` counts from 0. */
export function isIncluded(leaf: Uint8Array, index: number, size: number, root: Uint8Array, proof: readonly Uint8Array[]): boolean {
  if (index >= size || [leaf, root, ...proof].some((hash) => hash.length !== 32)) return false;
  let [first, last] = [index, size - 1];
  let hash = Buffer.from(leaf);
  for (const sibling of proof) {
    if (last === 0) return false;
    if (first % 2 === 1 || first === last) {
      hash = node(sibling, hash);
      while (first % 2 === 0 && first > 0) [first, last] = [first / 2, Math.floor(last / 2)];
    } else hash = node(hash, sibling);
    [first, last] = [Math.floor(first / 2), Math.floor(last / 2)];
  }
  return last === 0 && hash.equals(root);
}
