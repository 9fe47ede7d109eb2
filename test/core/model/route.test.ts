/** Which models may answer, in which order, and why the others may not. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ModelEntry } from "../../../core/model/entry.ts";
import { expectedLatencyMs } from "../../../core/model/latency.ts";
import { candidatesFor, type RouteChoice, type RouteKnowledge, roughTokens } from "../../../core/model/route.ts";
import { STRATEGIES, type Strategy, type TaskRoute } from "../../../core/model/task-route.ts";

const entry = (id: string, more: Partial<ModelEntry> = {}): ModelEntry => ({
  id,
  base_url: null,
  secret: null,
  upstream_id: id,
  price: { input: 1, output: 1, cached_input: null },
  context: 10_000,
  tasks: ["classify"],
  pii: "redacted",
  latency_ms: null,
  quality: null,
  pinned: true,
  ...more,
});
const price = (input: number, output: number) => ({ price: { input, output, cached_input: null } });
const models = [
  entry("a/dear-1", { ...price(10, 10), quality: 90, latency_ms: 3_000 }),
  entry("a/cheap-1", { ...price(1, 2), quality: 40, latency_ms: 2_000 }),
  entry("a/shy-1", { pii: "never", ...price(0, 0), quality: 99, latency_ms: 1 }),
  entry("a/writer-1", { tasks: ["write"], pii: "allowed", ...price(3, 3) }),
  entry("a/cheap-0", price(1, 2)),
];
const choice = (more: Partial<RouteChoice> = {}): RouteChoice => ({
  model: null,
  task: "classify",
  fallback: [],
  holdsPersonalData: true,
  class: "internal",
  expectedTokens: 1_000,
  maxTokens: 100,
  wishes: {},
  seed: "run_1/a",
  ...more,
});
const knowing = (more: Partial<RouteKnowledge> = {}): RouteKnowledge => ({
  route: null,
  mayCall: () => true,
  measured: () => null,
  requirements: {},
  ...more,
});
const routed = (strategy: Strategy, ...listed: TaskRoute["models"]): RouteKnowledge =>
  knowing({ route: { task: "classify", models: listed, strategy } });
const ids = (more: Partial<RouteChoice> = {}, knowledge = knowing()): string[] =>
  candidatesFor(choice(more), models, knowledge).candidates.map(({ id }) => id);
const why = (id: string, more: Partial<RouteChoice> = {}, knowledge = knowing()): string | undefined =>
  candidatesFor(choice(more), models, knowledge).rejected.find((rejected) => rejected.id === id)?.why;

describe("[MODEL-3] candidates", () => {
  it("for a task without a route: those that have it, cheapest first, then the fallbacks in their order", () => {
    expect(ids({ fallback: ["a/writer-1", "a/cheap-1"] })).toEqual(["a/cheap-0", "a/cheap-1", "a/dear-1", "a/writer-1"]);
  });

  it("for a model: it alone, then the fallbacks", () => {
    expect(ids({ model: "a/dear-1", task: null, fallback: ["a/cheap-1", "a/dear-1"] })).toEqual(["a/dear-1", "a/cheap-1"]);
  });

  it("for a task with a route: those that it lists, also such that never said they have the task", () => {
    expect(ids({}, routed("fallback", { id: "a/writer-1" }, { id: "a/dear-1" }))).toEqual(["a/writer-1", "a/dear-1"]);
  });

  it("carry price, window, exposure and what the call is expected to cost, and nothing that is secret", () => {
    expect(candidatesFor(choice({ model: "a/dear-1", task: null }), models, knowing()).candidates).toEqual([
      {
        id: "a/dear-1",
        price: { input: 10, output: 10, cached_input: null },
        context: 10_000,
        pii: "redacted",
        expected_micro_usd: 11_000,
        latency_ms: 3_000,
        quality: 90,
      },
    ]);
  });
});

describe("[ROUTE-1] who may not answer, and why", () => {
  it.each<[string, string, Partial<RouteChoice>, RouteKnowledge]>([
    ["not registered", "a/nope-1", { model: "a/nope-1", task: null }, knowing()],
    ["not registered", "a/nope-1", { fallback: ["a/nope-1"] }, knowing()],
    ["denied by policy", "a/dear-1", {}, knowing({ mayCall: (id) => id !== "a/dear-1" })],
    ["does not accept redacted text", "a/shy-1", {}, knowing()],
    ["its window is too small", "a/dear-1", { expectedTokens: 9_901 }, knowing()],
    ["its window is too small", "a/dear-1", { maxTokens: 9_001 }, knowing()],
    ["takes too long for this step", "a/dear-1", { wishes: { max_latency_ms: 2_999 } }, knowing()],
    [
      "takes too long for this step",
      "a/cheap-0",
      { wishes: { max_latency_ms: 50 } },
      knowing({ measured: () => ({ ms: 51, answers: 1 }) }),
    ],
    ["its quality is too low for this step", "a/cheap-1", { wishes: { min_quality: 41 } }, knowing()],
    ["its quality is not registered", "a/cheap-0", { wishes: { min_quality: 1 } }, knowing()],
  ])("%s: %s", (reason, id, more, knowledge) => {
    expect(why(id, more, knowledge)).toBe(reason);
    expect(ids(more, knowledge)).not.toContain(id);
  });

  it("bounds are met exactly", () => {
    expect(ids({ expectedTokens: 9_900 })).toContain("a/dear-1");
    expect(ids({ wishes: { max_latency_ms: 3_000, min_quality: 90 } })).toEqual(["a/dear-1"]);
  });

  it("nobody who is known to be slow is asked, who is not known to be is", () => {
    expect(ids({ wishes: { max_latency_ms: 100 } })).toEqual(["a/cheap-0"]);
  });
});

describe("[ROUTE-2] a person's data", () => {
  it("never reaches a model that takes none: not by task, by name, by route or as a fallback", () => {
    expect(ids({ holdsPersonalData: false })[0]).toBe("a/shy-1");
    for (const more of [{}, { model: "a/shy-1", task: null }, { model: "a/dear-1", task: null, fallback: ["a/shy-1"] }]) {
      expect(ids(more)).not.toContain("a/shy-1");
      expect(why("a/shy-1", more)).toBe("does not accept redacted text");
    }
    for (const strategy of STRATEGIES) {
      const knowledge = routed(strategy, { id: "a/shy-1", weight: 1_000 }, { id: "a/dear-1" });
      expect(ids({}, knowledge)).toEqual(["a/dear-1"]);
      expect(ids({ holdsPersonalData: false }, knowledge)).toHaveLength(2);
    }
  });

  it("for any models, route, step and policy: no candidate takes none, and each model is a candidate or rejected, once", () => {
    const anyId = fc.constantFrom("m/a-1", "m/b-1", "m/c-1", "m/d-1", "m/gone-1");
    const anyModel = fc.record({
      id: anyId.filter((id) => id !== "m/gone-1"),
      pii: fc.constantFrom("never", "redacted", "allowed"),
      latency: fc.option(fc.nat(1_000)),
      quality: fc.option(fc.nat(10)),
      input: fc.nat(10),
    });
    const anyRoute = fc.option(
      fc.record({ models: fc.uniqueArray(anyId, { minLength: 1, maxLength: 4 }), strategy: fc.constantFrom(...STRATEGIES) }),
    );
    const anyChoice = fc.record({
      model: fc.option(anyId),
      fallback: fc.array(anyId, { maxLength: 3 }),
      holdsPersonalData: fc.boolean(),
      complexity: fc.constantFrom("simple", "ordinary", "hard"),
      seed: fc.string(),
    });
    fc.assert(
      fc.property(fc.uniqueArray(anyModel, { selector: ({ id }) => id }), anyRoute, anyChoice, anyId, (known, route, asked, deniedId) => {
        const entries = known.map(({ id, pii, latency, quality, input }) =>
          entry(id, { pii: pii as ModelEntry["pii"], latency_ms: latency, quality, ...price(input, 1) }),
        );
        const { complexity, ...rest } = asked;
        const { candidates, rejected } = candidatesFor(
          choice({
            ...rest,
            task: asked.model === null ? "classify" : null,
            wishes: asked.model === null ? { complexity: complexity as "hard" } : {},
          }),
          entries,
          knowing({
            mayCall: (id) => id !== deniedId,
            route: route === null ? null : { task: "classify", models: route.models.map((id) => ({ id })), strategy: route.strategy },
          }),
        );
        const named = [...candidates, ...rejected].map(({ id }) => id);
        expect(new Set(named).size).toBe(named.length);
        for (const { id } of candidates) {
          const found = entries.find((model) => model.id === id);
          expect(found).toBeDefined();
          expect(id).not.toBe(deniedId);
          if (asked.holdsPersonalData) expect(found?.pii).not.toBe("never");
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("[ROUTE-3] the order", () => {
  const all = models.filter(({ id }) => id !== "a/shy-1").map(({ id }) => ({ id }));

  it("as listed", () => expect(ids({}, routed("fallback", ...all))).toEqual(all.map(({ id }) => id)));

  it("by what this call costs: a long question and a long answer have different cheapest models", () => {
    const reader = entry("b/reader-1", price(1, 10));
    const writer = entry("b/writer-1", price(10, 1));
    const first = (expectedTokens: number, maxTokens: number) =>
      candidatesFor(choice({ expectedTokens, maxTokens }), [reader, writer], knowing()).candidates.map(({ id }) => id);
    expect(first(5_000, 10)).toEqual(["b/reader-1", "b/writer-1"]);
    expect(first(10, 5_000)).toEqual(["b/writer-1", "b/reader-1"]);
  });

  it("by time, as registered and as measured; who is unknown comes last", () => {
    expect(ids({}, routed("fastest", ...all))).toEqual(["a/cheap-1", "a/dear-1", "a/cheap-0", "a/writer-1"]);
    const measured: RouteKnowledge["measured"] = ({ id }) => (id === "a/cheap-1" ? { ms: 9_000, answers: 50 } : null);
    expect(ids({}, { ...routed("fastest", ...all), measured })).toEqual(["a/dear-1", "a/cheap-1", "a/cheap-0", "a/writer-1"]);
  });

  it("by weight: as often first as its share, the same for the same seed, the rest heaviest first", () => {
    const knowledge = routed("weighted", { id: "a/cheap-1" }, { id: "a/dear-1", weight: 6 }, { id: "a/cheap-0", weight: 3 });
    const orders = Array.from({ length: 2_000 }, (_, n) => ids({ seed: `run_${n}/step` }, knowledge));
    const share = (id: string) => orders.filter(([first]) => first === id).length / orders.length;
    expect(share("a/dear-1")).toBeCloseTo(0.6, 1);
    expect(share("a/cheap-0")).toBeCloseTo(0.3, 1);
    expect(share("a/cheap-1")).toBeCloseTo(0.1, 1);
    expect(new Set(orders.map(String))).toEqual(
      new Set(["a/dear-1,a/cheap-0,a/cheap-1", "a/cheap-0,a/dear-1,a/cheap-1", "a/cheap-1,a/dear-1,a/cheap-0"]),
    );
    for (const seed of ["x", "run_7/step"]) expect(ids({ seed }, knowledge)).toEqual(ids({ seed }, knowledge));
  });

  it("by weight without weights: all the same", () => {
    const knowledge = routed("weighted", { id: "a/cheap-1" }, { id: "a/dear-1" });
    const first = Array.from({ length: 2_000 }, (_, n) => ids({ seed: `run_${n}/step` }, knowledge)[0]);
    expect(first.filter((id) => id === "a/dear-1").length / first.length).toBeCloseTo(0.5, 1);
  });

  it("by the step: a hard one has the best first, a simple one the cheapest, an ordinary one the route's", () => {
    const knowledge = routed("fallback", { id: "a/cheap-0" }, { id: "a/dear-1" }, { id: "a/cheap-1" });
    const forStep = (complexity: "hard" | "simple" | "ordinary") => ids({ wishes: { complexity } }, knowledge);
    expect(forStep("hard")).toEqual(["a/dear-1", "a/cheap-1", "a/cheap-0"]);
    expect(forStep("simple")).toEqual(["a/cheap-0", "a/cheap-1", "a/dear-1"]);
    expect(forStep("ordinary")).toEqual(["a/cheap-0", "a/dear-1", "a/cheap-1"]);
  });
});

describe("what is expected", () => {
  it("of time: registered, measured, or both, what was measured counting more the more there is", () => {
    expect(expectedLatencyMs(null, null)).toBeNull();
    expect(expectedLatencyMs(100, null)).toBe(100);
    expect(expectedLatencyMs(null, { ms: 40, answers: 1 })).toBe(40);
    expect(expectedLatencyMs(100, { ms: 40, answers: 3 })).toBe(70);
    expect(expectedLatencyMs(100, { ms: 40, answers: 1_000 })).toBeCloseTo(100 * (3 / 23) + 40 * (20 / 23));
  });

  it("of tokens: a quarter of the characters", () => {
    expect(roughTokens([{ content: "x".repeat(400) }, { content: null }, { content: "yes" }])).toBe(101);
  });
});
