import { describe, expect, it } from "vitest";
import { drawFrom } from "../../scripts/guardrails/names/draw.ts";
import type { Span } from "../../scripts/guardrails/names/make.ts";
import { namesByType, withOtherNames } from "../../scripts/guardrails/names/rename.ts";

const marked = (text: string, ...names: readonly [string, Span["type"]][]) => ({
  text,
  spans: names.map(([name, type]): Span => ({ type, start: text.indexOf(name), end: text.indexOf(name) + name.length })),
});

describe("a labelled text with other names", () => {
  const texts = [
    marked("Anna of Northwind lives in Leeds.", ["Anna", "PERSON"], ["Northwind", "ORG"], ["Leeds", "LOCATION"]),
    marked("tom met Zoë Kowalski in Salt Lake City", ["Zoë Kowalski", "PERSON"], ["Salt Lake City", "LOCATION"], ["tom", "PERSON"]),
  ];
  const names = namesByType(texts);

  it("has names of the same kind and case where names were, and all else as it was", () => {
    const draw = drawFrom(3);
    const seen = new Set<string>();
    for (let count = 0; count < 50; count++) {
      for (const text of texts) {
        const other = withOtherNames(text, names, draw);
        seen.add(other.text);
        const around = (one: typeof other): string => {
          const parts = [...one.spans].sort((a, b) => b.start - a.start);
          return parts.reduce((left, { start, end, type }) => `${left.slice(0, start)}<${type}>${left.slice(end)}`, one.text);
        };
        expect(around(other)).toBe(around(text));
        for (const { type, start, end } of other.spans) expect(names.get(type)).toContain(other.text.slice(start, end));
      }
    }
    expect(seen.size).toBeGreaterThan(4);
    expect([...seen].filter((text) => text.startsWith("Anna") || text.startsWith("tom") || text.startsWith("Zoë")).length).toBe(seen.size);
    expect([...seen].some((text) => / met tom | tom of /.test(text))).toBe(false);
  });
});
