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

it("[VAULT-9] lets everybody else be served between two portions, also where the vault answers at once", async () => {
  let [asked, served] = [0, 0];
  const servedBefore: number[] = [];
  const vault = inPortions({
    assign: async (_, { values }) => {
      servedBefore.push(served);
      asked += values.length;
      setTimeout(() => served++); // somebody else, who waits for the event loop
      return values.map(() => "{{EMAIL_1}}");
    },
    open: async (_, { placeholders }) => placeholders,
  });
  await vault.assign("acme", {
    run: "run_1",
    subject: "ann",
    origin: "tool",
    values: Array.from({ length: 1_001 }, (_, n) => ({ type: "EMAIL", value: String(n) })),
  });
  expect(asked).toBe(1_001);
  expect(servedBefore).toEqual([0, 1, 2, 3, 4, 5]);
});
