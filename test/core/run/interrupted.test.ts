/** A call that is cut short on our side again and again: it is repeated later each time, and in the end not at all. */
import { describe, expect, it } from "vitest";
import type { LookupAnswer } from "../../../core/run/calls/call.ts";
import { INTERRUPTIONS } from "../../../core/run/calls/interruption.ts";
import type { AuthorityAnswer } from "../../../core/workflow/authority.ts";
import { define, model, tool, undoneBy } from "../../support/run/definition.ts";
import { answered, Drive, failed, type Script, said } from "../../support/run/drive.ts";

const dataOf = (run: Drive, type: string) =>
  run.events.filter((event) => event.type === type).map(({ data }) => data as { [name: string]: unknown });

const LIMITS = { usd: 100, tokens: 1_000_000, seconds: 86_400, steps: 100, confirm_over_usd: null };

/** Every tool has these facts. */
const being =
  (effect: "read" | "write", more: object = {}): Script["authority"] =>
  (question): AuthorityAnswer => {
    const usual = new Drive(define({ m: model() })).script.authority(question);
    return usual.kind === "tool" ? { ...usual, facts: { ...usual.facts, effect, ...more } } : usual;
  };

/** Crashes in each call until the run makes none any more. */
function crashOnAndOn(run: Drive, most = 50): void {
  for (let crash = 0; crash < most && Object.values(run.state.activities).some(({ phase }) => phase === "calling"); crash++)
    run.crash().run(() => false, 60);
}

describe("a call that is interrupted again and again", () => {
  it("[RUN-333] fails with `interrupted` after five, of which the first is repeated at once and each further one later", () => {
    const run = new Drive(define({ t: tool("orders.get") }, { limits: LIMITS }), { tool: () => "never" }).start().run();
    crashOnAndOn(run);
    expect(run.sent).toHaveLength(INTERRUPTIONS);
    expect(run.state).toMatchObject({ status: "failed", error: { code: "interrupted", step: "t" } });
    const retries = dataOf(run, "step.retrying");
    expect(retries.map(({ interruptions }) => interruptions)).toEqual([2, 3, 4]);
    const waits = retries.map((data) => Number(data["resume_at"]) - Number(run.events.find((event) => event.data === data)?.at));
    for (const [index, most] of [1_000, 4_000, 16_000].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(most / 2);
      expect(waits[index]).toBeLessThanOrEqual(most);
    }
    expect(dataOf(run, "tool.called").map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1]);
  });

  it("[RUN-333] is not retried as a failed attempt would be, and other steps go on", () => {
    const steps = {
      t: tool("orders.get", { on_error: { value: 0 }, retry: { attempts: 5, initial_ms: 1, max_ms: 1, factor: 1 } }),
      m: model({ needs: ["t"] }),
    };
    const run = new Drive(define(steps), { tool: () => "never" }).start().run();
    crashOnAndOn(run);
    expect(run.sent).toHaveLength(INTERRUPTIONS);
    expect(run.state).toMatchObject({ status: "completed", steps: { t: { error: { code: "interrupted" } } } });
  });

  it("[RUN-334] counts the interruptions of all attempts together", () => {
    let calls = 0;
    const retry = { attempts: 10, initial_ms: 1, max_ms: 1, factor: 1 };
    const run = new Drive(define({ t: tool("orders.get", { retry }) }), {
      tool: () => (++calls % 2 === 0 ? failed("tool_error", "transient") : "never"),
    });
    run.start().run();
    crashOnAndOn(run);
    expect(dataOf(run, "tool.called").at(-1)).toMatchObject({ attempt: INTERRUPTIONS });
    expect(run.state).toMatchObject({ status: "failed", error: { code: "interrupted" } });
  });

  it("[RUN-335] a write under a key is put before a person then, who may have it made again; its money stays reserved until that is known", () => {
    const price = { price: { micro_usd: 1_000 } };
    let isFixed = false;
    const run = new Drive(define({ pay: tool("payments.refund") }), {
      authority: being("write", price),
      tool: () => (isFixed ? answered({ id: 1 }) : "never"),
    });
    run.start().run();
    crashOnAndOn(run);
    expect(run.sent).toHaveLength(INTERRUPTIONS);
    expect(dataOf(run, "review.requested")).toMatchObject([{ reason: "unknown-outcome" }]);
    expect(run.state).toMatchObject({ status: "waiting", reserved: { microUsd: 1_000 } });
    isFixed = true;
    const { review } = run.activity("pay");
    const decision = { id: review?.id ?? "", action: "approve", by: "grace", reason: "", proposal: review?.proposal ?? null, at: run.now };
    expect(
      run.offer({ kind: "review.decided", activity: "pay", decision: { ...decision, digest: review?.digest ?? "" } as never }),
    ).toBeNull();
    run.run();
    expect(new Set(run.sent).size).toBe(1);
    expect(run.state).toMatchObject({ status: "completed", reserved: { microUsd: 0 } });
  });

  it("[RUN-335] after a person's approval the count begins again", () => {
    const run = new Drive(define({ pay: tool("payments.refund") }), { tool: () => "never", person: () => "approve" }).start().run();
    crashOnAndOn(run, 12);
    expect(dataOf(run, "review.requested")).toHaveLength(2);
  });

  it("[RUN-335] a write whose run is ending is named as left in doubt", () => {
    const run = new Drive(define({ pay: tool("payments.refund") }), { tool: () => "never" }).start().run();
    run.offer({ kind: "cancel", by: "ada", reason: "" });
    crashOnAndOn(run);
    expect(run.sent).toHaveLength(INTERRUPTIONS);
    expect(run.state).toMatchObject({ status: "cancelled", undone: ["pay"] });
  });

  it("[RUN-335] while it waits to be repeated, a run that is cancelled names it as left in doubt", () => {
    const run = new Drive(define({ pay: tool("payments.refund") }), { tool: () => "never" }).start().run();
    run.crash().run().crash();
    expect(run.activity("pay")).toMatchObject({ phase: "backing-off", doubt: true });
    run.offer({ kind: "cancel", by: "ada", reason: "" });
    run.run();
    expect(run.state).toMatchObject({ status: "cancelled", undone: ["pay"] });
  });

  it("[RUN-335] a compensation is put before a person", () => {
    const steps = { pay: tool("payments.refund", { compensate: undoneBy("payments.cancel") }), bad: tool("mail.send", { needs: ["pay"] }) };
    const run = new Drive(define(steps), {
      tool: (name) =>
        name === "payments.cancel" ? "never" : name === "mail.send" ? failed("tool_error", "permanent") : answered({ id: 1 }),
    });
    run.start().run();
    crashOnAndOn(run);
    expect(run.sent.filter((key) => key.includes("compensate"))).toHaveLength(INTERRUPTIONS);
    expect(dataOf(run, "review.requested")).toMatchObject([{ reason: "unknown-outcome" }]);
  });

  it("[RUN-336] a model's is asked of the next candidate, each try held at its worst price; without one the step fails", () => {
    const isFirst = (name: string) => name.includes("small");
    const asked: string[] = [];
    const script: Partial<Script> = {
      model: ({ model: name }) => {
        asked.push(name);
        return isFirst(name) ? "never" : said("hello");
      },
    };
    const rescued = new Drive(define({ m: model({ model: { ...model().model, fallback: ["acme/other-2026-01-01"] } }) }), script)
      .start()
      .run();
    crashOnAndOn(rescued);
    expect(asked.filter(isFirst)).toHaveLength(INTERRUPTIONS);
    expect(rescued.state).toMatchObject({ status: "completed", flags: ["degraded"] });
    const alone = new Drive(define({ m: model() }, { limits: LIMITS }), { model: () => "never" }).start().run();
    crashOnAndOn(alone);
    expect(dataOf(alone, "model.calling")).toHaveLength(INTERRUPTIONS);
    const called = dataOf(alone, "model.called");
    expect(called.length).toBeGreaterThan(0);
    expect(called.every(({ held }) => held !== null)).toBe(true);
    expect(alone.state).toMatchObject({ status: "failed", error: { code: "interrupted" } });
  });

  it("[RUN-337] a tool's call that certainly did not leave does not count", () => {
    const run = new Drive(define({ t: tool("orders.get") }), { tool: () => "never" }).start().run();
    for (let time = 0; time < 3 * INTERRUPTIONS; time++) {
      expect(run.offer({ kind: "interrupted", activity: "t", call: run.activity("t").call ?? 0, isUnsent: true })).toBeNull();
      run.run();
    }
    expect(run.activity("t")).toMatchObject({ phase: "calling" });
    expect(run.activity("t").interruptions).toBeUndefined();
  });
});

/** One interruption after another of the look-up that is under way, each time that it was made again. */
function crashInLookups(run: Drive, most = 50): void {
  for (let crash = 0; crash < most && Object.values(run.state.activities).some(({ phase }) => phase === "looking"); crash++)
    run.crash().run(() => false, 60);
}

describe("a look-up that is interrupted again and again", () => {
  const found = (what: LookupAnswer["found"]): LookupAnswer => ({ found: what, output: { id: "m" }, durationMs: 1, findings: [] });
  /** `ends`: how many look-ups take their caller along. */
  function looking(ends: number, then: LookupAnswer["found"], more: Partial<Script> = {}) {
    const times: number[] = [];
    let sent = 0;
    const run: Drive = new Drive(define({ mail: tool("mail.send") }, { limits: LIMITS }), {
      authority: being("write", { idempotency: { lookup: "mail.find" } }),
      tool: () => (++sent === 1 ? failed("timeout", "unknown") : answered({ id: "m-2" })),
      lookUp: () => (times.push(run.now) <= ends ? "never" : found(then)),
      ...more,
    });
    run.start().run();
    return { run, times };
  }

  it("[RUN-339] is made again at once the first time and later each further time, and tells nothing after five", () => {
    const { run, times } = looking(Number.POSITIVE_INFINITY, "no");
    crashInLookups(run);
    const asked = dataOf(run, "tool.looking_up");
    expect(asked.map(({ time, interruptions }) => [time, interruptions])).toEqual([
      ...[[1, undefined] as const, [1, 1] as const, [1, 2] as const, [1, 3] as const, [1, 4] as const],
      ...[[2, 5] as const, [3, 6] as const],
    ]);
    expect(times).toHaveLength(asked.length);
    const waits = asked.map((data) => Number(data["resume_at"]) - Number(run.events.find((event) => event.data === data)?.at));
    expect(waits[1]).toBe(0);
    for (const [index, most] of [1_000, 4_000, 16_000].entries()) {
      expect(waits[index + 2]).toBeGreaterThanOrEqual(most / 2);
      expect(waits[index + 2]).toBeLessThanOrEqual(most);
    }
    expect(dataOf(run, "tool.looked_up")).toMatchObject(Array(3).fill({ found: "unsure", failure: { code: "interrupted" } }));
  });

  it("[RUN-340] goes the way of an unsure one: a person decides, the write is sent once, and its money stays reserved", () => {
    const price = { idempotency: { lookup: "mail.find" }, price: { micro_usd: 1_000 } };
    const { run } = looking(Number.POSITIVE_INFINITY, "no", { authority: being("write", price) });
    crashInLookups(run);
    expect(dataOf(run, "review.requested")).toMatchObject([{ reason: "unknown-outcome" }]);
    expect(run.state).toMatchObject({ status: "waiting", reserved: { microUsd: 1_000 } });
    expect(run.sent).toHaveLength(1);
  });

  it("[RUN-340] one that tells something in the end is believed", () => {
    const done = looking(INTERRUPTIONS - 1, "yes").run;
    crashInLookups(done);
    expect(done.state).toMatchObject({ status: "completed", steps: { mail: { output: { id: "m" } } } });
    expect(done.sent).toHaveLength(1);
    const again = looking(INTERRUPTIONS + 1, "no").run;
    crashInLookups(again);
    expect(again.state).toMatchObject({ status: "completed", steps: { mail: { output: { id: "m-2" } } } });
    expect(again.sent).toHaveLength(2);
  });

  it("[RUN-339] an interruption of an older look-up changes nothing", () => {
    const { run } = looking(1, "yes");
    const { call } = run.activity("mail");
    run.crash();
    expect(run.offer({ kind: "interrupted", activity: "mail", call: call ?? 0 })).not.toBeNull();
    expect(run.activity("mail")).toMatchObject({ interruptions: 1 });
    run.run();
    expect(run.state.status).toBe("completed");
  });

  it("[RUN-340] of what a compensation did, in a run that ends: a person decides, and nothing is waited for", () => {
    const facts = being("write");
    const steps = { pay: tool("payments.refund", { compensate: undoneBy("mail.send") }), bad: tool("stock.take", { needs: ["pay"] }) };
    const asked: number[] = [];
    const run: Drive = new Drive(define(steps, { limits: LIMITS }), {
      authority: (question) => {
        const usual = facts(question);
        if (usual.kind !== "tool" || question.kind !== "tool" || question.tool !== "mail.send") return usual;
        return { ...usual, facts: { ...usual.facts, idempotency: { lookup: "mail.find" } } };
      },
      tool: (name) =>
        name === "mail.send"
          ? { ...failed("tool_error", "unknown"), reached: "answered" }
          : name === "stock.take"
            ? failed("tool_error", "permanent")
            : answered({ id: 1 }),
      lookUp: () => {
        asked.push(run.now);
        return "never";
      },
    });
    run.start().run();
    crashInLookups(run);
    expect(asked).toHaveLength(INTERRUPTIONS + 2);
    const again = run.events.filter(({ type, data }) => type === "tool.looking_up" && "interruptions" in data && data.time === 1);
    expect(again).toHaveLength(INTERRUPTIONS - 1);
    for (const { at, data } of again) expect(data).toMatchObject({ resume_at: at });
    expect(dataOf(run, "review.requested")).toMatchObject([{ reason: "unknown-outcome" }]);
  });
});
