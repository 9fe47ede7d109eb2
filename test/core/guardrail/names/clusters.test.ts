import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textOfWeights, weightsOf } from "../../../../core/guardrail/names/bytes.ts";
import { ALL_LEAVES, branchOf, leafOf, twigOf, UNPLACED, unpackClusters } from "../../../../core/guardrail/names/clusters.ts";
import { modelOfNames } from "../../../../core/guardrail/names/model.ts";
import { listHash } from "../../../../core/guardrail/names/word-list.ts";
import { packClusters } from "../../../../scripts/guardrails/names/grow-clusters.ts";
import { often } from "../../../support/depth.ts";

describe("clusters of words", () => {
  it("are unpacked as they were packed", () => {
    const leaf = fc.integer({ min: 0, max: ALL_LEAVES - 1 });
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 0xffffff }), leaf), { selector: ([hash]) => hash }), (words) => {
        const sorted = words.sort(([a], [b]) => a - b);
        const clusters = { hashes: Uint32Array.from(sorted, ([hash]) => hash), leaves: Uint16Array.from(sorted, ([, of]) => of) };
        const { gaps, leaves } = packClusters(clusters);
        expect(unpackClusters(gaps, leaves, words.length)).toEqual(clusters);
      }),
      { numRuns: often(100, 1_000), seed: 20_261_130 },
    );
  });

  it("have each word in its leaf, a marked one in that of the word without marks, and no other word", () => {
    const words = ["lodz", "anna", "café"].sort((a, b) => listHash(a) - listHash(b));
    const clusters = { hashes: Uint32Array.from(words, listHash), leaves: Uint16Array.from(words, (word) => word.length * 100) };
    expect(["lodz", "łódź", "lódź", "anna", "café", "cafe", "bob"].map((word) => leafOf(clusters, word))).toEqual([
      400,
      UNPLACED,
      400,
      400,
      400,
      UNPLACED,
      UNPLACED,
    ]);
  });

  it("tell words of no cluster from figures, at every height", () => {
    const { clusters } = modelOfNames().lexicon;
    const [figures, unknown] = [leafOf(clusters, "12345"), UNPLACED];
    expect(figures).not.toBe(unknown);
    expect(branchOf(figures)).not.toBe(branchOf(unknown));
    expect(twigOf(figures)).not.toBe(twigOf(unknown));
  });

  it("put first names and towns apart", () => {
    const { clusters } = modelOfNames().lexicon;
    const [john, mary, paris] = ["james", "robert", "munich"].map((word) => branchOf(leafOf(clusters, word)));
    expect(john).toBe(mary);
    expect(john).not.toBe(paris);
  });
});

describe("weights as letters", () => {
  it("are read as they were written", () => {
    const weights = Int8Array.from({ length: 63 }, (_, index) => index - 31);
    expect(weightsOf(textOfWeights(weights))).toEqual(weights);
  });
});
