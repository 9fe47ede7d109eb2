/** The bounds of a summary: when a session is summarised, how much stays, and what fits into how much room. */
import { describe, expect, it } from "vitest";
import { labelsOfSession, type SessionMessage, type StoredSession, sessionView } from "../../../core/session/session.ts";
import { condensed, exactIn, shortened } from "../../../core/session/summary.ts";

const message = (content: string): SessionMessage => ({
  ...{ role: "user", content, run: "run_1", at: 0 },
  label: { trust: "trusted", class: "internal", sources: ["caller"] },
});
/** Talk of so many units, without anything that must not be lost. */
const talk = (units: number): SessionMessage => message(`${"It was a long day for me. ".repeat(units)}`.slice(0, units - 1).concat("x"));
const dropped = (...units: number[]): number | null => shortened(null, units.map(talk))?.dropped ?? null;

describe("a session", () => {
  it("[SESSION-6] is summarised from 16,001 units on, until 6,000 are left, and never its last message", () => {
    expect([dropped(8_000, 8_000), dropped(8_000, 8_001)]).toEqual([null, 1]);
    expect(dropped(8_000, 8_000, 3_000, 3_000)).toBe(2);
    expect(dropped(8_000, 8_000, 3_000, 3_001)).toBe(3);
    expect(dropped(8_000, 8_000, 3_000, 2_000)).toBe(2);
    expect(dropped(7_000, 7_000, 7_000)).toBe(2);
  });

  it("[SESSION-7] loses nothing up to 128,000 units", () => {
    const dense = (from: number): string =>
      Array.from({ length: 400 }, (_, n) => `We agreed on point p${from + n}.`)
        .join(" ")
        .padEnd(8_000, "x");
    const messages = Array.from({ length: 16 }, (_, n) => message(dense(1_000 + n * 400).slice(0, 8_000)));
    expect(messages.reduce((sum, { content }) => sum + content.length, 0)).toBe(128_000);
    expect(shortened(null, messages)).toBeNull();
    expect(shortened(null, [...messages, message("x")])?.dropped).toBeGreaterThan(10);
  });
});

describe("what fits into a room", () => {
  const pinned = "Remember the tea.";
  const decision = "We agreed on it.";
  it("[SESSION-6] pinned sentences always do, and a line costs one unit more than its text", () => {
    expect(condensed([pinned], pinned.length + 1)).toEqual({ text: pinned, whole: true });
    expect(condensed([pinned], pinned.length)).toEqual({ text: pinned, whole: false });
    expect(condensed([decision], decision.length + 1)).toEqual({ text: decision, whole: true });
    expect(condensed([decision], decision.length)).toEqual({ text: "", whole: false });
    const other = "They refused, and we accepted that.";
    const both = decision.length + other.length + 2;
    expect(condensed([`${decision}\n${other}`], both)).toEqual({ text: `${decision}\n${other}`, whole: true });
    expect(condensed([`${decision}\n${other}`], both - 1)).toEqual({ text: decision, whole: false });
  });

  it("[SESSION-6] amounts and ids whose sentences do not cost two units more than they are long, the newest first", () => {
    const sentence = "The number that was given to the thing which stood there is A-17.";
    expect(condensed([sentence], 6)).toEqual({ text: "A-17", whole: true });
    expect(condensed([sentence], 5)).toEqual({ text: "", whole: false });
    const newer = "Another number that was given to another thing is B-18.";
    expect(condensed([`${sentence}\n${newer}`], 12)).toEqual({ text: "A-17, B-18", whole: true });
    expect(condensed([`${sentence}\n${newer}`], 11)).toEqual({ text: "B-18", whole: false });
  });

  it("[SESSION-6] what else was said, as long as there is room", () => {
    const plain = "The day was long.";
    expect(condensed([plain], plain.length + 1)).toEqual({ text: plain, whole: true });
    expect(condensed([plain], plain.length)).toEqual({ text: "", whole: true });
  });

  it("[SESSION-6] an amount with the currency right beside it", () => {
    expect(["EUR 50", "50 EUR", "€ 50", "EUR  50", "50  EUR", "EUR 50 USD", "abc 50 def"].map(exactIn)).toEqual([
      ["EUR 50"],
      ["50 EUR"],
      ["€ 50"],
      ["50"],
      ["50"],
      ["EUR 50"],
      ["50"],
    ]);
    expect(exactIn("... 4711. -- +")).toEqual(["4711"]);
  });
});

describe("a session as others see it", () => {
  const label = { trust: "untrusted", class: "confidential", sources: ["tool"] } as const;
  it("[SESSION-2] has the label of its summary only where it has one", () => {
    const { messages } = { messages: [message("x")] };
    const without = labelsOfSession({ messages, summary: null });
    const withOne = labelsOfSession({ messages, summary: { text: "s", label } });
    expect(JSON.stringify(without)).not.toContain("confidential");
    expect(JSON.stringify(withOne)).toContain("confidential");
    expect(labelsOfSession({ messages: [], summary: null })).toEqual(labelsOfSession({ messages: [], summary: null }));
  });

  it("[SESSION-13] shows its summary without its label, and a run that was called as one that waits", () => {
    const one: StoredSession = {
      ...{ id: "s", subject: "ann", createdAt: 0, updatedAt: 1_000, expiresAt: 2_000, messages: [message("x")] },
      summary: { text: "it was long", label, messages: 3, units: 900 },
      runs: (["waiting", "called", "speaking", "apart"] as const).map((state, n) => ({ run: `run_${n}`, state })),
    };
    expect(sessionView(one)).toEqual({
      ...{ id: "s", subject: "ann", created_at: "1970-01-01T00:00:00.000Z", updated_at: "1970-01-01T00:00:01.000Z" },
      ...{ expires_at: "1970-01-01T00:00:02.000Z", summary: { text: "it was long", messages: 3 } },
      messages: [{ role: "user", content: "x", run: "run_1", at: "1970-01-01T00:00:00.000Z" }],
      runs: ["waiting", "waiting", "speaking", "apart"].map((state, n) => ({ run: `run_${n}`, state })),
    });
    expect(sessionView({ ...one, summary: null }).summary).toBeNull();
  });
});
