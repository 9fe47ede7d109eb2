/** Work that is cut short, stopped twice, repeated or rescued beside other work: what follows, and what does not. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { type Label, OWN, saidBy } from "../../../core/label/label.ts";
import { joined } from "../../../core/label/labels.ts";
import { alertAtThresholds } from "../../../core/run/calls/lease.ts";
import type { Birth } from "../../../core/run/machine/birth.ts";
import type { Happening } from "../../../core/run/machine/happening.ts";
import type { Activity, RunState } from "../../../core/run/machine/state.ts";
import type { Turn } from "../../../core/run/machine/turn.ts";
import { refusalOfRedrive } from "../../../core/run/outside/redrive.ts";
import { refusalOfReview } from "../../../core/run/outside/sinks.ts";
import { BARE } from "../../../core/run/outside/span-content.ts";
import { spansOfRun } from "../../../core/run/outside/trace.ts";
import { originIn } from "../../../core/run/steps/labels.ts";
import type { AuthorityAnswer } from "../../../core/workflow/authority.ts";
import type { Step } from "../../../core/workflow/definition.ts";
import { runRulesOf } from "../../../core/workflow/guardrails.ts";
import { define, model, review, tool, transform, undoneBy } from "../../support/run/definition.ts";
import { answered, Drive, failed, type Script, said } from "../../support/run/drive.ts";

const dataOf = (run: Drive, type: string): object[] => run.events.filter((event) => event.type === type).map(({ data }) => data);
const wait = (signal: string, needs: string[] = []): Step => ({
  ...{ needs, when: null, on_error: null, kind: "wait", seconds: null, until: null, timeout_ms: null },
  signal,
});
/** Every tool writes and promises nothing about repetition. */
const promisesNothing: Script["authority"] = (question): AuthorityAnswer => ({
  kind: "tool",
  permission: { decision: "allow", policyVersion: "p1", reasons: [] },
  facts: { tool: question.kind === "tool" ? question.tool : "", version: 1, effect: "write", idempotency: "none", timeout_ms: 1000 },
});

/** Every tool only reads. */
const reading: Script["authority"] = (question): AuthorityAnswer => ({
  kind: "tool",
  permission: { decision: "allow", policyVersion: "p1", reasons: [] },
  facts: { tool: question.kind === "tool" ? question.tool : "", version: 1, effect: "read", idempotency: "none", timeout_ms: 1000 },
});

describe("a call that is cut short on our side", () => {
  it("[RUN-304] a compensation whose outcome nobody knows is put to a person, and the run goes on undoing", () => {
    const steps = {
      pay: tool("payments.refund", { compensate: undoneBy("payments.cancel") }),
      bad: tool("mail.send", { needs: ["pay"] }),
    };
    const run = new Drive(define(steps), {
      authority: promisesNothing,
      tool: (name) =>
        name === "payments.cancel" ? "never" : name === "mail.send" ? failed("tool_error", "permanent") : answered({ id: 1 }),
    });
    run.start().run().crash();
    expect(dataOf(run, "review.requested")).toMatchObject([{ reason: "unknown-outcome" }]);
    expect(run.state.status).not.toBe("failed");
  });

  it("[RUN-304] is no failed attempt of the step: nobody is called for it", () => {
    const definition = define({ reply: model() }, { guardrails: { hand_over: { failures: 2 } } });
    const guardrails = runRulesOf(null, definition);
    let calls = 0;
    const script: Partial<Script> = { model: () => (++calls === 1 ? "never" : said("hello")) };
    const run = new Drive(definition, script, guardrails === null ? {} : { guardrails });
    run.start().run().crash();
    expect(run.state.failedAttempts ?? {}).toEqual({});
    expect(run.run().state.status).toBe("completed");
  });

  it("[PAUSE-21] is not made again while a person pauses the run", () => {
    const run = new Drive(define({ m: model() }), { model: () => "never" }).start().run();
    expect(run.offer({ kind: "pause", by: "ada", reason: "" })).toBeNull();
    run.crash();
    expect(dataOf(run, "model.calling")).toHaveLength(1);
    expect(run.offer({ kind: "resume", by: "ada", pausedBy: "ada" })).toBeNull();
    run.run();
    expect(dataOf(run, "model.calling")).toHaveLength(2);
  });

  it("[PAUSE-1] a pause while nobody can read the kill switch knows of no throw of it", () => {
    const run = new Drive(define({ m: model() }), { model: () => "never" }).start().run();
    run.stops = null;
    expect(run.offer({ kind: "pause", by: "ada", reason: "" })).toBeNull();
    expect(dataOf(run, "run.paused")).toMatchObject([{ epoch: 0, by: "ada" }]);
  });

  it.each<[string, number, Happening]>([
    ["a cancellation", 0, { kind: "cancel", by: "ada", reason: "" }],
    ["the end of its time", 4_000_000, { kind: "tick" }],
  ])("[RUN-332] is not repeated after %s where it only reads, and the run ends", (_what, afterMs, happening) => {
    const run = new Drive(define({ t: tool("orders.get") }), { tool: () => "never", authority: reading }).start().run();
    run.crash().run();
    expect(run.sent).toHaveLength(2); // while the run goes on, it is repeated
    run.now += afterMs;
    run.offer(happening);
    run.crash().run();
    expect(run.sent).toHaveLength(2);
    expect(["cancelled", "failed", "completed"]).toContain(run.state.status);
  });

  it("[RUN-332] a write that may be undone is asked about all the same", () => {
    const run = new Drive(define({ t: tool("stock.reserve") }), { tool: () => "never" }).start().run();
    run.offer({ kind: "cancel", by: "ada", reason: "" });
    run.crash().run();
    expect(run.sent).toHaveLength(2);
  });

  it("[OTLP-18] the call that repeats it says so in the trace, the first does not", () => {
    const run = new Drive(define({ t: tool("orders.get"), m: model() }), { model: () => "never", tool: () => "never" }).start().run();
    run.crash().run();
    const calls = spansOfRun(run.machinery, run.state.usage, run.events, BARE).filter(({ kind }) => kind === 3);
    const repeated = (name: string) => calls.filter((span) => span.name.includes(name)).map(({ attributes }) => attributes["repeated"]);
    expect([repeated("orders.get"), repeated("acme/small")]).toEqual([
      [undefined, true],
      [undefined, true],
    ]);
  });
});

describe("a model that was not asked", () => {
  it("[RUN-305] because its breaker is open counts no call, and its event says so", () => {
    const outcome = (breaker: string) => ({
      ...said("x"),
      result: {
        ok: false as const,
        failure: { class: "permanent" as const, code: "upstream_unavailable" as const, message: "", retryAfterMs: null },
      },
      usage: null,
      upstream: { breaker },
    });
    const [open, closed] = ["open", "closed"].map((breaker) =>
      new Drive(define({ m: model() }), { model: () => outcome(breaker) }).start().run(),
    );
    expect(open?.state.usage.modelCalls).toBe(0);
    expect(dataOf(open as Drive, "model.called")[0]).toMatchObject({ unasked: true });
    expect(closed?.state.usage.modelCalls).toBeGreaterThan(0);
    expect(dataOf(closed as Drive, "model.called")[0]).not.toHaveProperty("unasked");
  });
});

describe("[RUN-306] a run that is stopping", () => {
  it("takes a second cancellation for said already, and changes nothing", () => {
    const run = new Drive(define({ m: model() }), { model: () => "never" }).start().run();
    expect(run.offer({ kind: "cancel", by: "ada", reason: "" })).toBeNull();
    const before = run.events.length;
    if (run.state.endedAt === null) expect(run.offer({ kind: "cancel", by: "ada", reason: "" })).toBeNull();
    expect(run.events).toHaveLength(before);
  });

  it("cannot be cancelled where it fails by itself", () => {
    const steps = { pay: tool("payments.refund", { compensate: undoneBy("payments.cancel") }), bad: tool("mail.send", { needs: ["pay"] }) };
    const run = new Drive(define(steps), {
      tool: (name) =>
        name === "payments.cancel" ? "never" : name === "mail.send" ? failed("tool_error", "permanent") : answered({ id: 1 }),
    });
    run.start().run();
    expect(run.state.status).toBe("compensating");
    expect(run.offer({ kind: "cancel", by: "ada", reason: "" })).toContain("already ending");
  });
});

describe("what stands in for a failure", () => {
  it("[RUN-307] a step that stands in for one cannot stand in for a second: that one fails the run", () => {
    const bad = tool("mail.send", { on_error: { step: "spare" } });
    const run = new Drive(define({ one: bad, other: bad, spare: transform(1) }), { tool: () => failed("tool_error", "permanent") })
      .start()
      .run();
    expect(dataOf(run, "step.failed").map((data) => (data as { absorbed: unknown }).absorbed)).toEqual(["step", null]);
    expect(run.state.status).toBe("failed");
  });

  it("[PAUSE-8] a step in whose place a value stood is done again by a redrive, so that its input can be changed", () => {
    const steps = {
      look: tool("orders.get", { on_error: { value: 0 } }),
      good: tool("orders.get"),
      pay: tool("payments.refund", { needs: ["look", "good"] }),
    };
    let calls = 0;
    const run = new Drive(define(steps, { on_failure: "park" }), {
      tool: (name) => (name === "orders.get" && ++calls > 1 ? answered({ id: 1 }) : failed("tool_error", "permanent")),
    });
    run.start().run();
    expect(run.state.steps["look"]?.error).not.toBeNull();
    const refusal = (changes: { readonly [step: string]: Json }) => refusalOfRedrive(run.machinery, run.state, { changes });
    expect([refusal({ look: 1 }), refusal({ pay: 1 })]).toEqual([null, null]);
    expect(refusal({ good: 1 })).toContain("is kept as it was");
  });
});

describe("[RUN-101] a threshold of the run's own cap", () => {
  const told = (before: number, after: number) => {
    const found: unknown[] = [];
    const usage = (microUsd: number) => ({ microUsd, tokensIn: 0, tokensOut: 0, modelCalls: 0, toolCalls: 0, cacheHits: 0 });
    const turn = {
      state: { usage: usage(after) },
      birth: { budget: { usd: 1_000_000, tokens: 1_000 } },
      emit: (_type: string, { percent }: { percent: number }) => found.push(percent),
    };
    alertAtThresholds(turn as unknown as Turn, usage(before));
    return found;
  };
  it.each([
    [0, 499_999, []],
    [0, 500_000, [50]],
    [500_000, 600_000, []],
    [500_000, 800_000, [80]],
    [499_999, 950_000, [95]],
    [950_000, 2_000_000, []],
  ])("spent %i, then %i: %j is told", (before, after, percents) => expect(told(before, after)).toEqual(percents));
});

describe("who is asked about what", () => {
  it("[RULES-23] a person who looks at the input sees the rules that ask for it, not those that only note", () => {
    const finding = (rule: string, action: string) => ({ type: "TOPIC", action, rule, confidence: 1, source: "rule" });
    const inputFindings = [finding("topics", "review"), finding("tone", "flag"), finding("topics", "review")] as never;
    const run = new Drive(define({ m: model() }), {}, { inputReview: true, inputFindings } as Partial<Birth>).start();
    expect(dataOf(run, "review.requested")).toMatchObject([{ proposal: { rules: ["topics"], input: {} } }]);
  });

  it("[LABEL-12] the class of a tool's answer counts once there is an answer, not before the call", () => {
    const run = new Drive(define({ t: tool("orders.get") }), {}, { sinks: { reviews: "internal" } } as Partial<Birth>).start();
    const refusal = (over: Partial<Activity>) => {
      const facts = { ...promisesNothingFacts, sensitivity: "restricted" };
      return refusalOfReview(run.machinery, run.state, { ...run.activity("t"), facts, ...over } as Activity);
    };
    expect(refusal({ phase: "ready", call: null })).toBeNull();
    expect(refusal({ phase: "calling", call: 3 })).toBeNull();
    expect(refusal({ phase: "ready", call: 3 })).toContain("restricted");
  });
  const promisesNothingFacts = { tool: "orders.get", version: 1, effect: "read", idempotency: "key", timeout_ms: 1 } as const;
});

describe("[RUN-308] signals of one name", () => {
  it("are read in order, each with the label of who sent it; what is read is gone", () => {
    const run = new Drive(define({ one: wait("news"), other: wait("news", ["one"]), hold: wait("hold") })).start();
    const signal = (id: string, by: string, own: boolean) =>
      run.offer({ kind: "signal", id, name: "news", body: id, findings: [], by, own });
    run.run();
    expect([signal("first", "ada", true), signal("second", "bob", false)]).toEqual([null, null]);
    run.run();
    expect([run.state.steps["one"]?.output, run.state.steps["other"]?.output]).toEqual(["first", "second"]);
    const [mine, theirs] = ["one", "other"].map((id) => joined(run.state.labels?.[id] ?? []));
    expect(mine).not.toEqual(theirs);
    expect([run.state.signals["news"], run.state.signalLabels?.["news"]]).toEqual([[], []]);
  });
});

describe("[LABEL-11] a journal from before labels is read off its definition", () => {
  const steps = {
    asked: review(),
    got: tool("orders.get"),
    sum: transform({ cel: "input.n" }),
    both: transform({ cel: "steps.got.output" }),
    spared: review({ on_error: { value: 1 } }),
    kept: transform(1, { on_error: { value: 1 } }),
  };
  const CALLER: Label = saidBy("caller", "trusted", OWN, "internal");
  const labelOf = (id: string, status: RunState["steps"][string]["status"]) => {
    const { machinery, state } = new Drive(define(steps), {}, { inputLabels: [{ at: "", label: CALLER }] } as Partial<Birth>);
    const now = Object.fromEntries(Object.entries(state.steps).map(([name, step]) => [name, { ...step, status: "completed" as const }]));
    const own = state.steps[id];
    const { labels: _labels, ...old } = { ...state, steps: { ...now, ...(own === undefined ? {} : { [id]: { ...own, status } }) } };
    return joined(originIn(machinery, old as RunState)("steps", [id, "output"]));
  };

  it.each<[string, RunState["steps"][string]["status"], object]>([
    ["asked", "completed", { trust: "trusted", sources: ["person"] }],
    ["got", "completed", { trust: "untrusted", sources: ["unknown"] }],
    ["got", "compensated", { trust: "untrusted", sources: ["unknown"] }],
    ["sum", "completed", { trust: "trusted", sources: ["caller"] }],
    ["both", "completed", { trust: "untrusted" }],
    ["spared", "completed", { trust: "untrusted", sources: ["unknown"] }],
    ["kept", "completed", { trust: "untrusted", sources: ["unknown"] }],
    ["got", "skipped", { sources: [] }],
    ["got", "pending", { sources: [] }],
    ["got", "failed", { sources: [] }],
    ["nobody", "completed", { trust: "untrusted", sources: ["unknown"] }],
  ])("`%s`, %s: %j", (id, status, label) => expect(labelOf(id, status)).toMatchObject(label));
});
