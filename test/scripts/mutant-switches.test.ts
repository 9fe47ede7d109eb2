/** All faults of a source in one: each switch does what its own fault does, and nothing else. */
import { stripTypeScriptTypes } from "node:module";
import { afterEach, describe, expect, it } from "vitest";
import { parseAst } from "vitest/node";
import { mutantsOf, withMutant } from "../../scripts/mutants/mutant.ts";
import { ask, board } from "../../scripts/mutants/warm/switch.ts";
import { switched } from "../../scripts/mutants/warm/switched.ts";

/** One of each kind of fault, some within others. `seen` is what the function does. */
const SOURCE = `
  const seen: unknown[] = [];
  const turn = { emit: (what: string): void => void seen.push(what) };
  const least: number | null = a === null ? null : (a as number);
  if (a === 7 && (b < 3 || b === 9)) return "both";
  if (!(b > 3) !== flag && (least ?? 0) <= 4) seen.push("low");
  turn.emit("sent");
  if (flag)
    turn.emit("flagged");
  else seen.push("plain");
  for (let at = 0; at < b; at++) {
    if (at >= 2 || at === a) continue;
    seen.push(Math.max(at + 1, b - at), Math.min(at, ...[b, 2]));
  }
  const found = { isOpen: true, isShut: false, most: b - (least ?? 1) };
  return JSON.stringify([seen, found, a !== undefined && b]);
`;
const INPUTS = [null, undefined, 0, 1, 2, 7].flatMap((a) =>
  [0, 2, 3, 4, 9].flatMap((b) => [true, false].map((flag) => [a, b, flag] as const)),
);

const HEAD = "function decide(a: number | null | undefined, b: number, flag: boolean) {";
const whole = `${HEAD}${SOURCE}}`;
const plain = (source: string): string => stripTypeScriptTypes(source);
/** What the function answers to every input. */
function answers(code: string): string[] {
  const decide = new Function("__ask", `${code}; return decide;`)(ask) as (...input: readonly unknown[]) => unknown;
  return INPUTS.map((input) => {
    try {
      return String(decide(...input));
    } catch (error) {
      return String(error);
    }
  });
}
const mutants = mutantsOf("a.ts", whole);
const made = switched(
  plain(whole),
  parseAst(plain(whole)) as never,
  [...mutants.entries()].map(([index, mutant]) => ({ index, mutant })),
  "switch",
);
const code = made.code.slice(made.code.indexOf(";") + 1);

afterEach(() => {
  board.planted = -1;
});

describe("[MUTANT-2] all faults of a source are switches in one copy of it", () => {
  it("each of which has its place", () => {
    expect(mutants.length).toBeGreaterThan(25);
    expect(made.apart).toEqual([]);
    expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length);
  });

  it("which is the source itself while none is planted", () => expect(answers(code)).toEqual(answers(plain(whole))));

  it.each(mutants.map((mutant, index) => [mutant.from.trim(), mutant.to.trim(), mutant.line, index] as const))(
    "`%s` becomes `%s` in line %i as in a source of its own",
    (_from, _to, _line, index) => {
      const mutant = mutants[index];
      board.planted = index;
      expect(answers(code)).toEqual(answers(plain(mutant === undefined ? "" : withMutant(whole, mutant))));
    },
  );
});
