/** Child runs that may be under way at a time share what their parent has left, whatever starts them. */
import { describe, expect, it } from "vitest";
import { nextWakeAt } from "../../../core/run/outside/wake.ts";
import type { AgentStep, ItemStep, MapStep, RunStep, Step } from "../../../core/workflow/definition.ts";
import { define, model, tool } from "../../support/run/definition.ts";
import { answered, Drive, type Script, said } from "../../support/run/drive.ts";

const KID = "workflow.kid";
const BUDGET = 1_000_000;
const LIMITS = { usd: 1, tokens: 100_000, seconds: 600, steps: 100, confirm_over_usd: null };
const PERMITTED = { decision: "allow", policyVersion: "p1", reasons: [] } as const;
const common = { needs: [] as string[], when: null, on_error: null };

const run: RunStep = { ...common, kind: "run", workflow: "kid", version: null, input: {} };
const called = tool(KID);
const { cache: _cache, async: _async, kind: _kind, ...prompted } = model();
/** Its model asks for two child runs. */
const agent: AgentStep = { ...prompted, kind: "agent", tools: [KID], max_iterations: 4 };
const map = (step: ItemStep, count: number, more: Partial<MapStep> = {}): MapStep => ({
  ...{ ...common, kind: "map", concurrency: count, over: Array.from({ length: count }, (_, index) => index), step },
  ...more,
});

const authority: Script["authority"] = (question) => {
  if (question.kind === "model") {
    const candidate = { id: "acme/small-2026-01-01", price: { input: 1, output: 2, cached_input: null }, context: 8000 };
    const tools = question.tools.map((name) => ({ name, description: name, input: true }));
    return { kind: "model", permission: PERMITTED, candidates: [candidate], rejected: [], tools };
  }
  const child = { workflow: "kid", version: 1, digest: "d", limits: LIMITS };
  if (question.kind === "run") return { kind: "run", child: `run_child_${question.activity}`, ...child };
  const facts = { tool: question.tool, version: 1, effect: "write", idempotency: "key", timeout_ms: 30_000 } as const;
  if (question.tool !== KID) return { kind: "tool", permission: PERMITTED, facts };
  return {
    kind: "tool",
    permission: PERMITTED,
    facts: { ...facts, child: { ...child, run: `run_child_${question.call?.activity}`, output: true } },
  };
};
const asksForTwo: Script["model"] = () => {
  const calls = [1, 2].map((n) => ({ id: `c${n}`, name: KID, input: { n } }));
  return { ...said(null), result: { ok: true, asks: { text: null, calls } } };
};
/** As far as it gets while no child run ends. */
const drive = (steps: { [id: string]: Step }): Drive =>
  new Drive(define(steps, { tools: [KID, "orders.get"] }), { authority, child: () => "never", model: asksForTwo, tool: () => answered(1) })
    .start()
    .run();
const sharesOf = ({ events }: Drive): { readonly usd: number[]; readonly tokens: number[]; readonly of: (string | null | undefined)[] } => {
  const reserved = events.flatMap((event) => (event.type === "child.called" ? [{ of: event.step, ...event.data.reserved }] : []));
  return {
    usd: reserved.map(({ micro_usd }) => micro_usd),
    tokens: reserved.map(({ tokens }) => tokens),
    of: reserved.map(({ of }) => of),
  };
};

/** What starts child runs, and how many each has under way at a time. */
const STARTERS: readonly (readonly [string, Step, number])[] = [
  ["a `run` step", run, 1],
  ["a tool that is a workflow", called, 1],
  ["a map of `run` steps", map(run, 3), 3],
  ["a long map of `run` steps", map(run, 9, { concurrency: 2 }), 2],
  ["a map of tools that are workflows", map(called, 2), 2],
  ["an agent", agent, 2],
  ["a map of agents", map(agent, 2), 4],
];
const PAIRS = STARTERS.flatMap(([first, a, m]) => STARTERS.map(([second, b, n]) => [first, second, a, b, m + n] as const));

describe("[RUN-312] what starts child runs side by side", () => {
  it.each(PAIRS)("%s and %s: none is left without", (_first, _second, a, b, count) => {
    const both = drive({ a, b });
    expect(both.state.stopping).toBeNull();
    const { usd, tokens, of } = sharesOf(both);
    expect(new Set(of)).toEqual(new Set(["a", "b"]));
    expect(of).toHaveLength(count);
    for (const [shares, all] of [[usd, BUDGET] as const, [tokens, 100_000] as const]) {
      expect(Math.min(...shares)).toBeGreaterThan(all / 20);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(all);
    }
  });

  const KNOWN = PAIRS.filter(([first, second]) => !`${first}${second}`.includes("agent"));
  it.each(KNOWN)("%s and %s: each child gets the same", (_first, _second, a, b, count) => {
    const { usd } = sharesOf(drive({ a, b }));
    expect(usd).toHaveLength(count);
    for (const share of usd) expect(Math.abs(share - BUDGET / count)).toBeLessThanOrEqual(count);
  });

  it.each(STARTERS.filter(([name]) => !name.includes("agent")))(
    "%s alone takes all that is left, and no child is counted twice",
    (_name, step, count) => {
      const { usd } = sharesOf(drive({ a: step }));
      expect(usd).toHaveLength(count);
      expect(usd.reduce((sum, share) => sum + share, 0)).toBeGreaterThan(BUDGET - count);
    },
  );

  it.each<[string, Step]>([
    ["a map that has not started", map(run, 4, { needs: ["slow"] })],
    ["a tool that has not started", { ...called, needs: ["slow"] }],
    ["an agent whose model has not asked", { ...agent, needs: ["slow"] }],
  ])("%s counts as one", (_name, later) => {
    const [first, ...others] = sharesOf(drive({ a: run, slow: tool("orders.get"), later })).usd;
    expect(first).toBe(BUDGET / 2);
    expect(others.length).toBeGreaterThan(0);
  });

  it("does not count what comes after it, has ended, or starts no child run", () => {
    const beside = { ask: tool("orders.get"), each: map(tool("orders.get"), 3) };
    expect(sharesOf(drive({ a: run, next: map(run, 3, { needs: ["a"] }), ...beside })).usd).toEqual([BUDGET]);
    const ended = new Drive(define({ a: map(run, 2), b: { ...run, needs: ["a"] } })).start().run();
    expect(sharesOf(ended).usd.at(-1)).toBe(BUDGET);
  });

  it("does not count items of a map that fails: no further one starts", () => {
    const ends = [{ ok: false, error: { code: "tool_error" as const, message: "no stock" } }, "never" as const];
    const script: Partial<Script> = { authority, tool: () => answered(1), child: () => ends.shift() ?? "never" };
    const slow = ["", "s1", "s2", "s3"].map((need) => tool("orders.get", { needs: need === "" ? [] : [need] }));
    const [s1, s2, s3, s4] = slow as [Step, Step, Step, Step];
    const steps = { a: map(run, 9, { concurrency: 2 }), s1, s2, s3, s4, b: { ...run, needs: ["s4"] } };
    const failing = new Drive(define(steps, { tools: ["orders.get"] }), script).start().run();
    expect(failing.state.maps["a"]?.failing).toMatchObject({ code: "tool_error" });
    const { usd, of } = sharesOf(failing);
    expect(of).toEqual(["a", "a", "b"]);
    expect(usd[2]).toBe(BUDGET - (usd[1] ?? 0)); // the failed child's share is back
  });
});

describe("[RUN-313] a child run leaves something to the steps beside it that ask a model", () => {
  const nobodyAsks: Script["model"] = () => said("done");
  const beside = (steps: { [id: string]: Step }, says: Script["model"] = nobodyAsks): Drive =>
    new Drive(define(steps, { tools: ["orders.get"] }), { authority, child: () => "never", model: says, tool: () => answered(1) })
      .start()
      .run();
  const plainAgent: AgentStep = { ...agent, tools: ["orders.get"] };

  it.each<[string, { [id: string]: Step }, number]>([
    ["a model step that has not started", { a: run, t: tool("orders.get"), m: model({ needs: ["t"] }) }, 4 / 5],
    ["an agent that has not started", { a: run, t: tool("orders.get"), m: { ...plainAgent, needs: ["t"] } }, 4 / 5],
    ["a map of model steps", { a: run, t: tool("orders.get"), m: map(model() as ItemStep, 3, { concurrency: 1, needs: ["t"] }) }, 4 / 5],
    ["two model steps", { a: run, t: tool("orders.get"), m: model({ needs: ["t"] }), n: model({ needs: ["t"] }) }, 2 / 3],
    ["a map of tools", { a: run, m: map(tool("orders.get") as ItemStep, 3) }, 1],
    ["a model step that comes after it", { a: run, m: model({ needs: ["a"] }) }, 1],
    ["one that comes after what comes after it", { a: run, t: tool("orders.get", { needs: ["a"] }), m: model({ needs: ["t"] }) }, 1],
  ])("%s", (_name, steps, share) => {
    const run = beside(steps);
    expect(run.state.stopping).toBeNull();
    expect(run.state.status).toBe("waiting");
    expect(sharesOf(run).usd[0]).toBe(Math.ceil(BUDGET * share));
    const ended = Object.keys(steps).filter((id) => run.state.steps[id]?.status === "completed");
    const isAfter = (id: string): boolean => steps[id]?.needs.some((need) => need === "a" || isAfter(need)) ?? false;
    expect(ended).toEqual(Object.keys(steps).filter((id) => id !== "a" && !isAfter(id)));
  });

  it.each<[string, { [id: string]: Step }]>([
    ["before it in the definition", { m: model(), a: run }],
    ["after it in the definition", { a: run, m: model() }],
    ["after a tool that is a workflow", { a: called, m: model() }],
  ])("[RUN-316] and nothing to a model call that has its money reserved: such calls go first, %s", (_name, steps) => {
    const one = new Drive(define(steps, { tools: [KID] }), { authority, child: () => "never", model: () => "never" }).start().run();
    const [share = 0] = sharesOf(one).usd;
    const held = one.activity("m").reserved;
    expect(held.microUsd).toBeGreaterThan(0);
    expect(share).toBe(BUDGET - held.microUsd);
  });
});

describe("[RUN-314] a call that the money left does not cover", () => {
  const broken: ReturnType<Script["model"]> = {
    ...said(null, 200, 100),
    result: { ok: false, failure: { class: "transient", code: "upstream_unavailable", message: "scripted", retryAfterMs: null } },
  };
  /** The first call fails while the child run has all that was left. */
  const short = (): Drive => {
    const answers = ["never" as const, said("done")];
    const script: Partial<Script> = { authority, child: () => "never", model: () => answers.shift() ?? "never" };
    const drive = new Drive(define({ m: model(), a: run }), script).start().run();
    const call = drive.activity("m").call ?? -1;
    expect(drive.offer({ kind: "model.answered", activity: "m", call, outcome: broken })).toBeNull();
    return drive.run();
  };
  const end = (drive: Drive, microUsd: number): Drive => {
    const usage = { tokensIn: 0, tokensOut: 0, microUsd, modelCalls: 1, toolCalls: 0, cacheHits: 0 };
    const ended = { ok: true, output: { done: true }, error: null, flags: [], usage, held: { micro_usd: 0, tokens: 0 } } as const;
    expect(drive.offer({ kind: "child.ended", activity: "a", run: "run_child_a", ...ended })).toBeNull();
    return drive.run();
  };

  it("waits while a child run holds a part of it, and is made with what the child gives back", () => {
    const run = short();
    expect(run.state).toMatchObject({ status: "waiting", stopping: null, activities: { m: { phase: "ready" } } });
    expect(run.events.findLast(({ type }) => type === "run.waiting")).toMatchObject({ data: { kind: "run", id: "run_child_a" } });
    expect((nextWakeAt(run.machinery, run.state, run.now) ?? 0) - run.now).toBe(600_000); // the child's net, no look of its own
    end(run, 1_000);
    expect(run.state.status).toBe("completed");
    expect(run.events.filter(({ type }) => type === "model.calling")).toHaveLength(2);
  });

  it("ends the run at its cap when no child run is under way any more", () => {
    const run = end(short(), BUDGET - 500);
    expect(run.state.stopping ?? run.state.error).not.toBeNull();
    expect(JSON.stringify(run.events.filter(({ type }) => type === "run.stopping"))).toContain("budget_exceeded");
  });

  it("is the same for a `run` step for which nothing is left: it waits, and gets what the child gives back", () => {
    const PRICE = 500_000;
    const bought: Script["authority"] = (question) => {
      const answer = authority(question);
      const isBought = answer.kind === "tool" && question.kind === "tool" && question.tool === "data.buy";
      return isBought ? { ...answer, facts: { ...answer.facts, price: { micro_usd: PRICE } } } : answer;
    };
    const script: Partial<Script> = { authority: bought, child: () => "never", tool: () => answered(1) };
    const steps = { a: run, w: tool("orders.get"), t: tool("data.buy", { needs: ["w"] }), b: { ...run, needs: ["t"] } };
    const one = new Drive(define(steps, { tools: ["orders.get", "data.buy"] }), script).start().run();
    expect(sharesOf(one).usd).toEqual([BUDGET - PRICE]);
    expect(one.state).toMatchObject({ status: "waiting", stopping: null, steps: { b: { status: "running" } } });
    expect((nextWakeAt(one.machinery, one.state, one.now) ?? 0) - one.now).toBe(600_000); // the child's net, no look of its own
    expect(one.offer({ kind: "authorized", activity: "b", answer: authority({ kind: "run", activity: "b" } as never) })).not.toBeNull();
    end(one, 1_000);
    expect(sharesOf(one).usd).toEqual([BUDGET - PRICE, BUDGET - PRICE - 1_000]);
    expect(one.state.stopping).toBeNull();
  });
});

describe("[RUN-316] calls beside a child run go first", () => {
  it("but not the items of a map, however many there are", () => {
    const each = map(tool("orders.get") as ItemStep, 40, { concurrency: 2 });
    const one = drive({ each, a: run });
    const began = one.events.findIndex(({ type }) => type === "child.called");
    const left = one.events.slice(began).filter(({ type }) => type === "tool.called");
    expect(began).toBeGreaterThan(0);
    expect(left.length).toBeGreaterThan(30);
  });
});
