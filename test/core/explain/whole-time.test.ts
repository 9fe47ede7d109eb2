/** The time of a run, each millisecond once: waits of the whole run are on the critical path, and only there. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Explanation, explain } from "../../../core/explain/explain.ts";
import type { Birth } from "../../../core/run/machine/birth.ts";
import type { Definition, Step } from "../../../core/workflow/definition.ts";
import { runRulesOf } from "../../../core/workflow/guardrails.ts";
import { often } from "../../support/depth.ts";
import { define, model, RETRY, review, tool } from "../../support/run/definition.ts";
import { answered, Drive, failed, type Script, said } from "../../support/run/drive.ts";

/** Lets time pass, then answers. */
type Passing = <T>(ms: number, value: T) => T;

const LIMITS = { usd: 1, tokens: 100_000, seconds: 600, steps: 100, confirm_over_usd: null };
const STEPS = { find: tool("orders.get"), write: model({ needs: ["find"] }) };

function driven(definition: Definition, script: (passing: Passing) => Partial<Script>, birth: Partial<Birth> = {}): Drive {
  const clock: { run: Drive | null } = { run: null };
  const passing: Passing = (ms, value) => {
    if (clock.run !== null) clock.run.now += ms;
    return value;
  };
  const usual: Partial<Script> = { tool: () => passing(50, answered({ id: "7" })), model: () => passing(80, said("fine")) };
  const run = new Drive(definition, { ...usual, ...script(passing) }, birth);
  clock.run = run;
  return run;
}

/** The explanation, after what must hold of every one: the parts of the path sum to the whole, and so each class is a part of it. */
function told(run: Drive): Explanation {
  const explanation = explain(run.machinery, run.state, run.events, null, run.now);
  const { total_ms, critical_path, waiting_ms, retry_ms, queue_ms } = explanation.time;
  expect(critical_path.reduce((sum, { ms }) => sum + ms, 0)).toBe(total_ms);
  expect(waiting_ms + retry_ms + queue_ms).toBeLessThanOrEqual(total_ms);
  expect(explanation.causes.reduce((sum, { ms }) => sum + ms, 0)).toBeLessThanOrEqual(total_ms);
  return explanation;
}

describe("[EXPLAIN-12] each millisecond of a run is in one part of its critical path", () => {
  const confirmed = (word: "approve" | "reject") =>
    driven(define(STEPS, { limits: { ...LIMITS, confirm_over_usd: 0.01 } }), (passing) => ({ person: () => passing(2_000, word) }), {
      estimate: { expected: 20_000, max: 30_000 },
    })
      .start()
      .run();

  it("a confirmation of the costs is a person's time, not a line's", () => {
    const { time, causes } = told(confirmed("approve"));
    expect(time).toMatchObject({ total_ms: 2_130, waiting_ms: 2_000, retry_ms: 0, queue_ms: 0 });
    expect(time.critical_path[0]).toEqual({ step: "(input)", ms: 2_000, what: "waiting for a person" });
    expect(causes[0]).toMatchObject({ cause: "person", step: null, ms: 2_000 });
    expect(causes.map(({ cause }) => cause)).not.toContain("queue");
  });

  it("also of a run that a person refused, in which no step began", () => {
    const { time, causes } = told(confirmed("reject"));
    expect(time.critical_path).toEqual([{ step: "(input)", ms: 2_000, what: "waiting for a person" }]);
    expect(causes[0]).toMatchObject({ cause: "person", ms: 2_000 });
  });

  it("a hand-over to a person", () => {
    const definition = define(STEPS, { guardrails: { hand_over: { asked: "normal", to: "support" } } });
    const reply = { modify: { reply: "I will call you.", hand_back: false } };
    const guardrails = runRulesOf(null, definition);
    const run = driven(definition, (passing) => ({ person: () => passing(2_100, reply) }), {
      input: { text: "I want to talk to a human." },
      ...(guardrails === null ? {} : { guardrails }),
    });
    run.start().run();
    expect(run.state.handOver?.outcome).toBe("replied");
    const { time, causes } = told(run);
    expect(time.critical_path).toEqual([{ step: "(hand-over)", ms: 2_100, what: "waiting for a person" }]);
    expect(causes[0]).toMatchObject({ cause: "person", step: null, ms: 2_100 });
  });

  it.each([
    ["a person", "person"],
    ["the kill switch", "wait"],
  ])("a pause by %s between two steps", (who, cause) => {
    const run = driven(define(STEPS), () => ({}));
    run.start().run(({ steps }) => steps["find"]?.status === "running");
    if (who === "a person") run.offer({ kind: "pause", by: "otto", reason: "" });
    else {
      run.stops = { epoch: 2, active: [{ kind: "all" }], asOf: run.now };
      run.offer({ kind: "tick" });
    }
    run.run();
    run.now += 4_000;
    if (who === "a person") run.offer({ kind: "resume", by: "otto", pausedBy: "otto" });
    else {
      run.stops = { epoch: 3, active: [], asOf: run.now };
      run.offer({ kind: "tick" });
    }
    run.run();
    expect(run.state.status).toBe("completed");
    const { time, causes } = told(run);
    expect(time).toMatchObject({ total_ms: 4_130, waiting_ms: 4_000, queue_ms: 0 });
    expect(time.critical_path).toContainEqual({
      step: "(run)",
      ms: 4_000,
      what: cause === "person" ? "paused by a person" : "held by the kill switch",
    });
    expect(causes[0]).toMatchObject({ cause, step: null, ms: 4_000 });
  });

  it("the steps that take over for a failed one, and what undoes the others", () => {
    const steps = {
      pay: tool("payments.refund", { compensate: { tool: "payments.cancel", input: {}, retry: RETRY, timeout_ms: null } }),
      send: tool("mail.send", { needs: ["pay"], on_error: { step: "other" } }),
      other: tool("stock.reserve"),
    };
    const run = driven(define(steps), (passing) => ({
      tool: (name) =>
        name === "mail.send"
          ? passing(300, failed("tool_error", "permanent"))
          : name === "stock.reserve"
            ? passing(700, failed("tool_error", "permanent"))
            : passing(100, answered({ id: "1" })),
    }));
    run.start().run();
    expect(run.state.status).toBe("failed");
    const { time } = told(run);
    expect(time.queue_ms).toBe(0);
    expect(time.critical_path.map(({ step, ms, what }) => `${step}: ${what} ${ms}`)).toEqual([
      "pay: tool payments.refund 100",
      "other: tool stock.reserve 700",
      "send: tool mail.send 300",
      "pay: tool payments.cancel 100",
    ]);
  });

  it("in random graphs with retries, reviews, pauses and skipped steps", () => {
    const node = fc.record({
      kind: fc.constantFrom("tool", "review", "model", "skipped"),
      ms: fc.nat(3_000),
      fails: fc.nat(2),
      needs: fc.array(fc.nat(6), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 7 }), fc.nat(20), fc.nat(5_000), (nodes, pauseAfter, waits) => {
        const steps: { [id: string]: Step } = Object.fromEntries(
          nodes.map(({ kind, needs }, index) => {
            const common = { needs: [...new Set(needs)].filter((need) => need < index).map((need) => `s${need}`) };
            if (kind === "review") return [`s${index}`, review(common)];
            if (kind === "model") return [`s${index}`, model(common)];
            return [`s${index}`, tool("orders.get", kind === "skipped" ? { ...common, when: { cel: "false" } } : common)];
          }),
        );
        const left = nodes.map(({ fails }) => fails);
        let call = 0;
        const run = driven(define(steps), (passing) => {
          const next = (): number => call++ % nodes.length;
          return {
            tool: () => {
              const at = next();
              const isFailing = (left[at] ?? 0) > 0;
              left[at] = (left[at] ?? 0) - 1;
              return passing(nodes[at]?.ms ?? 0, isFailing ? failed("tool_error", "transient") : answered({}));
            },
            model: () => passing(nodes[next()]?.ms ?? 0, said("x")),
            person: () => passing(nodes[next()]?.ms ?? 0, "approve"),
          };
        });
        run.quiet = true;
        run.now += waits;
        run.start().run(({ seq }) => seq > pauseAfter);
        if (run.offer({ kind: "pause", by: "otto", reason: "" }) === null) {
          run.run();
          told(run);
          run.now += 1_234;
          run.offer({ kind: "resume", by: "otto", pausedBy: "otto" });
        }
        run.run();
        told(run);
      }),
      { numRuns: often(60, 1_000) },
    );
  });
});

describe("[EXPLAIN-13] a slow model where its route has a faster one", () => {
  const route = (own?: number, other?: number): Explanation => {
    const run = driven(define({ find: tool("orders.get"), write: model({ needs: ["find"] }) }), (passing) => ({
      model: () => passing(3_000, { ...said("late"), durationMs: 3_000 }),
      authority: (question) => {
        const permission = { decision: "allow", policyVersion: "p1", reasons: [] } as const;
        if (question.kind === "tool") {
          const facts = { tool: question.tool, version: 1, effect: "read", idempotency: "key", timeout_ms: 30_000 } as const;
          return { kind: "tool", permission, facts };
        }
        const of = (id: string, latency_ms?: number) => ({
          ...{ id, price: { input: 1, output: 2, cached_input: null }, context: 8_000 },
          ...(latency_ms === undefined ? {} : { latency_ms }),
        });
        return { kind: "model", permission, candidates: [of("acme/slow-1", own), of("acme/quick-1", other)], rejected: [], tools: [] };
      },
    }));
    run.start().run();
    return told(run);
  };

  it.each([
    ["route", "it is known to be slow", 3_000, 200],
    ["route", "nobody knew how slow it is", undefined, 200],
    ["model", "the other is no faster by what is known", 100, 200],
    ["model", "nobody knows how fast the other is", 3_000, undefined],
    ["model", "the other is slower still", undefined, 9_000],
  ] as const)("is cause `%s` where %s", (cause, _, own, other) => {
    const { causes, summary } = route(own, other);
    expect(causes[0]).toMatchObject({ cause, step: "write" });
    if (cause !== "route") return expect(causes.map((one) => one.cause)).not.toContain("route");
    expect(causes[0]).toMatchObject({ what: "`write` on acme/quick-1 instead of acme/slow-1", ms: 2_800, usd: 0 });
    expect(summary).toContain("acme/quick-1");
  });
});
