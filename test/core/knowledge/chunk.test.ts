import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunksOf, DEFAULT_CHUNK, roughTokens } from "../../../core/knowledge/chunk.ts";
import { cpuMs } from "../../support/cpu-time.ts";

const SMALL = { tokens: 30, overlap: 8 };
const textsOf = (text: string, size = SMALL) => chunksOf(text, size).map(({ start, end }) => text.slice(start, end));

const DOCUMENT = `# Returns

You have 30 days, e.g. for a coat. After that we keep it. Ask Dr. Lindt
if you are not sure.

## How

- Pack it.
- Send it to us. We pay.

| country | days |
|---|---|
| Austria | 30 |

Costs
=====

Nothing.
`;

describe("chunks", () => {
  it("[KNOW-2] follow headings, lists and tables, and know their section", () => {
    const chunks = chunksOf(DOCUMENT, DEFAULT_CHUNK);
    expect(chunks.map(({ section }) => section)).toEqual([["Returns"], ["Returns", "How"], ["Costs"]]);
    expect(DOCUMENT.slice(chunks[0]?.start, chunks[0]?.end)).toMatch(/^# Returns[\s\S]*not sure\.$/);
    expect(DOCUMENT.slice(chunks[2]?.start, chunks[2]?.end)).toBe("Costs\n=====\n\nNothing.");
  });

  it("[KNOW-2] end where a sentence ends, whatever stands between: abbreviations and line breaks end none", () => {
    const [first, ...rest] = textsOf(DOCUMENT, { tokens: 20, overlap: 0 });
    expect(first).toBe("# Returns\n\nYou have 30 days, e.g. for a coat. After that we keep it.");
    expect(rest[0]).toBe("Ask Dr. Lindt\nif you are not sure.");
  });

  it("[KNOW-2] repeat the end of the one before, up to the overlap", () => {
    const text = Array.from({ length: 12 }, (_, at) => `Sentence number ${at} is here.`).join(" ");
    const parts = textsOf(text);
    expect(parts.length).toBeGreaterThan(2);
    for (const [at, part] of parts.slice(1).entries()) expect(parts[at]?.endsWith(part.slice(0, part.indexOf(".") + 1))).toBe(true);
  });

  it("[KNOW-2] cut what is no sentence between words, and never a character in two", () => {
    const [first = ""] = textsOf(`${"wort ".repeat(2_000)}`);
    expect(roughTokens(first)).toBeLessThanOrEqual(4 * SMALL.tokens);
    expect(first.endsWith("wort")).toBe(true);
    const halves = textsOf("😀".repeat(3_000)).map((part) => part.isWellFormed());
    expect(new Set(halves)).toEqual(new Set([true]));
  });

  it("[KNOW-2] together hold every word of any text, in order", () => {
    const piece = fc.constantFrom(
      "# Head\n",
      "word ",
      "End. ",
      "\n\n",
      "- item\n",
      "| a | b |\n",
      "```\n",
      "1) one\n",
      "---\n",
      "ß漢字。",
      "e.g. ",
      "x",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 80 }), (pieces) => {
        const text = pieces.join("");
        const gaps: string[] = [];
        let covered = 0;
        for (const { start, end } of chunksOf(text, SMALL)) {
          gaps.push(start < end ? text.slice(covered, start).trim() : "an empty chunk");
          covered = Math.max(covered, end);
        }
        expect([...gaps, text.slice(covered).trim()].join("")).toBe("");
      }),
      { numRuns: 300 },
    );
  });

  it("[KNOW-2] take time that grows with the text alone", () => {
    const took = (text: string): number => {
      const started = cpuMs();
      chunksOf(text, DEFAULT_CHUNK);
      return cpuMs() - started;
    };
    for (const unit of ["a ", "# h\n", "- x\n", "word. ", ".", "|", "\n", "A. "]) {
      took(unit.repeat(10_000 / unit.length));
      const [once, twice] = [took(unit.repeat(50_000 / unit.length)), took(unit.repeat(100_000 / unit.length))];
      expect(twice, JSON.stringify(unit)).toBeLessThan(8 * once + 200);
    }
  });
});
