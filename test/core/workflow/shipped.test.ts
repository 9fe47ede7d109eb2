/** The shipped workflows and the shop's tools hold together, and are plain JSON. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { BUILT_IN_TOOLS } from "../../../core/tool/built-in.ts";
import { checkTool } from "../../../core/tool/check.ts";
import { cel, workflow } from "../../../core/workflow/builder.ts";
import { checkDefinition } from "../../../core/workflow/check.ts";
import type { Definition, ToolStep } from "../../../core/workflow/definition.ts";
import { evaluate, evaluateCondition, type Scope } from "../../../core/workflow/expression.ts";
import { WORKFLOWS } from "../../../workflows/index.ts";
import { shopTools } from "../../../workflows/tools.ts";

const tools = shopTools("https://shop.example.com");
const facts = Object.fromEntries(Object.entries(tools).map(([name, { effect }]) => [name, { effect: effect as "read" | "write" }]));
const known = { tools: new Set([...Object.keys(tools), ...BUILT_IN_TOOLS.keys()]), toolFacts: facts };
const checked = (name: string): Definition => {
  const result = checkDefinition(WORKFLOWS.find((source) => source.name === name) as Json, known);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

it.each(Object.entries(tools))("the tool %s holds together", (name, manifest) => {
  expect(checkTool(name, manifest, { allowPrivateHosts: false })).toMatchObject({ ok: true });
});

it.each(WORKFLOWS.map((source) => source.name))("the workflow %s holds together and is plain JSON", (name) => {
  const source = WORKFLOWS.find((candidate) => candidate.name === name);
  expect(checked(name).name).toBe(name);
  expect(JSON.parse(JSON.stringify(source))).toEqual(source);
});

it("every write of the shipped workflows can be undone, save what cannot be taken back", () => {
  const undoable = WORKFLOWS.flatMap(({ name }) => Object.values(checked(name).steps))
    .filter((step): step is ToolStep => step.kind === "tool" && tools[step.tool]?.["effect"] === "write")
    .filter((step) => step.compensate === null)
    .map((step) => step.tool);
  expect(undoable.sort()).toEqual(["mail.send", "shipping.ship"]);
});

describe("support-refund", () => {
  const { steps } = checked("support-refund");
  const run = { id: "run_1", org: "acme", user: "ann", subject: "bob" };
  const scope = (outputs: { [id: string]: Json }): Scope => ({
    input: { ticket: "x" },
    run,
    steps: Object.fromEntries(Object.entries(outputs).map(([id, output]) => [id, { output }])),
  });
  const when = (id: string, outputs: { [id: string]: Json }): boolean | string => {
    const result = evaluateCondition(steps[id]?.when?.cel ?? "", scope(outputs));
    return result.ok ? result.value : result.error.message;
  };
  const order = { id: "A-1", total: 249.9, currency: "USD" };

  it("asks a person above a hundred dollars, and only then", () => {
    expect([100, 100.01, 99].map((total) => when("approve", { order: { ...order, total } }))).toEqual([false, true, false]);
    expect(when("approve", { order: null })).toBe(false);
  });

  it("looks up an order only when money is to go back, and refunds only what it found", () => {
    expect(when("order", { classify: { category: "refund", order_id: "A-1" } })).toBe(true);
    expect(when("order", { classify: { category: "refund", order_id: null } })).toBe(false);
    expect(when("order", { classify: { category: "question", order_id: "A-1" } })).toBe(false);
    expect([order, null].map((found) => when("refund", { order: found }))).toEqual([true, false]);
  });

  it("refunds the order's total, or what the person who approved made of it", () => {
    const { input } = steps["refund"] as ToolStep;
    expect(evaluate(input, scope({ order, approve: null }))).toMatchObject({ value: { order: "A-1", amount: 249.9 } });
    const approve = { action: "modify", by: "rita", proposal: { refund: 100 } };
    expect(evaluate(input, scope({ order, approve }))).toMatchObject({ value: { amount: 100 } });
  });

  it("mails only where the ticket has an address, and only to a placeholder", () => {
    expect(["{{EMAIL_1}}", null].map((email) => when("mail", { classify: { customer_email: email } }))).toEqual([true, false]);
    expect(tools["mail.send"]?.["personal_data"]).toMatchObject({ "/to": ["EMAIL"] });
  });
});

it("the builder ends in plain JSON, and lets a step need only what was named before", () => {
  const source = workflow({ name: "two", input: true })
    .step("a", { kind: "transform", value: 1 })
    .step("b", { kind: "transform", needs: ["a"], value: cel("steps.a.output + 1") })
    .output(cel("steps.b.output"));
  expect(checkDefinition(source, known)).toMatchObject({ ok: true, value: { steps: { b: { needs: ["a"] } } } });
  // @ts-expect-error: `c` was not named before
  workflow({ name: "x", input: true }).step("a", { kind: "transform", needs: ["c"], value: 1 });
});
