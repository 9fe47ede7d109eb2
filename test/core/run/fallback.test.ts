/** A tool that stands in for one that failed, answers past their time, errors that a tool documents, and what calls of tools cost. */
import { describe, expect, it } from "vitest";
import type { LeaseAnswer, LeaseRequest } from "../../../core/budget/lease.ts";
import { conversation } from "../../../core/run/agent/agent.ts";
import type { Failure, ToolOutcome } from "../../../core/run/calls/call.ts";
import { toolCall } from "../../../core/run/calls/request.ts";
import { toRunView } from "../../../core/run/outside/present.ts";
import type { ToolFacts } from "../../../core/tool/manifest.ts";
import type { AuthorityQuestion } from "../../../core/workflow/authority.ts";
import type { AgentStep } from "../../../core/workflow/definition.ts";
import { define, model, tool, transform, undoneBy } from "../../support/run/definition.ts";
import { answered, Drive, failed, type Script, said } from "../../support/run/drive.ts";

const allow = { decision: "allow", policyVersion: "p1", reasons: [] } as const;
/** Tools by name; what is not listed writes under its key. */
const tools =
  (facts: { readonly [name: string]: Partial<ToolFacts> }): Script["authority"] =>
  (question: AuthorityQuestion) => {
    if (question.kind === "model") {
      const candidate = { id: "acme/small-2026-01-01", price: { input: 1, output: 2, cached_input: null }, context: 8000 };
      const told = Object.keys(facts).map((name) => ({ name, description: name, input: true }));
      return { kind: "model", permission: allow, candidates: [candidate], rejected: [], tools: told };
    }
    if (question.kind !== "tool") throw new Error("no child here");
    const base = { tool: question.tool, version: 1, effect: "write", idempotency: "key", timeout_ms: 30_000 } as const;
    return { kind: "tool", permission: allow, facts: { ...base, ...facts[question.tool] } };
  };
const down = (reached: ToolOutcome["reached"], more: Partial<Failure> = {}, outcome: Partial<ToolOutcome> = {}): ToolOutcome => ({
  ...failed("tool_error", "transient"),
  result: { ok: false, failure: { class: "transient", code: "tool_error", message: "scripted", retryAfterMs: null, ...more } },
  reached,
  ...outcome,
});
const ONE = { order: tool("orders.get") };
const READS = { "orders.get": { effect: "read", fallback: "orders.copy" }, "orders.copy": { effect: "read" } } as const;
const driveOf = (script: Partial<Script>, steps: Parameters<typeof define>[0] = ONE, listed: readonly string[] = ["orders.get"]) =>
  new Drive(define(steps, { tools: listed }), script).start().run();
const called = (run: Drive): string[] => run.events.flatMap((event) => (event.type === "tool.called" ? [event.data.tool] : []));

describe("a fallback", () => {
  it("[TOOLC-3] answers for a read that failed for good, unlisted, and flags the run", () => {
    const run = driveOf({
      authority: tools(READS),
      tool: (name) => (name === "orders.get" ? down("answered") : answered({ id: "copy" })),
    });
    expect(called(run)).toEqual(["orders.get", "orders.get", "orders.get", "orders.copy"]);
    expect(run.state).toMatchObject({ status: "completed", flags: ["degraded"], steps: { order: { output: { id: "copy" } } } });
    expect(run.state.labels?.["order"]?.[0]?.label.sources).toContain("tool:orders.copy");
    const sent = run.events.findLast((event) => event.type === "tool.called");
    expect(sent?.data).toMatchObject({ instead_of: "orders.get", key: `${run.machinery.birth.id}/order`, attempt: 1 });
    expect(run.events.flatMap((event) => (event.type === "tool.answered" ? [event.data.flags] : [])).at(-1)).toEqual(["degraded"]);
  });

  it("[TOOLC-3] is told which tool it stands in for, so that its answer must fit both", () => {
    let asked: unknown = null;
    const drive: Drive = new Drive(define(ONE, { tools: ["orders.get"] }), {
      authority: tools(READS),
      tool: (name) => {
        if (name === "orders.copy") asked = toolCall(drive.machinery, drive.state, drive.activity("order"), drive.now, 0).insteadOf;
        return name === "orders.get" ? down("answered") : answered({});
      },
    });
    drive.start().run();
    expect(asked).toEqual({ tool: "orders.get", version: 1 });
  });

  it("[TOOLC-3] is called at once when the tool's rate or breaker lets nothing out", () => {
    const run = driveOf({
      authority: tools(READS),
      tool: (name) => (name === "orders.get" ? down("no", { retryAfterMs: 30_000 }, { unasked: true }) : answered({})),
    });
    expect(called(run)).toEqual(["orders.get", "orders.copy"]);
    expect(run.state.usage.toolCalls).toBe(1);
  });

  it.each<[string, ToolOutcome]>([
    ["says no", down("refused", { class: "permanent" })],
    ["was not sent because the input does not fit", down("no", { class: "permanent", code: "invalid_request" })],
    ["was refused by a guard", down("answered", { class: "safety", code: "injection_detected" })],
  ])("[TOOLC-3] is not called when the tool %s", (_why, outcome) => {
    const run = driveOf({ authority: tools(READS), tool: () => outcome });
    expect(called(run)).toEqual(["orders.get"]);
    expect(run.state.status).toBe("failed");
  });

  const WRITES = { "pay.a": { fallback: "pay.b" }, "pay.b": { compensate: { tool: "pay.undo", input: {} } } } as const;
  it.each<[string, ToolOutcome[], string[]]>([
    ["when no attempt reached the tool", [down("no"), down("no"), down("no")], ["pay.a", "pay.a", "pay.a", "pay.b"]],
    ["never when one attempt may have", [down("no"), down("answered"), down("no")], ["pay.a", "pay.a", "pay.a"]],
    ["never when one attempt was cut short", [down("unknown", { class: "unknown" }), down("no"), down("no")], ["pay.a", "pay.a", "pay.a"]],
  ])("[TOOLC-4] stands in for a write %s", (_when, outcomes, expected) => {
    const left = [...outcomes];
    const run = driveOf(
      { authority: tools(WRITES), tool: (name) => (name === "pay.a" ? (left.shift() ?? down("no")) : answered({ id: "p" })) },
      { pay: tool("pay.a") },
      ["pay.a"],
    );
    expect(called(run)).toEqual(expected);
    expect(run.state.status).toBe(expected.includes("pay.b") ? "completed" : "failed");
  });

  it("[TOOLC-4] never stands in for a write whose call a crash cut short", () => {
    const drive = new Drive(define({ pay: tool("pay.a") }, { tools: ["pay.a"] }), { authority: tools(WRITES), tool: () => down("no") });
    drive.start().run((state) => Object.values(state.activities).some(({ phase }) => phase === "calling"));
    drive.crash().run();
    expect(new Set(called(drive))).toEqual(new Set(["pay.a"]));
    expect(drive.state.status).toBe("failed");
  });

  it("[TOOLC-3] that has become one that writes does not stand in for a read", () => {
    const facts = { ...READS, "orders.copy": { effect: "write" } } as const;
    const run = driveOf({ authority: tools(facts), tool: () => down("no") });
    expect(called(run)).not.toContain("orders.copy");
    expect(run.state.error).toMatchObject({ code: "policy_denied", message: "the fallback `orders.copy` writes" });
  });

  it("[TOOLC-4] is undone as its own manifest says, before what the step says of the other tool", () => {
    const run = driveOf(
      {
        authority: tools({ ...WRITES, bad: {} }),
        tool: (name) => (name === "pay.a" ? down("no") : name === "bad" ? failed("tool_error", "permanent") : answered({})),
      },
      { pay: tool("pay.a", { compensate: undoneBy("pay.a.undo") }), bad: tool("bad", { needs: ["pay"] }) },
      ["pay.a", "pay.a.undo", "bad"],
    );
    expect(run.events.flatMap((event) => (event.type === "step.compensating" ? [event.data.tool] : []))).toEqual(["pay.undo"]);
    expect(run.state).toMatchObject({ status: "failed", undone: [], steps: { pay: { status: "compensated" } } });
  });

  it("[TOOLC-3] stands in inside an agent, whose model sees the answer", () => {
    const { cache: _cache, async: _async, kind: _kind, ...prompted } = model();
    const desk: AgentStep = { ...prompted, kind: "agent", tools: ["orders.get"], max_iterations: 3 };
    let n = 0;
    const run = driveOf(
      {
        authority: tools(READS),
        model: () =>
          n++ === 0
            ? { ...said(null), result: { ok: true, asks: { text: null, calls: [{ id: "c1", name: "orders.get", input: {} }] } } }
            : said("done"),
        tool: (name) => (name === "orders.get" ? down("answered") : answered({ id: "copy" })),
      },
      { desk },
    );
    expect(run.state).toMatchObject({ status: "completed", flags: ["degraded"] });
    expect(called(run).at(-1)).toBe("orders.copy");
  });
});

describe("[TOOLC-5] an answer past its time", () => {
  it("is taken, flagged, and marks what derives from it and nothing else", () => {
    const steps = {
      ...ONE,
      other: tool("stock.get"),
      sum: transform({ cel: "steps.order.output.total + 1" }, { needs: ["order"] }),
      free: transform({ cel: "steps.other.output.total" }, { needs: ["other"] }),
    };
    const run = driveOf(
      {
        authority: tools({ "orders.get": { effect: "read" }, "stock.get": { effect: "read" } }),
        tool: (name) => ({ ...answered({ total: 1 }), ...(name === "orders.get" ? { stale: true as const } : {}) }),
      },
      steps,
      ["orders.get", "stock.get"],
    );
    expect(run.state).toMatchObject({ status: "completed", flags: ["stale"] });
    const view = toRunView(run.machinery, run.state);
    expect(view.steps.filter((step) => step.stale).map(({ id }) => id)).toEqual(["order", "sum"]);
  });

  it("marks what an agent says that has seen it", () => {
    const { cache: _cache, async: _async, kind: _kind, ...prompted } = model();
    const desk: AgentStep = { ...prompted, kind: "agent", tools: ["orders.get"], max_iterations: 3 };
    let n = 0;
    const run = driveOf(
      {
        authority: tools({ "orders.get": { effect: "read" } }),
        model: () =>
          n++ === 0
            ? { ...said(null), result: { ok: true, asks: { text: null, calls: [{ id: "c1", name: "orders.get", input: {} }] } } }
            : said("done"),
        tool: () => ({ ...answered({}), stale: true }),
      },
      { desk },
    );
    expect(toRunView(run.machinery, run.state).steps[0]?.stale).toBe(true);
  });
});

describe("[TOOLC-6] an error that the tool documents", () => {
  const failure = {
    class: "permanent",
    code: "tool_error",
    message: "`orders.get`: status 409: out_of_stock: choose another product",
    error: "out_of_stock",
    field: "/order",
    retryAfterMs: null,
  } as const;

  it("is in the step's error, and `on_error` can tell it from others", () => {
    const spare = [{ when: { cel: 'error.error == "out_of_stock" && error.field == "/order"' }, value: { none: true } }];
    const outcome = down("refused", failure);
    const run = driveOf({ authority: tools({}), tool: () => outcome }, { order: tool("orders.get", { on_error: spare }) });
    expect(run.state).toMatchObject({ status: "completed", steps: { order: { output: { none: true } } } });
    expect(toRunView(run.machinery, run.state).steps[0]?.error).toMatchObject({ error: "out_of_stock", field: "/order" });
    const { error: _error, ...without } = failure;
    const plain = driveOf(
      { authority: tools({}), tool: () => down("refused", { ...without, error: "gone" }) },
      { order: tool("orders.get", { on_error: spare }) },
    );
    expect(plain.state).toMatchObject({ status: "failed", error: { error: "gone" } });
  });

  it("reaches an agent's model under its own name", () => {
    const { cache: _cache, async: _async, kind: _kind, ...prompted } = model();
    const desk: AgentStep = { ...prompted, kind: "agent", tools: ["orders.get"], max_iterations: 3 };
    let n = 0;
    const drive = new Drive(define({ desk }, { tools: ["orders.get"] }), {
      authority: tools({ "orders.get": {} }),
      model: () =>
        n++ === 0
          ? { ...said(null), result: { ok: true, asks: { text: null, calls: [{ id: "c1", name: "orders.get", input: {} }] } } }
          : said("done"),
      tool: () => down("refused", failure),
    });
    drive.start().run((state) => state.agents["desk"]?.iteration === 2);
    const agent = drive.state.agents["desk"];
    const told = agent === undefined ? "" : (conversation(agent).at(-1)?.content ?? "");
    expect(JSON.parse(told)).toEqual({ error: "out_of_stock", message: failure.message, field: "/order" });
  });
});

describe("[TOOLC-7] a price", () => {
  const until = Number.MAX_SAFE_INTEGER;
  const priced = { price: { micro_usd: 1_000 } } as const;
  function ledger() {
    const requests: LeaseRequest[] = [];
    const answer = (request: LeaseRequest): LeaseAnswer => {
      requests.push(request);
      return { ok: true, lease: request.want, until, pressure: 0, alerts: [] };
    };
    return { requests, answer };
  }
  const bill = (facts: Partial<ToolFacts>, outcome: () => ToolOutcome, more: Partial<Script> = {}) => {
    const { requests, answer } = ledger();
    const run = driveOf({ authority: tools({ "orders.get": facts }), tool: outcome, ledger: answer, ...more });
    const last = requests.at(-1);
    return { run, usd: run.state.usage.microUsd, told: last === undefined ? null : [last.spent.microUsd, last.held.microUsd] };
  };

  it("is leased before the call, counted after it, and told to the ledger", () => {
    const { run, usd, told } = bill(priced, () => answered({ id: 1 }));
    const order = run.types().filter((type) => /^(budget\.leased|tool\.called|tool\.answered)/.test(type));
    expect(order.slice(0, 3)).toEqual(["budget.leased order", "tool.called order", "tool.answered order"]);
    expect([usd, told]).toEqual([1_000, [1_000, 0]]);
    expect(run.state.reserved).toEqual({ microUsd: 0, tokens: 0 });
    expect(run.state.steps["order"]?.usage?.microUsd).toBe(1_000);
  });

  it("[SIM-9] stays taken for a call that broke off, when a person has it made again by a tool that promises nothing", () => {
    const { answer } = ledger();
    const facts = { ...priced, effect: "write", idempotency: "none" } as const;
    const script = { authority: tools({ "orders.get": facts }), tool: () => "never" as const, ledger: answer };
    const run = new Drive(define(ONE, { tools: ["orders.get"] }), script)
      .start()
      .run((state) => state.activities["order"]?.phase === "calling");
    run.crash();
    run.run((state) => state.activities["order"]?.review?.id != null);
    const review = run.activity("order").review;
    const decision = { id: review?.id ?? "", action: "approve", by: "grace", reason: "", at: run.now } as const;
    run.offer({
      kind: "review.decided",
      activity: "order",
      decision: { ...decision, proposal: review?.proposal ?? null, digest: review?.digest ?? "" },
    });
    run.run((state) => state.activities["order"]?.phase === "calling");
    const { call } = run.activity("order");
    expect(run.state.reserved.microUsd).toBe(2_000);
    expect(run.offer({ kind: "tool.answered", activity: "order", call: call ?? 0, outcome: answered({ id: 1 }) })).toBeNull();
    expect([run.state.usage.microUsd, run.state.reserved.microUsd, run.state.lease.held.microUsd]).toEqual([1_000, 1_000, 1_000]);
  });

  it.each<[string, unknown, number]>([
    ["what the output says", 0.0004, 400],
    ["at most the price", 7, 1_000],
    ["the price where the output says none", null, 1_000],
    ["the price where it says less than nothing", -1, 1_000],
  ])("counts %s", (_what, cost, expected) => {
    const pointed = { price: { micro_usd: 1_000, output_pointer: "/cost" } };
    expect(bill(pointed, () => answered({ cost: cost as number })).usd).toBe(expected);
  });

  it.each<[string, ToolOutcome, number, number]>([
    ["a call that was refused", down("refused", { class: "permanent" }), 0, 0],
    ["calls that did not reach the tool", down("no"), 0, 0],
    ["an answer that cannot be used", down("answered", { class: "permanent", code: "output_invalid" }), 0, 1_000],
  ])("takes the right sum for %s", (_what, outcome, spent, held) => {
    const { usd, told, run } = bill(priced, () => outcome);
    expect([usd, told]).toEqual([spent, [spent, held]]);
    expect(run.state.reserved.microUsd).toBe(held);
  });

  it("ends the run at its cap before the call is made", () => {
    const run = new Drive(define(ONE, { tools: ["orders.get"], limits: { ...define(ONE).limits, usd: 0.0005 } }), {
      authority: tools({ "orders.get": priced }),
    })
      .start()
      .run();
    expect(called(run)).toEqual([]);
    expect(run.state).toMatchObject({ status: "completed", flags: ["partial", "budget_exceeded"] });
  });

  it("is not paid twice for a call that is made again under its key, and is held for one that promises nothing", () => {
    for (const [idempotency, held] of [
      ["key", 0],
      ["none", 1_000],
    ] as const) {
      const { answer, requests } = ledger();
      const drive = new Drive(define(ONE, { tools: ["orders.get"] }), {
        authority: tools({ "orders.get": { ...priced, effect: "read", idempotency } }),
        ledger: answer,
      });
      drive.start().run((state) => Object.values(state.activities).some(({ phase }) => phase === "calling"));
      drive.crash().run();
      expect(drive.state).toMatchObject({ status: "completed", usage: { microUsd: 1_000 } });
      expect(requests.at(-1)?.held.microUsd, idempotency).toBe(held);
    }
  });
});
