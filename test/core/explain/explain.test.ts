/** Why a run was slow and dear: each of five causes comes first where it is the cause, and money always sums. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withChildren } from "../../../core/explain/children.ts";
import { criticalPath } from "../../../core/explain/critical-path.ts";
import { type CostView, type Explanation, explain } from "../../../core/explain/explain.ts";
import { typicalOf } from "../../../core/explain/typical.ts";
import type { ModelOutcome } from "../../../core/run/calls/call.ts";
import type { Birth } from "../../../core/run/machine/birth.ts";
import type { RunStep } from "../../../core/workflow/definition.ts";
import { define, model, review, tool } from "../../support/run/definition.ts";
import { answered, Drive, failed, type Script, said, T0 } from "../../support/run/drive.ts";

const DEAR = "acme/dear-2026-01-01";
const CHEAP = "acme/cheap-2026-01-01";
const TYPICAL = { microUsd: 400, ms: 3_000, tokensPerCall: 100, runs: 20 };
const STEPS = {
  find: tool("orders.get"),
  approve: review({ needs: ["find"] }),
  write: model({ needs: ["approve"], prompt: { template: "Say {{what}}", slots: { what: { cel: "steps.find.output.id" } } } }),
};
const routed =
  (...ids: string[]): Script["authority"] =>
  (question) => {
    if (question.kind === "tool") {
      const facts = { tool: question.tool, version: 1, effect: "read", idempotency: "key", timeout_ms: 30_000 } as const;
      return { kind: "tool", permission: { decision: "allow", policyVersion: "p1", reasons: [] }, facts };
    }
    const price = (id: string) =>
      id === DEAR ? { input: 50, output: 100, cached_input: null } : { input: 1, output: 2, cached_input: null };
    const candidates = ids.map((id) => ({ id, price: price(id), context: 100_000 }));
    return { kind: "model", permission: { decision: "allow", policyVersion: "p1", reasons: [] }, candidates, rejected: [], tools: [] };
  };

const unanswered: ModelOutcome = {
  ...said(null, 0, 0),
  result: { ok: false, failure: { class: "transient", code: "timeout", message: "scripted", retryAfterMs: null } },
};

const child = (needs: string[]): RunStep => ({
  ...{ needs, when: null, on_error: null, kind: "run", workflow: "kid", version: null, input: {} },
});

/** Lets time pass, then answers. */
type Passing = <T>(ms: number, value: T) => T;

/** A run in which everything takes its usual time, but for what the script changes. `waits`: before the run starts. */
function play(script: (passing: Passing) => Partial<Script>, waits = 0, birth: Partial<Birth> = {}): Explanation {
  const clock: { run: Drive | null } = { run: null };
  const passing: Passing = (ms, value) => {
    if (clock.run !== null) clock.run.now += ms;
    return value;
  };
  const run = new Drive(
    define(STEPS),
    {
      authority: routed(CHEAP),
      tool: () => passing(200, answered({ id: "7" })),
      model: () => passing(800, { ...said("fine", 100, 50), durationMs: 800 }),
      person: () => passing(1_000, "approve"),
      ...script(passing),
    },
    birth,
  );
  clock.run = run;
  run.now = T0 + waits;
  run.start().run();
  expect(run.state.status).toBe("completed");
  const explanation = explain(run.machinery, run.state, run.events, TYPICAL, run.now);
  expect(leaves(explanation.cost)).toBe(run.state.usage.microUsd);
  return explanation;
}
const leaves = ({ usd, children }: CostView): number =>
  children === undefined ? Math.round(usd * 1e6) : children.reduce((sum, child) => sum + leaves(child), 0);

describe("why a run was slow and dear", () => {
  const afterTwoFailures = (): Explanation => {
    let failures = 2;
    const slow = (passing: Passing) => passing(9_000, failures-- > 0 ? failed("tool_error", "transient") : answered({ id: "7" }));
    return play((passing) => ({ tool: () => slow(passing) }));
  };
  const ways: [string, () => Explanation][] = [
    ["retry", afterTwoFailures],
    ["person", () => play((passing) => ({ person: () => passing(171_000, "approve") }))],
    ["context", () => play((passing) => ({ model: () => passing(9_000, { ...said("fine", 60_000, 50), durationMs: 9_000 }) }))],
    ["route", () => play(() => ({ authority: routed(DEAR, CHEAP) }))],
    ["queue", () => play(() => ({}), 45_000)],
  ];
  it.each(ways)("[EXPLAIN-1] %s comes first where it is the cause", (cause, way) => {
    const { causes, summary, median } = way();
    expect(causes[0]?.cause).toBe(cause);
    expect(summary).toContain(causes[0]?.what ?? "?");
    expect(median).toMatchObject({ runs: 20 });
  });

  it("[EXPLAIN-2] says where the time went, along the critical path", () => {
    const { time } = play((passing) => ({ person: () => passing(171_000, "approve") }), 2_000);
    expect(time).toMatchObject({ total_ms: 174_000, waiting_ms: 171_000, retry_ms: 0, queue_ms: 2_000 });
    expect(time.critical_path).toEqual([
      { step: "(run)", ms: 2_000, what: "standing in line" },
      { step: "find", ms: 200, what: "tool orders.get" },
      { step: "approve", ms: 171_000, what: "waiting for a person" },
      { step: "write", ms: 800, what: `model ${CHEAP}` },
    ]);
  });

  it("[EXPLAIN-3] counts failed attempts, repeated readings and unread results as waste, and a cheaper model as a saving", () => {
    let failing = 1;
    const { waste, what_ifs, decisions } = play(() => ({
      authority: routed(DEAR, CHEAP),
      tool: () => (failing-- > 0 ? failed("tool_error", "transient") : answered({ id: "7" })),
    }));
    expect(waste).toEqual([{ what: "failed attempts of tool orders.get in `find`", usd: 0, ms: 1 }]);
    expect(what_ifs).toEqual([{ what: `\`write\` on ${CHEAP} instead of ${DEAR}`, step: "write", usd: 0.0098 }]);
    expect(decisions).toContainEqual({ step: "write", what: `model ${DEAR}`, why: "it comes first of 2 candidates" });
    const run = new Drive(
      define({ a: tool("orders.get"), b: tool("orders.get", { needs: ["a"] }) }, { output: { cel: "steps.b.output" } }),
      { tool: () => answered({}) },
    );
    run.start().run();
    expect(explain(run.machinery, run.state, run.events, null, run.now).waste.map(({ what }) => what)).toEqual([
      "the same call of tool orders.get again, in `b`",
      "the result of `a`, which nothing reads",
    ]);
  });

  it.each(["tool", "model", "child"] as const)("[EXPLAIN-8] names a slow and dear %s where nothing else is to blame", (kind) => {
    const steps = {
      a: tool("orders.get"),
      b: kind === "tool" ? tool("slow.tool", { needs: ["a"] }) : kind === "model" ? model({ needs: ["a"] }) : child(["a"]),
    };
    const clock: { run: Drive | null } = { run: null };
    const slowly = <T>(value: T): T => {
      if (clock.run !== null) clock.run.now += 60_000;
      return value;
    };
    const run = new Drive(define(steps, { tools: ["orders.get", "slow.tool"] }), {
      tool: (name) => (name === "slow.tool" ? slowly(answered({})) : answered({})),
      model: () => slowly(said("late", 100, 10)),
      child: () => slowly({ ok: true, output: {} } as const),
    });
    clock.run = run;
    run.start().run();
    const { causes, summary } = explain(run.machinery, run.state, run.events, null, run.now);
    expect([causes[0]?.cause, causes[0]?.step]).toEqual([kind, "b"]);
    expect(summary).toContain("in `b`");
  });

  it("[EXPLAIN-7] counts a question that was answered before as waste that an exact cache would have saved, and no retry of it", () => {
    const ask = (needs: string[], template = "What is the refund policy?") => model({ needs, prompt: { template, slots: {} } });
    const steps = { a: ask([]), b: ask(["a"]), c: ask(["b"], "And the warranty?") };
    let failing = 1;
    const run = new Drive(define(steps), {
      model: () => (failing-- > 0 ? unanswered : said("Within 30 days.", 100, 10)),
    });
    run.start().run();
    const { waste, what_ifs } = explain(run.machinery, run.state, run.events, null, run.now);
    expect(waste.filter(({ what }) => what.includes("again")).map(({ what }) => what)).toEqual([
      expect.stringMatching(/^the same question to model .* again, in `b`$/),
    ]);
    expect(what_ifs).toContainEqual({
      what: "an exact cache in `b`",
      step: "b",
      usd: expect.closeTo(run.state.usage.microUsd / 3 / 1e6, 9),
    });
    expect(what_ifs.filter(({ step }) => step !== "b")).toEqual([]);
  });

  it("[EXPLAIN-9] an answer that is not good enough is a correction and no retry, also where the run gives up", () => {
    const clock: { run: Drive | null } = { run: null };
    const run = new Drive(define({ a: model({ output: { type: "object" } }) }), {
      model: () => {
        if (clock.run !== null) clock.run.now += 4_000;
        return { ...said("", 100, 50), result: { ok: false, invalid: { answer: "no", errors: ["it is no object"] } } };
      },
    });
    clock.run = run;
    run.start().run();
    expect(run.state.status).toBe("failed");
    const { waste, causes, time } = explain(run.machinery, run.state, run.events, null, run.now);
    const what = "answers of model acme/small-2026-01-01 that were not good enough, in `a`";
    expect(waste).toEqual([{ what, usd: run.state.usage.microUsd / 1e6, ms: 3 }]);
    expect(causes[0]).toEqual({ cause: "correction", what, step: "a", ms: 12_000, usd: run.state.usage.microUsd / 1e6 });
    expect(causes.map(({ cause }) => cause)).not.toContain("retry");
    expect(time.retry_ms).toBe(0);
  });

  /** A child run with one model call, and a parent whose two children cost what that one did. */
  function family() {
    const clock: { run: Drive | null } = { run: null };
    const slowly = () => {
      if (clock.run !== null) clock.run.now += 500;
      return said("fine", 100, 50);
    };
    const kid = new Drive(define({ ask: model() }, { name: "kid" }), { model: slowly }, { id: "run_child_a" });
    clock.run = kid;
    kid.start().run();
    const parent = new Drive(define({ a: child([]), b: child(["a"]) }), {
      child: () => {
        if (clock.run !== null) clock.run.now += 2_000;
        return { ok: true, output: {}, usage: kid.state.usage };
      },
    });
    clock.run = parent;
    parent.start().run();
    const told = (run: Drive) => explain(run.machinery, run.state, run.events, null, run.now);
    return { parent: told(parent), kid: told(kid), cost: parent.state.usage.microUsd };
  }

  it("[EXPLAIN-10] enters child runs: their costs and critical paths stand in the parent's, and the sum stays", () => {
    const { parent, kid, cost } = family();
    const ids = parent.child_runs.map(({ run }) => run);
    expect(parent.child_runs).toMatchObject([{ workflow: "kid", ms: 2_000 }, { workflow: "kid" }]);
    const whole = withChildren(parent, new Map(ids.slice(0, 1).map((id) => [id, { ...kid, run: id }])));
    expect(leaves(whole.cost)).toBe(cost);
    const nodes = whole.cost.children?.flatMap(({ children = [] }) => children) ?? [];
    expect(nodes.find(({ name }) => name === `run ${ids[0]}`)?.children?.map(({ name }) => name)).toEqual(["ask"]);
    expect(nodes.find(({ name }) => name === `run ${ids[1]}`)?.children).toBeUndefined();
    expect(whole.time.critical_path.find(({ run }) => run === ids[0])?.within?.map(({ step }) => step)).toEqual(["ask"]);
    expect(whole.time.critical_path.find(({ run }) => run === ids[1])?.within).toBeUndefined();
  });

  it("[EXPLAIN-10] leaves a child as it is whose own sum is another, and stops adding nodes at a bound", () => {
    const { parent, kid, cost } = family();
    const id = parent.child_runs[0]?.run ?? "";
    const other = { ...kid, run: id, cost: { ...kid.cost, usd: kid.cost.usd * 2 } };
    expect(withChildren(parent, new Map([[id, other]])).cost).toEqual(parent.cost);
    const crowd = { name: "crowd", usd: 0, children: Array.from({ length: 3_000 }, () => ({ name: "leaf", usd: 0 })) };
    const large = { ...kid, run: id, cost: { ...kid.cost, children: [crowd, ...(kid.cost.children ?? [])] } };
    const whole = withChildren(parent, new Map([[id, large]]));
    expect(leaves(whole.cost)).toBe(cost);
    expect(JSON.stringify(whole.cost)).not.toContain("crowd");
  });

  it("takes medians of completed runs, and none of too few", () => {
    const runs = [5, 1, 3, 2, 4].map((n) => ({ microUsd: n, ms: n * 10, tokensIn: n * 8, modelCalls: 2 }));
    expect(typicalOf(runs)).toEqual({ microUsd: 3, ms: 30, tokensPerCall: 12, runs: 5 });
    expect(typicalOf(runs.slice(1))).toBeNull();
  });
});

it("[EXPLAIN-4] the critical path is the longest of all ways through the steps", () => {
  const graphs = fc.array(fc.record({ ms: fc.nat(50), needs: fc.array(fc.nat(8), { maxLength: 4 }) }), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(graphs, (raw) => {
      const steps = raw.map(({ ms, needs }, index) => ({
        id: `s${index}`,
        ms,
        needs: [...new Set(needs)].filter((need) => need < index).map((need) => `s${need}`),
      }));
      const of = (id: string) => steps.find((step) => step.id === id) ?? { ms: 0, needs: [] };
      const length = (path: readonly string[]) => path.reduce((sum, id) => sum + of(id).ms, 0);
      const waysTo = (id: string): string[][] =>
        of(id).needs.length === 0 ? [[id]] : of(id).needs.flatMap((need) => waysTo(need).map((way) => [...way, id]));
      const longest = Math.max(...steps.flatMap(({ id }) => waysTo(id)).map(length));
      const path = criticalPath(steps);
      expect(length(path)).toBe(longest);
      for (const [index, id] of path.entries()) if (index > 0) expect(of(id).needs).toContain(path[index - 1]);
    }),
    { numRuns: 400 },
  );
});
