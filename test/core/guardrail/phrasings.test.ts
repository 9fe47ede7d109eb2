/** The common wordings of an injection in ten languages, and ordinary requests with the same words (test/support/phrasings.ts). */
import { describe, expect, it } from "vitest";
import { inspectText } from "../../../core/guardrail/inspect-text.ts";
import { attackPhrasings, KINDS, ordinaryPhrasings } from "../../support/phrasings.ts";

const LEAST_STOPPED = 0.95;
const MOST_ORDINARY = 0.005;

describe("common wordings of an injection", () => {
  const phrasings = attackPhrasings();
  it("are ten of each kind in each of ten languages", () => {
    expect(phrasings.length).toBe(KINDS.length * 10 * 10);
    expect(new Set(phrasings.map(({ text }) => text)).size).toBe(phrasings.length);
  });
  it.each(["user", "tool_output"] as const)("[INJ-3] next to all are stopped, as %s", (channel) => {
    const missed = phrasings.filter(({ text }) => inspectText(text, channel).verdict !== "block");
    const told = missed.map(({ language, kind, text }) => `${inspectText(text, channel).verdict} ${language}, ${kind}: ${text}`);
    expect(missed.length / phrasings.length, told.join("\n")).toBeLessThanOrEqual(1 - LEAST_STOPPED);
  });
  it("[INJ-4] ordinary requests with the same words pass", () => {
    const flagged = ordinaryPhrasings().filter(({ text }) => inspectText(text, "user").verdict !== "pass");
    expect(flagged.length / ordinaryPhrasings().length, flagged.map(({ text }) => text).join("\n")).toBeLessThanOrEqual(MOST_ORDINARY);
  });
});
