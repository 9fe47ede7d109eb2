/** Near questions over a repeated workload: hits, and hits that are none. */
import { expect, it } from "vitest";
import { allAlike, byLetters, rates } from "../../scripts/cache/rates.ts";
import { FAMILIES } from "../../scripts/cache/workload.ts";

it("[NEAR-7] no answer goes to another question, though the vectors find all of them alike", () => {
  const { hits, pairs, falseHits, strangers, nearStrangers } = rates(FAMILIES, allAlike);
  expect(nearStrangers).toBe(strangers);
  expect(falseHits).toEqual([]);
  expect(hits / pairs).toBeGreaterThan(0.5);
});

it("[NEAR-7] nor do vectors add one", () => {
  expect(rates(FAMILIES, byLetters).falseHits).toEqual([]);
});
