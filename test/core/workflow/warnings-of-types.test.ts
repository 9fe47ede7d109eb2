/** Definitions that register and cannot work: types that never fit, conditions that never hold, limits and schemas that nothing meets. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { checkDefinition } from "../../../core/workflow/check.ts";
import { evaluateCondition } from "../../../core/workflow/expression.ts";
import { warningsOf } from "../../../core/workflow/warnings/warnings.ts";

const PAY = {
  type: "object",
  properties: { amount: { type: "number" }, to: { type: "object", properties: { iban: { type: "string" } } } },
};
const PAID = { type: "object", properties: { receipt: { type: "string" }, paid: { type: "boolean" }, ids: { type: "array" } } };
const INPUT = {
  type: "object",
  properties: {
    text: { type: "string" },
    number: { type: "integer" },
    id: { type: "integer", format: "int64" },
    maybe: { type: ["string", "null"] },
    either: { anyOf: [{ type: "string" }, { type: "number" }] },
    kind: { enum: ["a", "b"] },
    list: { type: "array" },
    object: { type: "object" },
    yes: { type: "boolean" },
  },
};
const NOW = Date.UTC(2026, 10, 30);

function warned(steps: Json, more: { readonly [name: string]: Json } = {}): readonly string[] {
  const given = { name: "pay", input: INPUT, output: 1, tools: ["pay.out"], steps, ...more };
  const checked = checkDefinition(given, { tools: new Set(["pay.out"]) });
  if (!checked.ok) throw new Error(JSON.stringify(checked.error));
  const around = { tools: new Map([["pay.out", { input: PAY, output: PAID }]]), workflow: () => null, serves: () => true, now: NOW };
  return warningsOf(checked.value, around).map(({ path, message }) => `${path}: ${message}`);
}
const pay = (input: Json, more: object = {}): Json => ({ kind: "tool", tool: "pay.out", input, ...more });
const one = (more: object): Json => ({ a: { kind: "transform", value: 1, ...more } });
const when = (cel: string) => one({ when: { cel } });
const over = (cel: string): Json => ({ a: { kind: "map", over: { cel }, step: { kind: "transform", value: 1 } } });

describe("[WARN-15] what has the wrong type by its schema", () => {
  it.each<[string, Json, string]>([
    ["a text for a number", { a: pay({ amount: { cel: "input.text" } }) }, "/steps/a/input/amount: `input.text` is a string by its schema"],
    ["a number for an object", { a: pay({ to: { cel: "input.number" } }) }, "/steps/a/input/to: `input.number` is a number by its schema"],
    ["deeper", { a: pay({ to: { iban: { cel: "input['number']" } } }) }, "/steps/a/input/to/iban: `input['number']` is a number"],
    ["a list for the whole input", { a: pay({ cel: "input.list" }) }, "/steps/a/input: `input.list` is a list by its schema"],
    [
      "what a tool gives",
      { t: pay({}), a: pay({ amount: { cel: "steps.t.output.paid" } }, { needs: ["t"] }) },
      "/steps/a/input/amount: `steps.t.output.paid` is a boolean",
    ],
    ["a text for a condition", when("input.text"), "/steps/a/when: `input.text` is a string by its schema and neither true nor false"],
    ["an object for a list", over("input.object"), "/steps/a/over: `input.object` is an object by its schema, and `over` needs a list"],
    ["a text or null for a list", over("input.maybe"), "/steps/a/over: `input.maybe` is a string or null by its schema"],
  ])("%s", (_, steps, message) => {
    expect(warned(steps)).toHaveLength(1);
    expect(warned(steps)[0]).toContain(message);
  });

  it.each<[string, Json]>([
    ["a number for a number", { a: pay({ amount: { cel: "input.number" } }) }],
    ["what is reckoned", { a: pay({ amount: { cel: "int(input.text)" } }) }],
    ["a whole number of 64 bits", { a: pay({ amount: { cel: "input.id" } }) }],
    ["what may be a number", { a: pay({ amount: { cel: "input.either" } }) }],
    ["a field that nobody declared", { a: pay({ amount: { cel: "input.other" } }) }],
    [
      "what a skipped step leaves",
      { t: pay({}, { when: { cel: "input.yes" } }), a: pay({ amount: { cel: "steps.t.output.paid" } }, { needs: ["t"] }) },
    ],
    ["a boolean condition", when("input.yes")],
    ["a list", over("input.list")],
  ])("and not %s", (_, steps) => expect(warned(steps)).toEqual([]));
});

describe("[WARN-16] a condition that never holds", () => {
  it.each<[string, string]>([
    ["false", "it is always false"],
    ["input.number == 'five'", "`input.number` is a number by its schema and never equals a string"],
    ["'x' == input.yes", "`input.yes` is a boolean by its schema and never equals a string"],
    ["input.kind == 'c'", "`input.kind` has one of the values that its schema lists"],
    ["input.yes && input.kind == 'c'", "never runs"],
  ])("%s", (cel, message) => {
    expect(warned(when(cel))).toHaveLength(1);
    expect(warned(when(cel))[0]).toContain(message);
    const input = { number: 5, yes: true, kind: "a" };
    const scope = { input, steps: {}, run: { id: "r", org: "o", user: "u", subject: "u" } };
    expect(evaluateCondition(cel, scope)).toEqual({ ok: true, value: false });
  });
  it.each([
    "input.kind == 'a'",
    "input.yes || input.kind == 'c'",
    "input.kind != 'c'",
    "input.either == 5",
    "input.maybe == null",
    "true",
    "input.other == 5",
  ])("and not %s", (cel) => expect(warned(when(cel))).toEqual([]));
});

describe("[WARN-17] what no run gets past", () => {
  const two: Json = { a: { kind: "transform", value: 1 }, b: { kind: "transform", value: 1 } };
  it("fewer steps than run in any case", () => {
    expect(warned(two, { limits: { steps: 1 } })).toEqual([expect.stringContaining("/limits/steps: 2 steps run in any case")]);
    expect(warned(two, { limits: { steps: 2 } })).toEqual([]);
    const maybe: Json = { a: { kind: "transform", value: 1 }, b: { kind: "transform", value: 1, when: { cel: "input.yes" } } };
    expect(warned(maybe, { limits: { steps: 1 } })).toEqual([]);
  });
  it("a time that is over", () => {
    const wait = (until: Json): Json => ({ a: { kind: "wait", until } });
    expect(warned(wait("2020-01-01T00:00:00Z"))).toEqual(["/steps/a/until: this time is over: the step waits for nothing"]);
    expect(warned(wait({ cel: "timestamp('2020-01-01T00:00:00Z') + duration('24h')" }))).toHaveLength(1);
    for (const until of ["2030-01-01T00:00:00Z", { cel: "input.text" }]) expect(warned(wait(until))).toEqual([]);
  });
  it.each<[string, Json, string]>([
    [
      "a field that is required and not allowed",
      { required: ["b"], properties: {}, additionalProperties: false },
      "/input: no object fits: `b` is required",
    ],
    [
      "lengths",
      { properties: { s: { minLength: 5, maxLength: 3 } } },
      "/input/properties/s: no value fits: `minLength` is above `maxLength`",
    ],
    ["bounds of items", { properties: { s: { items: { minimum: 2, maximum: 1 } } } }, "/input/properties/s/items: no value fits"],
  ])("a schema that nothing fits: %s", (_, input, message) => {
    expect(warned(one({}), { input })).toEqual([expect.stringContaining(message)]);
  });
  it("and not a schema that something fits", () => {
    for (const input of [
      { required: ["b"], additionalProperties: false, patternProperties: { b: true } },
      { minLength: 3, maxLength: 3 },
      { required: ["b"] },
    ])
      expect(warned(one({}), { input })).toEqual([]);
  });
  it("what stands in for a failed step's output and lacks what is read of it", () => {
    const read = (value: Json, cel = "steps.t.output.receipt", more: object = {}): Json => ({
      t: pay({}, { on_error: { value } }),
      a: { kind: "transform", needs: ["t"], value: { cel }, ...more },
    });
    expect(warned(read(5))).toEqual([expect.stringContaining("where `on_error` gives the value, `steps.t.output` has no field `receipt`")]);
    expect(warned(read({ other: 1 }))).toHaveLength(1);
    const asked = "has(steps.t.output.receipt) ? steps.t.output.receipt : ''";
    for (const steps of [
      read({ receipt: "r" }),
      read({ cel: "input.object" }),
      read(5, asked),
      read(5, undefined, { when: { cel: "steps.t.output != 5" } }),
    ])
      expect(warned(steps)).toEqual([]);
  });
});
