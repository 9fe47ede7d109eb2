/** What a person decides reaches the work that it is about. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { toTrace } from "../../../core/run/outside/trace-export.ts";
import { define, model, review, tool } from "../../support/run/definition.ts";
import { Drive, said } from "../../support/run/drive.ts";

const { cache: _cache, async: _async, kind: _kind, ...asked } = model();
const desk = { ...asked, kind: "agent", tools: ["mail.send"], max_iterations: 5 } as const;
const asking = (heard: string[]) => {
  let turns = 0;
  return ({ messages }: { messages: readonly { role: string; content: string | null }[] }) => {
    heard.push(...messages.filter(({ role }) => role === "tool").map(({ content }) => content ?? ""));
    const calls = [{ id: "c1", name: "mail.send", input: { to: "x" } }];
    return turns++ === 0 ? { ...said(""), result: { ok: true as const, asks: { text: null, calls } } } : said("done");
  };
};
/** The run, up to the question to a person. */
function waiting(
  run: Drive,
  step: string,
): { readonly review: { readonly id: string | null; readonly digest: string }; readonly activity: string } {
  run.start().run((state) => Object.values(state.activities).some(({ review }) => review?.id != null));
  const activity = Object.values(run.state.activities).find((one) => one.step === step);
  if (activity?.review == null) throw new Error("nobody is asked");
  return { review: activity.review, activity: activity.id };
}
const ASK = {
  kind: "tool",
  permission: { decision: "ask", policyVersion: "p1", reasons: [] },
  facts: { tool: "mail.send", version: 1, effect: "write", idempotency: "key", timeout_ms: 1_000 },
} as const;

describe("a decision", () => {
  it("[RUN-147] a rejection's reason reaches the agent", () => {
    const heard: string[] = [];
    const plain = new Drive(define({ desk }));
    const run = new Drive(define({ desk }), {
      model: asking(heard),
      authority: (question) => (question.kind === "tool" ? ASK : plain.script.authority(question)),
    });
    const { review, activity } = waiting(run, "desk");
    const decision = {
      id: review.id ?? "",
      action: "reject",
      by: "grace",
      reason: "use the sandbox account",
      proposal: null,
      digest: review.digest,
      at: run.now,
    } as const;
    run.offer({ kind: "review.decided", activity, decision });
    expect(run.run().state.status).toBe("completed");
    expect(heard.join()).toContain("use the sandbox account");
  });

  it("[RUN-147] a modification that holds no input sends nothing, whatever the queue let through", () => {
    const run = new Drive(define({ a: tool("mail.send", { input: { amount: 10 } }) }), { authority: () => ASK });
    const { review, activity } = waiting(run, "a");
    const decision = {
      id: review.id ?? "",
      action: "modify",
      by: "grace",
      reason: "less",
      proposal: { tool: "mail.send" },
      digest: review.digest,
      at: run.now,
    } as const;
    run.offer({ kind: "review.decided", activity, decision });
    expect(run.run().state).toMatchObject({ status: "failed", error: { code: "review_rejected", step: "a" } });
    expect(run.sent).toEqual([]);
  });
});

describe("a trace", () => {
  it("[RUN-148] has what the conventions for generative AI require", () => {
    const run = new Drive(define({ desk, bad: tool("nothing", { needs: ["desk"], input: { cel: "input.nothing" } }) })).start().run();
    const [resource] = (toTrace(run.machinery, run.state, run.events) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] })
      .resourceSpans;
    type Span = { name: string; status: { code: number }; attributes: { key: string; value: { stringValue?: string } }[] };
    const spans = resource?.scopeSpans[0]?.spans ?? [];
    const of = (span: Span | undefined, key: string) => span?.attributes.find((one) => one.key === key)?.value.stringValue;
    const named = (operation: string) => spans.filter((span) => of(span, "gen_ai.operation.name") === operation);
    expect(named("chat").map((span) => of(span, "gen_ai.provider.name"))).toEqual(["acme"]);
    expect(named("invoke_agent").map((span) => of(span, "gen_ai.agent.name"))).toEqual(["specimen/desk"]);
    const failed = spans.filter(({ status }) => status.code === 2);
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.map((span) => of(span, "error.type"))).toEqual(failed.map(() => "invalid_request"));
  });

  it("[RUN-213] of which nothing reads what comes of it is asked for with these words, and nothing of it can be changed", () => {
    const asked = (output: Json) => {
      const run = new Drive(define({ ok: review(), after: tool("mail.send", { needs: ["ok"] }) }, { output })).start();
      run.run((state) => state.activities.ok?.phase === "approving");
      const requested = run.events.find(({ type }) => type === "review.requested");
      const effect = run.wanted().find(({ kind }) => kind === "review.open");
      return { data: requested?.data, request: effect?.kind === "review.open" ? effect.request : null };
    };
    const unread = asked(null);
    expect(unread.data).toMatchObject({ unread: true });
    expect(unread.request).toMatchObject({
      modifiable: "nothing",
      risk: { factors: [{ points: 0, why: expect.stringContaining("no step reads") }] },
    });
    const read = asked({ cel: "steps.ok.output.proposal" });
    expect(read.data).not.toHaveProperty("unread");
    expect(read.request).not.toHaveProperty("modifiable");
    expect(read.request).toMatchObject({ read: [""] });
    expect(asked({ cel: "steps.ok.output.action" }).request).toMatchObject({ modifiable: "nothing" });
    const parts = asked({
      a: { cel: "steps.ok.output.proposal.amount + size(steps['ok'].output['proposal'].lines)" },
      b: { cel: "has(steps.ok.output.proposal.tip)" },
    });
    expect(parts.request).toMatchObject({ read: ["/amount", "/lines", "/tip"] });
    expect(asked({ cel: "steps.ok.output" }).request).toMatchObject({ read: [""] });
    expect(read.request).toMatchObject({ risk: { factors: [] } });
  });
});
