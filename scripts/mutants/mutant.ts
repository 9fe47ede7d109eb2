/**
 * Small faults, made by rule: where in a source each fits, and the source with one in it. The list is the same on every machine, so that a
 * survivor can be named.
 */
import { createHash } from "node:crypto";
import { stripTypeScriptTypes } from "node:module";
import { codeOnly } from "./code-only.ts";

/** One fault. `id`: by file, line of code and rule; it stays the same while the line does. */
export type Mutant = {
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly offset: number;
  readonly from: string;
  readonly to: string;
};

/** `to`: with `$1`… of the pattern. Patterns see code only: no comments, no texts, no types. */
const RULES: readonly { readonly name: string; readonly pattern: RegExp; readonly to: string }[] = [
  { name: "equal", pattern: / === (?!undefined|null)/g, to: " !== " },
  { name: "unequal", pattern: / !== (?!undefined|null)/g, to: " === " },
  { name: "null", pattern: / === (null|undefined)\b/g, to: " !== $1" },
  { name: "below", pattern: / < (?=[\w(])(?![^\n;]*>\()/g, to: " <= " },
  { name: "not-above", pattern: / <= /g, to: " < " },
  { name: "above", pattern: / > (?=[\w(])/g, to: " >= " },
  { name: "not-below", pattern: / >= /g, to: " > " },
  { name: "and", pattern: / && /g, to: " || " },
  { name: "or", pattern: / \|\| /g, to: " && " },
  { name: "plus", pattern: / \+ 1\b/g, to: "" },
  { name: "minus", pattern: / - (?=[a-z(])/g, to: " + " },
  { name: "otherwise", pattern: / \?\? (?:0|null|1|\[\]|\{\})(?=[;,)\s])/g, to: "" },
  { name: "not", pattern: /(?<=[(=&|?:,] ?)!(?=[a-z(])/g, to: "" },
  { name: "yes", pattern: /(?<=(?:= |return |\? |: ))true\b/g, to: "false" },
  { name: "no", pattern: /(?<=(?:= |return |\? |: ))false\b/g, to: "true" },
  { name: "call", pattern: /(?<=\n\s*)(?:turn\.emit|this\.#[a-zA-Z.]+|stores?\.[a-zA-Z.]+)\([^;{}]*\);/g, to: ";" },
  { name: "guard", pattern: /(?<=\n\s*)if \(([^;{}\n]+)\) (?=return\b|continue\b)/g, to: "if (false) " },
  { name: "min", pattern: /\bMath\.min\(/g, to: "Math.max(" },
  { name: "max", pattern: /\bMath\.max\(/g, to: "Math.min(" },
];

/** All faults that fit into a source, in the order of their places. */
export function mutantsOf(file: string, source: string): Mutant[] {
  const code = codeOnly(stripTypeScriptTypes(source)); // leaves all else at its offset
  const lines = source.split("\n");
  const ids = new Set<string>();
  const found = RULES.flatMap(({ name, pattern, to }) =>
    [...code.matchAll(pattern)].map((match): Mutant => {
      const offset = match.index;
      const from = source.slice(offset, offset + match[0].length);
      const line = source.slice(0, offset).split("\n").length;
      const column = offset - source.lastIndexOf("\n", offset);
      const id = freshId(`${file}\n${name}\n${lines[line - 1]?.trim()}\n${column}`, ids);
      return { id, file, line, offset, from, to: to.replace("$1", match[1] ?? "") };
    }),
  );
  return found.sort((a, b) => a.offset - b.offset);
}

/** An id for what `place` says; where the same line occurs again in the file, for its second, third … occurrence. */
function freshId(place: string, taken: Set<string>): string {
  for (let occurrence = 1; ; occurrence++) {
    const id = createHash("sha256")
      .update(occurrence === 1 ? place : `${place}\n${occurrence}`)
      .digest("hex")
      .slice(0, 8);
    if (taken.has(id)) continue;
    taken.add(id);
    return id;
  }
}

/** The source with the fault in it. */
export const withMutant = (source: string, { offset, from, to }: Mutant): string =>
  source.slice(0, offset) + to + source.slice(offset + from.length);

/** `count` of them, spread over all files: the ones with the lowest ids; with a `seed`, the first in the order that the seed gives them. */
export function sampleOf(mutants: readonly Mutant[], count: number, seed = ""): Mutant[] {
  const place = ({ id }: Mutant): string => (seed === "" ? id : createHash("sha256").update(`${seed}\n${id}`).digest("hex"));
  return mutants
    .map((mutant) => ({ mutant, place: place(mutant) }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .slice(0, count)
    .map(({ mutant }) => mutant);
}
