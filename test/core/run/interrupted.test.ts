/** A call that is cut short on our side again and again: it is repeated later each time, and in the end not at all. */
import { describe, expect, it } from "vitest";
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
