/** The tone of what people say, on sentences that no training saw. */
import { expect, it } from "vitest";
import { triggerIn } from "../../../../core/guardrail/hand-over/hand-over.ts";
import type { HandOverRules } from "../../../../core/guardrail/rules/merge.ts";
import { hasTone, toneOf } from "../../../../core/guardrail/tone/tone.ts";
import { ownToneRows } from "../../../../scripts/guardrails/tone/own.ts";
import { cpuMs } from "../../../support/cpu-time.ts";
import { everydayTexts } from "../../../support/everyday/generate.ts";
import { HELD_OUT } from "../../../support/everyday/held-out.ts";

it("[TONE-1] tells fury from calm words about the same troubles, in ten languages, on sentences that no training saw", () => {
  const rows = ownToneRows(true);
  const wrong = rows.filter(({ text, tones }) => hasTone(text, "furious") !== tones.includes("furious"));
  expect(rows.length).toBeGreaterThan(60);
  expect(wrong.length / rows.length, wrong.map(({ text }) => text).join("\n")).toBeLessThan(0.05);
});

it("[TONE-1] an empty text has no tone, and a long one costs linear time", () => {
  expect(toneOf("")).toEqual({ negative: 0, positive: 0, furious: 0 });
  const began = cpuMs();
  toneOf("I hate this! ".repeat(100_000));
  expect(cpuMs() - began).toBeLessThan(1_000);
});

it("[HAND-13] hardly an ordinary text calls for a person", () => {
  const rules: HandOverRules = {
    ...{ asked: "normal", negative_tone: "high", high_stakes: "high", guardrail: "off" },
    ...{ confidence_below: [], failures: null, to: null },
  };
  const texts = everydayTexts(HELD_OUT, 1_000);
  const reasons = texts.map((text) => triggerIn({ text }, rules)?.reason ?? null);
  const share = (of: readonly string[]): number => reasons.filter((reason) => reason !== null && of.includes(reason)).length / texts.length;
  expect(texts).toHaveLength(1_000);
  expect(share(["asked", "negative_tone"])).toBeLessThan(0.005);
  // One of the sentences speaks of a lawyer.
  expect(share(["high_stakes"])).toBeLessThan(0.04);
});
