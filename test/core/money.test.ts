/** Sums of money round up, so that no cap is undercut and no token is free. */
import { expect, it } from "vitest";
import type { TokenUsage } from "../../core/model/message.ts";
import { costOf, uncachedCost } from "../../core/model-call/cost.ts";
import { fromUsd, tokenCost } from "../../core/money.ts";

it.each([
  [0.57, 570_000],
  [0.29, 290_000],
  [1.1, 1_100_000],
  [0.000001, 1],
  [0.0000014, 2],
  [0, 0],
])("[MODEL-3] a cap of %d dollars is %d micro-dollars", (usd, micros) => expect(fromUsd(usd)).toBe(micros));

it.each([
  [1, 0.1, 1],
  [4, 0.1, 1],
  [11, 0.1, 2],
  [10, 0.1, 1],
  [3, 0.7, 3],
  [1_000, 2, 2_000],
  [0, 2, 0],
  [1_000, 0, 0],
  [140_000_000, 0.07, 9_800_000],
  [2_000_000_001, 0.7, 1_400_000_001],
])("[MODEL-3] %d tokens at %d dollars a million cost %d micro-dollars", (tokens, price, micros) =>
  expect(tokenCost([tokens, price])).toBe(micros),
);

it.each<[string, TokenUsage, number]>([
  ["three parts of less than a micro-dollar", { input: 2, cachedInput: 1, output: 1 }, 1],
  ["three parts that make a little more than two", { input: 4, cachedInput: 1, output: 3 }, 3],
  ["three parts that make a whole number", { input: 8, cachedInput: 4, output: 4 }, 3],
  ["nothing", { input: 0, cachedInput: 0, output: 0 }, 0],
])("[MODEL-3] %s are rounded up once, together", (_what, usage, micros) => {
  const price = { input: 0.2, cached_input: 0.05, output: 0.5 };
  expect(costOf({ price }, usage)).toEqual({ microUsd: micros, tokens: usage.input + usage.output });
  expect(uncachedCost({ price }, 1, 1).microUsd).toBe(1);
});
