/** A long list behaves as an array does, and adding to it does not copy it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LongList } from "../../core/long-list.ts";

const change = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("add" as const), items: fc.integer({ min: 1, max: 90 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("replace" as const), at: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("rest" as const), items: fc.integer({ min: 1, max: 40 }) }) },
);

describe("a long list", () => {
  it("[RUN-210] has what an array has after the same changes, and each earlier list stays as it was", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        let list = LongList.of<number>();
        let array: readonly number[] = [];
        let n = 0;
        const earlier: { list: LongList<number>; array: readonly number[] }[] = [];
        for (const one of changes) {
          if (one.kind === "replace" && array.length > 0) {
            const at = one.at % array.length;
            list = list.with(at, ++n);
            array = array.with(at, n);
          }
          for (let time = 0; one.kind !== "replace" && time < one.items; time++) {
            list = one.kind === "add" ? list.with(list.length, ++n) : list.rest();
            array = one.kind === "add" ? [...array, n] : array.slice(1);
          }
          earlier.push({ list, array });
        }
        for (const was of earlier) {
          expect([...was.list]).toEqual(was.array);
          expect(JSON.stringify(was.list)).toBe(JSON.stringify(was.array));
          for (const [at, item] of was.array.entries()) expect(was.list.at(at)).toBe(item);
          expect([was.list.length, was.list.at(-1), was.list.at(was.array.length)]).toEqual([was.array.length, undefined, undefined]);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("[RUN-210] grows over every level of its tree", () => {
    const items = Array.from({ length: 33_000 }, (_, index) => index);
    const list = LongList.of(items);
    expect([...list]).toEqual(items);
    expect([list.at(31), list.at(32), list.at(1_023), list.at(1_024), list.at(32_768)]).toEqual([31, 32, 1_023, 1_024, 32_768]);
    expect([list.includes(32_999), list.includes(33_000), list.find((item) => item > 40)]).toEqual([true, false, 41]);
  });

  it("refuses an index that would leave a gap", () => {
    for (const index of [-1, 2, 0.5, Number.NaN]) expect(() => LongList.of(["a"]).with(index, "b")).toThrow(RangeError);
  });
});
