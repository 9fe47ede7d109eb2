/** Decisions at the very edge of what makes them: the last value that is allowed, the one other party, the work that is not meant. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { fromUsd, toUsd } from "../../../core/money.ts";
import type { ReviewRequest } from "../../../core/review/case.ts";
import { groundsOf } from "../../../core/run/calls/grounds.ts";
import { conversationOf } from "../../../core/run/hand-over/conversation.ts";
import type { Happening } from "../../../core/run/machine/happening.ts";
import { transition } from "../../../core/run/machine/transition.ts";
import { auditRecords } from "../../../core/run/outside/audit.ts";
import { boundedView, throughEnd } from "../../../core/run/outside/bounded.ts";
import { toRunView } from "../../../core/run/outside/present.ts";
import type { Step } from "../../../core/workflow/definition.ts";
import { runRulesOf } from "../../../core/workflow/guardrails.ts";
import { define, model, review, tool, transform } from "../../support/run/definition.ts";
import { Drive, failed, T0 } from "../../support/run/drive.ts";
import { pricedWrite } from "../../support/run/priced-write.ts";

const common = { needs: [] as string[], when: null, on_error: null };
const HOUR = 3_600_000;
const YEAR_S = 365 * 86_400;
const waitFor = (seconds: Json, more: object = {}): Step =>
  ({ ...common, kind: "wait", seconds, until: null, signal: null, timeout_ms: null, ...more }) as Step;
/** What a person is asked; undefined: nothing. */
function questionOf(run: Drive): ReviewRequest | undefined {
  for (let turn = 0; turn < 20; turn++) {
    const effect = run.wanted()[0];
    if (effect?.kind === "review.open") return effect.request;
    const happening = effect === undefined ? null : run.carryOut(effect);
    if (happening === null) return undefined;
    run.offer(happening);
  }
  return undefined;
}

describe("[RUN-345] a wait takes a number of seconds from 0 to a year", () => {
  it.each<[Json, string]>([
    [0, "completed"],
    [1.5, "completed"],
    [-1, "failed"],
    [-0.001, "failed"],
    [2 * YEAR_S * 1000, "failed"],
    ["5", "failed"],
    ["", "failed"],
    [true, "failed"],
    [null, "failed"],
    [[1], "failed"],
  ])("%j: %s", (seconds, status) => {
    const run = new Drive(define({ w: waitFor({ cel: "input.s" }) }), {}, { input: { s: seconds } }).start().run();
    expect(run.state.status).toBe(status);
    if (status === "failed") expect(run.state.error).toMatchObject({ step: "w", message: expect.stringContaining("a number of seconds") });
  });
});

describe("[RUN-346] a run whose time is up says which of its times it was", () => {
  it.each<[string, number | null, string]>([
    ["no deadline", null, "`limits.seconds` of 600"],
    ["a deadline later than its limit", T0 + 2 * HOUR, "`limits.seconds` of 600"],
    ["a deadline sooner than its limit", T0 + 60_000, "`deadline` has passed"],
  ])("%s", (_, deadlineAt, words) => {
    const run = new Drive(define({ m: model() }), { model: () => "never" }, { deadlineAt })
      .start()
      .run(({ activities }) => activities["m"]?.phase === "calling");
    run.now = T0 + 601_000;
    run.offer({ kind: "tick" });
    expect(run.state.stopping?.error).toMatchObject({ code: "limit_reached", message: expect.stringContaining(words) });
  });
});

describe("[RUN-347] a person confirms what goes beyond `confirm_over_usd`, and nothing that just reaches it", () => {
  const steps = { m: model() };
  const held = new Drive(define(steps), { model: () => "never" }).start().run().state.reserved.microUsd;
  const startWith = (confirm_over_usd: number) => {
    const limits = { usd: 1, tokens: 100_000, seconds: 600, steps: 100, confirm_over_usd };
    return new Drive(define(steps, { limits }), { model: () => "never" }).start();
  };
  it("the worst case of a call is what counts", () => {
    expect(held).toBeGreaterThan(1);
    expect(questionOf(startWith(toUsd(held)))).toBeUndefined();
    expect(questionOf(startWith(toUsd(held - 1)))).toMatchObject({ reason: "budget", severity: "medium" });
    expect(fromUsd(toUsd(held))).toBe(held);
  });
});

describe("[RUN-348] what a person is asked says how grave it is, and whether the starter may answer", () => {
  const asks = { permission: { decision: "ask", policyVersion: "p1", reasons: [] } } as const;
  const asked = (name: string, effect: "read" | "write") =>
    new Drive(define({ t: tool(name) }), {
      authority: (question) =>
        question.kind === "tool"
          ? { kind: "tool", ...asks, facts: { tool: question.tool, version: 1, effect, idempotency: "key", timeout_ms: 1_000 } }
          : (undefined as never),
    }).start();
  it("a write is of high severity, a look-up of medium", () => {
    expect(questionOf(asked("mail.send", "write"))).toMatchObject({ reason: "policy", severity: "high" });
    expect(questionOf(asked("orders.get", "read"))).toMatchObject({ reason: "policy", severity: "medium" });
    expect(questionOf(asked("orders.get", "read"))).not.toHaveProperty("starterMay");
  });
  it("of an estimate beyond the sum the starter may say yes, of a call beyond it not", () => {
    const limits = { usd: 1, tokens: 100_000, seconds: 600, steps: 100, confirm_over_usd: 0.000_001 };
    const definition = define({ m: model() }, { limits });
    const estimate = { expected: 500_000, max: 900_000 };
    expect(questionOf(new Drive(definition, {}, { estimate } as never).start())).toMatchObject({ reason: "budget", starterMay: true });
    const ofCall = questionOf(new Drive(definition).start());
    expect(ofCall).toMatchObject({ reason: "budget" });
    expect(ofCall).not.toHaveProperty("starterMay");
  });
});

describe("[RUN-349] a person's change without effect leaves a write of unknown outcome in doubt, and no other", () => {
  const decideWithout = (run: Drive) => {
    const { review: asked } = run.activity("mail");
    const decision = {
      id: asked?.id ?? "",
      action: "modify",
      by: "grace",
      reason: "",
      proposal: { nothing: 1 },
      digest: asked?.digest ?? "",
    };
    expect(run.offer({ kind: "review.decided", activity: "mail", decision: { ...decision, at: run.now } as never })).toBeNull();
    return run.run().state;
  };
  it("in doubt: the run names what may have happened", () => {
    const run = new Drive(define({ mail: tool("mail.send") }), { tool: () => failed("timeout", "unknown"), authority: unkeyed }).start();
    run.run(({ activities }) => activities["mail"]?.review?.id != null);
    expect(run.activity("mail").review?.reason).toBe("unknown-outcome");
    expect(decideWithout(run)).toMatchObject({ status: "failed", error: { code: "review_rejected" }, undone: ["mail"] });
  });
  it("certain: the call was never made", () => {
    const run = new Drive(define({ mail: tool("mail.send") }), { authority: (question) => ask(unkeyed(question)) }).start();
    run.run(({ activities }) => activities["mail"]?.review?.id != null);
    expect(run.activity("mail").review?.reason).toBe("policy");
    expect(decideWithout(run)).toMatchObject({ status: "failed", error: { code: "review_rejected" }, undone: [] });
    expect(run.sent).toEqual([]);
  });
  function unkeyed(question: Parameters<Drive["script"]["authority"]>[0]): ReturnType<Drive["script"]["authority"]> {
    if (question.kind !== "tool") throw new Error("no other question is expected");
    const facts = { tool: question.tool, version: 1, effect: "write", idempotency: "none", timeout_ms: 1_000 } as const;
    return { kind: "tool", permission: { decision: "allow", policyVersion: "p1", reasons: [] }, facts };
  }
  const ask = (answer: ReturnType<typeof unkeyed>): ReturnType<typeof unkeyed> =>
    "permission" in answer ? ({ ...answer, permission: { ...answer.permission, decision: "ask" } } as never) : answer;
});

describe("[RUN-350] what a broken turn was for still happens as far as it can", () => {
  it("a cancellation cancels", () => {
    const run = new Drive(define({ m: model() }), { model: () => "never" }).start().run();
    const over: Happening = { kind: "cancel", by: "ada", reason: "enough" };
    expect(run.offer({ kind: "broken", over } as Happening)).toBeNull();
    run.crash().run();
    expect(run.state.stopping?.why ?? run.state.status).toMatch(/cancel/);
    expect(run.types()).toContain("run.cancelling");
  });
  it("a decision about a hand-over that cannot be taken fails the run, and one that nothing waits for is refused", () => {
    const definition = define({ reply: model() }, { guardrails: { hand_over: { asked: "normal", to: "support" } } });
    const guardrails = runRulesOf(null, definition);
    if (guardrails === null) throw new Error("the definition has rules");
    const run = new Drive(definition, {}, { input: { text: "I want to talk to a human." }, guardrails }).start();
    const decision = { id: "x", action: "approve", by: "grace", reason: "", proposal: {}, digest: "", at: run.now } as never;
    const over = (activity: string) => ({ kind: "broken", over: { kind: "review.decided", activity, decision } }) as unknown as Happening;
    expect(run.offer(over("elsewhere"))).toBe("nothing waits for this decision");
    if (run.state.activities["(hand-over)"] === undefined) throw new Error("the run was not handed over");
    expect(run.offer(over("(hand-over)"))).toBeNull();
    expect(run.run().state).toMatchObject({ status: "failed", error: { code: "internal" } });
  });
});

describe("[RUN-351] a view is bounded by its input, its output and the outputs of its steps together", () => {
  const MIB = 1024 * 1024;
  const { machinery, state } = new Drive(define({ a: transform("x".repeat(20_000)) })).start().run();
  const whole = toRunView(machinery, state);
  it.each<[string, number, number, boolean]>([
    ["small", 0, 0, false],
    ["a large input", 5, 0, true],
    ["a large output", 0, 5, true],
    ["both, together too large", 2.5, 2.5, true],
    ["both, together small enough", 1.5, 1.5, false],
  ])("%s", (_, input, output, isLight) => {
    const view = boundedView({ ...whole, input: "i".repeat(input * MIB), output: "o".repeat(output * MIB) });
    expect(view.steps[0]?.output).toEqual(isLight ? { $ref: `/v1/runs/${view.id}/steps/a/output` } : "x".repeat(20_000));
  });
});

describe("[RUN-352] a turn is cut where it is full and the run has not ended", () => {
  it("says so in the turns of a long map, and in no other", () => {
    const each = { ...common, kind: "map", over: Array.from({ length: 3_000 }, (_, index) => index), concurrency: 8, step: transform(1) };
    const { machinery } = new Drive(
      define({ each: each as Step }, { limits: { usd: 1, tokens: 1, seconds: 600, steps: 10_000, confirm_over_usd: null } }),
    );
    let { state } = new Drive(define({ each: each as Step }, { limits: machinery.birth.definition.limits }));
    const cuts: [boolean, boolean][] = [];
    for (let turn = 0; turn < 100; turn++) {
      const next = transition(machinery, state, turn === 0 ? { kind: "start" } : { kind: "tick" }, {
        at: T0,
        stops: { epoch: 1, active: [], asOf: T0 },
      });
      if (!next.ok || next.value.events.length === 0) break;
      state = next.value.state;
      cuts.push([next.value.isCut, state.status === "completed"]);
    }
    expect(cuts.length).toBeGreaterThan(2);
    expect(cuts.at(-1)).toEqual([false, true]);
    expect(cuts.slice(0, -1)).toEqual(cuts.slice(0, -1).map(() => [true, false]));
    const quiet = transition(
      machinery,
      new Drive(define({ w: waitFor(5) })).start().state,
      { kind: "tick" },
      { at: T0, stops: { epoch: 1, active: [], asOf: T0 } },
    );
    expect(quiet.ok && quiet.value.isCut).toBe(false);
  });
});

describe("[RUN-353] an answer of an agent rests on what that agent found", () => {
  const chunk = (id: string) => ({ document: id, revision: 1, chunk: `${id}@1#0`, start: 0, end: 9, title: id, text: `text of ${id}` });
  const found = (node: string, id: string, search: boolean) => ({ search, node, step: node, output: { results: [chunk(id)] } });
  const { machinery, state } = new Drive(define({ a: transform(1), b: transform(1) }));
  const passagesOf = (node: string): string[] => {
    const done = [found("a", "one", true), found("b", "two", true), found("a", "three", false)];
    return groundsOf({ birth: machinery.birth, state: { ...state, done } as never }, node, []).passages.map((passage) =>
      JSON.stringify(passage),
    );
  };
  it.each([
    ["a", "one"],
    ["b", "two"],
  ])("%s: %s", (node, id) => {
    const passages = passagesOf(node);
    expect(passages).toHaveLength(1);
    expect(passages[0]).toContain(id);
  });
});

describe("[RUN-354] a run that waits for several says the one that somebody can hasten", () => {
  it.each<[string, { readonly [id: string]: Step }, string]>([
    ["a person before a time", { w: waitFor(100), r: review() }, "review"],
    ["whatever stands first", { r: review(), w: waitFor(100) }, "review"],
    ["a time before a child", { c: { ...common, kind: "run", workflow: "small", input: {} } as unknown as Step, w: waitFor(100) }, "wait"],
    [
      "a person before a child and a time",
      { c: { ...common, kind: "run", workflow: "small", input: {} } as unknown as Step, w: waitFor(100), r: review() },
      "review",
    ],
  ])("%s", (_, steps, kind) => {
    const run = new Drive(define(steps), { child: () => "never" }).start().run(({ status }) => status === "waiting");
    expect(run.events.findLast(({ type }) => type === "run.waiting")?.data).toMatchObject({ kind });
  });
});

describe("[RUN-355] a message of a hand-over is cut beyond two thousand units", () => {
  it.each([
    [1_999, false],
    [2_000, false],
    [2_001, true],
  ])("%i: cut %s", (length, isCut) => {
    const { machinery, state } = new Drive(define({ a: transform(1) }), {}, { input: { text: "x".repeat(length) } });
    expect(conversationOf(machinery, state)[0]?.text.endsWith("…")).toBe(isCut);
  });
});

describe("[RUN-356] who pauses or cancels their own run is its user, anybody else an operator", () => {
  it.each(["ada", "grace"])("%s", (by) => {
    const run = new Drive(define({ w: waitFor(100) })).start();
    run.offer({ kind: "pause", by, reason: "" } as never);
    run.offer({ kind: "cancel", by, reason: "" } as never);
    const records = auditRecords(run.machinery, run.events).filter(({ action }) => action === "run.pause" || action === "run.cancel");
    expect(records).toHaveLength(2);
    expect(records.map(({ actor }) => actor)).toEqual(
      records.map(() => ({ type: "user", id: by, ...(by === "ada" ? { caller: true } : {}) })),
    );
  });
});

describe("[RUN-357] a run is flagged stale once where what it gives derives from something stale", () => {
  it.each([
    [true, ["stale"]],
    [false, []],
  ])("stale %s", (stale, flags) => {
    const label = { trust: "trusted", class: "public", sources: [], ...(stale ? { stale: true } : {}) } as never;
    const steps = { c: { ...common, kind: "run", workflow: "small", input: {} } as unknown as Step };
    const run = new Drive(define(steps, { output: { cel: "steps.c.output" } }), {
      child: () => ({ ok: true, output: 1, labels: [{ at: "", label }] }),
    });
    expect(run.start().run().state.flags).toEqual(flags);
  });
});

describe("[RUN-358] money for a priced write stays held until it is known what became of it", () => {
  const price = { micro_usd: 5_000 };
  const drive = (found: "yes" | "no" | "unsure") =>
    new Drive(define({ mail: tool("mail.send") }), {
      authority: pricedWrite(price),
      lookUp: () => ({ found, output: { id: "m" }, durationMs: 1, findings: [] }) as never,
      tool: () => "never",
    }).start();
  /** The call broke off, and the tool was asked. */
  const looked = (run: Drive) =>
    run
      .run()
      .crash()
      .run(() => run.types().includes("tool.looked_up mail"));
  it("it happened: it is paid", () => {
    const { usage, reserved } = looked(drive("yes")).state;
    expect([usage.microUsd, reserved.microUsd]).toEqual([5_000, 0]);
  });
  it.each(["no", "unsure"] as const)("%s: it is held", (found) => {
    const { usage, reserved } = looked(drive(found)).state;
    expect([usage.microUsd, reserved.microUsd]).toEqual([0, 5_000]);
  });
});

describe("[RUN-359] a stream of a run goes through the event that ended it, and no further", () => {
  const events = ["run.created", "run.completed", "budget.released"].map((type, index) => ({ seq: index + 1, type, at: "", data: {} }));
  it.each([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 2],
  ])("of the first %i: %i", (count, shown) => expect(throughEnd(events.slice(0, count))).toEqual(events.slice(0, shown)));
});
