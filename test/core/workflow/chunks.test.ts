/** Long texts in pieces: nothing is lost, nothing stands twice, and a piece ends where a reader would pause. */
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { checkExpression, evaluate } from "../../../core/workflow/expression.ts";

const run = { id: "run_1", org: "acme", user: "ann", subject: "ann" };
const evaluated = (cel: string, input: Json) => evaluate({ cel }, { input, steps: {}, run });
const chunks = (text: string, size: number): string[] => {
  const result = evaluated("chunks(input.text, input.size)", { text, size });
  if (!result.ok) throw new Error(result.error.message);
  return result.value as string[];
};
const reason = (cel: string, input: Json): string => {
  const result = evaluated(cel, input);
  return result.ok ? `gave ${JSON.stringify(result.value).slice(0, 80)}` : result.error.message;
};

describe("[CEL-5] chunks()", () => {
  it.each([
    ["a short text is one piece", "One. Two.", 20, ["One. Two."]],
    ["at the end of a paragraph", "One one.\n\nTwo two.\n\nThree.", 22, ["One one.\n\nTwo two.\n\n", "Three."]],
    ["at the end of a paragraph before the end of a sentence", "One one.\n\nTwo. Two two.", 16, ["One one.\n\n", "Two. Two two."]],
    ["at the end of a sentence", "One one. Two two. Three.", 18, ["One one. Two two. ", "Three."]],
    ["at the end of a line", "one one\ntwo two\nthree", 16, ["one one\ntwo two\n", "three"]],
    ["between words", "one two three four", 9, ["one two ", "three ", "four"]],
    ["inside a word, where there is no other way", "abcdefgh", 3, ["abc", "def", "gh"]],
    ["after a quotation", 'He said "no." She left.', 16, ['He said "no." ', "She left."]],
    ["not early: crumbs are no pieces", "A. bbbbbbbbbbbbbbbbbbbbbbbbbbbb", 20, ["A. bbbbbbbbbbbbbbbbb", "bbbbbbbbbbb"]],
    ["no piece of blanks", `a${" ".repeat(30)}b`, 10, [`a${" ".repeat(9)}`, " b"]],
    ["of nothing, nothing", "", 5, []],
    ["of blanks, nothing", " \n\n ", 2, []],
    ["characters are whole", "😀😀😀", 2, ["😀😀", "😀"]],
  ])("%s", (_, text, size, expected) => expect(chunks(text, size)).toEqual(expected));

  it("can be called on a text, too", () => expect(evaluated("'a b c'.chunks(2)", {})).toEqual({ ok: true, value: ["a ", "b ", "c"] }));

  it("loses nothing but blanks, doubles nothing, and keeps to its size", () => {
    const word = fc.constantFrom("a", "word", "End.", "\n", "\n\n", " ", "  ", '"so."', "😀", "x".repeat(30), "{{EMAIL_1}}");
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (words, size) => {
        const text = words.join("");
        const pieces = chunks(text, size);
        expect(pieces.join("").replaceAll(/\s/g, "")).toBe(text.replaceAll(/\s/g, ""));
        let from = 0;
        for (const piece of pieces) {
          expect([...piece].length).toBeLessThanOrEqual(size);
          expect(piece.trim()).not.toBe("");
          const at = text.indexOf(piece, from);
          expect(text.slice(from, at).trim()).toBe("");
          from = at + piece.length;
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["no size", "chunks(input.text, 0)", "whole number above 0"],
    ["half a size", "chunks(input.text, 1.5)", "is not a whole number"],
    ["less than nothing", "chunks(input.text, -3)", "whole number above 0"],
    ["no text", "chunks(input.size, 3)", "the text is not a string"],
    ["more pieces than a map goes over", "chunks(input.long, 1)", "more than 1000 pieces"],
    ["a text that costs too much", "chunks(input.huge, 100000)", "too many steps"],
  ])("refuses %s", (_, cel, says) => {
    expect(reason(cel, { text: "a b", size: 1, long: "x".repeat(1_001), huge: "x ".repeat(500_000) })).toContain(says);
  });

  it("is known before any run", () => {
    expect(checkExpression("chunks(input.text, 4000)")).toBeNull();
    expect(checkExpression("chunks(input.text)")).toContain("does not take 1 arguments");
    expect(checkExpression("input.text.chunks(1, 2)")).toContain("does not take 2 arguments");
  });

  const licence = "/usr/share/common-licenses/GPL-3";
  it.skipIf(!existsSync(licence))("cuts a licence of 35 kB at paragraphs", () => {
    const text = readFileSync(licence, "utf8");
    const pieces = chunks(text, 4_000);
    expect(pieces.join("")).toBe(text);
    expect(pieces.length).toBeLessThan(16);
    for (const piece of pieces) expect(piece).toMatch(/[.:>]\s*$/);
  });
});
