/** A run that is handed over to a person: what calls for one, what is held meanwhile, and what becomes of it. */
import { describe, expect, it } from "vitest";
import type { HandOverSettings } from "../../../core/guardrail/rules/settings.ts";
import type { Json } from "../../../core/json.ts";
import { auditRecords } from "../../../core/run/outside/audit.ts";
import { toRunView } from "../../../core/run/outside/present.ts";
import { wantedEffects } from "../../../core/run/outside/wanted.ts";
import type { Definition } from "../../../core/workflow/definition.ts";
import { runRulesOf } from "../../../core/workflow/guardrails.ts";
import { define, model, tool } from "../../support/run/definition.ts";
import { answered, Drive, failed, said } from "../../support/run/drive.ts";

type Script = ConstructorParameters<typeof Drive>[1];
type Born = ConstructorParameters<typeof Drive>[2];

function driveOf(
  hand_over: HandOverSettings,
  input: Json,
  steps: Definition["steps"] = { reply: model() },
  script: Script = {},
  born: Born = {},
) {
  const definition = define(steps, { output: { cel: `steps.${Object.keys(steps).at(-1)}.output` }, guardrails: { hand_over } });
  const guardrails = runRulesOf(null, definition);
  return new Drive(definition, script, { input, ...(guardrails === null ? {} : { guardrails }), ...born });
}
const isAsked = (run: Drive): boolean => run.state.handOver?.review != null;
const untilAsked = (run: Drive): Drive => run.start().run((state) => state.handOver?.review != null);
function decide(run: Drive, action: "approve" | "reject" | "modify", changes: Json = {}, reason = "") {
  const review = run.activity("(hand-over)").review;
  const proposal = { ...(review?.proposal as object), ...(changes as object) } as Json;
  const decision = { id: review?.id ?? "", action, by: "grace", reason, proposal, digest: review?.digest ?? "", at: run.now };
  expect(run.offer({ kind: "review.decided", activity: "(hand-over)", decision })).toBeNull();
  return run.run().state;
}
const signal = (run: Drive, name: string, body: Json) =>
  run.offer({ kind: "signal", id: `sig_${run.state.seq}`, name, body, findings: [], by: "ada", own: true });
const viewOf = (run: Drive) => toRunView(run.machinery, run.state);
/** What the review queue would be asked, also after a crash. */
function requestOf(run: Drive) {
  const effect = wantedEffects(run.machinery, run.state, run.now).find(({ kind }) => kind === "review.open");
  return effect?.kind === "review.open" ? effect.request : null;
}

const ASKED = { text: "I want to talk to a human." };
const CALM = { text: "Where is my order?" };

describe("what calls for a person", () => {
  it("[HAND-1] who asks for a person gets one at once: no model is called, and the event says who, why and by when", () => {
    const run = driveOf({ asked: "normal", to: "support" }, ASKED);
    run.start();
    expect(requestOf(run)).toMatchObject({
      reason: "hand_over",
      severity: "medium",
      handOver: { trigger: "asked", priority: "normal", to: "support", conversation: [{ role: "user", text: ASKED.text }] },
    });
    run.run();
    expect(run.types()).not.toContain("step.started reply");
    expect(run.state.status).toBe("waiting");
    const raised = run.events.filter(({ type }) => type === "escalation.raised");
    expect(raised).toMatchObject([{ data: { priority: "normal", reason: "asked", to: "support", severity: "medium" } }]);
    expect(raised[0]?.data).toHaveProperty("until", expect.stringMatching(/^2026-/));
    const records = auditRecords(run.machinery, run.events).filter(({ event_type }) => event_type === "escalation.raised");
    expect(records).toMatchObject([{ action: "run.hand_over", data: { reason: "asked", to: "support" } }]);
    expect(viewOf(run)).toMatchObject({
      waiting_for: { kind: "review" },
      hand_over: {
        status: "raised",
        reason: "asked",
        to: "support",
        message: expect.stringMatching(/^A person \(support\) takes over and answers by /),
      },
    });
    expect(driveOf({ asked: "normal" }, CALM).start().run().state.status).toBe("completed");
    expect(driveOf({ failures: 3 }, ASKED).start().run().state.status).toBe("completed");
  });

  it("[HAND-1] a signal that asks for a person does so too, and a child or a continued run is not looked at again", () => {
    const run = driveOf({ asked: "normal" }, CALM, { reply: model() }, { model: () => "never" });
    run.start().run();
    signal(run, "chat", { text: "Can I speak to a real person please?" });
    run.run();
    expect(isAsked(run)).toBe(true);
    const parent = { run: "run_1", activity: "a", depth: 1, tools: [] };
    expect(driveOf({ asked: "normal" }, ASKED, undefined, {}, { parent }).start().run().state.status).toBe("completed");
  });

  it("[HAND-2] fury comes first in the queue", () => {
    const input = { text: "You stupid bot, this is the worst service ever, I am furious!!" };
    const run = untilAsked(driveOf({ negative_tone: "high", asked: "normal" }, input));
    expect(run.state.handOver).toMatchObject({ severity: "critical", facts: { reason: "negative_tone", priority: "high" } });
    expect(untilAsked(driveOf({ negative_tone: "normal" }, input)).state.handOver?.severity).toBe("medium");
  });

  it("[HAND-3] an unsure model's answer waits as a draft with a summary; a sure one goes out", () => {
    const output = { type: "object", properties: { text: { type: "string" }, confidence: { type: "number" } } } as const;
    const steps = { reply: model({ output: output as unknown as { readonly [name: string]: Json } }) };
    const rule = { confidence_below: { at: 0.4, pointer: "/confidence" } };
    const of = (confidence: Json) => driveOf(rule, CALM, steps, { model: () => said({ text: "On its way.", confidence }) });
    const run = untilAsked(of(0.39));
    expect(run.state.steps["reply"]?.status).not.toBe("completed");
    expect(run.activity("(hand-over)").review?.proposal).toMatchObject({
      reason: "confidence",
      draft: { text: "On its way.", confidence: 0.39 },
      summary: expect.stringMatching(/`\/confidence` is 0\.39, below 0\.4.*Where is my order\?.*On its way/),
    });
    for (const sure of [0.4, 0.9, "0.1", null]) expect(of(sure).start().run().state.status).toBe("completed");
    // Approved, the draft is the model's answer all along.
    expect(decide(untilAsked(of(0.1)), "approve")).toMatchObject({ status: "completed", output: { text: "On its way.", confidence: 0.1 } });
    expect(decide(untilAsked(of(0.1)), "modify", { reply: "It is lost." })).toMatchObject({ status: "completed", output: "It is lost." });
  });

  it("[HAND-4] three failed attempts of a step, and not two", () => {
    const steps = { order: tool("orders.get") };
    const script = (most: number) => {
      let calls = 0;
      return { tool: () => (++calls <= most ? failed("upstream_unavailable", "transient") : answered({ id: "o1" })) };
    };
    expect(driveOf({ failures: 3 }, CALM, steps, script(2)).start().run().state.status).toBe("completed");
    const run = untilAsked(driveOf({ failures: 3 }, CALM, steps, script(3)));
    expect(run.state.handOver?.facts).toMatchObject({
      reason: "failures",
      step: "order",
      detail: expect.stringMatching(/^3 attempts of `order` failed/),
    });
    // Handed back, it is tried once more.
    expect(decide(run, "modify", { hand_back: true })).toMatchObject({ status: "completed", output: { id: "o1" } });
    const model3 = driveOf(
      { failures: 2 },
      CALM,
      { reply: model() },
      {
        model: () => ({
          ...said(""),
          result: { ok: false, failure: { class: "transient", code: "upstream_unavailable", message: "down", retryAfterMs: null } },
        }),
      },
    );
    expect(isAsked(untilAsked(model3))).toBe(true);
  });

  it("[HAND-5] where much is at stake the user is asked first: yes hands over, no goes on, silence hands over", () => {
    const input = { text: "My lawyer will sue you over this contract." };
    const begun = () =>
      driveOf({ high_stakes: "high", to: "legal" }, input)
        .start()
        .run((state) => state.status === "waiting");
    const run = begun();
    expect(viewOf(run)).toMatchObject({
      waiting_for: { kind: "signal", id: "hand_over" },
      hand_over: { status: "confirming", reason: "high_stakes", signal: "hand_over", message: expect.stringContaining("legal") },
    });
    expect(run.types()).not.toContain("step.started reply");
    const isOpen = (of: Drive) => of.events.some(({ type }) => type === "escalation.raised");
    expect(isOpen(run)).toBe(false);
    signal(run, "hand_over", { confirm: true });
    run.run((state) => state.handOver?.review != null);
    expect(run.state.handOver).toMatchObject({ severity: "high", status: "raised" });
    expect([run.state.signals, run.state.signalLabels]).toEqual([{}, {}]); // the word of it is read, and gone
    expect(isOpen(run)).toBe(true);
    for (const no of [{ confirm: false }, "No, thanks", "nein", false] as const) {
      const declined = begun();
      signal(declined, "hand_over", no);
      expect(declined.run().state).toMatchObject({ status: "completed", output: "hello", handOver: { outcome: "declined" } });
      expect(isOpen(declined)).toBe(false);
    }
    const silent = begun();
    const until = silent.state.handOver?.until ?? 0;
    silent.now = until - 1;
    silent.offer({ kind: "tick" });
    expect(isAsked(silent)).toBe(false);
    silent.now = until;
    silent.offer({ kind: "tick" });
    expect(isAsked(silent.run((state) => state.handOver?.review != null))).toBe(true);
    const both = { text: "My lawyer will sue you. Let me talk to a human." };
    expect(untilAsked(driveOf({ high_stakes: "high", asked: "normal" }, both)).state.handOver?.facts).toMatchObject({
      reason: "asked",
      priority: "high",
    });
  });

  it("[HAND-6] a guardrail's hit is on record and handed over: in the input, an answer, a tool's answer", () => {
    const finding = {
      type: "injection",
      detector: "x",
      count: 1,
      score: 1,
      pointer: "",
      rule: "input.injection",
      action: "block",
    } as const;
    const input = untilAsked(driveOf({ guardrail: "normal" }, CALM, undefined, {}, { inputFindings: [finding] }));
    expect(input.state.handOver?.facts).toMatchObject({ reason: "guardrail", detail: "the input breaks `input.injection`" });
    expect(input.types()).toContain("guardrail.flagged");
    const refused = { class: "safety", code: "content_blocked", message: "the answer breaks `output.forbid`", retryAfterMs: null } as const;
    let calls = 0;
    const script = { model: () => (++calls === 1 ? { ...said(""), result: { ok: false as const, failure: refused } } : said("hello")) };
    const answer = untilAsked(driveOf({ guardrail: "normal" }, CALM, undefined, script));
    expect(answer.activity("(hand-over)").review?.proposal).not.toHaveProperty("draft");
    expect(decide(answer, "modify", { hand_back: true })).toMatchObject({ status: "completed", output: "hello" });
    const found = { ...finding, rule: "tools.injection" } as const;
    const told = { tool: () => ({ ...answered({ note: "[withheld]" }), findings: [found] }) };
    const read = untilAsked(driveOf({ guardrail: "normal" }, CALM, { order: tool("orders.get") }, told));
    expect(read.state.handOver?.facts.step).toBe("order");
    const flagged = { tool: () => ({ ...answered({ note: "odd" }), findings: [{ ...found, action: "flag" as const }] }) };
    expect(
      driveOf({ guardrail: "normal" }, CALM, { order: tool("orders.get") }, flagged)
        .start()
        .run().state.status,
    ).toBe("completed");
  });
});

describe("what the person says", () => {
  it("[HAND-7] a reply becomes the run's output, whatever JSON it is; nothing else is done", () => {
    for (const reply of ["We will call you.", { answer: 42 }, ["a"]] as const) {
      const run = untilAsked(driveOf({ asked: "normal" }, ASKED));
      const ended = decide(run, "modify", { reply } as unknown as Json);
      expect(ended).toMatchObject({
        status: "completed",
        output: reply,
        outputLabels: [{ label: { trust: "trusted", sources: ["person"] } }],
      });
      expect(run.types()).not.toContain("step.started reply");
      expect(viewOf(run).hand_over).toMatchObject({ status: "replied" });
      expect(run.crash().state.output).toEqual(reply);
    }
  });

  it("[HAND-7] without a draft, an approval's own words are the reply; a rejection fails the run; handed back it goes on", () => {
    const begun = () => untilAsked(driveOf({ asked: "normal" }, ASKED));
    expect(decide(begun(), "approve", {}, "Your parcel comes on Monday.")).toMatchObject({
      status: "completed",
      output: "Your parcel comes on Monday.",
    });
    expect(decide(begun(), "reject", {}, "spam")).toMatchObject({
      status: "failed",
      error: { code: "review_rejected", message: expect.stringContaining("spam") },
    });
    expect(decide(begun(), "modify", { hand_back: true })).toMatchObject({ status: "completed", output: "hello" });
  });

  it("[HAND-8] while a person is asked nothing new begins, and what is in flight is awaited before the run ends", () => {
    const steps = { refund: tool("payments.refund"), order: tool("orders.get"), reply: model({ needs: ["order"] }) };
    const hanging: Script = { tool: (name) => (name === "payments.refund" ? "never" : failed("upstream_unavailable", "transient")) };
    const run = driveOf({ failures: 1 }, CALM, steps, hanging);
    run.start().run((state) => state.handOver?.review != null && state.activities["refund"]?.phase === "calling");
    const before = run.sent.length;
    run.now += 20_000;
    run.offer({ kind: "tick" });
    run.run();
    expect(run.sent).toHaveLength(before);
    expect(run.state.status).toBe("running");
    const review = run.activity("(hand-over)").review;
    const proposal = { ...(review?.proposal as object), reply: "Done by hand." } as Json;
    const decision = {
      id: review?.id ?? "",
      action: "modify",
      by: "grace",
      reason: "",
      proposal,
      digest: review?.digest ?? "",
      at: run.now,
    } as const;
    run.offer({ kind: "review.decided", activity: "(hand-over)", decision });
    expect(run.state.status).toBe("running");
    const { call } = run.activity("refund");
    run.offer({ kind: "tool.answered", activity: "refund", call: call ?? 0, outcome: answered({ id: "r1" }) });
    expect(run.state).toMatchObject({ status: "completed", output: "Done by hand." });
    expect(run.state.done.at(0)?.activity).toBe("refund");
  });

  describe.each(["waits to be sent again", "is under way"] as const)("a write in doubt that %s when the reply comes", (when) => {
    const steps = { refund: tool("payments.refund"), reply: model({ needs: ["refund"] }) };
    const lost = failed("upstream_unavailable", "unknown");
    const begun = (): Drive => {
      const run = driveOf({ asked: "normal" }, CALM, steps, { tool: () => (when === "is under way" ? "never" : lost) });
      const phase = (state: Drive["state"]) => state.activities["refund"]?.phase;
      run.start().run((state) => (when === "is under way" ? phase(state) === "calling" : state.activities["refund"]?.doubt === true));
      expect(phase(run.state) === "calling").toBe(when === "is under way");
      signal(run, "said", ASKED);
      return run.run((state) => state.handOver?.review != null);
    };

    it("[HAND-16] is named in the run's view and on record, and the run is `partial`", () => {
      const run = begun();
      const { call } = run.activity("refund");
      decide(run, "modify", { reply: "Done by hand." });
      if (when === "is under way") {
        expect(run.state.status).toBe("running");
        run.offer({ kind: "tool.answered", activity: "refund", call: call ?? 0, outcome: lost });
      }
      expect(run.state).toMatchObject({ status: "completed", output: "Done by hand.", flags: ["partial"], undone: ["refund"] });
      expect(viewOf(run).hand_over).toMatchObject({ status: "replied", undone: ["refund"] });
      const end = auditRecords(run.machinery, run.events).find(({ action }) => action === "run.end");
      expect(end?.data).toMatchObject({ status: "completed", undone: ["refund"] });
      expect(run.crash().state).toEqual(run.state);
    });
  });

  it("[HAND-16] a write that is known names nothing", () => {
    const run = untilAsked(driveOf({ asked: "normal" }, ASKED));
    expect(decide(run, "modify", { reply: "Hello." })).toMatchObject({ flags: [], undone: [] });
    expect(viewOf(run).hand_over).not.toHaveProperty("undone");
  });

  it("[HAND-8] no alarm fires for what is held, and the kill switch, a deadline and a cancellation work as ever", () => {
    const run = untilAsked(driveOf({ asked: "normal" }, ASKED, undefined, {}, { deadlineAt: Date.UTC(2026, 0, 2) }));
    run.run((state) => state.status === "waiting");
    expect(wantedEffects(run.machinery, run.state, run.now)).toEqual([]);
    expect(run.run().state).toMatchObject({ status: "completed", flags: ["partial"], error: { code: "limit_reached" } });
    expect(viewOf(run).hand_over?.status).toBe("withdrawn");
    const cancelled = untilAsked(driveOf({ asked: "normal" }, ASKED));
    cancelled.offer({ kind: "cancel", by: "ada", reason: "never mind" });
    expect(cancelled.run().state).toMatchObject({ status: "cancelled", openReviews: [] });
  });

  it("[SIM-7] a second hand-over of a run is a question of its own, which no answer to the first one fits", () => {
    const steps = { first: model(), second: model({ needs: ["first"] }) };
    const failure = { class: "permanent", code: "upstream_unavailable", message: "down", retryAfterMs: null } as const;
    let calls = 0;
    const run = driveOf({ failures: 1 }, CALM, steps, {
      model: () => (++calls % 2 === 1 ? { ...said(""), result: { ok: false, failure } } : said("hello")),
    });
    untilAsked(run);
    const first = run.activity("(hand-over)").review;
    const asked = () => run.events.flatMap(({ type, data }) => (type === "review.requested" ? [data] : []));
    const decision = { action: "modify", by: "grace", reason: "", at: run.now, proposal: { hand_back: true } } as const;
    const old = { ...decision, id: first?.id ?? "", digest: first?.digest ?? "" };
    expect(run.offer({ kind: "review.decided", activity: "(hand-over)", decision: old })).toBeNull();
    run.run(() => asked().length === 2);
    expect(new Set(asked().map(({ key }) => key)).size).toBe(2);
    expect(run.offer({ kind: "review.decided", activity: "(hand-over)", decision: old })).not.toBeNull();
    expect(run.run((state) => state.handOver?.review != null).state.handOver?.status).toBe("raised");
    expect(decide(run, "modify", { hand_back: true }).status).toBe("completed");
  });

  it("[SIM-8] an answer of authority that comes while a person is asked begins nothing, and is asked for again", () => {
    const child: Definition["steps"][string] = {
      ...{ kind: "run", needs: [], when: null, on_error: null },
      ...{ workflow: "inner", version: null, input: {} },
    };
    const run = driveOf({ asked: "normal" }, CALM, { inner: child });
    run.start();
    const question = run.wanted().find(({ kind }) => kind === "authority.ask");
    expect(question?.kind).toBe("authority.ask");
    const limits = { usd: 1, tokens: 100, seconds: 60, steps: 10, confirm_over_usd: null };
    const answer = { kind: "run", child: "run_child", workflow: "inner", version: 1, digest: "d", limits } as const;
    signal(run, "more", ASKED);
    expect(run.state.handOver?.status).toBe("raised");
    expect(run.offer({ kind: "authorized", activity: "inner", answer })).not.toBeNull();
    expect(run.types().filter((type) => type.startsWith("child.called"))).toEqual([]);
    run.run((state) => state.handOver?.review != null);
    const review = run.activity("(hand-over)").review;
    const decision = { id: review?.id ?? "", action: "modify", by: "grace", reason: "", at: run.now } as const;
    run.offer({
      kind: "review.decided",
      activity: "(hand-over)",
      decision: { ...decision, proposal: { hand_back: true }, digest: review?.digest ?? "" },
    });
    expect(run.wanted().map(({ kind }) => kind)).toContain("authority.ask");
    expect(run.offer({ kind: "authorized", activity: "inner", answer })).toBeNull();
    expect(run.types().filter((type) => type.startsWith("child.called"))).toHaveLength(1);
  });

  it("[HAND-8] a crash at any event changes nothing", () => {
    const run = untilAsked(driveOf({ asked: "normal" }, ASKED));
    run.crash();
    expect(decide(run, "modify", { reply: "Hello." })).toMatchObject({ status: "completed", output: "Hello." });
  });
});
