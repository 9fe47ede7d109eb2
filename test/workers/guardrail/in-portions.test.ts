/** The vault in portions: the same answers in the same order, and no message with more values than it may have. */
import { expect, it } from "vitest";
import { inPortions } from "../../../workers/guardrail/in-portions.ts";

it("[VAULT-9] asks the vault for 200 values at a time at most, in order", async () => {
  const sizes: number[] = [];
  const vault = inPortions({
    assign: async (_, { values }) => {
      sizes.push(values.length);
      return values.map(({ value }) => `{{EMAIL_${value}}}`);
    },
    open: async (_, { placeholders }) => {
      sizes.push(placeholders.length);
      return placeholders.map((placeholder) => placeholder.slice(8, -2));
    },
  });
  const texts = Array.from({ length: 450 }, (_, n) => String(n + 1));
  const names = await vault.assign("acme", {
    run: "run_1",
    subject: "ann",
    origin: "input",
    values: texts.map((value) => ({ type: "EMAIL", value })),
  });
  expect(names).toEqual(texts.map((text) => `{{EMAIL_${text}}}`));
  expect(await vault.open("acme", { run: "run_1", placeholders: names, inputOnly: false })).toEqual(texts);
  expect(sizes).toEqual([200, 200, 50, 200, 200, 50]);
});
