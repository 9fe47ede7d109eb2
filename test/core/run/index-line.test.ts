/** A run's line in the index: when it is written anew, and that it is never behind a run that stands. `Drive` checks the latter in every other test. */
import { describe, expect, it } from "vitest";
import type { RunView } from "../../../core/run/outside/view.ts";
import { runRulesOf } from "../../../core/workflow/guardrails.ts";
import { define, model, review, tool, undoneBy } from "../../support/run/definition.ts";
import { answered, Drive, failed, said } from "../../support/run/drive.ts";

/** A run whose lines are counted. */
class Listed extends Drive {
  readonly lines: RunView[] = [];

  override offer(...args: Parameters<Drive["offer"]>): string | null {
    const before = this.line;
    const refusal = super.offer(...args);
    if (this.line !== null && this.line !== before) this.lines.push(this.line.summary as unknown as RunView);
    return refusal;
  }
}

const lastOf = ({ lines }: Listed): RunView | undefined => lines.at(-1);
const STOP = { kind: "org", org: "acme", name: "acme" } as const;

function decide(run: Drive, step: string, action: "approve" | "reject"): void {
  const { review } = run.activity(step);
  const decision = { id: review?.id ?? "", action, by: "grace", reason: "", proposal: {}, digest: review?.digest ?? "", at: run.now };
  expect(run.offer({ kind: "review.decided", activity: step, decision })).toBeNull();
}

function handedOver(): Listed {
  const definition = define({ reply: model() }, { guardrails: { hand_over: { asked: "normal" } } });
  const guardrails = runRulesOf(null, definition);
  const input = { text: "I want to talk to a human." };
  return new Listed(definition, {}, { input, ...(guardrails === null ? {} : { guardrails }) });
}

describe("the line of a run that stands", () => {
  it("[RUN-252] names the case that is opened after the run was cancelled", () => {
    const run = handedOver();
    run.start();
    const opening = run.wanted().find(({ kind }) => kind === "review.open");
    const opened = opening === undefined ? null : run.carryOut(opening);
    run.offer({ kind: "cancel", by: "ada", reason: "" });
    expect(run.state.status).toBe("cancelled");
    expect(lastOf(run)?.hand_over).not.toHaveProperty("review");
    expect(opened?.kind).toBe("review.opened");
    if (opened !== null) run.offer(opened);
    expect(lastOf(run)).toMatchObject({ status: "cancelled", hand_over: { status: "withdrawn", review: run.state.handOver?.review } });
  });

  it("[RUN-252] names what a run waits for that went on within one turn and waits again", () => {
    const run = new Listed(define({ first: review({ on_error: { value: 1 } }), second: review() }));
    run.start().run((state) => state.status === "waiting");
    const asked = lastOf(run)?.waiting_for;
    const at = run.state.seq;
    run.now += 500;
    const [first, second] = asked?.id === run.activity("first").review?.id ? ["first", "second"] : ["second", "first"];
    decide(run, first, "approve");
    expect(run.events.slice(at).map(({ type }) => type)).toEqual(expect.arrayContaining(["run.resumed", "run.waiting"]));
    expect(run.state.status).toBe("waiting");
    expect(lastOf(run)?.waiting_for).toMatchObject({ kind: "review", id: run.activity(second).review?.id });
    expect(lastOf(run)?.waiting_for?.since).not.toBe(asked?.since);
  });

  it("[RUN-252] says which person holds a run that the kill switch held already, and that only the switch still does", () => {
    const run = new Listed(define({ a: tool("orders.get") }));
    run.stops = { epoch: 1, active: [STOP], asOf: run.now };
    run.start();
    expect(lastOf(run)).toMatchObject({ status: "paused", waiting_for: { kind: "kill_switch" } });
    run.offer({ kind: "pause", by: "otto", reason: "let me look" });
    expect(lastOf(run)).toMatchObject({ status: "paused", paused: { by: "otto" }, waiting_for: { kind: "person", id: "otto" } });
    run.offer({ kind: "resume", by: "otto", pausedBy: "otto" });
    expect(lastOf(run)).toMatchObject({ status: "paused", waiting_for: { kind: "kill_switch" } });
    expect(lastOf(run)).not.toHaveProperty("paused");
  });

  it("[RUN-252] counts what a call cost that came back after a person had paused the run", () => {
    const run = new Listed(define({ a: model(), b: tool("orders.get", { needs: ["a"] }) }), { model: () => "never" });
    run.start().run();
    const { call } = run.activity("a");
    run.offer({ kind: "pause", by: "otto", reason: "" });
    expect(lastOf(run)?.usage.tokens_in).toBe(0);
    run.offer({ kind: "model.answered", activity: "a", call: call ?? 0, outcome: said("hello", 30, 10) });
    expect(lastOf(run)).toMatchObject({ status: "paused", usage: { tokens_in: 30, tokens_out: 10 } });
  });

  it("[RUN-252] follows its dead letter", () => {
    const run = new Listed(define({ a: tool("orders.get") }), { tool: () => failed("tool_error", "permanent") });
    run.start().run();
    expect(lastOf(run)?.dead_letter).toMatchObject({ status: "open" });
    run.offer({ kind: "dead_letter.discarded", by: "otto", reason: "" });
    expect(lastOf(run)?.dead_letter).toMatchObject({ status: "discarded" });
  });

  it("[RUN-252] is not written again for what it does not show", () => {
    const run = new Listed(define({ a: tool("orders.get") }), {}, { callbackUrl: "https://shop.example/told" });
    run.start().run((state) => state.endedAt !== null);
    const { length } = run.lines;
    run.run();
    expect(run.types()).toContain("callback.tried");
    expect(run.lines).toHaveLength(length);
  });
});

describe("the line of a run that works", () => {
  it("[RUN-253] is not written for each call, and says nothing of a call under way", () => {
    const steps = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [`s${index}`, model({ needs: index === 0 ? [] : [`s${index - 1}`] })]),
    );
    const run = new Listed(define(steps));
    run.start().run();
    expect(run.state.usage.modelCalls).toBe(12);
    expect(run.lines.map(({ status }) => status)).toEqual(["running", "completed"]);
    expect(run.lines[0]?.waiting_for).toBeNull();
  });

  it("[RUN-253] says at once that a person takes over", () => {
    const definition = define({ a: model() }, { guardrails: { hand_over: { asked: "normal" } } });
    const guardrails = runRulesOf(null, definition);
    const run = new Listed(definition, { model: () => "never" }, guardrails === null ? {} : { guardrails });
    run.start().run();
    const body = { text: "I want to talk to a human." };
    run.offer({ kind: "signal", id: "sig_1", name: "more", body, findings: [], by: "ada", own: true });
    expect(lastOf(run)).toMatchObject({ status: "running", hand_over: { status: "raised" } });
  });

  it("[RUN-253] says at once why it stops, and that a stand-in answered, while other calls are under way", () => {
    const run = new Listed(define({ b: tool("mail.send"), a: tool("orders.get") }), {
      tool: (name) => (name === "orders.get" ? failed("tool_error", "permanent") : "never"),
    });
    run.start().run();
    expect(lastOf(run)).toMatchObject({ status: "running", error: { code: "tool_error", step: "a" } });

    const pair = { id: "acme/small-2026-01-01", task: null, max_tokens: 100, temperature: 0, fallback: ["acme/other-2026-01-01"] };
    const other = new Listed(define({ b: tool("mail.send"), a: model({ model: pair }) }), {
      tool: () => "never",
      model: ({ model }) => {
        const failure = { class: "permanent", code: "upstream_unavailable", message: "scripted", retryAfterMs: null } as const;
        return model === pair.id ? { ...said(""), result: { ok: false, failure } } : said("hello");
      },
    });
    other.start().run();
    expect(lastOf(other)).toMatchObject({ status: "running", flags: ["degraded"] });
  });

  it("[RUN-253] says whom a run waits for that undoes its steps", () => {
    const steps = {
      a: tool("payments.refund", { compensate: undoneBy("payments.cancel") }),
      b: tool("mail.send", { needs: ["a"] }),
    };
    const run = new Listed(define(steps), {
      tool: (name) => (name === "mail.send" ? failed("tool_error", "permanent") : answered({ id: "r" })),
      authority: (question) => ({
        kind: "tool",
        permission: {
          decision: question.kind === "tool" && question.tool === "payments.cancel" ? "ask" : "allow",
          policyVersion: "p1",
          reasons: [],
        },
        facts: {
          tool: question.kind === "tool" ? question.tool : "",
          version: 1,
          effect: "write",
          idempotency: "key",
          timeout_ms: 30_000,
        },
      }),
    });
    run.start().run((state) => Object.values(state.activities).some((activity) => activity.review?.id != null));
    expect(run.state.status).toBe("compensating");
    expect(lastOf(run)).toMatchObject({ status: "compensating", waiting_for: { kind: "review" }, error: { step: "b" } });
    decide(run, "a/compensate", "approve");
    run.run();
    expect(lastOf(run)).toMatchObject({ status: "failed", waiting_for: null });
  });
});
