/** Pairs of texts that may share an answer, and pairs that must not, if their vectors were equal. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { factsOf, LONGEST_TEXT, sameFacts } from "../../../core/cache/facts.ts";
import { DIFFERENT, SAME } from "./pairs.ts";

const areSame = (a: string, b: string): boolean => sameFacts(factsOf(a), factsOf(b));

describe("[NEAR-1] must not share an answer", () => {
  it.each(DIFFERENT)("%s | %s", (a, b) => {
    expect([areSame(a, b), areSame(b, a)]).toEqual([false, false]);
  });
});

describe("[NEAR-2] may share an answer", () => {
  it.each(SAME)("%s | %s", (a, b) => {
    expect([areSame(a, b), areSame(b, a)]).toEqual([true, true]);
  });
});

it("[NEAR-3] a text is always like itself, and likeness has no direction", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (a, b) => {
      expect(areSame(a, a)).toBe(true);
      expect(areSame(a, b)).toBe(areSame(b, a));
    }),
    { numRuns: 300, seed: 7 },
  );
});

it("[NEAR-4] one digit more, less or other is never overlooked, wherever it stands", () => {
  const text = "Please refund order A-1007 of 12 May 2026 with 249.90 euros to account 12-34 before 10:30, 3 items, room B2";
  expect(text.match(/\d/g)?.length).toBeGreaterThan(20);
  for (const [index, character] of [...text].entries()) {
    if (!/\d/.test(character)) continue;
    const other = `${text.slice(0, index)}${(Number(character) + 1) % 10}${text.slice(index + 1)}`;
    const less = text.slice(0, index) + text.slice(index + 1);
    expect([areSame(text, other), areSame(text, less)], `${other} | ${less}`).toEqual([false, false]);
  }
});

it("[NEAR-5] a long text is like nothing but itself", () => {
  const long = "please tell me about the order ".repeat(LONGEST_TEXT / 20);
  expect([areSame(long, long), areSame(long, `${long} please`)]).toEqual([true, false]);
});

it("[NEAR-6] hashed words compare as the words do, and hold none of them", () => {
  const hash = (word: string): string => `#${[...word].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0, 7)}`;
  const facts = factsOf("Please ask Anna about order A-7", hash);
  expect(JSON.stringify(facts)).not.toMatch(/[a-z]{3,}(?<!firm|maybe|words)"(?!:)/i);
  for (const [a, b] of [...SAME, ...DIFFERENT].slice(0, 60)) expect(sameFacts(factsOf(a, hash), factsOf(b, hash))).toBe(areSame(a, b));
});
