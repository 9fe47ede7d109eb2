import { describe, expect, it } from "vitest";
import type { ModelOutcome } from "../../../core/run/calls/call.ts";
import { define, model, review, tool, transform, undoneBy } from "../../support/run/definition.ts";
import { answered, Drive, failed, said, T0 } from "../../support/run/drive.ts";
import { STEP_IDS_OF } from "./steps.ts";

const order = () =>
  define(
    {
      reserve: tool("stock.reserve", { compensate: undoneBy("stock.release") }),
      charge: tool("payments.refund", { needs: ["reserve"], compensate: undoneBy("payments.cancel") }),
      ship: tool("mail.send", { needs: ["charge"] }),
    },
    { output: { cel: "steps.ship.output.id" } },
  );

describe("a run from start to end", () => {
  it("[RUN-10] goes step by step as `needs` says, and its output is the definition's", () => {
    const run = new Drive(order()).start().run();
    expect(run.state.status).toBe("completed");
    expect(run.state.output).toBe("mail.send-1");
    expect(STEP_IDS_OF(run.events, "step.completed")).toEqual(["reserve", "charge", "ship"]);
    expect(run.sent).toEqual(["reserve", "charge", "ship"].map((step) => `${run.machinery.birth.id}/${step}`));
  });

  it("[RUN-11] transforms share one turn and need nobody", () => {
    const steps = { a: transform({ n: 1 }), b: transform({ cel: "steps.a.output.n + 1" }, { needs: ["a"] }) };
    const run = new Drive(define(steps, { output: { cel: "steps.b.output * 2" } })).start();
    expect(run.state).toMatchObject({ status: "completed", output: 4 });
  });

  it("[RUN-12] `when` false skips, and a skipped step's output is null", () => {
    const steps = { a: tool("orders.get", { when: { cel: "1 > 2" } }), b: transform({ cel: "steps.a.output == null" }, { needs: ["a"] }) };
    const run = new Drive(define(steps, { output: { cel: "steps.b.output" } })).start().run();
    expect(run.state).toMatchObject({ status: "completed", output: true, steps: { a: { status: "skipped" } } });
    expect(run.sent).toEqual([]);
  });

  it("[RUN-13] an expression that names a missing field fails its step", () => {
    const run = new Drive(define({ a: transform({ cel: "input.nothing.here" }) })).start().run();
    expect(run.state).toMatchObject({ status: "failed", error: { code: "invalid_request", step: "a" } });
  });

  it("[RUN-14] six steps at a time, no more", () => {
    const steps = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`s${index}`, tool("orders.get")]));
    const run = new Drive(define(steps), { tool: () => "never" }).start().run();
    expect(run.sent).toHaveLength(6);
  });
});

describe("failing", () => {
  it("[RUN-20] a transient failure is tried again under the same key, with waits that grow", () => {
    let calls = 0;
    const run = new Drive(define({ a: tool("orders.get") }), {
      tool: () => (++calls < 3 ? failed("upstream_unavailable", "transient") : answered({})),
    })
      .start()
      .run();
    expect(run.state).toMatchObject({ status: "completed", steps: { a: { attempts: 3 } } });
    expect(new Set(run.sent).size).toBe(1);
  });

  it("[RUN-21] gives up after `retry.attempts`, with the last attempt's error", () => {
    const run = new Drive(define({ a: tool("orders.get") }), { tool: () => failed("timeout", "transient") }).start().run();
    expect(run.state).toMatchObject({
      status: "failed",
      error: { code: "timeout", step: "a" },
      steps: { a: { attempts: 3, status: "failed" } },
    });
  });

  it("[RUN-22] a permanent failure is not tried again", () => {
    const run = new Drive(define({ a: tool("orders.get") }), { tool: () => failed("tool_error", "permanent") }).start().run();
    expect(run.sent).toHaveLength(1);
    expect(run.state.error?.code).toBe("tool_error");
  });

  it("[RUN-23] `Retry-After` is honoured beyond the policy's cap", () => {
    let calls = 0;
    const run = new Drive(define({ a: tool("orders.get") }), {
      tool: () => (++calls === 1 ? failed("upstream_unavailable", "transient", 90_000) : answered({})),
    })
      .start()
      .run();
    expect(run.state.status).toBe("completed");
    expect(run.now - T0).toBeGreaterThanOrEqual(90_000);
  });

  it("[RUN-24] undoes completed writes in reverse order, once each, and leaves a dead letter", () => {
    const run = new Drive(order(), {
      tool: (name) => (name === "mail.send" ? failed("tool_error", "permanent") : answered({ id: `${name}-1` })),
    })
      .start()
      .run();
    expect(run.state).toMatchObject({
      status: "failed",
      undone: [],
      deadLetter: { status: "open" },
      steps: { reserve: { status: "compensated" }, charge: { status: "compensated" } },
    });
    expect(run.sent.slice(3)).toEqual([`${run.machinery.birth.id}/charge/compensate`, `${run.machinery.birth.id}/reserve/compensate`]);
  });

  it("[RUN-25] what cannot be undone is named, and the rest is undone all the same", () => {
    const run = new Drive(order(), {
      tool: (name) => (["mail.send", "payments.cancel"].includes(name) ? failed("tool_error", "permanent") : answered({ id: "x" })),
    })
      .start()
      .run();
    expect(run.state).toMatchObject({
      status: "dead_lettered",
      undone: ["charge"],
      steps: { reserve: { status: "compensated" }, charge: { status: "completed" } },
    });
  });

  it("[RUN-26] `park` keeps the progress", () => {
    const run = new Drive(
      { ...order(), on_failure: "park" },
      { tool: (name) => (name === "mail.send" ? failed("tool_error", "permanent") : answered({ id: "x" })) },
    )
      .start()
      .run();
    expect(run.state).toMatchObject({
      status: "dead_lettered",
      steps: { reserve: { status: "completed" }, charge: { status: "completed" } },
    });
  });

  it("[RUN-27] a redriven run keeps what was completed, and an undone step is a new act", () => {
    const first = new Drive(
      { ...order(), on_failure: "park" },
      { tool: (name) => (name === "mail.send" ? failed("tool_error", "permanent") : answered({ id: "x" })) },
    )
      .start()
      .run();
    expect(first.offer({ kind: "dead_letter.redriven", by: "ops", run: "run_2" })).toBeNull();
    const effect = first.wanted().find((wanted) => wanted.kind === "run.continue");
    if (effect?.kind !== "run.continue") throw new Error("nothing continues the run");
    expect(effect.start.toolEffects).toEqual(first.machinery.birth.toolEffects);
    expect(effect.start).not.toHaveProperty("createdAt");
    const second = new Drive(effect.start.definition, {}, effect.start).start().run();
    expect(second.state.status).toBe("completed");
    expect(second.sent).toEqual([`${first.machinery.birth.id}/ship`]);
    expect(first.offer({ kind: "dead_letter.redriven", by: "ops", run: "run_3" })).toMatch(/already/);

    const undone = new Drive(order(), {
      tool: (name) => (name === "mail.send" ? failed("tool_error", "permanent") : answered({ id: "x" })),
    })
      .start()
      .run();
    undone.offer({ kind: "dead_letter.redriven", by: "ops", run: "run_2" });
    const again = undone.wanted().find((wanted) => wanted.kind === "run.continue");
    if (again?.kind !== "run.continue") throw new Error("nothing continues the run");
    const third = new Drive(again.start.definition, {}, again.start).start().run();
    const { id } = undone.machinery.birth;
    expect(third.sent).toEqual([`${id}/reserve/2`, `${id}/charge/2`, `${id}/ship`]);
  });

  it("[MODEL-8] a text that its model could not end is flagged, one that is asked for again is not", () => {
    const one = define({ a: model() }, { output: { cel: "steps.a.output" } });
    for (const finish_reason of ["length", "unknown"]) {
      const cut = (): ModelOutcome => ({ ...said("Dear customer, we will refund"), upstream: { finish_reason } });
      expect(new Drive(one, { model: cut }).start().run().state).toMatchObject({ status: "completed", flags: ["truncated"] });
    }
    const whole = (): ModelOutcome => ({ ...said("Dear customer"), upstream: { finish_reason: "stop" } });
    expect(new Drive(one, { model: whole }).start().run().state).toMatchObject({ status: "completed", flags: [] });
  });

  it("[RUN-28] `on_error` with a value, and with a step that runs only then", () => {
    const value = define({ a: tool("orders.get", { on_error: { value: { kind: "spare" } } }) }, { output: { cel: "steps.a.output.kind" } });
    const run = new Drive(value, { tool: () => failed("tool_error", "permanent") }).start().run();
    expect(run.state).toMatchObject({ status: "completed", output: "spare", flags: ["degraded"] });

    const step = define(
      { a: tool("orders.get", { on_error: { step: "b" } }), b: transform("rescued") },
      { output: { cel: "steps.a.output" } },
    );
    const rescued = new Drive(step, { tool: () => failed("tool_error", "permanent") }).start().run();
    expect(rescued.state).toMatchObject({ status: "completed", output: "rescued", flags: ["degraded"] });
    const unneeded = new Drive(step).start().run();
    expect(unneeded.state).toMatchObject({ status: "completed", flags: [], steps: { b: { status: "skipped" } } });
  });
});

describe("models and money", () => {
  const one = (more = {}) => define({ a: model(more) }, { output: { cel: "steps.a.output" } });

  it("[RUN-30] a call is reserved at its worst case and settled at its cost", () => {
    const run = new Drive(one()).start().run((state) => state.reserved.microUsd > 0);
    expect(run.state.reserved.tokens).toBeGreaterThanOrEqual(100);
    run.run();
    expect(run.state).toMatchObject({
      status: "completed",
      reserved: { microUsd: 0, tokens: 0 },
      usage: { tokensIn: 10, tokensOut: 10, microUsd: 10 + 20, modelCalls: 1 },
    });
  });

  it("[RUN-31] an answer that breaks its schema is asked for again twice, then fails", () => {
    let calls = 0;
    const seen: number[] = [];
    const run = new Drive(one({ output: { type: "object" } }), {
      model: ({ messages }) => {
        calls++;
        seen.push(messages.length);
        return { ...said(""), result: { ok: false, invalid: { answer: "no", errors: ["it is no object"] } } };
      },
    })
      .start()
      .run();
    expect(calls).toBe(3);
    expect(seen[2]).toBeGreaterThan(seen[1] ?? 0);
    expect(run.state).toMatchObject({ status: "failed", error: { code: "output_invalid" }, usage: { modelCalls: 3 } });
  });

  it.each([
    ["a schema", { output: { type: "object" } }, /one JSON value that fits the schema/],
    ["no schema", {}, /Answer again in words\.$/],
    ["tools", { kind: "agent", tools: ["orders.get"], max_iterations: 5 }, /call a tool .* or answer in words\.$/],
  ] as const)("[PROMPT-3] a step with %s is asked again for what it may answer", (_, step, ask) => {
    const seen: string[] = [];
    new Drive(one(step as Parameters<typeof one>[0]), {
      model: ({ messages }) => {
        seen.push(messages.at(-1)?.content ?? "");
        return { ...said(""), result: { ok: false, invalid: { answer: "I called `x`.", errors: ["call 1 is broken"] } } };
      },
    })
      .start()
      .run();
    expect(seen).toHaveLength(3);
    expect(seen[1]).toMatch(ask);
    expect(/schema/.test(seen[1] ?? "")).toBe("output" in step);
  });

  it("[RUN-32] a failed model is followed by its fallback in the same attempt", () => {
    const asked: string[] = [];
    const fallback = one({
      model: { id: "acme/big-2026-01-01", task: null, max_tokens: 100, temperature: 0, fallback: ["acme/small-2026-01-01"] },
    });
    const run = new Drive(fallback, {
      model: ({ model: id }) => {
        asked.push(id);
        if (id.includes("big"))
          return {
            ...said(""),
            usage: null,
            result: { ok: false, failure: { class: "transient", code: "upstream_unavailable", message: "", retryAfterMs: null } },
          };
        return said("from the small one");
      },
    })
      .start()
      .run();
    expect(asked).toEqual(["acme/big-2026-01-01", "acme/small-2026-01-01"]);
    expect(run.state).toMatchObject({ status: "completed", output: "from the small one", steps: { a: { attempts: 1 } } });
  });

  it("[RUN-32] an answer without a word is followed by the fallback, and asked for again where there is none", () => {
    const asked: string[] = [];
    const run = (fallback: string[]) =>
      new Drive(one({ model: { id: "acme/big-2026-01-01", task: null, max_tokens: 100, temperature: 0, fallback } }), {
        model: ({ model: id }) => {
          asked.push(id);
          if (id.includes("small")) return said("from the small one");
          return { ...said(""), result: { ok: false, invalid: { answer: " ", errors: ["the answer is empty"] } } };
        },
      })
        .start()
        .run();
    const answered = run(["acme/small-2026-01-01"]);
    expect(asked.splice(0)).toEqual(["acme/big-2026-01-01", "acme/small-2026-01-01"]);
    expect(answered.state).toMatchObject({ status: "completed", flags: ["degraded"], usage: { modelCalls: 2, tokensIn: 20 } });
    expect(run([]).state).toMatchObject({ status: "failed", error: { code: "output_invalid" }, usage: { modelCalls: 3 } });
  });

  it("[RUN-33] a cap of money ends with what there is", () => {
    const steps = { a: model(), b: model({ needs: ["a"] }) };
    const run = new Drive(define(steps, { limits: { usd: 0.0008, tokens: 100_000, seconds: 600, steps: 100, confirm_over_usd: null } }), {
      model: () => said("x", 200, 100),
    })
      .start()
      .run();
    expect(run.state).toMatchObject({
      status: "completed",
      flags: ["partial", "budget_exceeded"],
      output: { a: "x" },
      steps: { b: { status: "failed" } },
    });
  });

  it("[RUN-34] a cap between two writes undoes the first", () => {
    const steps = {
      w: tool("stock.reserve", { compensate: undoneBy("stock.release") }),
      a: model({ needs: ["w"] }),
      x: tool("mail.send", { needs: ["a"] }),
    };
    const run = new Drive(define(steps, { limits: { usd: 0.000001, tokens: 100_000, seconds: 600, steps: 100, confirm_over_usd: null } }))
      .start()
      .run();
    expect(run.state).toMatchObject({ status: "failed", error: { code: "budget_exceeded" }, steps: { w: { status: "compensated" } } });
  });

  it("[RUN-142] a `Retry-After` beyond the run's time is not waited for: the step fails with what it was told", () => {
    const limits = { usd: 1, tokens: 1000, seconds: 30, steps: 100, confirm_over_usd: null };
    const told = { tool: () => failed("upstream_unavailable", "transient", 3_600_000) };
    const run = new Drive(define({ a: tool("orders.get") }, { limits }), told).start().run();
    expect(run.state).toMatchObject({
      status: "failed",
      error: { code: "upstream_unavailable", step: "a" },
      steps: { a: { attempts: 1 } },
    });
    expect(run.now - T0).toBeLessThan(1_000);
    const spare = define({ a: tool("orders.get", { on_error: { value: "later" } }) }, { limits, output: { cel: "steps.a.output" } });
    expect(new Drive(spare, told).start().run().state).toMatchObject({ status: "completed", output: "later" });
  });

  it("[RUN-143] a step that fails before it starts fails once, and the step that answers for it takes over", () => {
    for (const broken of [
      transform({ cel: "input.nothing" }),
      tool("mail.send", { input: { cel: "input.nothing" } }),
      transform(1, { when: { cel: "input.nothing" } }),
    ]) {
      const steps = {
        a: { ...broken, on_error: { step: "b" } },
        b: transform("saved"),
        c: transform({ cel: "steps.a.output" }, { needs: ["a"] }),
      };
      const run = new Drive(define(steps, { output: { cel: "steps.c.output" } })).start().run();
      expect(run.state).toMatchObject({ status: "completed", output: "saved", flags: ["degraded"] });
      expect(STEP_IDS_OF(run.events, "step.failed")).toEqual(["a"]);
    }
  });

  it("[RUN-35] time and steps are caps too", () => {
    const slow = new Drive(
      define(
        { a: tool("orders.get", { retry: { attempts: 9, initial_ms: 60_000, max_ms: 60_000, factor: 1 } }) },
        { limits: { usd: 1, tokens: 1000, seconds: 5, steps: 100, confirm_over_usd: null } },
      ),
      {
        tool: () => failed("upstream_unavailable", "transient"),
      },
    )
      .start()
      .run();
    expect(slow.state).toMatchObject({ status: "completed", flags: ["partial"], error: { code: "limit_reached" } });
    expect(slow.now - T0).toBeLessThanOrEqual(5_001);
    const many = new Drive(
      define(
        { a: transform(1), b: transform(2, { needs: ["a"] }) },
        { limits: { usd: 1, tokens: 1000, seconds: 5, steps: 1, confirm_over_usd: null } },
      ),
    ).start();
    expect(many.state).toMatchObject({ status: "completed", flags: ["partial"], error: { code: "limit_reached" }, output: { a: 1 } });
  });

  it("[RUN-36] a call of which nobody told the cost keeps its reservation", () => {
    const run = new Drive(one(), { model: () => "never" }).start().run();
    run.crash().run();
    expect(run.state.usage.modelCalls).toBe(1);
    expect(run.state.reserved.microUsd).toBeGreaterThan(0);
    expect(run.events.filter((event) => event.type === "model.calling")).toHaveLength(2);
    expect(run.state.steps.a?.attempts).toBe(1);
  });
});

describe("people and control", () => {
  const approved = define({
    ask: review({ proposal: { amount: 5 } }),
    pay: tool("payments.refund", { needs: ["ask"], input: { amount: { cel: "steps.ask.output.proposal.amount" } } }),
  });

  it("[RUN-40] waits for a person, and goes on with what they said", () => {
    const inputs: unknown[] = [];
    const note = (input: unknown) => {
      inputs.push(input);
      return answered({});
    };
    const run = new Drive(approved, { tool: (_name, input) => note(input) }).start().run();
    expect(run.state.status).toBe("waiting");
    const { review: question } = run.activity("ask");
    if (!question?.id) throw new Error("no case is open");
    const decision = {
      id: question.id,
      action: "modify",
      by: "grace",
      reason: "",
      proposal: { amount: 3 },
      digest: question.digest,
      at: run.now,
    } as const;
    expect(run.offer({ kind: "review.decided", activity: "ask", decision: { ...decision, digest: "older" } })).toMatch(/older proposal/);
    expect(run.offer({ kind: "review.decided", activity: "ask", decision })).toBeNull();
    expect(run.offer({ kind: "review.decided", activity: "ask", decision })).not.toBeNull();
    run.run();
    expect(run.state).toMatchObject({
      status: "completed",
      steps: { ask: { output: { action: "modify", by: "grace", proposal: { amount: 3 } } } },
    });
    expect(inputs).toEqual([{ amount: 3 }]);
  });

  it("[RUN-41] a rejection fails the step and nothing is sent", () => {
    const run = new Drive(approved, { person: () => "reject" }).start().run();
    expect(run.state).toMatchObject({ status: "failed", error: { code: "review_rejected", step: "ask" } });
    expect(run.sent).toEqual([]);
  });

  it("[RUN-42] time spent waiting for a person does not count", () => {
    const run = new Drive(approved).start().run();
    run.now += 30 * 24 * 3_600_000;
    const { review: question } = run.activity("ask");
    run.offer({
      kind: "review.decided",
      activity: "ask",
      decision: {
        id: question?.id ?? "",
        action: "approve",
        by: "grace",
        reason: "",
        proposal: { amount: 5 },
        digest: question?.digest ?? "",
        at: run.now,
      },
    });
    run.run();
    expect(run.state.status).toBe("completed");
  });

  it("[RUN-43] what the policy asks about waits for a person; what it denies is not sent", () => {
    const ask = new Drive(define({ a: tool("payments.refund", { input: { amount: 9 } }) }), {
      authority: (question) => ({
        kind: "tool",
        permission: { decision: "ask", policyVersion: "p1", reasons: ["r"] },
        facts: { tool: (question as { tool: string }).tool, version: 3, effect: "write", idempotency: "key", timeout_ms: 1000 },
      }),
      person: () => "approve",
    })
      .start()
      .run();
    expect(ask.state.status).toBe("completed");
    expect(ask.types()).toContain("review.requested a");
    const deny = new Drive(define({ a: tool("payments.refund") }), {
      authority: (question) => ({
        kind: "tool",
        permission: { decision: "deny", policyVersion: "p1", reasons: ["r"] },
        facts: { tool: (question as { tool: string }).tool, version: 3, effect: "write", idempotency: "key", timeout_ms: 1000 },
      }),
    })
      .start()
      .run();
    expect(deny.state).toMatchObject({ status: "failed", error: { code: "policy_denied" } });
    expect(deny.sent).toEqual([]);
  });

  it("[RUN-44] the kill switch pauses at the step boundary and recovery resumes", () => {
    const run = new Drive(order()).start().run((state) => state.steps.reserve?.status === "completed");
    run.stops = { epoch: 2, active: [{ kind: "workflow", org: "acme", name: "specimen" }], asOf: run.now };
    run.run();
    expect(run.state.status).toBe("paused");
    const sent = run.sent.length;
    run.now += 3_600_000;
    run.offer({ kind: "tick" });
    expect(run.sent.length).toBe(sent);
    run.stops = { epoch: 3, active: [], asOf: run.now };
    run.offer({ kind: "tick" });
    run.run();
    expect(run.state.status).toBe("completed");
  });

  it("[RUN-45] nobody can say what is stopped: nothing is sent", () => {
    const run = new Drive(order());
    run.stops = null;
    run.start().run();
    expect(run.state).toMatchObject({ status: "paused", pausedBy: { scope: "unknown" } });
    expect(run.sent).toEqual([]);
  });

  it("[RUN-46] cancel awaits what is in flight, then undoes", () => {
    const run = new Drive(order(), { tool: (name) => (name === "payments.refund" ? "never" : answered({ id: "x" })) }).start().run();
    const { call } = run.activity("charge");
    run.offer({ kind: "cancel", by: "ada", reason: "changed my mind" });
    expect(run.state.status).toBe("running");
    run.offer({ kind: "tool.answered", activity: "charge", call: call ?? 0, outcome: answered({ id: "c" }) });
    run.run();
    expect(run.state).toMatchObject({
      status: "cancelled",
      steps: { reserve: { status: "compensated" }, charge: { status: "compensated" }, ship: { status: "pending" } },
    });
    expect(run.offer({ kind: "cancel", by: "ada", reason: "" })).not.toBeNull();
  });

  it("[RUN-47] a cancelled run withdraws its open case", () => {
    const run = new Drive(approved).start().run();
    run.offer({ kind: "cancel", by: "ada", reason: "" });
    run.run();
    expect(run.state).toMatchObject({ status: "cancelled", openReviews: [] });
    expect(run.types()).toContain("review.withdrawn");
  });
});

describe("dying", () => {
  it("[RUN-50] a call that was cut short is repeated under its key and is no attempt", () => {
    let dead = true;
    const run = new Drive(order(), { tool: () => (dead ? "never" : answered({ id: "x" })) }).start().run();
    dead = false;
    run.crash().run();
    expect(run.state).toMatchObject({ status: "completed", steps: { reserve: { attempts: 1 } } });
    expect(run.sent.slice(0, 2)).toEqual([`${run.machinery.birth.id}/reserve`, `${run.machinery.birth.id}/reserve`]);
  });

  it("[RUN-51] a write that promises nothing is put before a person, never repeated by itself", () => {
    const unpromising = (question: unknown) => ({
      kind: "tool" as const,
      permission: { decision: "allow" as const, policyVersion: "p", reasons: [] },
      facts: {
        tool: (question as { tool: string }).tool,
        version: 1,
        effect: "write" as const,
        idempotency: "none" as const,
        timeout_ms: 1000,
      },
    });
    const run = new Drive(define({ a: tool("payments.refund") }), { tool: () => "never", authority: unpromising }).start().run();
    run.crash().run();
    expect(run.state.status).toBe("waiting");
    expect(run.sent).toHaveLength(1);
    const timedOut = new Drive(define({ a: tool("payments.refund") }), {
      tool: () => failed("timeout", "unknown"),
      authority: unpromising,
      person: () => "reject",
    })
      .start()
      .run();
    expect(timedOut.sent).toHaveLength(1);
    expect(timedOut.state).toMatchObject({ status: "failed", undone: ["a"] });
  });

  it("[RUN-52] a late answer changes nothing", () => {
    const run = new Drive(define({ a: tool("orders.get") }), { tool: () => "never" }).start().run();
    const { call } = run.activity("a");
    run.crash();
    expect(run.offer({ kind: "tool.answered", activity: "a", call: call ?? 0, outcome: answered({ late: true }) })).toMatch(
      /no longer waits for this call/,
    );
  });
});

describe("doubt", () => {
  const write = (name = "payments.refund") => define({ a: tool(name) });

  it("[RUN-53] a write that broke off stays in doubt until its tool says, under the same key, what became of it", () => {
    const silent = new Drive(write(), { tool: () => failed("timeout", "unknown") }).start().run();
    expect(silent.state).toMatchObject({ status: "failed", undone: ["a"], deadLetter: { status: "open" } });
    let calls = 0;
    const busy = new Drive(write(), {
      tool: () => (++calls === 1 ? failed("timeout", "unknown") : failed("upstream_unavailable", "transient")),
    })
      .start()
      .run();
    expect(busy.state).toMatchObject({ status: "failed", undone: ["a"] });
    let dead = true;
    const refused = new Drive(write(), { tool: () => (dead ? "never" : failed("tool_error", "permanent")) }).start().run();
    dead = false;
    refused.crash().run();
    expect(refused.state).toMatchObject({ status: "failed", undone: [] });
    const unusable = { ...failed("tool_error", "permanent"), reached: "answered" as const };
    expect(new Drive(write(), { tool: () => unusable }).start().run().state).toMatchObject({ status: "failed", undone: ["a"] });
  });

  it("[RUN-54] a run that stops while a write is in doubt names it", () => {
    const run = new Drive(write(), { tool: () => failed("timeout", "unknown") })
      .start()
      .run((state) => state.activities.a?.phase === "backing-off");
    run.offer({ kind: "cancel", by: "ada", reason: "" });
    run.run();
    expect(run.state).toMatchObject({ status: "cancelled", undone: ["a"], deadLetter: { status: "open" } });
  });
});

describe("asked once", () => {
  const asking = (question: { kind: string }) =>
    ({
      kind: "tool",
      permission: { decision: "ask", policyVersion: "p", reasons: [] },
      facts: { tool: (question as { tool?: string }).tool ?? "", version: 1, effect: "write", idempotency: "key", timeout_ms: 1000 },
    }) as const;

  it("[RUN-48] a retry of an approved call asks nobody again, another input would", () => {
    let asked = 0;
    let calls = 0;
    const person = () => {
      asked++;
      return "approve" as const;
    };
    const tools = () => (++calls < 3 ? failed("upstream_unavailable", "transient") : answered({}));
    const run = new Drive(define({ a: tool("payments.refund") }), { tool: tools, authority: asking, person }).start().run();
    expect(run.state).toMatchObject({ status: "completed", steps: { a: { attempts: 3 } } });
    expect(asked).toBe(1);
  });

  it("[RUN-49] what a person changed is what they agreed to", () => {
    const inputs: unknown[] = [];
    const note = (input: unknown) => {
      inputs.push(input);
      return inputs.length === 1 ? failed("upstream_unavailable", "transient") : answered({});
    };
    const person = () => ({ modify: { tool: "payments.refund", input: { amount: 3 } } });
    const run = new Drive(define({ a: tool("payments.refund", { input: { amount: 9 } }) }), {
      tool: (_name, input) => note(input),
      authority: asking,
      person,
    })
      .start()
      .run();
    expect(run.state.status).toBe("completed");
    expect(inputs).toEqual([{ amount: 3 }, { amount: 3 }]);
    expect(run.types().filter((type) => type === "review.requested a")).toHaveLength(1);
  });
});

describe("spares are evaluated", () => {
  it("[RUN-29] `on_error.value` and `on_budget.value` are templates like any other", () => {
    const broken = define(
      { a: transform({ cel: "input.nope" }, { on_error: { value: { cel: "input.spare" } } }) },
      { output: { cel: "steps.a.output" } },
    );
    const run = new Drive(broken, {}, { input: { spare: 7 } }).start();
    expect(run.state).toMatchObject({ status: "completed", output: 7, flags: ["degraded"] });
    const limits = { usd: 1, tokens: 1000, seconds: 5, steps: 1, confirm_over_usd: null };
    const on_budget = { value: { first: { cel: "steps.a.output" }, second: { cel: "steps.b.output == null" } } };
    const capped = new Drive(define({ a: transform(1), b: transform(2, { needs: ["a"] }) }, { limits, on_budget })).start();
    expect(capped.state.output).toEqual({ first: 1, second: true });
  });

  it("[RUN-37] an upstream that counts more than the worst case is believed the next time", () => {
    const limits = { usd: 0.001, tokens: 1_000_000, seconds: 600, steps: 100, confirm_over_usd: null };
    const steps = { a: model(), b: model({ needs: ["a"] }), c: model({ needs: ["b"] }) };
    const run = new Drive(define(steps, { limits }), { model: () => said("x", 500, 100) });
    run.quiet = true; // the first answer itself may cost more than anybody could know
    run.start().run();
    expect(run.state).toMatchObject({ status: "completed", flags: ["partial", "budget_exceeded"], usage: { modelCalls: 1 } });
  });
});

describe("money that a person has to confirm", () => {
  const limits = { usd: 1, tokens: 100_000, seconds: 600, steps: 100, confirm_over_usd: 0.0003 };
  const steps = { a: model(), b: model({ needs: ["a"] }) };

  it("[RUN-38] asks once when the next call would go over `confirm_over_usd`, and goes on when a person agrees", () => {
    const proposals: unknown[] = [];
    const person = (proposal: unknown) => {
      proposals.push(proposal);
      return "approve" as const;
    };
    const run = new Drive(define(steps, { limits }), { model: () => said("x", 100, 50), person }).start().run();
    expect(run.state).toMatchObject({ status: "completed", usage: { modelCalls: 2 } });
    expect(proposals).toHaveLength(1);
    expect(proposals[0]).toMatchObject({ confirm_over_usd: 0.0003 });
  });

  it("[RUN-39] a no fails the step, and the call is not made", () => {
    const run = new Drive(define({ a: model() }, { limits: { ...limits, confirm_over_usd: 0 } }), { person: () => "reject" }).start().run();
    expect(run.state).toMatchObject({ status: "failed", error: { code: "review_rejected", step: "a" }, usage: { modelCalls: 0 } });
  });
});

describe("slots with types", () => {
  it("[RUN-125] a value of another type fails the step, and no model is asked", () => {
    const prompt = { template: "Say {{what}}", slots: { what: { cel: "input.what" } }, types: { what: "text" as const } };
    const run = (what: unknown) => new Drive(define({ only: model({ prompt }) }), {}, { input: { what } as never }).start().run();
    expect(run("hello").state.status).toBe("completed");
    const misfit = run(["not", "a text"]);
    expect(misfit.state.error).toMatchObject({ code: "invalid_request", step: "only" });
    expect(misfit.state.error?.message).toContain("prompt/slots/what");
    expect(misfit.state.usage.modelCalls).toBe(0);
  });
});
