import { describe, expect, it } from "vitest";
import { codeOnly } from "../../scripts/mutants/code-only.ts";
import { mutantsOf, sampleOf, withMutant } from "../../scripts/mutants/mutant.ts";

const SOURCE = [
  "/** a === b and a && b: no code. */",
  "export function may(a: number, b: number): boolean {",
  "  if (a === b) return true; // a < b",
  '  const text = "a === b";',
  "  const pattern = /a && b/;",
  "  return a < b && pattern.test(`|| no`);",
  "}",
].join("\n");

describe("[MUTANT-1] faults are made in code alone", () => {
  it("keeps every offset and blanks comments, texts and patterns", () => {
    const code = codeOnly(SOURCE);
    expect(code).toHaveLength(SOURCE.length);
    expect(code.match(/===/g)).toHaveLength(1);
    expect(code.match(/&&/g)).toHaveLength(1);
    expect(code).not.toContain("||");
  });

  it("lists the same faults each time, each of which changes the source at its place", () => {
    const mutants = mutantsOf("a.ts", SOURCE);
    expect(mutantsOf("a.ts", SOURCE)).toEqual(mutants);
    const lines = mutants.map(({ line, from, to }) => `${line}:${from.trim()} becomes ${to.trim()}`);
    expect(lines).toContain("3:=== becomes !==");
    expect(lines).toContain("6:&& becomes ||");
    expect(new Set(mutants.map(({ line }) => line))).toEqual(new Set([3, 6]));
    for (const mutant of mutants) expect(withMutant(SOURCE, mutant)).not.toBe(SOURCE);
  });

  it("samples by id, whatever the order", () => {
    const mutants = mutantsOf("a.ts", SOURCE);
    expect(sampleOf([...mutants].reverse(), 2)).toEqual(sampleOf(mutants, 2));
  });

  it("samples others by another seed, the same by the same", () => {
    const mutants = Array.from({ length: 200 }, (_, at) => mutantsOf(`${at}.ts`, SOURCE)).flat();
    const ids = (seed?: string) => sampleOf(mutants, 20, seed).map(({ id }) => id);
    expect(ids("a")).toEqual(ids("a"));
    expect(new Set([...ids(), ...ids("a"), ...ids("b")]).size).toBeGreaterThan(50);
  });
});
