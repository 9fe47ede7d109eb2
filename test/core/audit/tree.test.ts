import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { consistencyProof, inclusionProof, leafHash, rootHash, verifyConsistency, verifyInclusion } from "../../../core/audit/tree.ts";

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const leavesOf = (size: number): Uint8Array[] =>
  Array.from({ length: size }, (_, index) => leafHash(Uint8Array.of(index & 255, index >> 8), sha256));

/** The inputs and roots that Certificate Transparency's own implementations test with. */
const KNOWN = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"].map((text) =>
  leafHash(Buffer.from(text, "hex"), sha256),
);
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

it("[AUD-14] gives the known roots", () => {
  expect(ROOTS.map((_root, size) => hex(rootHash(KNOWN.slice(0, size), sha256)))).toEqual(ROOTS);
});

describe("[AUD-14] inclusion", () => {
  it("is proven for each leaf of each small tree, and for no other leaf, place, size or root", () => {
    for (let size = 1; size <= 20; size++) {
      const leaves = leavesOf(size);
      const root = rootHash(leaves, sha256);
      for (let index = 0; index < size; index++) {
        const proof = inclusionProof(leaves, index, sha256);
        const leaf = leaves[index] as Uint8Array;
        expect(verifyInclusion(leaf, index, size, proof, root, sha256)).toBe(true);
        for (let other = 0; other < size; other++)
          if (other !== index) expect(verifyInclusion(leaf, other, size, proof, root, sha256)).toBe(false);
        expect(verifyInclusion(leafHash(Uint8Array.of(9, 9, 9), sha256), index, size, proof, root, sha256)).toBe(false);
        expect(verifyInclusion(leaf, index, size, [...proof, root], root, sha256)).toBe(false);
        if (proof.length > 0) expect(verifyInclusion(leaf, index, size, proof.slice(1), root, sha256)).toBe(false);
        expect(verifyInclusion(leaf, index, size, proof, rootHash([...leaves, leaf], sha256), sha256)).toBe(false);
      }
    }
  });
});

describe("[AUD-14] consistency", () => {
  it("is proven between all small sizes", () => {
    for (let to = 1; to <= 20; to++) {
      const leaves = leavesOf(to);
      for (let from = 1; from <= to; from++) {
        const [older, newer] = [rootHash(leaves.slice(0, from), sha256), rootHash(leaves, sha256)];
        const proof = consistencyProof(leaves, from, sha256);
        expect(verifyConsistency(from, older, to, newer, proof, sha256)).toBe(true);
        expect(verifyConsistency(from, older, to, newer, [...proof, older], sha256)).toBe(false);
        if (proof.length > 0) expect(verifyConsistency(from, older, to, newer, proof.slice(0, -1), sha256)).toBe(false);
        if (from < to) expect(verifyConsistency(from, newer, to, newer, proof, sha256)).toBe(false);
      }
    }
  });

  it("is never proven for a list whose past was changed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 70 }), fc.nat(), fc.nat(), (to, a, b) => {
        const from = 1 + (a % (to - 1));
        const leaves = leavesOf(to);
        const older = rootHash(leaves.slice(0, from), sha256);
        leaves[b % from] = leafHash(Uint8Array.of(255, 255, 255), sha256);
        const newer = rootHash(leaves, sha256);
        expect(verifyConsistency(from, older, to, newer, consistencyProof(leaves, from, sha256), sha256)).toBe(false);
      }),
    );
  });

  it("of sizes that make no sense is false, and asking for such a proof is a bug", () => {
    const root = rootHash(leavesOf(3), sha256);
    for (const [from, to] of [
      [0, 3],
      [4, 3],
      [1.5, 3],
      [-1, 3],
      [Number.NaN, 3],
    ] as const) {
      expect(verifyConsistency(from, root, to, root, [], sha256)).toBe(false);
      expect(() => consistencyProof(leavesOf(to), from, sha256)).toThrow(RangeError);
    }
    expect(verifyInclusion(root, 3, 3, [], root, sha256)).toBe(false);
    expect(() => inclusionProof(leavesOf(3), 3, sha256)).toThrow(RangeError);
  });
});

describe("[AUD-14] a proof of another form proves nothing", () => {
  /** The proof cut, doubled, reordered, lengthened, with one bit turned, and with the bytes of two neighbours cut at another place. */
  function* mutants(proof: readonly Uint8Array[]): Generator<Uint8Array[]> {
    for (let at = 0; at <= proof.length; at++) {
      yield [...proof.slice(0, at), new Uint8Array(32), ...proof.slice(at)];
      if (at === proof.length) return;
      const one = proof[at] as Uint8Array;
      yield proof.filter((_, other) => other !== at);
      yield [...proof.slice(0, at), one, ...proof.slice(at)];
      yield proof.with(
        at,
        one.map((byte, index) => (index === 31 ? byte ^ 1 : byte)),
      );
      yield proof.with(at, one.slice(1));
      yield proof.with(at, Uint8Array.of(0, ...one));
      yield proof.with(at, new Uint8Array(0));
      if (at > 0) yield proof.with(at, proof[at - 1] as Uint8Array).with(at - 1, one);
    }
  }

  it("of an entry", () => {
    let tried = 0;
    for (let size = 1; size <= 17; size++) {
      const leaves = leavesOf(size);
      const root = rootHash(leaves, sha256);
      for (const [index, leaf] of leaves.entries()) {
        const proof = inclusionProof(leaves, index, sha256);
        for (const mutant of mutants(proof)) {
          tried += 1;
          expect(verifyInclusion(leaf, index, size, mutant, root, sha256)).toBe(false);
        }
        for (const other of [size - 1, -1, index + 0.5, size, Number.NaN, 2 ** 53])
          if (other !== index) expect(verifyInclusion(leaf, other, size, proof, root, sha256)).toBe(false);
        for (const cut of [root.slice(1), new Uint8Array(0), Uint8Array.of(...root, 0)])
          expect(verifyInclusion(leaf, index, size, proof, cut, sha256)).toBe(false);
      }
    }
    expect(tried).toBeGreaterThan(2_000);
  });

  it("of two sizes", () => {
    let tried = 0;
    for (let to = 1; to <= 17; to++) {
      const leaves = leavesOf(to);
      for (let from = 1; from <= to; from++) {
        const [older, newer] = [rootHash(leaves.slice(0, from), sha256), rootHash(leaves, sha256)];
        const proof = consistencyProof(leaves, from, sha256);
        for (const mutant of mutants(proof)) {
          tried += 1;
          expect(verifyConsistency(from, older, to, newer, mutant, sha256)).toBe(false);
        }
        for (const cut of [older.slice(1), new Uint8Array(0)]) expect(verifyConsistency(from, cut, to, newer, proof, sha256)).toBe(false);
      }
    }
    expect(tried).toBeGreaterThan(2_000);
  });

  it("whose bytes are cut at another place, though they hash to the same", () => {
    const leaves = leavesOf(2);
    const root = rootHash(leaves, sha256);
    const [leaf, sibling] = leaves as [Uint8Array, Uint8Array];
    const both = Uint8Array.of(...leaf, ...sibling);
    for (const cut of [0, 1, 31, 33, 63, 64]) {
      expect(verifyInclusion(both.slice(0, cut), 0, 2, [both.slice(cut)], root, sha256)).toBe(false);
      expect(verifyConsistency(1, both.slice(0, cut), 2, root, [both.slice(cut)], sha256)).toBe(false);
    }
  });
});
