import { describe, expect, it } from "vitest";
import { median, percentile, ratios, summarise } from "../../bench/report/statistics.ts";

describe("percentiles and medians", () => {
  it("takes the nearest rank, whatever the order", () => {
    const values = [15, 20, 35, 40, 50].toReversed();
    expect([0, 0.05, 0.3, 0.4, 0.5, 1].map((share) => percentile(values, share))).toEqual([15, 15, 20, 20, 35, 50]);
  });

  it("takes the middle, or the mean of the two in the middle", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it("refuses to say anything of nothing", () => {
    expect(() => percentile([], 0.5)).toThrow(RangeError);
    expect(() => median([])).toThrow(RangeError);
  });

  it("leaves what it is given in its order", () => {
    const values = [3, 1, 2];
    percentile(values, 0.5);
    expect(summarise(values)).toEqual({ median: 2, low: 1, high: 3, values: [3, 1, 2] });
  });
});

describe("ratios of interleaved rounds", () => {
  it("divides round by round: the median of quotients, not the quotient of medians", () => {
    // A slow second round slows both sides; the quotient of medians would be 2 as well, that of the third round alone is 4.
    expect(ratios([2, 20, 4], [1, 10, 1])).toMatchObject({ median: 2, low: 2, high: 4 });
    expect(ratios([1, 30, 4], [1, 10, 2]).values).toEqual([1, 3, 2]);
  });

  it("refuses rounds that have only one side", () => {
    expect(() => ratios([1, 2], [1])).toThrow(RangeError);
  });
});
