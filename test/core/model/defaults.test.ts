import { expect, it } from "vitest";
import { CAUTIOUS_PRICE, readModelPrice, withDefaultModels } from "../../../core/model/defaults.ts";

it.each([
  ["0.15,0.6", { input: 0.15, output: 0.6, cached_input: null }],
  [" 3 , 15 ", { input: 3, output: 15, cached_input: null }],
  ["0,0", { input: 0, output: 0, cached_input: null }],
  ["3", null],
  ["3,15,1", null],
  ["-1,2", null],
  ["1e9,2", null],
  ["20000,1", null],
  ["a,b", null],
])("[MODEL-PRICE] reads %j", (text, price) => expect(readModelPrice(text)).toEqual(price));

it("[MODEL-PRICE] a model without a known price is never free", () => {
  expect(CAUTIOUS_PRICE.input).toBeGreaterThan(0);
  const [entry] = withDefaultModels([], { upstreamId: "qwen3:8b", price: CAUTIOUS_PRICE });
  expect(entry).toMatchObject({ id: "upstream/qwen3:8b", price: CAUTIOUS_PRICE, tasks: ["*"] });
});
