import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { checkDefinition } from "../../../core/workflow/check.ts";
import type { Definition, JsonSchema } from "../../../core/workflow/definition.ts";
import type { Surroundings } from "../../../core/workflow/warnings/warning.ts";
import { warningsOf } from "../../../core/workflow/warnings/warnings.ts";

const PAY: JsonSchema = {
  type: "object",
  properties: { amount: { type: "number" }, to: { type: "object", properties: { iban: { type: "string" } }, additionalProperties: false } },
  required: ["amount"],
  additionalProperties: false,
};
const PAID: JsonSchema = { type: "object", properties: { receipt: { type: "string" } }, additionalProperties: false };
const around: Surroundings = {
  tools: new Map([["pay.out", { input: PAY, output: PAID }]]),
  workflow: (name, version) => (name === "kid" && (version ?? 1) === 1 ? { input: PAY, tools: ["pay.out", "mail.send"] } : null),
  serves: (task) => task === "write",
};

const CLOSED = {
  type: "object",
  properties: { order: { type: "object", properties: { id: { type: "string" } } } },
  additionalProperties: false,
};

function definitionOf(steps: Json, output: Json = 1, input: Json = CLOSED): Definition {
  const checked = checkDefinition({ name: "pay", input, output, tools: ["pay.out"], steps }, { tools: new Set(["pay.out"]) });
  if (!checked.ok) throw new Error(JSON.stringify(checked.error));
  return checked.value;
}
const warned = (...given: Parameters<typeof definitionOf>) => warningsOf(definitionOf(...given), around).map(({ path }) => path);
const value = (cel: string): Json => ({ a: { kind: "transform", value: { cel } } });
const tool = (input: Json): Json => ({ a: { kind: "tool", tool: "pay.out", input } });

describe("[WARN-1] a path that a closed schema lacks", () => {
  it.each([
    ["of the input", value("input.odrer")],
    ["of the input, by index", value("input['odrer']")],
    ["deeper in it, beside others", value("1 + size(input.orders.id)")],
    ["inside a macro", value("[1].map(x, input.oder)")],
    [
      "of a step whose output is text",
      {
        m: { kind: "model", model: { task: "write" }, prompt: { template: "x" } },
        a: { kind: "transform", needs: ["m"], value: { cel: "steps.m.output.total" } },
      },
    ],
    [
      "of a tool's output",
      {
        t: { kind: "tool", tool: "pay.out", input: { amount: 1 } },
        a: { kind: "transform", needs: ["t"], value: { cel: "steps.t.output.reciept" } },
      },
    ],
  ] as [string, Json][])("%s", (_name, steps) => expect(warned(steps)).toEqual(["/steps/a/value"]));

  it.each([
    ["a known field", value("input.order.id")],
    ["a field of an open object", value("input.order.note")],
    ["what `has` asks for", value("has(input.oder)")],
    ["a name that a macro binds", value("[{'x': 1}].map(input, input.x)")],
    [
      "the output of a step that a value may stand in for",
      {
        t: { kind: "tool", tool: "pay.out", input: { amount: 1 }, on_error: { value: { late: true } } },
        a: { kind: "transform", needs: ["t"], value: { cel: "steps.t.output.late" } },
      },
    ],
  ] as [string, Json][])("and not %s", (_name, steps) => expect(warned(steps)).toEqual([]));

  it("names what there is", () => {
    const [warning] = warningsOf(definitionOf(value("input.odrer")), around);
    expect(warning?.message).toBe("the schema of `input` has no field `odrer`; it has `order`");
  });

  it("says nothing about a schema with branches", () => {
    expect(warned(value("input.x"), 1, { type: "object", anyOf: [{ required: ["x"] }], additionalProperties: false })).toEqual([]);
  });
});

describe("[WARN-2] an input that cannot fit the tool's schema", () => {
  it.each([
    ["a constant of the wrong type", { amount: "12" }, ["/steps/a/input/amount"]],
    ["one beside an expression", { amount: { cel: "1" }, to: { iban: 7 } }, ["/steps/a/input/to/iban"]],
    ["a field too many", { amount: { cel: "1" }, sum: 3 }, ["/steps/a/input/sum"]],
    ["a field too few", { to: { iban: { cel: "'x'" } } }, ["/steps/a/input"]],
    ["nothing wrong", { amount: { cel: "1" }, to: { iban: { cel: "'x'" } } }, []],
    ["an expression for all of it", { cel: "input" }, []],
  ] as [string, Json, string[]][])("%s", (_name, input, paths) => expect(warned(tool(input))).toEqual(paths));
});

describe("[WARN-8] a step that starts another workflow", () => {
  const child = (more: Json) => ({ a: { kind: "run", workflow: "kid", input: { amount: 1 }, ...(more as object) } });
  const told = (steps: Json) => warningsOf(definitionOf(steps), around);
  const TOOLS = { path: "/steps/a/workflow", message: expect.stringMatching(/do not list, so it cannot call them here: `mail.send`$/) };

  it("lacks tools that the child lists", () => expect(told(child({}))).toEqual([TOOLS]));
  it("names a workflow that nobody registered", () => {
    expect(told(child({ workflow: "kdi" }))).toEqual([{ path: "/steps/a/workflow", message: expect.stringContaining("`kdi` yet") }]);
    expect(told(child({ version: 9 }))).toEqual([{ path: "/steps/a/version", message: expect.stringContaining("version 9 of") }]);
  });
  it.each<[string, Json, string[]]>([
    ["a constant of the wrong type", { amount: "12" }, ["/steps/a/input/amount"]],
    ["a field too many", { amount: { cel: "1" }, sum: 3 }, ["/steps/a/input/sum"]],
    ["a field too few", {}, ["/steps/a/input/amount"]],
    ["an expression", { amount: { cel: "input.order.id" } }, []],
  ])("gives it %s", (_name, input, paths) => {
    const own = told(child({ input })).filter(({ message }) => !message.includes("tools"));
    expect(own.map(({ path }) => path)).toEqual(paths);
    for (const { message } of own) expect(message).not.toContain("the tool's");
  });
  it("in a map is looked at too", () => {
    const steps = { a: { kind: "map", over: [1], step: { kind: "run", workflow: "kdi", input: {} } } };
    expect(warned(steps)).toEqual(["/steps/a/step/workflow"]);
  });
});

it("[WARN-3] a task that no model serves", () => {
  const step = (task: string) => ({ m: { kind: "model", model: { task }, prompt: { template: "x" } } });
  expect(warned(step("wriet"))).toEqual(["/steps/m/model/task"]);
  expect(warned(step("write"))).toEqual([]);
});

it("[WARN-4] a review whose result nothing reads", () => {
  const review = { kind: "review", proposal: { cel: "input.order" } };
  expect(warned({ r: review, a: { kind: "transform", needs: ["r"], value: 1 } })).toEqual(["/steps/r/proposal"]);
  expect(warned({ r: review, a: { kind: "transform", needs: ["r"], value: { cel: "steps.r.output" } } })).toEqual([]);
  expect(warned({ r: review }, { cel: "steps.r.output" })).toEqual([]);
  expect(warned({ r: review }, { cel: "steps.r.output.action" })).toEqual(["/steps/r/proposal"]);
});

it.each([
  [0.4, { type: "number" }, []],
  [40, { type: "number", maximum: 100 }, []],
  [2, { type: "number" }, ["/guardrails/hand_over/confidence_below/at"]],
  [2, { type: "number", minimum: 0, maximum: 1 }, ["/guardrails/hand_over/confidence_below/at"]],
  [0, { type: "number" }, ["/guardrails/hand_over/confidence_below/at"]],
  [-1, { type: "number", minimum: 0 }, ["/guardrails/hand_over/confidence_below/at"]],
  [0, { type: "number", minimum: -1, maximum: 1 }, []],
  [2, { anyOf: [{ type: "number" }] }, []],
] as [number, Json, string[]][])("[HAND-19] an unsure answer below %d of %j", (at, confidence, paths) => {
  const steps = {
    reply: {
      ...{ kind: "model", model: { task: "write" }, prompt: { template: "x" } },
      output: { type: "object", properties: { confidence }, required: ["confidence"], additionalProperties: false },
    },
  };
  const guardrails = { hand_over: { confidence_below: { at, pointer: "/confidence" } } };
  const checked = checkDefinition(
    { name: "pay", input: CLOSED, output: { cel: "steps.reply.output" }, tools: [], steps, guardrails },
    {
      tools: new Set(),
    },
  );
  if (!checked.ok) throw new Error(JSON.stringify(checked.error));
  expect(warningsOf(checked.value, around).map(({ path }) => path)).toEqual(paths);
});

it("[WARN-5] lists at most a hundred", () => {
  const steps = Object.fromEntries(
    Array.from({ length: 150 }, (_, at) => [`s${at}`, { kind: "transform", value: { cel: "input.nowhere" } }]),
  );
  expect(warned(steps)).toHaveLength(100);
});

it("[WARN-7] what a schema says in vain", () => {
  const output = { type: "object", properties: { at: { type: "string", format: "moment" } } };
  const steps = { m: { kind: "model", model: { task: "write" }, prompt: { template: "x" }, output } };
  const input = { $schema: "http://json-schema.org/draft-07/schema#", typ: "object" };
  expect(warned(steps, 1, input)).toEqual(["/input/$schema", "/input/typ", "/steps/m/output/properties/at/format"]);
  expect(warned(steps, 1, { type: "object" })).toEqual(["/steps/m/output/properties/at/format"]);
});

it("[WARN-10] a tool that is undone with one that does not exist", () => {
  const pay = { input: PAY, output: PAID, compensate: { tool: "pay.back" } };
  const told = (undoing: readonly string[], more: object = {}) =>
    warningsOf(definitionOf({ a: { kind: "tool", tool: "pay.out", input: { amount: 1 }, ...more } }), {
      ...around,
      tools: new Map([["pay.out", pay]]),
      undoing: new Set(undoing),
    }).map(({ path }) => path);
  expect(told([])).toEqual(["/steps/a/tool"]);
  expect(told(["pay.back"])).toEqual([]);
  expect(told([], { compensate: { tool: "pay.out", input: { amount: 1 } } })).toEqual([]); // the step's own takes precedence
});

it("[WARN-18] a step's own `compensate` that reads the run's input where the call was given another value", () => {
  const told = (expression: string, given: Json = 7) =>
    warningsOf(
      definitionOf({
        a: {
          kind: "tool",
          tool: "pay.out",
          input: { amount: given },
          compensate: { tool: "pay.out", input: { amount: { cel: expression } } },
        },
      }),
      around,
    ).flatMap(({ path, message }) => (message.includes("call.input") ? [path] : []));
  expect(told("input.amount")).toEqual(["/steps/a/compensate/input/amount"]);
  expect(told("1 + input.amount * 2", { cel: "input.amount + 1" })).toEqual(["/steps/a/compensate/input/amount"]);
  expect(told("input.amount", { cel: "input.amount" })).toEqual([]);
  expect([told("call.input.amount"), told("input.other"), told("output.amount")]).toEqual([[], [], []]);
});

it("[WARN-14] a tool that this deployment cannot run", () => {
  const definition = definitionOf({ a: { kind: "tool", tool: "pay.out", input: { amount: 1 } } });
  expect(warningsOf(definition, { ...around, unrunnable: new Map([["pay.out", "no containers here"]]) })).toEqual([
    { path: "/tools/0", message: "every call of `pay.out` fails: no containers here" },
  ]);
  expect(warningsOf(definition, { ...around, unrunnable: new Map() })).toEqual([]);
});

it("[WARN-11] what looks like a slot and is none", () => {
  const of = (template: string, slots: Json = {}): Json => ({
    m: { kind: "model", model: { task: "write" }, prompt: { template, slots } },
  });
  for (const template of ["Hi {{input.name}}", "{{ steps.a.output }}", "a {{Name}} b", "{{#if x}}"])
    expect(warned(of(template))).toEqual(["/steps/m/prompt/template"]);
  expect(warned(of("Hi {{ name }}, {{EMAIL_1}}, {x}, {{}}", { name: "Ada" }))).toEqual([]);
});

describe("[WARN-13] a name that nobody has registered", () => {
  const models = new Set(["acme/small-1"]);
  const asked = (model: Json): Json => ({ m: { kind: "model", model, prompt: { template: "x" } } });
  const told = (model: Json, more: Partial<Surroundings>) =>
    warningsOf(definitionOf(asked(model)), { ...around, ...more }).map(({ path }) => path);

  it("of a model, also as a fallback", () => {
    expect(told({ id: "acme/smal-1" }, { models })).toEqual(["/steps/m/model/id"]);
    expect(told({ task: "write", fallback: ["acme/small-1", "acme/gone-1"] }, { models })).toEqual(["/steps/m/model/fallback/1"]);
    expect([told({ id: "acme/small-1" }, { models }), told({ id: "acme/smal-1" }, {})]).toEqual([[], []]);
  });

  it("of a collection", () => {
    const raw = { name: "pay", input: {}, output: 1, tools: ["knowledge.search"], knowledge: ["faq", "fqa"], steps: value("1") };
    const checked = checkDefinition(raw, { tools: new Set(["knowledge.search"]) });
    if (!checked.ok) throw new Error(JSON.stringify(checked.error));
    const paths = (collections?: Set<string>) =>
      warningsOf(checked.value, { ...around, ...(collections === undefined ? {} : { collections }) }).map(({ path }) => path);
    expect(paths(new Set(["faq"]))).toEqual(["/knowledge/1"]);
    expect([paths(new Set(["faq", "fqa"])), paths()]).toEqual([[], []]);
  });
});
