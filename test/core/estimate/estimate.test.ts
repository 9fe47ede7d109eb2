import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateOf, type PastCost, quantile } from "../../../core/estimate/estimate.ts";
import type { Cost } from "../../../core/estimate/model-calls.ts";
import { ordered } from "../../../core/estimate/spread.ts";

const cost: Cost = {
  microUsd: { low: 100, expected: 400, max: 2_000 },
  tokens: { low: 10, expected: 40, max: 200 },
  calls: { low: 1, expected: 2, max: 6 },
  isOpen: false,
};
const ROOMY = { microUsd: 1_000_000, tokens: 1_000_000 };
const past = (...all: number[]): PastCost[] => all.map((microUsd) => ({ microUsd, tokens: microUsd / 10, calls: 2 }));
const usd = (more: Partial<Cost> = {}, runs: PastCost[] = [], caps = ROOMY) => estimateOf({ ...cost, ...more }, runs, caps).usd;

describe("without a past", () => {
  it("[EST-24] the structure stands as it is", () => {
    expect(estimateOf(cost, [], ROOMY)).toEqual({
      usd: { low: 0.0001, expected: 0.0004, max: 0.002 },
      tokens: { expected: 40, max: 200 },
      model_calls: { expected: 2, max: 6 },
      within_budget: true,
    });
  });

  it.each([
    [{ microUsd: 2_000, tokens: 200 }, true],
    [{ microUsd: 1_999, tokens: 200 }, false],
    [{ microUsd: 2_000, tokens: 199 }, false],
    [{ microUsd: 0, tokens: 0 }, false],
  ])("[EST-25] a run ends at its caps %j", (caps, fits) => {
    const told = estimateOf(cost, [], caps);
    expect(told.within_budget).toBe(fits);
    expect(told.usd.max).toBe(Math.min(2_000, caps.microUsd) / 1_000_000);
    expect(told.tokens.max).toBe(Math.min(200, caps.tokens));
    expect(told.usd.expected).toBeLessThanOrEqual(told.usd.max);
  });
});

describe("with a past", () => {
  it("[EST-26] one run pulls a little, many decide, an outlier decides nothing", () => {
    const few = usd({}, past(1_000)).expected;
    const many = usd({}, past(...Array<number>(45).fill(1_000))).expected;
    expect([few, many]).toEqual([0.0005, 0.00094]);
    expect(usd({}, past(...Array<number>(44).fill(1_000), 1_000_000)).expected).toBeLessThan(0.00095);
  });

  it("[EST-27] it stays within what this input makes possible, and a bound that is certain is not moved by it", () => {
    const told = usd({}, past(...Array<number>(50).fill(90_000)));
    expect([told.expected, told.max]).toEqual([0.002, 0.002]);
    expect(usd({}, past(...Array<number>(50).fill(1))).expected).toBe(0.0001);
  });

  it("[EST-28] a bound that is assumed gives way to what was seen", () => {
    expect(usd({ isOpen: true }, past(90_000)).max).toBe(0.09);
  });
});

describe("any past", () => {
  const spread = fc.tuple(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6)).map(([low, expected, max]) => ordered({ low, expected, max }));
  const anyCost = fc.record({ microUsd: spread, tokens: spread, calls: spread, isOpen: fc.boolean() });
  const anyPast = fc.array(fc.record({ microUsd: fc.nat(1e7), tokens: fc.nat(1e7), calls: fc.nat(100) }), { maxLength: 60 });
  const anyCaps = fc.record({ microUsd: fc.nat(1e7), tokens: fc.nat(1e7) });

  it("[EST-29] 0 ≤ low ≤ expected ≤ max ≤ cap, in whole tokens and micro-dollars", () => {
    fc.assert(
      fc.property(anyCost, anyPast, anyCaps, (structure, runs, caps) => {
        const { usd, tokens, model_calls } = estimateOf(structure, runs, caps);
        const whole = [usd.low, usd.expected, usd.max].map((dollars) => Math.round(dollars * 1e6));
        expect(whole).toEqual(whole.toSorted((a, b) => a - b));
        expect(whole[2]).toBeLessThanOrEqual(caps.microUsd);
        expect(tokens.expected).toBeLessThanOrEqual(tokens.max);
        expect(tokens.max).toBeLessThanOrEqual(caps.tokens);
        expect(Math.min(tokens.expected, model_calls.expected, usd.low)).toBeGreaterThanOrEqual(0);
        for (const count of [tokens.expected, tokens.max, model_calls.expected, model_calls.max])
          expect(Number.isInteger(count)).toBe(true);
      }),
    );
  });
});

it.each([
  [[5], 0.5, 5],
  [[1, 2], 0.5, 1.5],
  [[1, 2, 3, 4, 5], 0.05, 1.2],
  [[1, 2, 3], 1, 3],
])("quantile of %j at %s is %s", (sorted, share, expected) => expect(quantile(sorted, share)).toBeCloseTo(expected));
