/** What a run does at the very moment at which a time is over, and what of it differs where two of its conditions differ. */
import { describe, expect, it } from "vitest";
import { heedFailure } from "../../../core/run/hand-over/raise.ts";
import type { Activity } from "../../../core/run/machine/state.ts";
import { Turn } from "../../../core/run/machine/turn.ts";
import { auditRecords } from "../../../core/run/outside/audit.ts";
import { toRunView } from "../../../core/run/outside/present.ts";
import { wantedEffects } from "../../../core/run/outside/wanted.ts";
import type { AgentStep, RunStep } from "../../../core/workflow/definition.ts";
import { runRulesOf } from "../../../core/workflow/guardrails.ts";
import { define, model, tool, transform } from "../../support/run/definition.ts";
import { answered, Drive, failed, said } from "../../support/run/drive.ts";

const { cache: _cache, async: _async, kind: _kind, ...prompted } = model();
const agent = (tools: readonly string[]): AgentStep => ({ ...prompted, kind: "agent", tools, max_iterations: 5 });
const asks = (...calls: readonly (readonly [string, object])[]) => ({
  ...said(""),
  result: {
    ok: true as const,
    asks: { text: null, calls: calls.map(([name, input], n) => ({ id: `c${n}`, name, input: input as never })) },
  },
});
/** A run whose user wants to know before a person takes over. */
function highStakes() {
  const definition = define({ reply: model() }, { guardrails: { hand_over: { high_stakes: "high" } } });
  const guardrails = runRulesOf(null, definition);
  const input = { text: "My lawyer will sue you over this contract." };
  const run = new Drive(definition, {}, { input, ...(guardrails === null ? {} : { guardrails }) }).start();
  return run.run(({ status }) => status === "waiting");
}

describe("at the very moment", () => {
  it("[HAND-5] at which the time for a no is over, a person takes over", () => {
    const run = highStakes();
    const until = run.state.handOver?.until ?? 0;
    expect([run.state.handOver?.status, until > run.now]).toEqual(["confirming", true]);
    run.now = until - 1;
    run.offer({ kind: "tick" });
    expect(run.state.handOver?.status).toBe("confirming");
    run.now = until;
    run.offer({ kind: "tick" });
    expect(run.state.handOver).toMatchObject({ status: "raised", facts: { reason: "high_stakes" } });
  });

  it("[RUN-174] at which the next try of a callback is due, it is sent", () => {
    const run = new Drive(define({ a: transform(1) }), {}, { callbackUrl: "https://app.example.com/done" }).start();
    run.offer({ kind: "callback.answered", attempt: 1, result: "retry" });
    const dueAt = run.state.callback?.dueAt ?? 0;
    const sent = (at: number) =>
      wantedEffects(run.machinery, run.state, at).flatMap((effect) => (effect.kind === "callback.send" ? [effect.attempt] : []));
    expect([dueAt > run.now, sent(dueAt - 1), sent(dueAt)]).toEqual([true, [], [2]]);
  });
});

describe("on record", () => {
  it("[HAND-1] a hand-over says that nobody in particular is asked for, and how urgent it is", () => {
    const run = highStakes();
    run.now = run.state.handOver?.until ?? 0;
    run.offer({ kind: "tick" });
    run.run((state) => state.handOver?.review != null);
    const [record] = auditRecords(run.machinery, run.events).filter(({ action }) => action === "run.hand_over");
    expect(record?.data).toMatchObject({ reason: "high_stakes", priority: "high", to: null });
  });

  it("[RUN-71] a call that an agent asked for and may not make names its tool; one that a policy denies is named by its decision", () => {
    const run = new Drive(define({ desk: agent(["orders.get"]) }), {
      model: ({ messages }) =>
        messages.some(({ role }) => role === "tool") ? said("done") : (asks(["mail.send", {}], ["orders.get", { id: 1 }]) as never),
      authority: (question) => {
        const answer = new Drive(define({})).script.authority(question);
        return answer.kind === "tool" ? { ...answer, permission: { ...answer.permission, decision: "deny" } } : answer;
      },
    });
    run.start().run();
    const refused = auditRecords(run.machinery, run.events).filter(({ action }) => action === "agent.refuse");
    expect(refused.map(({ data }) => data)).toEqual([
      expect.objectContaining({ tool: "mail.send", code: "policy_denied", layer: "allowlist" }),
      expect.not.objectContaining({ tool: expect.anything() }),
    ]);
    expect(refused[1]?.data).not.toHaveProperty("tool");
  });
});

describe("a run that ends", () => {
  it("[RUN-252] says in its line that it waits for a child run to end", () => {
    const below: RunStep = { kind: "run", needs: [], when: null, on_error: null, workflow: "below", version: null, input: {} };
    const run = new Drive(define({ a: below }), { child: () => "never" });
    run.start().run();
    run.offer({ kind: "cancel", by: "ada", reason: "" });
    expect(run.state.stopping).not.toBeNull();
    expect([run.state.status, (run.line?.summary as { readonly waiting_for?: unknown } | undefined)?.waiting_for]).toEqual([
      "running",
      expect.objectContaining({ kind: "run" }),
    ]);
  });

  it("[RUN-46] begins no step after the one that ended it, in the same turn either", () => {
    const run = new Drive(define({ a: transform({ cel: "input.no.such" }), b: tool("mail.send") }, { on_failure: "park" })).start().run();
    expect([run.state.status, run.sent, run.types().filter((type) => type.startsWith("step.started"))]).toEqual(["dead_lettered", [], []]);
  });

  it("[RUN-161] a value of `on_error` that cannot be made leaves the failure of its step as it was", () => {
    const once = { attempts: 1, initial_ms: 1, max_ms: 1, factor: 1 };
    const step = tool("orders.get", { retry: once, on_error: { value: { cel: "steps.none.output.x" } } as never });
    const run = new Drive(define({ a: step }), { tool: () => failed("tool_error", "permanent") }).start().run();
    expect(run.state).toMatchObject({ status: "failed", error: { code: "tool_error", step: "a" }, flags: [] });
    expect(run.events.find(({ type }) => type === "step.failed")?.data).toMatchObject({ absorbed: null });
  });
});

describe("a call", () => {
  it("[RUN-335] that is cut short and waits to be made again is in doubt where it writes: a run that ends meanwhile names it", () => {
    const run = new Drive(define({ a: tool("payments.refund"), b: tool("orders.get") }), { tool: () => "never" })
      .start()
      .run(({ activities }) => activities["b"]?.phase === "calling");
    for (let twice = 0; twice < 2; twice++)
      for (const { id, call, phase } of Object.values(run.state.activities))
        if (phase === "calling" && call !== null) run.offer({ kind: "interrupted", activity: id, call });
    expect(Object.values(run.state.activities).map(({ id, phase, doubt }) => [id, phase, doubt])).toEqual([
      ["a", "backing-off", true],
      ["b", "backing-off", false],
    ]);
    run.offer({ kind: "cancel", by: "ada", reason: "" });
    run.run();
    expect(toRunView(run.machinery, run.state)).toMatchObject({ status: "cancelled", dead_letter: { undone: ["a"] } });
  });

  it("[RUN-32] of a model that a guardrail refused is not put to the next one", () => {
    const asked: string[] = [];
    const step = model({
      model: { id: "acme/small-2026-01-01", task: null, max_tokens: 100, temperature: 0, fallback: ["acme/large-2026-01-01"] },
    });
    const run = new Drive(define({ m: step }), {
      model: ({ model: name }) => {
        asked.push(name);
        return {
          ...said(""),
          result: { ok: false, failure: { class: "safety", code: "content_blocked", message: "no", retryAfterMs: null } },
        };
      },
    });
    run.start().run();
    expect([asked, run.state.error?.code]).toEqual([["acme/small-2026-01-01"], "content_blocked"]);
  });

  it("[RISK-6] of an agent is measured by its earlier calls of the same tool, not by those of another, nor by itself", () => {
    const told: (readonly [string, readonly string[] | undefined])[] = [];
    const turns = [asks(["stock.reserve", { n: 5_000 }]), asks(["mail.send", { n: 5 }]), asks(["mail.send", { n: 900 }]), said("done")];
    let turn = 0;
    const base = new Drive(define({})).script.authority;
    const run = new Drive(define({ desk: agent(["stock.reserve", "mail.send"]) }), {
      model: () => turns[turn++] as never,
      tool: () => answered("ok"),
      authority: (question) => {
        if (question.kind === "tool") told.push([question.tool, question.inRun?.oddities]);
        return base(question);
      },
    });
    run.start().run();
    expect(told).toEqual([
      ["stock.reserve", []],
      ["mail.send", []],
      ["mail.send", ["number"]],
    ]);
  });

  it("[HAND-4] that only undoes, or only sums up, calls no person when it fails, however often", () => {
    const definition = define({ reply: model() }, { guardrails: { hand_over: { failures: 1 } } });
    const guardrails = runRulesOf(null, definition);
    const run = new Drive(definition, { model: () => "never" }, guardrails === null ? {} : { guardrails }).start().run();
    const heeds = (purpose: Activity["purpose"]) => {
      const turn = new Turn(run.machinery, { ...run.state, failedAttempts: { reply: 3 } }, run.now, null);
      return [heedFailure(turn, { ...run.activity("reply"), purpose }, "it failed"), turn.events.map(({ type }) => type)];
    };
    expect(heeds("node")).toEqual([true, ["hand_over.raised", "review.requested"]]);
    expect([heeds("compensation"), heeds("summary")]).toEqual([
      [false, []],
      [false, []],
    ]);
  });
});
