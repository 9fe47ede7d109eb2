/** Sums of money round up, so that no cap is undercut and no token is free. */
import { expect, it } from "vitest";
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
])("[MODEL-3] %d tokens at %d dollars a million cost %d micro-dollars", (tokens, price, micros) =>
  expect(tokenCost(tokens, price)).toBe(micros),
);
