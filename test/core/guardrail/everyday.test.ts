/** Ordinary people, developers, tools and models: what the guard makes of texts that are no attack (test/support/everyday). */
import { describe, expect, it } from "vitest";
import { inspectText } from "../../../core/guardrail/inspect-text.ts";
import { everydayTexts } from "../../support/everyday/generate.ts";
import { HELD_OUT } from "../../support/everyday/held-out.ts";
import { TUNED } from "../../support/everyday/tuned.ts";

const COUNT = 3000;
const MOST_FLAGGED = 0.005;
const MOST_BLOCKED = 0.001;
/** What is printed of each flagged text, in units. */
const SHOWN = 160;

const halves = [
  ["tuned", TUNED],
  ["held out", HELD_OUT],
] as const;
const channels = ["user", "tool_output", "model_output"] as const;

describe("everyday texts", { timeout: 60_000 }, () => {
  for (const [name, half] of halves) {
    const texts = everydayTexts(half, COUNT);
    it.each(channels)(`[GUARD-13] ${name}: next to none are flagged as %s`, (channel) => {
      const judged = texts.map((text) => ({ text, ...inspectText(text, channel) })).filter(({ verdict }) => verdict !== "pass");
      const blocked = judged.filter(({ verdict }) => verdict === "block");
      const told = judged.map(
        ({ verdict, injection, text }) => `${verdict} ${injection[0]?.detector} ${JSON.stringify(text.slice(0, SHOWN))}`,
      );
      if (told.length > 0)
        console.log(`${name}, ${channel}: ${judged.length} flagged, ${blocked.length} of them blocked\n${told.join("\n")}`);
      expect(texts).toHaveLength(COUNT);
      expect(judged.length / texts.length).toBeLessThanOrEqual(MOST_FLAGGED);
      expect(blocked.length / texts.length).toBeLessThanOrEqual(MOST_BLOCKED);
    });
  }
  it("come from ten trades and six languages, the same from the same seed, long ones too", () => {
    const texts = everydayTexts(TUNED, COUNT);
    expect(everydayTexts(TUNED, COUNT)).toEqual(texts);
    expect(new Set(texts).size).toBe(COUNT);
    expect(texts.filter((text) => text.length > 1000).length).toBeGreaterThan(200);
    expect(everydayTexts(HELD_OUT, COUNT).filter((text) => texts.includes(text))).toEqual([]);
  });
});
