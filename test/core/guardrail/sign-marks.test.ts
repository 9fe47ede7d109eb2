import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openMarks, PLAIN_PROSE } from "../../../core/guardrail/injection/sign-marks.ts";
import { spellingsOf } from "../../../core/guardrail/injection/spellings.ts";
import { walksFor } from "../../../core/guardrail/word-walk.ts";
import { often } from "../../support/depth.ts";

/** Codes as an expression. */
const CODED =
  /(?<![.-])[.-]{1,5} [.-]{1,5} [.-]{1,5} [.-]|[a-z0-9+/_-]{20}|[0-9a-f ,:x]{16}|(?<![a-z0-9])[a-z][ .*-]{1,3}[a-z][ .*-]{1,3}[a-z](?![a-z0-9])/;

const units = fc.constantFrom(..."abfxz019 .-*!,:+/_@\n'{é");
const runs = fc.tuple(units, fc.constantFrom(1, 1, 1, 2, 5, 6, 16, 19, 20)).map(([unit, times]) => unit.repeat(times));
const letters = fc.array(fc.tuple(fc.constantFrom(..."abz1"), fc.constantFrom("", " ", ". ", "---", "****")), { maxLength: 6 });
const texts = fc.oneof(
  fc.array(units, { maxLength: 24 }).map((parts) => parts.join("")),
  fc.array(runs, { maxLength: 8 }).map((parts) => parts.join("")),
  letters.map((parts) => parts.flat().join("")),
  fc
    .array(fc.tuple(fc.constantFrom(".", "-", "-.-..", "------"), fc.constantFrom(" ", " ", " ", "  ")), { maxLength: 7 })
    .map((parts) => parts.flat().join("")),
);

describe("marks of what is no plain prose", () => {
  it("[STREAM-8] are those of the expressions, at every end of a text", () => {
    let marked = 0;
    fc.assert(
      fc.property(texts, (text) => {
        const marks = openMarks();
        let seen = false;
        for (let at = 0; at < text.length; at++) {
          const begun = text.slice(0, at + 1);
          const isMarked = !PLAIN_PROSE.test(begun) || CODED.test(begun);
          const found = marks.read(text.charCodeAt(at));
          seen ||= found;
          if (found) expect(isMarked, JSON.stringify(begun)).toBe(true);
          if (isMarked) expect(seen || marks.mayEnd(), JSON.stringify(begun)).toBe(true);
          if (isMarked) marked += 1;
        }
      }),
      { numRuns: often(2_000, 40_000), seed: 20_261_201 },
    );
    expect(marked).toBeGreaterThan(1_000);
  });
});

describe("spellings of a small expression", () => {
  it.each([
    ["a(?:b|cd)?e", ["ae", "abe", "acde"]],
    ["you\\s*(?:are|'re)", ["youare", "you're", "you are", "you 're"]],
    ["summari[sz]", ["summaris", "summariz"]],
    ["bots?|x", ["bot", "bots", "x"]],
  ])("%s", (source, texts) => {
    expect(spellingsOf(source)).toEqual(texts);
    for (const text of texts) expect(new RegExp(`^(?:${source})$`).test(text)).toBe(true);
  });
  it.each(["a+", "a{2}", "[a-z]", "(a)", "a)", "(?:a", "^a", "\\d"])("throws for %s, which it cannot read", (source) => {
    expect(() => spellingsOf(source)).toThrow();
  });
});

describe("walks along words", () => {
  it("[STREAM-8] find what an expression finds, however words overlap", () => {
    const words = ["ab", "abc", "b a", "ba", "aab"].map((text, index) => ({ text, whole: index % 2 === 1 }));
    const walks = walksFor(words);
    const expression = new RegExp(words.map(({ text, whole }) => (whole ? `${text}(?![a-z])` : text)).join("|"));
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "b", "c", " "), { maxLength: 12 }), (text) => {
        const walk = walks();
        let seen = false;
        for (const unit of text) seen = walk.read(unit.charCodeAt(0), true) || seen;
        expect(seen || walk.mayEnd(), text.join("")).toBe(expression.test(text.join("")));
      }),
      { numRuns: 2_000, seed: 20_261_201 },
    );
  });
});
