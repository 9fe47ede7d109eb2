/** What a call may cost at worst, and what it did cost. */
import { expect, it } from "vitest";
import { costOf, spentOn, worstCase } from "../../../core/model-call/cost.ts";
import { isNear } from "../../../core/model-call/nearness.ts";
import { settledUsage } from "../../../core/model-call/usage.ts";

const MODEL = { price: { input: 10, output: 20, cached_input: 1 } };

it("[MODEL-5] the worst case is the whole input uncached and every token of the answer, grown by what upstreams overran", () => {
  expect(worstCase(MODEL, 100, 50)).toEqual({ microUsd: 2_000, tokens: 150 });
  expect(worstCase(MODEL, 100, 50, { microUsd: 1.5, tokens: 1.01 })).toEqual({ microUsd: 3_000, tokens: 152 });
});

it.each([
  ["uncached", { input: 100, output: 5, cachedInput: 0 }, 1_100],
  ["with cached input at its own price", { input: 100, output: 5, cachedInput: 60 }, 560],
  ["with more cached than read", { input: 100, output: 5, cachedInput: 900 }, 200],
])("[MODEL-3] a call %s costs what its tokens cost", (_, usage, microUsd) => {
  expect(costOf(MODEL, usage)).toEqual({ microUsd, tokens: 105 });
  const uncached = { price: { ...MODEL.price, cached_input: null } };
  expect(costOf(uncached, usage).microUsd).toBe(1_100);
});

it("[MODEL-3] where nobody told the usage, the worst case stays taken unless nothing can have been used", () => {
  const failure = (code: string) => ({ class: "transient", code });
  expect(spentOn(MODEL, failure("upstream_unavailable"), null, "503")).toEqual({ microUsd: 0, tokens: 0 });
  expect(spentOn(MODEL, failure("timeout"), null, undefined)).toBeNull();
  expect(spentOn(MODEL, null, null, "200")).toBeNull();
});

it("[MODEL-3] a prompt is counted only where its upstream's count cannot be believed", () => {
  const uncounted = () => {
    throw new Error("counted");
  };
  const usage = { kind: "reported", tokens: { input: 3, output: 1, cachedInput: 0 } } as const;
  expect(settledUsage({ usage, text: "hi", calls: [] }, uncounted)).toEqual({ tokens: usage.tokens, told: "reported" });
  expect(() => settledUsage({ usage: { kind: "absent" }, text: "hi", calls: [] }, uncounted)).toThrow("counted");
});

it.each([
  ["a total alone", { input: null, output: null, total: 5_100, cachedInput: 0 }, { input: 43, output: 5_057, cachedInput: 0 }],
  ["an answer alone", { input: null, output: 5_000, total: null, cachedInput: 0 }, { input: 43, output: 5_000, cachedInput: 0 }],
  ["a prompt alone", { input: 100, output: null, total: null, cachedInput: 60 }, { input: 100, output: 2, cachedInput: 60 }],
  ["nothing that can be true", { input: null, output: null, total: null, cachedInput: 0 }, { input: 43, output: 2, cachedInput: 0 }],
  [
    "an answer shorter than what was said",
    { input: null, output: 1, total: null, cachedInput: 0 },
    { input: 43, output: 2, cachedInput: 0 },
  ],
])("[MODEL-3] what could be read of a usage counts, and a bound for the rest: %s", (_, told, tokens) => {
  expect(settledUsage({ usage: { kind: "partial", ...told }, text: "hi", calls: [] }, () => 43)).toEqual({ tokens, told: "partial" });
});

it("[MODEL-3] no tokens beside words cannot be true: the words count, and the prompt as it was told", () => {
  const usage = { kind: "reported", tokens: { input: 100, output: 0, cachedInput: 60 } } as const;
  expect(settledUsage({ usage, text: "hi", calls: [] }, () => 43)).toEqual({
    tokens: { input: 100, output: 2, cachedInput: 60 },
    told: "partial",
  });
  const odd = { kind: "reported", tokens: { input: 3, output: 1, cachedInput: 0 }, isOdd: true } as const;
  expect(settledUsage({ usage: odd, text: "hi", calls: [] }, () => 43)).toEqual({ tokens: odd.tokens, told: "odd" });
});

it.each([
  [0.79, false],
  [0.8, true],
  [1.2, true],
])("[CHAT-10] a budget that is %d full is near its end: %s", (share, near) => expect(isNear(share)).toBe(near));
