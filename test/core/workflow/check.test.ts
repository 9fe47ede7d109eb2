/** Definitions at registration: the example of the contract holds, every way of breaking it is told with its place. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { checkDefinition, workflowDigest } from "../../../core/workflow/check.ts";
import type { Definition } from "../../../core/workflow/definition.ts";
import { planOf } from "../../../core/workflow/plan.ts";
import { cpuMs } from "../../support/cpu-time.ts";
import { often } from "../../support/depth.ts";
import { changed, example, known } from "./definitions.ts";

const good = (raw: Json): Definition => {
  const result = checkDefinition(raw, known);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};
const pathsOf = (raw: Json): string[] => {
  const result = checkDefinition(raw, known);
  return result.ok ? [] : result.error.map(({ path }) => path);
};
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("a definition that holds together", () => {
  it("[DEF-1] gets every default of the contract", () => {
    const definition = good(example());
    expect(definition).toMatchObject({
      description: "",
      instructions: "",
      limits: { usd: 1, tokens: 100_000, seconds: 600, steps: 100, confirm_over_usd: null },
      on_failure: "compensate",
      on_budget: null,
    });
    expect([definition.steps["order"], definition.steps["classify"]]).toMatchObject([{ async: false }, { async: false }]);
    const retry = { attempts: 3, initial_ms: 1000, max_ms: 32_000, factor: 2 };
    expect(definition.steps["order"]).toMatchObject({ when: null, on_error: null, timeout_ms: null, compensate: null, retry });
    expect(definition.steps["refund"]).toMatchObject({ compensate: { retry, timeout_ms: null } });
    expect(definition.steps["reply"]).toMatchObject({
      model: { id: "openai/gpt-4.1-mini-2025-04-14", task: null, max_tokens: 2048, temperature: 0, fallback: [] },
      output: null,
      cache: "none",
      timeout_ms: 120_000,
      needs: ["refund"],
    });
  });

  it("[DEF-2] is its own definition: checked again it is the same, whatever the order of its fields", () => {
    const definition = good(example());
    expect(good(definition as unknown as Json)).toEqual(definition);
    const turned = Object.fromEntries(Object.entries(example()).reverse());
    expect(workflowDigest(good(turned), sha256)).toBe(workflowDigest(definition, sha256));
    expect(workflowDigest(good(changed("/description", "new")), sha256)).not.toBe(workflowDigest(definition, sha256));
  });

  it("allows twice as many executions as it has steps", () => {
    const steps = Object.fromEntries(Array.from({ length: 80 }, (_, n) => [`s${n}`, { kind: "transform", value: n }]));
    expect(good({ name: "wide", input: true, output: null, steps }).limits.steps).toBe(160);
  });

  it.each<[string, Json]>([
    ["/steps/order/when", { cel: "steps.classify.output.ok" }],
    ["/steps/refund/input", { order: { cel: "steps.classify.output.order_id" } }], // needed through `order`
    ["/steps/refund/compensate/input", { a: { cel: "steps.refund.output.id + steps.order.output.id + input.x" } }],
    ["/on_budget", { value: { a: 1 } }],
    ["/on_failure", "park"],
    ["/steps/order/async", false],
    ["/steps/order/async", true],
    ["/steps/classify/async", true],
    ["/steps/classify/output", true],
    ["/steps/extra", { kind: "transform", value: { cel: "run.id" } }],
  ])("takes %s", (pointer, value) => expect(pathsOf(changed(pointer, value))).toEqual([]));
});

describe("[DEF-3] names what is invalid, and where", () => {
  const step = (more: object): Json => ({ kind: "transform", value: 1, ...more }) as unknown as Json;
  it.each<[string, Json | undefined, string]>([
    ["/name", "Bad Name", "/name"],
    ["/owner", "4111111111111111", "/owner"],
    ["/name", undefined, "/name"],
    ["/nam", 1, "/nam"],
    ["/input", undefined, "/input"],
    ["/input", { type: "strin" }, "/input/type"],
    ["/input", 3, "/input"],
    ["/output", undefined, "/output"],
    ["/output", { cel: "steps.nope.output" }, "/output/cel"],
    ["/output", { a: [{ cel: "1 +" }] }, "/output/a/0/cel"],
    ["/output", { cel: 5 }, "/output/cel"],
    ["/limits", { usd: -1 }, "/limits/usd"],
    ["/limits", { steps: 1.5 }, "/limits/steps"],
    ["/limits", { more: 1 }, "/limits/more"],
    ["/tools/0", "nope", "/tools/0"],
    ["/tools/1", "orders.get", "/tools/1"],
    ["/tools", "orders.get", "/tools"],
    ["/on_failure", "retry", "/on_failure"],
    ["/on_budget", {}, "/on_budget/value"],
    ["/on_budget", { value: { cel: "steps.nowhere.output" } }, "/on_budget/value/cel"],
    ["/steps", {}, "/steps"],
    ["/steps", [], "/steps"],
    ["/steps/Bad", step({}), "/steps/Bad"],
    ["/steps/__proto__x", step({}), "/steps/__proto__x"],
    ["/steps/x", 3, "/steps/x"],
    ["/steps/x", { value: 1 }, "/steps/x/kind"],
    ["/steps/x", { kind: "dance" }, "/steps/x/kind"],
    ["/steps/x", step({ more: 1 }), "/steps/x/more"],
    ["/steps/x", { kind: "transform" }, "/steps/x/value"],
    ["/steps/x", step({ needs: ["nope"] }), "/steps/x/needs/0"],
    ["/steps/x", step({ needs: ["order", "order"] }), "/steps/x/needs/1"],
    ["/steps/x", step({ needs: ["x"] }), "/steps/x/needs/0"],
    ["/steps/x", step({ needs: ["constructor"] }), "/steps/x/needs/0"],
    ["/steps/x", step({ needs: "order" }), "/steps/x/needs"],
    ["/steps/x", step({ when: "true" }), "/steps/x/when"],
    ["/steps/x", step({ when: { cel: "" } }), "/steps/x/when/cel"],
    ["/steps/x", step({ when: { cel: "steps.order.output" } }), "/steps/x/when/cel"],
    ["/steps/x", step({ value: { cel: "output" } }), "/steps/x/value/cel"],
    ["/steps/x", step({ value: { cel: "steps.x.output" } }), "/steps/x/value/cel"],
    ["/steps/x", step({ on_error: {} }), "/steps/x/on_error"],
    ["/steps/x", step({ on_error: { value: 1, step: "order" } }), "/steps/x/on_error"],
    ["/steps/x", step({ on_error: { step: "nope" } }), "/steps/x/on_error/step"],
    ["/steps/x", step({ on_error: { step: "x" } }), "/steps/x/on_error/step"],
    ["/steps/x", step({ on_error: { value: { cel: "input." } } }), "/steps/x/on_error/value/cel"],
    ["/steps/order/tool", "stock.reserve", "/steps/order/tool"],
    ["/steps/order/tool", undefined, "/steps/order/tool"],
    ["/steps/order/async", "yes", "/steps/order/async"],
    ["/steps/classify/async", 1, "/steps/classify/async"],
    ["/steps/approve/async", true, "/steps/approve/async"],
    ["/steps/order/timeout_ms", 0, "/steps/order/timeout_ms"],
    ["/steps/order/timeout_ms", 1e9, "/steps/order/timeout_ms"],
    ["/steps/order/retry", { attempts: 0 }, "/steps/order/retry/attempts"],
    ["/steps/order/retry", { initial_ms: 10, max_ms: 5 }, "/steps/order/retry/max_ms"],
    ["/steps/order/compensate", { tool: "payments.cancel" }, "/steps/order/compensate"],
    ["/steps/refund/compensate/tool", "nope", "/steps/refund/compensate/tool"],
    ["/steps/refund/compensate/input", { cel: "steps.reply.output" }, "/steps/refund/compensate/input/cel"],
    ["/steps/approve/severity", "low", "/steps/approve/severity"],
    ["/steps/approve/proposal", { cel: "steps.refund.output" }, "/steps/approve/proposal/cel"],
    ["/steps/classify/model", {}, "/steps/classify/model"],
    ["/steps/classify/model", { id: "acme/x-1", task: "classify" }, "/steps/classify/model"],
    ["/steps/classify/model", { id: "no-provider" }, "/steps/classify/model/id"],
    ["/steps/classify/model/temperature", 3, "/steps/classify/model/temperature"],
    ["/steps/classify/model/max_tokens", 0, "/steps/classify/model/max_tokens"],
    ["/steps/classify/model/fallback", ["x"], "/steps/classify/model/fallback/0"],
    ["/steps/classify/output", { type: 1 }, "/steps/classify/output/type"],
    ["/steps/classify/output", "text", "/steps/classify/output"],
    ["/steps/classify/cache", "always", "/steps/classify/cache"],
    ["/steps/classify/prompt", undefined, "/steps/classify/prompt"],
    ["/steps/classify/prompt/template", "{{ticket}} {{more}}", "/steps/classify/prompt/template"],
    ["/steps/classify/prompt/template", "nothing", "/steps/classify/prompt/slots/ticket"],
    ["/steps/classify/prompt/slots", { ticket: { cel: "steps.order.output" } }, "/steps/classify/prompt/slots/ticket/cel"],
    ["/steps/classify/prompt/slots", { ticket: 1, Bad: 2 }, "/steps/classify/prompt/slots/Bad"],
    ["/instructions", "a\ud800b", "/instructions"],
    ["/description", "x".repeat(5_000), "/description"],
  ])("%s = %j", (pointer, value, path) => {
    const paths = pathsOf(changed(pointer, value));
    expect(paths).toContain(path);
    // What follows from the mistake may be told too, never anything that stands elsewhere for itself.
    if (!/^\/(tools|steps)(\/\d)?$/.test(pointer)) expect(paths).toEqual([path]);
  });

  it.each<Json>([null, 1, "x", [], true])("%j is no definition", (raw) => expect(pathsOf(raw)).toEqual([""]));

  it("tells many at once, and at most fifty", () => {
    const raw = changed("/name", 1);
    raw["output"] = { cel: "1 +" };
    expect(pathsOf(raw)).toEqual(["/name", "/output/cel"]);
    const fields = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`x${n}`, n]));
    expect(pathsOf({ ...example(), ...fields })).toHaveLength(50);
  });

  it("bounds steps, depth and size", () => {
    const many = Object.fromEntries(Array.from({ length: 501 }, (_, n) => [`s${n}`, { kind: "transform", value: 1 }]));
    expect(pathsOf(changed("/steps", many))).toContain("/steps");
    const deep = Array.from({ length: 2_000 }).reduce<Json>((inner) => [inner], 1);
    expect(pathsOf(changed("/output", deep))).toHaveLength(1);
    expect(pathsOf(changed("/output", "x".repeat(300_000)))).toEqual([""]);
    expect(pathsOf(changed("/output", Number.POSITIVE_INFINITY))).toEqual(["/output"]);
  });
});

describe("[DEF-4] the graph", () => {
  const steps = (graph: { [id: string]: object }): Json =>
    ({
      name: "graph",
      input: true,
      output: null,
      steps: Object.fromEntries(Object.entries(graph).map(([id, more]) => [id, { kind: "transform", value: 1, ...more }])),
    }) as unknown as Json;

  it("has no cycle, through `needs` or `on_error`", () => {
    expect(pathsOf(steps({ a: { needs: ["c"] }, b: { needs: ["a"] }, c: { needs: ["b"] } }))).toEqual(["/steps/b/needs/0"]);
    expect(pathsOf(steps({ a: { on_error: { step: "b" } }, b: { needs: ["a"] } }))).toEqual(["/steps/b/needs/0"]);
    expect(pathsOf(steps({ a: { on_error: { step: "b" } }, b: { on_error: { step: "a" } } }))).toEqual(["/steps/b/on_error/step"]);
    expect(pathsOf(steps({ a: { on_error: { step: "b" } }, b: {}, c: { needs: ["a", "b"] } }))).toEqual([]);
  });

  it("lets a step answer for one failure only", () => {
    expect(pathsOf(steps({ a: { on_error: { step: "c" } }, b: { on_error: { step: "c" } }, c: {} }))).toEqual(["/steps/b/on_error/step"]);
  });

  it("lets a step that answers for a failure see what the failed one could see", () => {
    const value = { cel: "steps.a.output" };
    expect(pathsOf(steps({ a: {}, b: { needs: ["a"], on_error: { step: "c" } }, c: { value } }))).toEqual([]);
    expect(pathsOf(steps({ a: {}, b: { needs: ["a"], on_error: { step: "c" } }, c: { value: { cel: "steps.b.output" } } }))).toEqual([
      "/steps/c/value/cel",
    ]);
  });

  it("is planned: every step after its needs, in the order of the definition", () => {
    const definition = good(
      steps({ d: { needs: ["b", "c"] }, c: { needs: ["a"] }, b: { needs: ["a"], on_error: { step: "e" } }, a: {}, e: {} }),
    );
    const plan = planOf(definition);
    expect(plan.order).toEqual(["a", "e", "c", "b", "d"]);
    expect(plan.dependents["a"]).toEqual(["c", "b"]);
    expect(plan.needs).toEqual({ d: 2, c: 1, b: 1, a: 0, e: 0 });
    expect([...plan.rescuers]).toEqual(["e"]);
  });

  it("of five hundred steps in a row is walked quickly", () => {
    const row = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`s${n}`, n === 0 ? {} : { needs: [`s${n - 1}`] }]));
    const start = cpuMs();
    expect(planOf(good(steps(row))).order).toHaveLength(500);
    expect(cpuMs() - start).toBeLessThan(2_000);
  });
});

it("[DEF-5] never throws, whatever somebody sends", () => {
  const words = fc.constantFrom(
    "name",
    "steps",
    "kind",
    "tool",
    "model",
    "needs",
    "input",
    "output",
    "cel",
    "a",
    "transform",
    "value",
    "prompt",
    "slots",
    "template",
    "step",
    "over",
    "seconds",
    "until",
    "on_error",
  );
  const { json } = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 5 },
      fc.oneof(fc.constant(null), fc.boolean(), fc.double(), words, fc.string()),
      fc.array(tie("json"), { maxLength: 3 }),
      fc.dictionary(fc.oneof(words, fc.string()), tie("json"), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(json, fc.constantFrom("", "/steps/x", "/steps/order", "/steps/classify", "/output", "/limits"), (raw, pointer) => {
      expect(checkDefinition(pointer === "" ? raw : changed(pointer, raw), known)).toHaveProperty("ok");
    }),
    { numRuns: often(600, 1_500), seed: 7 },
  );
  const kind = fc.constantFrom("model", "agent", "tool", "review", "wait", "map", "run", "transform");
  const step = fc.tuple(fc.dictionary(words, json, { maxKeys: 6 }), kind, kind, fc.dictionary(words, json, { maxKeys: 4 }));
  fc.assert(
    fc.property(step, ([fields, outer, inner, more]) => {
      const raw = changed("/steps/x", { ...fields, kind: outer, ...(outer === "map" ? { step: { ...more, kind: inner } } : {}) });
      expect(checkDefinition(raw, known)).toHaveProperty("ok");
    }),
    { numRuns: often(600, 1_500), seed: 8 },
  );
});
