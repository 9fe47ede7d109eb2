/** What priced tools add to an estimate. */
import { expect, it } from "vitest";
import { walk } from "../../../core/estimate/walk.ts";
import type { ToolPrice } from "../../../core/tool/manifest.ts";
import { ask, definition, known } from "./support.ts";

const PRICES: { readonly [tool: string]: ToolPrice } = {
  "shop.get": { per_call_usd: 0.01 },
  "shop.list": { per_call_usd: 0.02, output_pointer: "/cost" },
};
const usdOf = (steps: Parameters<typeof definition>[0], isPriced = true) => {
  const free = known({ candidates: [] });
  const world = isPriced ? { ...free, toolPrice: (name: string) => PRICES[name] ?? null } : free;
  return walk(definition(steps, { limits: { usd: 1_000, tokens: 1_000_000, steps: 10 } }), { known: {} }, world).cost.microUsd;
};

it("[TOOLC-7] a step's call costs its price, at most once an attempt, and less where its output may say so", () => {
  expect(usdOf({ a: { kind: "tool", tool: "shop.get", input: {} } })).toEqual({ low: 10_000, expected: 10_000, max: 30_000 });
  const one = { kind: "tool", tool: "shop.list", input: {}, retry: { attempts: 1 } };
  expect(usdOf({ a: one })).toEqual({ low: 0, expected: 20_000, max: 20_000 });
  expect(usdOf({ a: one }, false)).toEqual({ low: 0, expected: 0, max: 0 });
});

it("[TOOLC-7] an agent's calls cost at most the dearest, as often as its run's bound lets it", () => {
  const agent = ask({ kind: "agent", tools: ["shop.get", "shop.list"] });
  expect(usdOf({ a: agent })).toEqual({ low: 0, expected: 30_000, max: 200_000 });
});
