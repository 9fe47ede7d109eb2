/** Recall and precision of every kind of fixed form over made-up vectors: `npm run eval:guardrails` in small. */
import { describe, expect, it } from "vitest";
import { byType, measured, precisionOf, recallOf } from "../../support/personal/measure.ts";

describe("personal data of fixed form, over made-up vectors", { timeout: 60_000 }, () => {
  const kinds = byType(measured(7, 20, 1_000));
  it.each(kinds.map((kind) => [kind.type, kind] as const))("[GUARD-24] %s is found, and little else", (type, kind) => {
    expect(recallOf(kind), JSON.stringify(kind.missed)).toBeGreaterThanOrEqual(0.99);
    // Few phones are drawn, and thousands of broken identity numbers, some of which have the form of one.
    expect(precisionOf(kind), JSON.stringify(kind.false)).toBeGreaterThanOrEqual(type === "PHONE" ? 0.3 : 0.95);
  });
  it("draws every kind", () => expect(kinds.length).toBeGreaterThanOrEqual(14));
});
