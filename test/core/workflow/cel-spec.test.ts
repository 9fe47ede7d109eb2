/**
 * CEL's own conformance suite (cel.dev, `tests/simple`, as npm `@bufbuild/cel-spec` carries it), as far as it is about JSON: no expression
 * gives another value than the specification says, but for the differences that docs/expressions.md names.
 */
import { tests } from "@bufbuild/cel-spec/testdata/conformance.js";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { evaluate } from "../../../core/workflow/expression.ts";

type Value = { readonly [kind: string]: unknown };
type Original = {
  readonly name: string;
  readonly expr: string;
  readonly value?: Value;
  readonly evalError?: unknown;
  readonly bindings?: unknown;
  readonly container?: unknown;
  readonly typeEnv?: unknown;
};
type Suite = { readonly name: string; readonly tests?: readonly { readonly original: Original }[]; readonly suites?: readonly Suite[] };

/** About protocol buffers, types as values, variables that a host declares, and extensions that the language leaves to hosts. */
const NOT_ABOUT_JSON: ReadonlySet<string> = new Set([
  "bindings_ext",
  "block_ext",
  "dynamic",
  "encoders_ext",
  "enums",
  "fields",
  "math_ext",
  "namespace",
  "optionals",
  "plumbing",
  "proto2",
  "proto2_ext",
  "proto3",
  "type_deductions",
  "unknowns",
  "wrappers",
]);
/** Every number is a double (docs/expressions.md): there is no overflow at 2^63, no unsigned number, and `%` takes any number. */
const DOUBLES = /^(fp_math\/fp_math|integer_math\/)/;

const cases = (suite: Suite, path: string): { path: string; test: Original }[] => [
  ...(suite.tests ?? []).map(({ original }) => ({ path, test: original })),
  ...(suite.suites ?? [])
    .filter(({ name }) => path !== "" || !NOT_ABOUT_JSON.has(name))
    .flatMap((inner) => cases(inner, path === "" ? inner.name : `${path}/${inner.name}`)),
];

/** undefined: JSON has no such value. */
function jsonOf(value: Value): Json | undefined {
  const [[kind, inner] = ["", null]] = Object.entries(value);
  if (kind === "int64Value" || kind === "uint64Value" || kind === "doubleValue") return Number(inner);
  if (kind === "stringValue" || kind === "boolValue") return inner as Json;
  if (kind === "nullValue") return null;
  if (kind === "listValue") return ((inner as { values?: Value[] }).values ?? []).map((item) => jsonOf(item) ?? null);
  if (kind !== "mapValue") return undefined;
  const entries = (inner as { entries?: { key: Value; value: Value }[] }).entries ?? [];
  return Object.fromEntries(entries.map((entry) => [String(jsonOf(entry.key)), jsonOf(entry.value) ?? null]));
}

describe("[CEL-21] CEL's conformance suite", () => {
  const applicable = cases(tests as unknown as Suite, "").filter(
    ({ test }) =>
      test.bindings === undefined &&
      test.container === undefined &&
      test.typeEnv === undefined &&
      (test.evalError !== undefined || jsonOf(test.value ?? {}) !== undefined),
  );
  const verdicts = applicable.map(({ path, test }) => {
    const result = evaluate({ cel: test.expr }, { input: {}, steps: {}, run: { id: "r", org: "o", user: "u", subject: "s" } });
    const expected = test.value === undefined ? undefined : jsonOf(test.value);
    // An expression that this language does not have is refused: an error where a value is expected, never another value.
    if (!result.ok) return { path, test, verdict: test.evalError === undefined ? "refused" : "right" } as const;
    return { path, test, verdict: JSON.stringify(result.value) === JSON.stringify(expected) ? "right" : "wrong" } as const;
  });
  const of = (verdict: string) => verdicts.filter((one) => one.verdict === verdict);

  it("is given no wrong value, but for what doubles cannot tell apart", () => {
    expect(applicable.length).toBeGreaterThan(1_000);
    const wrong = of("wrong").map(({ path, test }) => `${path}: ${test.expr}`);
    expect(wrong.filter((line) => !DOUBLES.test(line))).toEqual([]);
    expect(wrong).toHaveLength(7);
  });

  it("is given most of its values", () => {
    expect(of("right").length).toBeGreaterThanOrEqual(830);
    // Whole numbers beyond 2^53, bytes, types as values, `format`, comprehensions over two variables, and 0.0 / 0.0.
    expect(of("refused").length).toBeLessThanOrEqual(270);
    expect(of("refused").length).toBeGreaterThan(100);
  });
});
