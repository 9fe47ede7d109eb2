import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Spread } from "../../../core/estimate/spread.ts";
import type { Json } from "../../../core/json.ts";
import { estimateTokens } from "../../../core/model/estimate.ts";
import { renderMessages } from "../../../core/workflow/prompt.ts";
import { cpuMs } from "../../support/cpu-time.ts";
import { ask, costOf, definition, MODEL } from "./support.ts";

const calls = ({ calls }: { calls: Spread }) => [calls.low, calls.expected, calls.max];
const TEXT = "The parcel came late. ";
const filled = (cel: string) => ask({ prompt: { template: "Read {{text}}", slots: { text: { cel } } } });

describe("one answer", () => {
  it("[EST-2] reserves at most what the engine reserves: the whole input and every token of the answer", () => {
    const workflow = definition({ a: filled("input.text") });
    const text = TEXT.repeat(50);
    const step = workflow.steps["a"];
    if (step?.kind !== "model") throw new Error("no model step");
    const engine = estimateTokens(renderMessages(workflow, step.prompt, { text }), null) + step.model.max_tokens;
    const { tokens, microUsd } = costOf(workflow, { text });
    expect(tokens.max).toBeGreaterThanOrEqual(engine);
    expect(tokens.max).toBeLessThan(engine * 1.1);
    expect(microUsd.max).toBe(tokens.max * 1_000);
  });

  it.each([
    ["no schema", ask(), 1],
    ["two corrections", ask({ output: { type: "object", properties: {}, additionalProperties: false } }), 3],
    ["attempts and corrections", ask({ retry: { attempts: 3 }, output: { enum: ["yes", "no"] } }), 5],
  ])("[EST-3] %s", (_, step, max) => expect(calls(costOf(definition({ a: step })))).toEqual([1, 1, max]));

  it("[EST-4] counts every attempt on every model that routing may come to, and expects the first", () => {
    const dear = { ...MODEL, id: "acme/large-1.0.0", price: { input: 10_000, output: 10_000, cached_input: null } };
    const one = costOf(definition({ a: ask() }));
    const both = costOf(definition({ a: ask() }), {}, { candidates: [MODEL, dear] });
    expect(both.calls.max).toBe(2);
    expect(both.microUsd.expected).toBe(one.microUsd.expected);
    expect(both.microUsd.max).toBe(11 * one.microUsd.max);
  });

  it("[EST-5] that fits into no window is never sent", () => {
    const small = { ...MODEL, context: 150 };
    expect(costOf(definition({ a: filled("input.text") }), { text: TEXT.repeat(100) }, { candidates: [small] }).microUsd.max).toBe(0);
    expect(costOf(definition({ a: ask() }), {}, { candidates: [] }).calls.max).toBe(0);
  });

  it("[EST-6] may cost nothing where a kept one may do", () => {
    expect(calls(costOf(definition({ a: ask({ cache: "exact" }) })))).toEqual([0, 1, 1]);
  });

  it("[EST-7] never costs more than the step's own budget", () => {
    const cost = costOf(definition({ a: ask({ budget: { usd: 0.0001, tokens: 10 } }) }));
    expect([cost.microUsd.max, cost.tokens.max]).toEqual([100, 10]);
  });
});

describe("branches", () => {
  const answer = { type: "object", properties: { go: { type: "boolean" } }, required: ["go"], additionalProperties: false };

  it.each<[string, string, number[]]>([
    ["known to hold", "input.go", [1, 1, 1]],
    ["known not to hold", "!input.go", [0, 0, 0]],
    ["that cannot be evaluated", "input.nothing", [0, 0, 0]],
    ["that a model decides", "steps.a.output.go", [0, 0.5, 1]],
  ])("[EST-8] a condition %s", (_, cel, expected) => {
    const needs = cel.includes("steps") ? ["a"] : [];
    const first = cel.includes("steps") ? { a: ask({ output: answer }) } : {};
    const all = costOf(definition({ ...first, b: ask({ needs, when: { cel } }) }), { go: true });
    const alone = cel.includes("steps") ? costOf(definition(first), { go: true }) : null;
    expect(calls(all).map((count, index) => count - (alone === null ? 0 : (calls(alone)[index] ?? 0)))).toEqual(expected);
  });

  it("[EST-9] what follows from the input alone is evaluated through transforms and skipped steps", () => {
    const workflow = definition({
      pick: { kind: "transform", value: { long: { cel: "size(input.text) > 10" } } },
      skipped: { kind: "transform", when: { cel: "false" }, value: 1 },
      deep: ask({ needs: ["pick", "skipped"], when: { cel: "steps.pick.output.long && steps.skipped.output == null" } }),
    });
    expect(calls(costOf(workflow, { text: "short" }))).toEqual([0, 0, 0]);
    expect(calls(costOf(workflow, { text: "long enough" }))).toEqual([1, 1, 1]);
  });

  it("[EST-10] a step that answers for another's failure is hardly expected, and possible", () => {
    const workflow = definition({ a: { kind: "tool", tool: "shop.get", input: {}, on_error: { step: "spare" } }, spare: ask() });
    expect(calls(costOf(workflow))).toEqual([0, 0.05, 1]);
  });

  it("[EST-11] a spare value that is longer than the answer is read by who comes after", () => {
    const steps = (on_error: object | null) => ({ a: ask({ on_error }), b: { ...filled("steps.a.output"), needs: ["a"] } });
    const without = costOf(definition(steps(null)));
    const spare = costOf(definition(steps({ value: TEXT.repeat(200) })));
    expect(spare.tokens.max).toBeGreaterThan(without.tokens.max + 500);
  });
});

describe("maps", () => {
  it.each(["string(index)", "input.names[index]", "item + string(index)", "index"])(
    "[EST-2] a slot that uses `index` counts every item of a list that is not known: %s",
    (cel) => {
      const step = ask({ prompt: { template: "Read {{text}}", slots: { text: { cel } } } });
      const over = { cel: "steps.get.output" };
      const workflow = definition({
        get: ask({ output: { type: "array", items: { type: "string" }, maxItems: 12 } }),
        each: { kind: "map", needs: ["get"], over, step },
      });
      const plain = definition({
        get: ask({ output: { type: "array", items: { type: "string" }, maxItems: 12 } }),
        each: { kind: "map", needs: ["get"], over, step: ask() },
      });
      expect(costOf(workflow, { names: ["a", "b"] }).calls.max).toBe(costOf(plain, { names: ["a", "b"] }).calls.max);
    },
  );

  const each = (over: Json, more: object = {}) =>
    definition({ each: { kind: "map", over, step: ask({ prompt: { template: "{{text}}", slots: { text: { cel: "item" } } } }) } }, more);

  it("[EST-12] over the input are counted item by item", () => {
    const workflow = each({ cel: "input.list" });
    expect(calls(costOf(workflow, { list: ["a", "b", "c"] }))).toEqual([3, 3, 3]);
    expect(calls(costOf(workflow, { list: [] }))).toEqual([0, 0, 0]);
    const long = costOf(workflow, { list: ["a", TEXT.repeat(100)] });
    const short = costOf(workflow, { list: ["a", "b"] });
    expect(long.tokens.max - short.tokens.max).toBeGreaterThan(400);
  });

  it("[EST-13] end at the run's steps", () => {
    const workflow = each({ cel: "input.list" }, { limits: { usd: 1, tokens: 1_000, steps: 5 } });
    expect(costOf(workflow, { list: Array(20).fill("a") }).calls.max).toBe(5);
  });

  it.each<[string, Json, number]>([
    ["the schema's bound", { type: "array", items: { type: "string", maxLength: 10 }, maxItems: 7 }, 7],
    ["the run's steps, where the schema names no bound", { type: "array", items: { type: "string" } }, 30],
  ])("[EST-14] over what a tool answers: %s", (_, list, most) => {
    const workflow = definition(
      {
        get: { kind: "tool", tool: "shop.list", input: {} },
        each: { kind: "map", needs: ["get"], over: { cel: "steps.get.output.list" }, step: ask() },
      },
      { limits: { usd: 1, tokens: 1_000, steps: 30 } },
    );
    const outputs = { "shop.list": { type: "object", properties: { list }, required: ["list"], additionalProperties: false } };
    expect(calls(costOf(workflow, {}, { outputs }))).toEqual([0, 5, most]);
  });

  it("[EST-15] of more items than are looked at cost at least what they would one by one", () => {
    const workflow = each({ cel: "input.list" }, { limits: { usd: 1, tokens: 1, steps: 20_000 } });
    const cost = costOf(workflow, { list: Array.from({ length: 8_000 }, (_, index) => `item ${index}`) });
    expect(cost.calls.max).toBe(8_000);
    expect(cost.tokens.max).toBeGreaterThan(8_000 * 100);
  });
});

describe("agents", () => {
  const agent = (more: object = {}) => definition({ desk: { ...ask(), kind: "agent", tools: ["shop.get"], max_iterations: 4, ...more } });
  const outputs = { "shop.get": { type: "string", maxLength: 400 } };

  it("[EST-16] answer as often as they have iterations, each time on top of all before", () => {
    const one = costOf(agent({ max_iterations: 1 }), {}, { outputs });
    const four = costOf(agent(), {}, { outputs });
    expect(calls(four)).toEqual([1, 3, 4]);
    expect(four.tokens.max).toBeGreaterThan(4 * one.tokens.max + 3 * 100);
  });

  it("[EST-17] without tools answer once", () => {
    expect(calls(costOf(agent({ tools: [] })))).toEqual([1, 1, 1]);
  });
});

describe("children", () => {
  const parent = (name: string, more: object = {}) =>
    definition({ child: { kind: "run", workflow: name, input: { text: { cel: "input.text" } }, ...more } }, { name: `over-${name}` });
  const leaf = definition({ a: filled("input.text") }, { name: "leaf" });
  const middle = parent("leaf");
  const top = parent("over-leaf");
  const world = { children: { leaf, "over-leaf": middle, "over-over-leaf": top } };

  it("[EST-18] three deep cost what the innermost costs, with the input that comes to it", () => {
    const text = TEXT.repeat(30);
    const cost = costOf(parent("over-over-leaf"), { text }, world);
    expect(cost).toEqual(costOf(leaf, { text }));
    expect(cost.tokens.max).toBeGreaterThan(costOf(parent("over-over-leaf"), { text: "a" }, world).tokens.max);
  });

  it("[EST-19] cost no more than their own limits", () => {
    const capped = definition({ a: ask() }, { name: "leaf", limits: { usd: 0.000_5, tokens: 7 } });
    const cost = costOf(parent("leaf"), { text: "a" }, { children: { leaf: capped } });
    expect([cost.microUsd.max, cost.tokens.max]).toEqual([500, 7]);
  });

  it("[EST-20] that start each other end at the depth that runs may be nested", () => {
    const ping = definition({ a: ask(), next: { kind: "run", workflow: "pong", input: {} } }, { name: "ping" });
    const pong = definition({ a: ask(), next: { kind: "run", workflow: "ping", input: {} } }, { name: "pong" });
    expect(costOf(ping, {}, { children: { ping, pong } }).calls.max).toBe(9);
  });

  it("[EST-21] in a wide tree are estimated in bounded time", () => {
    const wide = (name: string, workflow: string) =>
      definition(Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`s${index}`, { kind: "run", workflow, input: {} }])), {
        name,
      });
    const children = { w1: wide("w1", "w2"), w2: wide("w2", "w3"), w3: wide("w3", "w4"), w4: wide("w4", "leaf"), leaf };
    const before = cpuMs();
    const cost = costOf(wide("w0", "w1"), {}, { children });
    expect(cpuMs() - before).toBeLessThan(2_000);
    expect(cost.microUsd.max).toBeGreaterThan(0);
  });
});

describe("any definition", () => {
  const spreads = (cost: ReturnType<typeof costOf>) => [cost.microUsd, cost.tokens, cost.calls];
  const schema = fc.constantFrom<Json>(null, { type: "string" }, { enum: ["a", "b"] }, { type: "array", items: { type: "number" } }, {});
  const source = fc.constantFrom("input.text", "input", "input.list", "steps.first.output", "input.list[0]", "size(input.text)");
  const node = fc.record({
    cel: source,
    output: schema,
    attempts: fc.integer({ min: 1, max: 4 }),
    cache: fc.constantFrom("none", "exact"),
  });
  const workflow = fc
    .tuple(schema, fc.array(node, { maxLength: 4 }), fc.constantFrom("true", "size(input.text) >= 0", "steps.first.output == null"), source)
    .map(([first, nodes, when, over]) =>
      definition({
        first: ask(first === null ? {} : { output: first }),
        ...Object.fromEntries(
          nodes.map(({ cel, output, attempts, cache }, index) => [
            `n${index}`,
            { ...filled(cel), needs: ["first"], when: { cel: when }, retry: { attempts }, cache, ...(output === null ? {} : { output }) },
          ]),
        ),
        each: { kind: "map", needs: ["first"], over: { cel: over.startsWith("steps") ? "[1, 2]" : "input.list" }, step: filled("item") },
      }),
    );
  const input = fc.record({
    text: fc.string({ maxLength: 300 }),
    list: fc.array(fc.string({ maxLength: 50 }), { minLength: 1, maxLength: 8 }),
  });

  it("[EST-22] 0 ≤ low ≤ expected ≤ max, all finite", () => {
    fc.assert(
      fc.property(workflow, input, (definition, given) => {
        for (const { low, expected, max } of spreads(costOf(definition, given))) {
          expect(low).toBeGreaterThanOrEqual(0);
          expect(expected).toBeGreaterThanOrEqual(low);
          expect(max).toBeGreaterThanOrEqual(expected);
          expect(Number.isFinite(max)).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("[EST-23] a larger input never makes it cheaper", () => {
    const words = fc
      .array(fc.constantFrom("parcel", "late", "refund", "order", "Where", "is", "A-1001", "42"), { maxLength: 60 })
      .map((all) => all.join(" "));
    fc.assert(
      fc.property(workflow, words, words, fc.array(words, { minLength: 1, maxLength: 5 }), words, (definition, text, more, list, item) => {
        const small = costOf(definition, { text, list });
        const large = costOf(definition, { text: `${text} ${more}`, list: [...list, item] });
        for (const [index, spread] of spreads(small).entries()) {
          // Tokens merge at the seam of two texts.
          expect(spreads(large)[index]?.max ?? 0).toBeGreaterThanOrEqual(spread.max * 0.999);
          expect(spreads(large)[index]?.expected ?? 0).toBeGreaterThanOrEqual(spread.expected * 0.999);
        }
      }),
      { numRuns: 150 },
    );
  });
});
