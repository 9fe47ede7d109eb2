/** How traffic is split: everybody has a version, percents are kept, and as few people move as possible. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  flawOfShares,
  type Layout,
  layOut,
  type Share,
  SLOTS,
  sharesOf,
  slotOf,
  versionAt,
  wholeOf,
} from "../../../core/workflow/traffic.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const split = (...percents: [version: number, percent: number][]): Share[] => percents.map(([version, percent]) => ({ version, percent }));
const everySlot = (layout: Layout): number[] => Array.from({ length: SLOTS }, (_, slot) => versionAt(layout, slot));

/** Shares of up to six versions that make 100. */
const shares: fc.Arbitrary<Share[]> = fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 6 }).chain((versions) =>
  fc
    .array(fc.integer({ min: 0, max: SLOTS }), { minLength: versions.length - 1, maxLength: versions.length - 1 })
    .map((cuts) => [0, ...cuts.sort((a, b) => a - b), SLOTS])
    .map((cuts) => versions.map((version, index) => ({ version, percent: ((cuts[index + 1] ?? 0) - (cuts[index] ?? 0)) / 100 }))),
);

describe("a user's slot", () => {
  it("[TRAFFIC-1] is the same for ever, and another one in another workflow or org", () => {
    expect(slotOf(sha256, "acme", "refund", "ann")).toBe(slotOf(sha256, "acme", "refund", "ann"));
    const slots = ["acme/refund", "acme/mail", "globex/refund"].map((path) => {
      const [org = "", workflow = ""] = path.split("/");
      return Array.from({ length: 20 }, (_, index) => slotOf(sha256, org, workflow, `u${index}`)).join();
    });
    expect(new Set(slots).size).toBe(3);
    expect(slotOf(sha256, "a", "b-c", "d")).not.toBe(slotOf(sha256, "a-b", "c", "d"));
  });

  it("[TRAFFIC-2] spreads users as the percents say", () => {
    const layout = layOut(wholeOf(1), split([1, 85], [2, 10], [3, 5]));
    const counts = new Map<number, number>();
    const users = 20_000;
    for (let index = 0; index < users; index++) {
      const version = versionAt(layout, slotOf(sha256, "acme", "refund", `user-${index}`));
      counts.set(version, (counts.get(version) ?? 0) + 1);
    }
    // Four standard deviations of a binomial of 20,000 are at most 1 percent.
    const shares = sharesOf(layout);
    expect(shares).toHaveLength(3);
    for (const { version, percent } of shares) expect(Math.abs(((counts.get(version) ?? 0) * 100) / users - percent)).toBeLessThan(1.1);
  });
});

describe("a split", () => {
  it("[TRAFFIC-3] gives every version exactly its percents and every slot one version, whatever was before", () => {
    fc.assert(
      fc.property(fc.array(shares, { minLength: 1, maxLength: 6 }), (history) => {
        let layout = wholeOf(1);
        for (const wanted of history) {
          layout = layOut(layout, wanted);
          expect(sharesOf(layout)).toEqual(wanted.filter(({ percent }) => percent > 0).sort((a, b) => a.version - b.version));
          expect(layout.map(({ from }) => from)).toEqual([0, ...layout.slice(0, -1).map(({ to }) => to)]);
          expect(layout.at(-1)?.to).toBe(SLOTS);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("[TRAFFIC-4] moves nobody off a version that does not shrink, and no more people than it must", () => {
    fc.assert(
      fc.property(shares, shares, (first, second) => {
        const before = layOut(wholeOf(1), first);
        const after = layOut(before, second);
        const [was, is] = [everySlot(before), everySlot(after)];
        const percentOf = (list: readonly Share[], version: number) => list.find((share) => share.version === version)?.percent ?? 0;
        for (const { version, percent } of first) {
          const left = was.filter((owner, slot) => owner === version && is[slot] !== version).length;
          expect(left).toBe(Math.round(Math.max(0, percent - percentOf(second, version)) * 100));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("[TRAFFIC-4] a canary that grows keeps its users, and a rollback and a second try meet the same ones", () => {
    const ten = layOut(wholeOf(1), split([1, 90], [2, 10]));
    const fifty = layOut(ten, split([1, 50], [2, 50]));
    const users = Array.from({ length: 500 }, (_, index) => slotOf(sha256, "acme", "refund", `u${index}`));
    const on = (layout: Layout) => users.filter((slot) => versionAt(layout, slot) === 2);
    expect(on(ten).length).toBeGreaterThan(20);
    expect(on(fifty)).toEqual(expect.arrayContaining(on(ten)));
    const back = layOut(fifty, split([1, 100]));
    expect(on(back)).toEqual([]);
    expect(on(layOut(back, split([1, 90], [2, 10])))).toEqual(on(ten));
  });

  it("is refused when it names a version twice, makes no 100, or cuts finer than a slot", () => {
    expect(flawOfShares(split([1, 60], [2, 40]))).toBeNull();
    expect(flawOfShares(split([1, 33.33], [2, 33.33], [3, 33.34]))).toBeNull();
    expect(flawOfShares(split([1, 0], [2, 100]))).toBeNull();
    expect(flawOfShares(split([1, 60], [2, 39]))).toEqual({ index: null, message: "the percents add up to 99, not 100" });
    expect(flawOfShares(split([1, 50], [1, 50]))?.index).toBe(1);
    expect(flawOfShares(split([1, 99.999], [2, 0.001]))?.index).toBe(0);
    expect(flawOfShares(split([1, 101], [2, -1]))?.index).toBe(0);
    expect(flawOfShares([])).toMatchObject({ index: null });
  });
});
