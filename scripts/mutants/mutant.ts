/**
 * Small faults, made by rule: where in a source each fits, and the source with one in it. The list is the same on every machine, so that a
 * survivor can be named.
 */
import { createHash } from "node:crypto";
import { codeOnly } from "./code-only.ts";

/** One fault. `id`: by file, place and rule; it stays the same while the code around it does. */
export type Mutant = {
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly offset: number;
  readonly from: string;
  readonly to: string;
};

/** `to`: with `$1`… of the pattern. Patterns see code only: no comments, no texts. */
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
  // `ok: true;` is a type, which nothing runs.
  { name: "yes", pattern: /(?<=(?:= |return |\? ))true\b|(?<=: )true\b(?!;)/g, to: "false" },
  { name: "no", pattern: /(?<=(?:= |return |\? ))false\b|(?<=: )false\b(?!;)/g, to: "true" },
  { name: "call", pattern: /(?<=\n\s*)(?:turn\.emit|this\.#[a-zA-Z.]+|stores?\.[a-zA-Z.]+)\([^;{}]*\);/g, to: ";" },
  { name: "guard", pattern: /(?<=\n\s*)if \(([^;{}\n]+)\) (?=return\b|continue\b)/g, to: "if (false) " },
  { name: "min", pattern: /\bMath\.min\(/g, to: "Math.max(" },
  { name: "max", pattern: /\bMath\.max\(/g, to: "Math.min(" },
];

/** All faults that fit into a source, in the order of their places. */
export function mutantsOf(file: string, source: string): Mutant[] {
  const code = codeOnly(source);
  const found = RULES.flatMap(({ name, pattern, to }) =>
    [...code.matchAll(pattern)].map((match): Mutant => {
      const from = source.slice(match.index, match.index + match[0].length);
      const line = source.slice(0, match.index).split("\n").length;
      const text = source.split("\n")[line - 1]?.trim() ?? "";
      const id = createHash("sha256")
        .update(`${file}\n${name}\n${text}\n${match.index - source.lastIndexOf("\n", match.index)}`)
        .digest("hex");
      return { id: id.slice(0, 8), file, line, offset: match.index, from, to: to.replace("$1", match[1] ?? "") };
    }),
  );
  return found.sort((a, b) => a.offset - b.offset);
}

/** The source with the fault in it. */
export const withMutant = (source: string, { offset, from, to }: Mutant): string =>
  source.slice(0, offset) + to + source.slice(offset + from.length);

/** `count` of them, spread over all files: the ones with the lowest ids. */
export const sampleOf = (mutants: readonly Mutant[], count: number): Mutant[] =>
  [...mutants].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, count);
