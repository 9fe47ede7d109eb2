import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import type { AuthorityAnswer, AuthorityQuestion } from "../../../core/workflow/authority.ts";
import type { AgentStep, MapStep, RunStep, WaitStep } from "../../../core/workflow/definition.ts";
import { define, model, RETRY, tool, transform, undoneBy } from "../../support/run/definition.ts";
import { answered, Drive, failed, PRICE, said, T0 } from "../../support/run/drive.ts";

const common = { needs: [] as string[], when: null, on_error: null };
const each = (step: MapStep["step"], more: Partial<MapStep> = {}): MapStep => ({
  ...common,
  kind: "map",
  over: { cel: "input.list" },
  concurrency: 4,
  step,
  ...more,
});
const agent = (more: Partial<AgentStep> = {}): AgentStep => ({
  ...common,
  kind: "agent",
  model: { id: "acme/small-2026-01-01", task: null, max_tokens: 100, temperature: 0, fallback: [] },
  prompt: { template: "Find {{what}}", slots: { what: "it" } },
  tools: ["orders.get", "mail.send", "stock.reserve"],
  max_iterations: 10,
  output: null,
  retry: RETRY,
  timeout_ms: 120_000,
  ...more,
});
const wait = (more: Partial<WaitStep>): WaitStep => ({
  ...common,
  kind: "wait",
  seconds: null,
  until: null,
  signal: null,
  timeout_ms: null,
  ...more,
});
const child = (more: Partial<RunStep> = {}): RunStep => ({
  ...common,
  kind: "run",
  workflow: "small",
  version: null,
  input: { n: 1 },
  ...more,
});
const asks = (...names: string[]) => ({
  ...said(""),
  result: { ok: true as const, asks: { text: null, calls: names.map((name, index) => ({ id: `c${index}`, name, input: { q: name } })) } },
});
const list = (n: number) => ({ list: Array.from({ length: n }, (_, index) => index) });

describe("map", () => {
  it("[RUN-60] gives its items' outputs in order, so many at a time, under their keys", () => {
    let most = 0;
    const step = tool("orders.get", { input: { id: { cel: "item" }, at: { cel: "index" } } });
    const run = new Drive(
      define({ all: each(step) }, { output: { cel: "steps.all.output" } }),
      { tool: (_name, input) => answered((input as { id: number }).id * 10) },
      { input: list(9) as Json },
    );
    run.start().run((state) => {
      most = Math.max(most, Object.keys(state.activities).length);
      return false;
    });
    expect(run.state).toMatchObject({ status: "completed", output: [0, 10, 20, 30, 40, 50, 60, 70, 80] });
    expect(most).toBe(4);
    expect(run.sent).toContain(`${run.machinery.birth.id}/all/3`);
  });

  it("[RUN-61] an empty list is an empty list; what is no list is an error", () => {
    expect(
      new Drive(define({ all: each(transform(1)) }, { output: { cel: "steps.all.output" } }), {}, { input: list(0) as Json }).start().state
        .output,
    ).toEqual([]);
    expect(new Drive(define({ all: each(transform(1)) }), {}, { input: { list: 3 } }).start().state.error?.code).toBe("invalid_request");
  });

  it("[RUN-62] a failed item fails the map once those in flight are back, unless it has `on_error`", () => {
    const fail = (input: unknown) => ((input as { id: number }).id === 1 ? failed("tool_error", "permanent") : answered({ id: "x" }));
    const step = tool("stock.reserve", { input: { id: { cel: "item" } }, compensate: undoneBy("stock.release") });
    const hard = new Drive(
      define({ all: each(step) }),
      { tool: (name, input) => (name === "stock.release" ? answered({}) : fail(input)) },
      { input: list(6) as Json },
    )
      .start()
      .run();
    expect(hard.state).toMatchObject({ status: "failed", error: { code: "tool_error", step: "all" } });
    const done = hard.sent.filter((key) => !key.endsWith("compensate") && !key.endsWith("/1"));
    expect(hard.sent.filter((key) => key.endsWith("compensate")).sort()).toEqual(done.map((key) => `${key}/compensate`).sort());
    const soft = new Drive(
      define({ all: each({ ...step, on_error: { value: null } }) }, { output: { cel: "steps.all.output" } }),
      { tool: (_name, input) => fail(input) },
      { input: list(3) as Json },
    )
      .start()
      .run();
    expect(soft.state).toMatchObject({ status: "completed", output: [{ id: "x" }, null, { id: "x" }], flags: ["degraded"] });
  });

  it("[RUN-63] what a cap cut short is null in the list", () => {
    const limits = { usd: 0.001, tokens: 100_000, seconds: 600, steps: 100, confirm_over_usd: null };
    const run = new Drive(
      define({ all: each(model({ prompt: { template: "Say {{what}}", slots: { what: { cel: "item" } } } })) }, { limits }),
      { model: () => said("s", 150, 100) },
      { input: list(8) as Json },
    )
      .start()
      .run();
    expect(run.state).toMatchObject({ status: "completed", flags: ["partial", "budget_exceeded"] });
    const output = (run.state.output as { all: Json[] }).all;
    expect(output).toHaveLength(8);
    expect(output[0]).toBe("s");
    expect(output.at(-1)).toBeNull();
  });

  it("[RUN-64] a thousand items, and the journal says each once", () => {
    const limits = { usd: 1, tokens: 1000, seconds: 600, steps: 2000, confirm_over_usd: null };
    const run = new Drive(
      define({ all: each(transform({ cel: "item + 1" })) }, { limits, output: { cel: "size(steps.all.output)" } }),
      {},
      { input: list(1000) as Json },
    ).start();
    for (let turn = 0; turn < 20 && run.state.status !== "completed"; turn++) run.offer({ kind: "tick" });
    expect(run.state).toMatchObject({ status: "completed", output: 1000 });
    expect(run.events.filter((event) => event.type === "item.completed")).toHaveLength(1000);
  }, 30_000);
});

describe("agent", () => {
  it("[RUN-70] loops over model and tools until the model answers in words", () => {
    const prompts: number[] = [];
    const inputs: unknown[] = [];
    const run = new Drive(define({ desk: agent() }, { output: { cel: "steps.desk.output" } }), {
      model: ({ messages }) => {
        prompts.push(messages.length);
        return prompts.length === 1 ? asks("orders.get") : said("it is there");
      },
      tool: (_name, input) => {
        inputs.push(input);
        return answered({ found: 1 });
      },
    })
      .start()
      .run();
    expect(run.state).toMatchObject({ status: "completed", output: "it is there", usage: { modelCalls: 2, toolCalls: 1 } });
    expect(run.sent).toEqual([`${run.machinery.birth.id}/desk/1.1`]);
    expect(prompts[1]).toBe((prompts[0] ?? 0) + 2);
  });

  it("[RUN-71] a tool that is not listed is refused to the model, and nothing is sent", () => {
    let seen = "";
    let calls = 0;
    const run = new Drive(define({ desk: agent({ tools: ["orders.get"] }) }), {
      model: ({ messages }) => {
        seen = JSON.stringify(messages);
        return calls++ === 0 ? asks("mail.send") : said("fine");
      },
    })
      .start()
      .run();
    expect(run.state.status).toBe("completed");
    expect(run.sent).toEqual([]);
    expect(seen).toContain("policy_denied");
  });

  it("[RUN-72] ends at `max_iterations`, and when it goes in circles", () => {
    let n = 0;
    const endless = new Drive(define({ desk: agent({ max_iterations: 4 }) }), {
      model: () => asks("orders.get"),
      tool: () => answered(n++),
    })
      .start()
      .run();
    expect(endless.state).toMatchObject({ status: "failed", error: { code: "limit_reached", step: "desk" }, usage: { modelCalls: 4 } });
    const circles = new Drive(define({ desk: agent() }), { model: () => asks("orders.get"), tool: () => answered("same") }).start().run();
    expect(circles.state).toMatchObject({ status: "failed", error: { code: "loop_detected", step: "desk" } });
    expect(circles.state.usage.modelCalls).toBe(3);
  });

  it("[RUN-73] a failed tool is an observation; a person's no is one, too", () => {
    const words: string[] = [];
    const run = new Drive(define({ desk: agent() }), {
      model: ({ messages }) => {
        words.push(JSON.stringify(messages.at(-1)));
        return words.length === 1 ? asks("orders.get") : words.length === 2 ? asks("mail.send") : said("done");
      },
      tool: () => failed("tool_error", "permanent"),
      authority: (question) => {
        const base = { permission: { decision: "allow" as const, policyVersion: "p", reasons: [] } };
        if (question.kind === "model")
          return {
            kind: "model",
            ...base,
            candidates: [{ id: "m", price: { input: 1, output: 1, cached_input: null }, context: 8000 }],
            rejected: [],
            tools: question.tools.map((name) => ({ name, description: "", input: true })),
          };
        if (question.kind === "run") throw new Error("no run is asked for");
        expect(question).toMatchObject({ chosenBy: "model", untrusted: [""] });
        const decision = question.tool === "mail.send" ? ("ask" as const) : ("allow" as const);
        return {
          kind: "tool",
          permission: { ...base.permission, decision },
          facts: { tool: question.tool, version: 1, effect: "write", idempotency: "key", timeout_ms: 1000 },
        };
      },
      person: () => "reject",
    })
      .start()
      .run();
    expect(run.state.status).toBe("completed");
    expect(words[1]).toContain("tool_error");
    expect(words[2]).toContain("review_rejected");
    expect(run.sent).toHaveLength(1);
  });

  it("[RUN-74] two hundred model calls cost a journal that grows in a line", () => {
    let n = 0;
    const limits = { usd: 100, tokens: 10_000_000, seconds: 6000, steps: 1000, confirm_over_usd: null };
    const authority = (question: { kind: string; tools?: readonly string[]; tool?: string }) =>
      question.kind === "model"
        ? {
            kind: "model" as const,
            permission: { decision: "allow" as const, policyVersion: "p", reasons: [] },
            candidates: [{ id: "m", price: { input: 1, output: 1, cached_input: null }, context: 1_000_000 }],
            rejected: [],
            tools: (question.tools ?? []).map((name) => ({ name, description: name, input: true as const })),
          }
        : {
            kind: "tool" as const,
            permission: { decision: "allow" as const, policyVersion: "p", reasons: [] },
            facts: { tool: question.tool ?? "", version: 1, effect: "read" as const, idempotency: "key" as const, timeout_ms: 1000 },
          };
    const size = (iterations: number) => {
      n = 0;
      const run = new Drive(
        define({ desk: agent({ max_iterations: iterations + 1 }) }, { limits }),
        { model: () => (n++ < iterations ? asks("orders.get") : said("end")), tool: () => answered({ n }), authority },
        { budget: { usd: 100_000_000, tokens: 10_000_000 } },
      );
      run.quiet = true;
      run.start().run(undefined, 3_000);
      expect(run.state.status).toBe("completed");
      return JSON.stringify(run.events).length;
    };
    expect(size(200) / size(50)).toBeLessThan(4.4);
  }, 30_000);
});

describe("wait", () => {
  it("[RUN-144] takes a time with an offset", () => {
    const run = new Drive(define({ w: wait({ until: { cel: "input.u" } }) }), {}, { input: { u: "2026-01-01T02:00:01+02:00" } });
    expect(run.start().run().state.status).toBe("completed");
    expect(run.now - T0).toBe(1_000);
  });

  it.each(["1", "2027", "2027-02-30T00:00:00Z", "12/11/2027", "2027-01-01T00:00:00", "Jan 1 2027", 5, null])(
    "[RUN-144] the time %j is none",
    (until) => {
      const run = new Drive(define({ w: wait({ until: { cel: "input.u" } }) }), {}, { input: { u: until } }).start().run();
      expect(run.state).toMatchObject({ status: "failed", error: { code: "invalid_request", step: "w" } });
    },
  );

  it("[RUN-80] waits for a time, and the clock of the run stands still", () => {
    const run = new Drive(define({ a: wait({ seconds: 3 * 24 * 3600 }), b: transform(1, { needs: ["a"] }) })).start();
    expect(run.state).toMatchObject({ status: "waiting", steps: { a: { status: "waiting" } } });
    run.run();
    expect(run.state.status).toBe("completed");
    expect(run.now - T0).toBeGreaterThanOrEqual(3 * 24 * 3_600_000);
    expect(run.state.clock.ranMs).toBeLessThan(1000);
  });

  it("[RUN-81] a signal that came before it was awaited is not lost, one told twice counts once", () => {
    const steps = { a: tool("orders.get"), s: wait({ needs: ["a"], signal: "paid" }), t: wait({ needs: ["s"], signal: "paid" }) };
    const run = new Drive(define(steps, { output: [{ cel: "steps.s.output" }, { cel: "steps.t.output" }] })).start();
    const signal = (id: string, body: Json) => run.offer({ kind: "signal", id, name: "paid", body, by: "ada", own: true, findings: [] });
    signal("sig_1", { amount: 5 });
    signal("sig_1", { amount: 5 });
    run.run();
    expect(run.state).toMatchObject({ status: "waiting", steps: { s: { status: "completed" }, t: { status: "waiting" } } });
    signal("sig_2", { amount: 6 });
    expect(run.state).toMatchObject({ status: "completed", output: [{ amount: 5 }, { amount: 6 }] });
  });

  it("[RUN-82] a signal that does not come in time fails its step with `timeout`", () => {
    const run = new Drive(define({ s: wait({ signal: "paid", timeout_ms: 60_000 }) })).start().run();
    expect(run.state).toMatchObject({ status: "failed", error: { code: "timeout", step: "s" } });
  });
});

describe("run", () => {
  it("[RUN-83] a child's output is the step's, its cost is its parent's, its budget is reserved first", () => {
    const usage = { tokensIn: 5, tokensOut: 6, microUsd: 7, modelCalls: 1, toolCalls: 2, cacheHits: 0 };
    const run = new Drive(define({ c: child() }, { output: { cel: "steps.c.output.x" } }), { child: () => "never" }).start().run();
    expect(run.state).toMatchObject({ status: "waiting", reserved: { microUsd: 1_000_000, tokens: 1000 } });
    run.offer({
      kind: "child.ended",
      activity: "c",
      run: "run_child_c",
      ok: true,
      output: { x: 3 },
      error: null,
      flags: ["degraded"],
      usage,
      held: { micro_usd: 0, tokens: 0 },
    });
    expect(run.state).toMatchObject({ status: "completed", output: 3, usage, reserved: { microUsd: 0, tokens: 0 }, flags: ["degraded"] });
    expect(
      run.offer({
        kind: "child.ended",
        activity: "c",
        run: "run_child_c",
        ok: true,
        output: null,
        error: null,
        flags: [],
        usage,
        held: { micro_usd: 0, tokens: 0 },
      }),
    ).not.toBeNull();
  });

  it("[RUN-84] failing comes up, cancelling goes down", () => {
    const fails = new Drive(define({ c: child() }), { child: () => ({ ok: false, error: { code: "tool_error", message: "no" } }) })
      .start()
      .run();
    expect(fails.state).toMatchObject({ status: "failed", error: { code: "tool_error", step: "c" } });
    const run = new Drive(define({ c: child() }), { child: () => "never" }).start().run();
    run.offer({ kind: "cancel", by: "ada", reason: "" });
    run.run();
    expect(run.cancelled).toEqual(["run_child_c"]);
    expect(run.state.status).not.toBe("cancelled");
    run.offer({
      kind: "child.ended",
      activity: "c",
      run: "run_child_c",
      ok: false,
      output: null,
      error: { code: "cancelled", message: "" },
      flags: [],
      usage: run.state.usage,
      held: { micro_usd: 0, tokens: 0 },
    });
    expect(run.state.status).toBe("cancelled");
  });

  it("[RUN-85] a child may call only what every run above it lists", () => {
    const parent = { run: "run_p", activity: "c", depth: 1, tools: ["orders.get"] };
    const run = new Drive(define({ a: tool("mail.send") }), {}, { parent }).start().run();
    expect(run.state).toMatchObject({
      status: "failed",
      error: { code: "policy_denied", message: "the parent's `tools` do not list `mail.send`" },
      owesParent: false,
    });
    expect(run.sent).toEqual([]);
  });
});

describe("slow steps", () => {
  it("[RUN-86] a queued call is taken up once, its late answer changes nothing, a lost one is given up in time", () => {
    const run = new Drive(define({ a: tool("orders.get", { async: true }) })).start().run();
    const { call } = run.activity("a");
    expect(run.queued).toEqual([`a#${call}`]);
    expect(run.offer({ kind: "call.take", activity: "a", call: call ?? 0 })).toBeNull();
    expect(run.offer({ kind: "tool.answered", activity: "a", call: call ?? 0, outcome: answered({}) })).toBeNull();
    expect(run.state.status).toBe("completed");
    expect(run.offer({ kind: "call.take", activity: "a", call: call ?? 0 })).not.toBeNull();
  });

  it("[RUN-87] a queued model call that is taken up twice is a call of its own the second time", () => {
    const run = new Drive(define({ a: model({ async: true }) })).start().run();
    const { call } = run.activity("a");
    run.offer({ kind: "call.take", activity: "a", call: call ?? 0 });
    run.offer({ kind: "call.take", activity: "a", call: call ?? 0 });
    const again = run.activity("a");
    expect(again).toMatchObject({ phase: "calling", queued: "owed", attempt: 1 });
    expect(again.call).not.toBe(call);
    expect(run.state.reserved.microUsd).toBe(again.reserved.microUsd * 2);
  });
});

describe("an agent that gives up with two writes in doubt", () => {
  it("[RUN-76] names both", () => {
    const nothing = (question: AuthorityQuestion): AuthorityAnswer => {
      if (question.kind === "run") throw new Error("no child is started here");
      const permission = { decision: "allow", policyVersion: "p1", reasons: [] } as const;
      if (question.kind === "tool") {
        const facts = { tool: question.tool, version: 1, effect: "write", idempotency: "none", timeout_ms: 30_000 } as const;
        return { kind: "tool", permission, facts };
      }
      const candidates = [{ id: "acme/small-2026-01-01", price: PRICE, context: 8_000 }];
      return {
        kind: "model",
        permission,
        candidates,
        rejected: [],
        tools: question.tools.map((name) => ({ name, description: name, input: true })),
      };
    };
    const drive = new Drive(define({ desk: agent() }), {
      authority: nothing,
      model: () => asks("mail.send", "stock.reserve"),
      tool: () => "never",
    });
    const calling = () => Object.values(drive.state.activities).filter(({ kind, phase }) => kind === "tool" && phase === "calling");
    drive.start().run(() => calling().length === 2);
    drive.offer({ kind: "cancel", by: "ada", reason: "no longer wanted" });
    for (const { id, call } of calling())
      drive.offer({ kind: "tool.answered", activity: id, call: call ?? 0, outcome: failed("timeout", "unknown") });
    drive.run();
    expect(drive.state.status).toBe("cancelled");
    expect([...drive.state.undone].sort()).toEqual(["desk/1.1", "desk/1.2"]);
  });
});
