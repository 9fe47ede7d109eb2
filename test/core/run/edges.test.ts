/** Bounds of a run at their edges, one below and one above; and keys, orgs and attempts that are nearly the right ones. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { retryDelayMs } from "../../../core/run/calls/retry.ts";
import type { RunStart } from "../../../core/run/machine/birth.ts";
import { continuation } from "../../../core/run/outside/redrive.ts";
import type { AuthorityQuestion } from "../../../core/workflow/authority.ts";
import type { Definition, MapStep, RunStep, WaitStep } from "../../../core/workflow/definition.ts";
import { agentOf, define, model, tool, transform, undoneBy } from "../../support/run/definition.ts";
import { answered, Drive, failed, said } from "../../support/run/drive.ts";

const common = { needs: [] as string[], when: null, on_error: null };
const each = (step: MapStep["step"], concurrency: number): MapStep => ({
  ...common,
  kind: "map",
  over: { cel: "input.list" },
  concurrency,
  step,
});
const child: RunStep = { ...common, kind: "run", workflow: "small", version: null, input: {} };
const pause: WaitStep = { ...common, kind: "wait", seconds: 3_600, until: null, signal: null, timeout_ms: null };
const agent = agentOf(["orders.get"], { max_iterations: 10 });
const LIMITS = { usd: 1, tokens: 100_000, seconds: 600, steps: 100, confirm_over_usd: null };
const list = (n: number): Json => ({ list: Array.from({ length: n }, (_, index) => index) });
const asks = (...inputs: Json[]) => ({
  ...said(""),
  result: {
    ok: true as const,
    asks: { text: null, calls: inputs.map((input, index) => ({ id: `c${index}`, name: "orders.get", input })) },
  },
});
const unpromising = (question: AuthorityQuestion) => ({
  kind: "tool" as const,
  permission: { decision: "allow" as const, policyVersion: "p", reasons: [] },
  facts: {
    tool: question.kind === "tool" ? question.tool : "",
    version: 1,
    effect: "write" as const,
    idempotency: "none" as const,
    timeout_ms: 1_000,
  },
});

/** The run that continues a run that has ended, as its object starts it. */
function redrive(run: Drive, newId: string): RunStart {
  expect(run.offer({ kind: "dead_letter.redriven", by: "ops", run: newId })).toBeNull();
  return continuation(run.machinery, run.state, newId);
}

describe("time", () => {
  it("[RUN-165] `limits.seconds` counts all of a run's work, before and after a wait", () => {
    const steps = { a: tool("orders.get"), w: { ...pause, needs: ["a"] }, b: tool("orders.get", { needs: ["w"] }) };
    const under = (seconds: number): Drive => {
      const run: Drive = new Drive(define(steps, { limits: { ...LIMITS, seconds } }), {
        tool: () => {
          run.now += 7_000;
          return answered({});
        },
      });
      return run.start().run();
    };
    expect(under(10).state).toMatchObject({ status: "completed", flags: ["partial"], error: { code: "limit_reached" } });
    expect(under(15).state).toMatchObject({ status: "completed", flags: [], error: null });
  });

  it("[RUN-166] a redriven run does not inherit the deadline that its first run missed", () => {
    const steps = { a: tool("mail.send", { on_error: null }) };
    const first = new Drive(
      define(steps),
      { tool: () => failed("tool_error", "permanent") },
      { deadlineAt: new Drive(define(steps)).now + 60_000 },
    );
    first.start().run();
    const start = redrive(first, "run_2");
    expect(start.deadlineAt).toBeNull();
    const second = new Drive(start.definition, {}, start);
    second.now += 24 * 3_600_000;
    expect(second.start().run().state).toMatchObject({ status: "completed", flags: [] });
  });

  it("[RUN-170] waits before an attempt never exceed the policy's step, and come close to it", () => {
    const policy = { attempts: 5, initial_ms: 1_000, max_ms: 5_000, factor: 2 };
    const failure = { class: "transient", code: "timeout", message: "", retryAfterMs: null } as const;
    for (const [attempt, ceiling] of [1_000, 2_000, 4_000, 5_000].entries()) {
      const waits = Array.from({ length: 300 }, (_, n) => retryDelayMs(policy, attempt + 1, `run_${n}/a`, failure));
      expect(Math.max(...waits)).toBeLessThanOrEqual(ceiling);
      expect(Math.max(...waits)).toBeGreaterThan(0.9 * ceiling);
      expect(Math.min(...waits)).toBeLessThan(0.1 * ceiling);
    }
  });
});

describe("keys", () => {
  it("[RUN-27] each redrive of an undone write is a further act", () => {
    const steps = {
      w: tool("stock.reserve", { compensate: undoneBy("stock.release") }),
      x: tool("mail.send", { needs: ["w"] }),
    };
    const broken = {
      tool: (name: string) => (name === "mail.send" ? failed("tool_error", "permanent") : answered({ id: "1" })),
    };
    let run = new Drive(define(steps), broken).start().run();
    const first = run.machinery.birth.id;
    const made = [run.sent];
    for (const id of ["run_2", "run_3", "run_4"]) {
      const start = redrive(run, id);
      run = new Drive(start.definition, broken, start).start().run();
      made.push(run.sent);
    }
    expect(made.map(([write]) => write)).toEqual([`${first}/w`, `${first}/w/2`, `${first}/w/3`, `${first}/w/4`]);
    const keys = made.flatMap((sent) => sent.filter((key) => !key.endsWith("/x")));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("[RUN-174] the answer to another attempt of the callback settles nothing", () => {
    const run = new Drive(define({ a: transform(1) }), {}, { callbackUrl: "https://app.example.com/done" }).start();
    expect(run.state).toMatchObject({ status: "completed", callback: { attempts: 0 } });
    const offer = (attempt: number) => run.offer({ kind: "callback.answered", attempt, result: "retry" });
    expect(offer(2)).not.toBeNull();
    expect(offer(0)).not.toBeNull();
    expect(offer(1)).toBeNull();
    expect(offer(1)).not.toBeNull();
    expect(run.offer({ kind: "callback.answered", attempt: 2, result: "delivered" })).toBeNull();
    expect(run.state.callback).toBeNull();
  });
});

describe("stopping", () => {
  it.each([1, 2, 3])("[RUN-167] a cancelled map starts no further item: %i at a time", (concurrency) => {
    const step = tool("stock.reserve", { input: { n: { cel: "item" } }, compensate: undoneBy("stock.release") });
    const run = new Drive(define({ all: each(step, concurrency) }), { tool: () => "never" }, { input: list(8) });
    run.start().run();
    expect(run.sent).toHaveLength(concurrency);
    run.offer({ kind: "cancel", by: "ada", reason: "" });
    for (const { id, call } of Object.values(run.state.activities))
      run.offer({ kind: "tool.answered", activity: id, call: call ?? 0, outcome: answered({ id }) });
    run.crash().run();
    expect(run.sent.filter((key) => !key.endsWith("compensate"))).toHaveLength(concurrency);
    expect(run.events.filter(({ type }) => type === "item.started")).toHaveLength(concurrency);
  });

  it("[RUN-168] another org's switch for a workflow of the same name holds nothing", () => {
    const own = { kind: "workflow", org: "acme", name: "specimen" } as const;
    const run = new Drive(define({ a: tool("orders.get") }));
    run.stops = { epoch: 2, active: [own], asOf: run.now };
    run.start().run();
    expect(run.state.status).toBe("paused");
    run.stops = { epoch: 3, active: [{ ...own, org: "globex" }], asOf: run.now };
    run.offer({ kind: "tick" });
    expect(run.run().state.status).toBe("completed");
  });

  it("[RUN-169] a switch for everything keeps holding what it holds", () => {
    const run = new Drive(define({ a: tool("orders.get") }));
    run.stops = { epoch: 2, active: [{ kind: "all" }], asOf: run.now };
    run.start().run();
    run.stops = { epoch: 3, active: [{ kind: "all" }], asOf: run.now };
    run.offer({ kind: "tick" });
    expect(run.run().state.status).toBe("paused");
    expect(run.sent).toEqual([]);
  });
});

describe("bounds of steps and depth", () => {
  it.each([
    [7, "completed"],
    [8, "failed"],
  ])("[RUN-171] a run at depth %i that starts a child is %s", (depth, status) => {
    const parent = { run: "run_p", activity: "c", depth, tools: [] };
    const run = new Drive(define({ c: child }), {}, { parent }).start().run();
    expect(run.state.status).toBe(status);
  });

  it("[RUN-72] the third identical answer to an identical call is the last", () => {
    const run = new Drive(define({ desk: agent }), { model: () => asks({ q: 1 }), tool: () => answered("same") }).start().run();
    expect(run.state).toMatchObject({ status: "failed", error: { code: "loop_detected" } });
    expect(run.sent).toHaveLength(3);
  });

  it.each(["cancel", "failure"] as const)(
    "[SIM-10] an agent whose model asks for tools while its run stops (%s) is not asked again",
    (why) => {
      const script = { model: () => "never" as const, tool: () => failed("tool_error", "permanent") };
      const steps = { desk: agent, ...(why === "failure" ? { order: tool("orders.get") } : {}) };
      const run = new Drive(define(steps), script).start().run((state) => state.activities["desk/1"]?.phase === "calling");
      if (why === "cancel") run.offer({ kind: "cancel", by: "ada", reason: "never mind" });
      run.run((state) => state.stopping !== null);
      const { call } = run.activity("desk/1");
      expect(run.offer({ kind: "model.answered", activity: "desk/1", call: call ?? 0, outcome: asks({ q: 1 }) })).toBeNull();
      run.run();
      expect(run.types().filter((type) => type.startsWith("model.calling"))).toHaveLength(1);
      expect(run.state.status).toBe(why === "cancel" ? "cancelled" : "failed");
    },
  );

  it("[SIM-11] numbers are decided on as the journal gives them back: a zero has no sign", () => {
    const steps = { order: tool("orders.get"), sum: transform({ cel: "steps.order.output.n * -1.0" }, { needs: ["order"] }) };
    const run = new Drive(define(steps), { tool: () => answered({ n: -0, list: [0, -0, "-0"] }) }, { input: { n: -0 } }).start().run();
    expect(run.state.steps["order"]?.output).toStrictEqual({ n: 0, list: [0, 0, "-0"] });
    expect(Object.is(run.state.steps["sum"]?.output, 0)).toBe(true);
  });

  it.each([
    [3, ["completed", 3]],
    [6, ["completed", 0]],
  ])("[RUN-172] of %i calls that an agent asks for at once under `limits.steps: 4` all are sent or none", (calls, [status, sent]) => {
    let turn = 0;
    const inputs = Array.from({ length: calls }, (_, q) => ({ q }));
    const run = new Drive(define({ desk: agent }, { limits: { ...LIMITS, steps: 4 } }), {
      model: () => (turn++ === 0 ? asks(...inputs) : said("done")),
    })
      .start()
      .run();
    expect(run.state).toMatchObject({ status, error: { code: "limit_reached" } });
    expect(run.sent).toHaveLength(Number(sent));
  });
});

describe("money", () => {
  const cheap = { ...LIMITS, usd: 0.000001 };

  it("[RUN-34] a tool of which nobody knew what it does counts as one that writes", () => {
    const steps = {
      w: tool("stock.reserve", { compensate: undoneBy("stock.release") }),
      a: model({ needs: ["w"] }),
      x: tool("mail.send", { needs: ["a"] }),
    };
    const run = new Drive(define(steps, { limits: cheap }), {}, { toolEffects: {} }).start().run();
    expect(run.state).toMatchObject({ status: "failed", error: { code: "budget_exceeded" }, steps: { w: { status: "compensated" } } });
  });

  it("[RUN-173] near a cap the cheapest of the cheaper models answers", () => {
    const priced = { dear: 50, middling: 5, cheap: 1 };
    const used: string[] = [];
    const definition: Definition = define({ a: model() }, { limits: { ...LIMITS, usd: 0.005 } });
    const run = new Drive(definition, {
      authority: () => ({
        kind: "model",
        permission: { decision: "allow", policyVersion: "p", reasons: [] },
        candidates: Object.entries(priced).map(([id, price]) => ({
          id,
          price: { input: price, output: price, cached_input: null },
          context: 8_000,
        })),
        rejected: [],
        tools: [],
      }),
      model: ({ model: id }) => {
        used.push(id);
        return said("x");
      },
    })
      .start()
      .run();
    expect(run.state.status).toBe("completed");
    expect(used).toEqual(["cheap"]);
  });

  it("[RUN-38] calls side by side are confirmed together: what is reserved counts", () => {
    const steps = Object.fromEntries(["a", "b", "c", "d"].map((id) => [id, model()]));
    const confirm_over_usd = 0.0006;
    const run = new Drive(define(steps, { limits: { ...LIMITS, confirm_over_usd } }), { model: () => "never" }).start().run();
    const { reserved } = run.state;
    expect(reserved.microUsd).toBeGreaterThan(0);
    expect(reserved.microUsd).toBeLessThanOrEqual(confirm_over_usd * 1_000_000);
    expect(run.types().filter((type) => type.startsWith("review.requested")).length).toBeGreaterThan(0);
  });
});

describe("what stands in for a failure", () => {
  it.each([{ value: null }, [{ value: null, when: { cel: "true" } }], { step: "spare" }])(
    "[RUN-175] a write of unknown outcome is named, whatever `on_error` says: %j",
    (on_error) => {
      const write = tool("payments.refund", { on_error: "step" in on_error ? null : on_error });
      const steps = { all: { ...each(write, 1), on_error }, ...("step" in on_error ? { spare: transform(null) } : {}) };
      const run = new Drive(
        define(steps),
        { authority: unpromising, tool: () => failed("timeout", "unknown"), person: () => "reject" },
        { input: list(1) },
      );
      run.start().run();
      expect(run.state.undone).toEqual(["all/0"]);
      const one = new Drive(define({ a: tool("payments.refund", { on_error }), spare: transform(null) }), {
        authority: unpromising,
        tool: () => failed("timeout", "unknown"),
        person: () => "reject",
      });
      expect(one.start().run().state.undone).toEqual(["a"]);
    },
  );

  it("[RUN-28] a step that takes over with the output null ends the failed one all the same", () => {
    const steps = { a: tool("orders.get", { on_error: { step: "b" } }), b: transform(null), c: transform(7, { needs: ["a"] }) };
    const run = new Drive(define(steps, { output: { cel: "steps.c.output" } }), { tool: () => failed("tool_error", "permanent") })
      .start()
      .run();
    expect(run.state).toMatchObject({ status: "completed", output: 7, steps: { a: { status: "completed" }, b: { status: "completed" } } });
  });
});
