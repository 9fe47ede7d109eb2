/** A person holds a run, lets it go on, or changes a call. */
import { describe, expect, it } from "vitest";
import { auditRecords } from "../../../core/run/outside/audit.ts";
import { toRunView } from "../../../core/run/outside/present.ts";
import { taintsOf } from "../../../core/run/outside/shown.ts";
import { nextWakeAt } from "../../../core/run/outside/wake.ts";
import type { AuthorityAnswer, AuthorityQuestion } from "../../../core/workflow/authority.ts";
import { define, review, tool, undoneBy } from "../../support/run/definition.ts";
import { answered, Drive } from "../../support/run/drive.ts";

const two = () => define({ a: tool("payments.refund"), b: tool("mail.send", { needs: ["a"] }) });
const pause = (by = "otto") => ({ kind: "pause", by, reason: "let me look" }) as const;
const resume = (by = "otto", pausedBy = "otto") => ({ kind: "resume", by, pausedBy }) as const;
const STOP = { kind: "workflow", org: "acme", name: "specimen" } as const;
const plain = new Drive(two()).script.authority;
const answerOf = (decision: "allow" | "ask" | "deny", question: AuthorityQuestion, guarded = false): AuthorityAnswer => {
  const answer = plain(question);
  if (answer.kind !== "tool") return answer;
  const asked = guarded ? { asked: { context: { guarded_reached: true } } as never } : {};
  return { ...answer, permission: { decision, policyVersion: "p9", reasons: ["calls.rule"], ...asked } };
};
/** The run, up to the question to a person, and the decision that answers it. */
function asked(run: Drive) {
  run.start().run((state) => Object.values(state.activities).some((one) => one.review?.id != null));
  const activity = Object.values(run.state.activities).find((one) => one.review?.id != null);
  const { id, digest, proposal } = activity?.review ?? { id: null, digest: "", proposal: null };
  const decision = { id: id ?? "", action: "approve", by: "grace", reason: "", proposal, digest, at: run.now } as const;
  return { activity: activity?.id ?? "", decision };
}

describe("a person's pause", () => {
  it("[PAUSE-1] sends nothing new, takes what was in flight, needs no alarm, and does not go with the kill switch", () => {
    const run = new Drive(two(), { tool: (name) => (name === "payments.refund" ? "never" : answered({})) }).start().run();
    const { call } = run.activity("a");
    expect(run.offer(pause())).toBeNull();
    expect(run.state).toMatchObject({ status: "paused", hold: { by: "otto", reason: "let me look" } });
    expect(nextWakeAt(run.machinery, run.state, run.now)).not.toBeNull();
    run.offer({ kind: "tool.answered", activity: "a", call: call ?? 0, outcome: answered({ id: 1 }) });
    run.run();
    expect(run.state).toMatchObject({ status: "paused", steps: { a: { status: "completed" }, b: { status: "pending" } } });
    expect(nextWakeAt(run.machinery, run.state, run.now)).toBeNull();
    run.stops = { epoch: 2, active: [STOP], asOf: run.now };
    run.offer({ kind: "tick" });
    run.stops = { epoch: 3, active: [], asOf: run.now };
    run.offer({ kind: "tick" });
    expect(run.run().state.status).toBe("paused");
    expect(toRunView(run.machinery, run.state)).toMatchObject({ paused: { by: "otto" }, waiting_for: { kind: "person", id: "otto" } });
    run.now += 10 * 24 * 3_600_000;
    expect(run.offer(resume())).toBeNull();
    expect(run.run().state).toMatchObject({ status: "completed" });
    expect(run.state).not.toHaveProperty("hold");
    const records = auditRecords(run.machinery, run.events).filter(({ action }) => action === "run.pause" || action === "run.resume");
    expect(records.map(({ action, actor }) => [action, actor.id])).toEqual([
      ["run.pause", "otto"],
      ["run.resume", "otto"],
    ]);
    expect(JSON.stringify(records)).not.toContain("let me look");
  });

  it("[KILL-104] that is the switch's, unread, asks again after a second, then less often; a known switch tells its end itself", () => {
    const run = new Drive(two());
    run.stops = null;
    run.start().run();
    expect(run.state).toMatchObject({ status: "paused", pausedBy: { scope: "unknown" } });
    const asksIn = (): number => (nextWakeAt(run.machinery, run.state, run.now) ?? 0) - run.now;
    const waits = Array.from({ length: 7 }, () => {
      const wait = asksIn();
      run.now += wait;
      run.offer({ kind: "tick" });
      return wait;
    });
    expect(waits).toEqual([1_000, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
    run.stops = { epoch: 1, active: [STOP], asOf: run.now };
    run.offer({ kind: "tick" });
    expect([run.state.pausedBy?.scope, asksIn()]).toEqual(["workflow:specimen", 15_000]);
    run.stops = { epoch: 2, active: [], asOf: run.now };
    run.offer({ kind: "tick" });
    expect(run.run().state.status).toBe("completed");
  });

  it("[PAUSE-2] is lifted by a person alone; the kill switch holds on where it is active", () => {
    const run = new Drive(two()).start();
    run.stops = { epoch: 2, active: [STOP], asOf: run.now };
    run.run();
    expect(run.state.status).toBe("paused");
    expect(run.offer(resume())).toContain("kill switch");
    expect(run.offer(pause())).toBeNull();
    expect(run.offer(resume())).toBeNull();
    expect(run.run().state).toMatchObject({ status: "paused", pausedBy: { scope: "workflow:specimen" } });
    expect(run.sent).toEqual([]);
    run.stops = { epoch: 3, active: [], asOf: run.now };
    run.offer({ kind: "tick" });
    expect(run.run().state.status).toBe("completed");
  });

  it("[PAUSE-3] what was allowed before is decided again once it goes on", () => {
    let decision: "ask" | "deny" = "ask";
    const run = new Drive(two(), { authority: (question) => answerOf(decision, question) });
    const answer = asked(run);
    run.offer(pause());
    run.offer({ kind: "review.decided", ...answer });
    expect(run.run().state).toMatchObject({ status: "paused", activities: { a: { phase: "ready" } } });
    decision = "deny";
    run.offer(resume());
    expect(run.run().state).toMatchObject({ status: "failed", error: { code: "policy_denied", step: "a" } });
    expect(run.sent).toEqual([]);
  });

  it("[PAUSE-4] ends with the run that somebody cancels", () => {
    const run = new Drive(two()).start();
    run.offer(pause());
    run.offer({ kind: "cancel", by: "ada", reason: "enough" });
    expect(run.run().state.status).toBe("cancelled");
    expect(run.state).not.toHaveProperty("hold");
    expect(run.offer(pause())).toBe("the run has ended");
  });

  it("[PAUSE-5] is not lifted by who knew of another one, is made once, and not over a run that is ending", () => {
    const run = new Drive(two()).start();
    expect(run.offer(resume())).toBe("nobody has paused this run");
    run.offer(pause("ada"));
    const before = run.state.seq;
    expect(run.offer(pause("ada"))).toBeNull();
    expect(run.offer(pause("otto"))).toContain("already paused, by ada");
    expect(run.offer(resume("otto", "otto"))).toContain("paused again, by ada");
    expect(run.state.seq).toBe(before);
    const ending = new Drive(two(), { tool: (name) => (name === "payments.refund" ? "never" : answered({})) }).start().run();
    ending.offer({ kind: "cancel", by: "ada", reason: "" });
    expect(ending.offer(pause())).toBe("the run is already ending");
  });
});

describe("an operator's pause", () => {
  const outranking = (by = "otto") => ({ ...pause(by), outranks: true }) as const;

  it("[PAUSE-19] takes the place of the pause of who may hold their own run alone, once, who cannot lift it any more", () => {
    const run = new Drive(two()).start();
    run.offer(pause("ada"));
    expect(run.offer(outranking())).toBeNull();
    expect(run.state).toMatchObject({ status: "paused", hold: { by: "otto", outranks: true } });
    const { seq } = run.state;
    expect(run.offer(outranking())).toBeNull();
    expect(run.offer(outranking("olga"))).toContain("already paused, by otto");
    expect(run.offer(pause("ada"))).toContain("already paused, by otto");
    expect(run.offer(resume("ada", "ada"))).toContain("paused again, by otto");
    expect(run.run().state).toMatchObject({ seq, status: "paused" });
    expect(run.sent).toEqual([]);
    expect(run.offer(resume("otto", "otto"))).toBeNull();
    expect(run.run().state.status).toBe("completed");
    expect(run.state).not.toHaveProperty("hold");
    const paused = auditRecords(run.machinery, run.events).filter(({ action }) => action === "run.pause");
    expect(paused.map(({ actor }) => actor.id)).toEqual(["ada", "otto"]);
  });

  it("[PAUSE-19] holds the children of a run that its starter had paused until it is lifted itself", () => {
    const kid = { needs: [], when: null, on_error: null, kind: "run", workflow: "kid", version: null, input: {} } as const;
    const run = new Drive(define({ x: { ...kid } }), { child: () => "never" }).start().run((state) => state.status === "waiting");
    for (const one of [pause("ada"), outranking(), resume("ada", "ada")]) {
      run.offer(one);
      run.run();
    }
    expect(run.held.at(-1)).toContain("paused by");
    run.offer(resume("otto", "otto"));
    run.run();
    expect(run.held.at(-1)).toContain("resumed");
  });
});

describe("a parent's pause", () => {
  const kid = { needs: [], when: null, on_error: null, kind: "run", workflow: "kid", version: null, input: {} } as const;
  const parentOf = (child: "never" | "ends" = "never") =>
    new Drive(define({ x: { ...kid }, y: { ...kid } }), child === "never" ? { child: () => "never" } : {})
      .start()
      .run((state) => state.status === "waiting");
  const child = () => new Drive(two(), {}, { parent: { run: "run_parent", activity: "x", depth: 1, tools: [...two().tools] } });
  const above = (hold: number, by = "otto") => ({ kind: "parent.paused", by, reason: "let me look", hold }) as const;
  const free = (hold: number, by = "otto") => ({ kind: "parent.resumed", by, hold }) as const;

  it("[PAUSE-11] is told to each child that was started, once, and so is its end; both are in the journal", () => {
    const run = parentOf();
    run.offer(pause());
    run.run();
    expect(run.held).toEqual(["run_child_x paused by otto", "run_child_y paused by otto"]);
    run.offer({ kind: "tick" });
    expect(run.run().held).toHaveLength(2);
    run.offer(resume("olga", "otto"));
    run.run();
    expect(run.held.slice(2)).toEqual(["run_child_x resumed by olga", "run_child_y resumed by olga"]);
    expect(run.state.status).toBe("waiting");
    expect(run.types().filter((type) => /^child\.(paused|resumed)/.test(type))).toEqual([
      ...["child.paused x", "child.paused y", "child.resumed x", "child.resumed y"],
    ]);
  });

  it("[PAUSE-11] is told again by a life that does not know whether it was, and its end overtakes it", () => {
    const run = parentOf();
    run.offer(pause());
    const [told] = run.wanted().filter(({ kind }) => kind === "child.hold");
    expect(told).toMatchObject({ run: "run_child_x", hold: { on: true } });
    run.offer(resume());
    const late = { activity: "x", run: "run_child_x", hold: told?.kind === "child.hold" ? told.hold.hold : 0, on: true };
    expect(run.offer({ kind: "child.held", ...late })).toContain("followed by");
    run.run();
    expect(run.held).toEqual(["run_child_x resumed by otto", "run_child_y resumed by otto"]);
  });

  it("[PAUSE-11] wakes no parent every few seconds once its children know, and never lets one be forgotten that does not", () => {
    const run = parentOf();
    run.offer(pause());
    expect(nextWakeAt(run.machinery, run.state, run.now)).toBe(run.now + 10_000);
    run.run();
    expect(nextWakeAt(run.machinery, run.state, run.now)).toBe(run.now + 600_000);
  });

  it("[PAUSE-12] holds the child, sends nothing, and is lifted with the parent; both are on record by person and parent", () => {
    const run = child().start();
    expect(run.offer(above(7))).toBeNull();
    expect(run.run().state).toMatchObject({ status: "paused", heldAbove: { by: "otto", parent: "run_parent" } });
    expect(run.sent).toEqual([]);
    const { seq } = run.state;
    expect(run.offer(above(7))).toBeNull();
    expect(run.state.seq).toBe(seq);
    expect(toRunView(run.machinery, run.state)).toMatchObject({
      paused: { by: "otto", parent: "run_parent" },
      waiting_for: { kind: "person" },
    });
    expect(run.offer(free(6))).toBeNull();
    expect(run.run().state.status).toBe("paused");
    expect(run.offer(free(9, "olga"))).toBeNull();
    expect(run.run().state.status).toBe("completed");
    const records = auditRecords(run.machinery, run.events).filter(({ action }) => action === "run.pause" || action === "run.resume");
    expect(records.map(({ action, actor, data }) => [action, actor.id, (data as { parent?: string }).parent])).toEqual([
      ["run.pause", "otto", "run_parent"],
      ["run.resume", "olga", "run_parent"],
    ]);
  });

  it("[PAUSE-13] and a person's own pause hold the child each for itself, in whatever order they are lifted", () => {
    for (const isOwnFirst of [true, false]) {
      const run = child().start();
      const [first, second] = isOwnFirst ? ([resume("ada", "ada"), free(9)] as const) : ([free(9), resume("ada", "ada")] as const);
      run.offer(above(7));
      expect(run.offer(resume())).toContain("the parent run `run_parent` is paused, by otto");
      expect(run.offer(pause("ada"))).toBeNull();
      expect(run.run().state.status).toBe("paused");
      expect(run.offer(first)).toBeNull();
      expect(run.run().state.status).toBe("paused");
      expect(run.sent).toEqual([]);
      expect(run.offer(second)).toBeNull();
      expect(run.run().state.status).toBe("completed");
    }
  });

  it("[PAUSE-13] does not lift the kill switch, and the switch does not lift it", () => {
    const run = child().start();
    run.offer(above(7));
    run.stops = { epoch: 2, active: [STOP], asOf: run.now };
    run.offer(free(9));
    expect(run.run().state).toMatchObject({ status: "paused", pausedBy: { scope: "workflow:specimen" } });
    run.offer(above(11));
    run.stops = { epoch: 3, active: [], asOf: run.now };
    run.offer({ kind: "tick" });
    expect(run.run().state.status).toBe("paused");
    run.offer(free(12));
    expect(run.run().state.status).toBe("completed");
  });

  it("[PAUSE-14] ends with a child that is cancelled, and a parent that is cancelled cancels its paused children", () => {
    const run = child().start();
    run.offer(above(7));
    run.offer({ kind: "cancel", by: "parent", reason: "enough" });
    expect(run.run().state.status).toBe("cancelled");
    expect(run.state).not.toHaveProperty("heldAbove");
    expect(run.offer(above(9))).toBe("the run has ended");
    const parent = parentOf();
    parent.offer(pause());
    parent.run();
    parent.offer({ kind: "cancel", by: "eva", reason: "stop" });
    expect(parent.run().cancelled).toEqual(["run_child_x", "run_child_y"]);
  });

  it("[PAUSE-12] reaches the children of the child, and nothing is told to a run without a parent", () => {
    const run = new Drive(
      define({ z: { ...kid } }),
      { child: () => "never" },
      { parent: { run: "run_parent", activity: "x", depth: 1, tools: [] } },
    );
    run.start().run((state) => state.status === "waiting");
    run.offer(above(7));
    expect(run.run().held).toEqual(["run_child_z paused by otto"]);
    expect(new Drive(two()).start().offer(above(1))).toBe("the run has no parent");
  });
});

describe("a changed call", () => {
  const changed = (answer: ReturnType<typeof asked>) => ({
    kind: "review.decided" as const,
    activity: answer.activity,
    decision: { ...answer.decision, action: "modify" as const, proposal: { tool: "payments.refund", input: { amount: 99 } } },
  });

  it("[REV-24] is put to the policies as it is now, and what they deny is not sent", () => {
    const questions: AuthorityQuestion[] = [];
    const inputOf = (question: AuthorityQuestion) => (question.kind === "tool" ? question.call?.input : null);
    const isChanged = (question: AuthorityQuestion) => JSON.stringify(inputOf(question)) === '{"amount":99}';
    const script = (after: "ask" | "deny") => (question: AuthorityQuestion) => {
      questions.push(question);
      return answerOf(isChanged(question) ? after : "ask", question);
    };
    const denied = new Drive(define({ a: tool("payments.refund") }), { authority: script("deny") });
    denied.offer(changed(asked(denied)));
    expect(denied.run().state).toMatchObject({ status: "failed", error: { code: "policy_denied" } });
    expect(denied.sent).toEqual([]);
    const run = new Drive(define({ a: tool("payments.refund") }), { authority: script("ask") });
    run.offer(changed(asked(run)));
    expect(run.run().state.status).toBe("completed");
    expect(run.events.filter(({ type }) => type === "review.requested")).toHaveLength(1);
    expect(questions.filter(isChanged)).toHaveLength(2);
  });
});

describe("a changed call that people agreed to", () => {
  const PRICE_OF = { price: { micro_usd: 400_000 } };
  const granted = (after: (question: AuthorityQuestion) => AuthorityAnswer, more: { ledger?: Drive["script"]["ledger"] } = {}) => {
    const isChanged = (question: AuthorityQuestion) => question.kind === "tool" && JSON.stringify(question.call?.input) === '{"amount":99}';
    const run = new Drive(define({ a: tool("payments.refund") }, { on_failure: "park" }), {
      authority: (question) => (isChanged(question) ? after(question) : answerOf("ask", question)),
      ...more,
    });
    const { activity, decision } = asked(run);
    const proposal = { tool: "payments.refund", input: { amount: 99 } };
    run.offer({ kind: "review.decided", activity, decision: { ...decision, action: "modify", by: "cat", proposal } });
    return run.run();
  };
  const refusedFor = (reason: string) => (question: AuthorityQuestion) => {
    const answer = answerOf("deny", question);
    return answer.kind === "tool" ? { ...answer, permission: { ...answer.permission, reasons: [reason] } } : answer;
  };
  const costly = (question: AuthorityQuestion) => {
    const answer = answerOf("ask", question);
    return answer.kind === "tool" ? { ...answer, facts: { ...answer.facts, ...PRICE_OF } } : answer;
  };
  const broke: Drive["script"]["ledger"] = () => ({
    ok: false,
    refusal: { why: "cap", scope: "org", cap: "usd_per_day", resetsAt: null, alerts: [] },
  });

  it.each([
    ["policies that ask again", granted((question) => answerOf("ask", question)), "completed", null],
    ["policies that allow it", granted((question) => answerOf("allow", question)), "completed", null],
    ["a policy that forbids it", granted(refusedFor("calls.forbidden")), "dead_lettered", "policy_denied"],
    ["a risk over the org's block", granted(refusedFor("risk.block_over")), "dead_lettered", "policy_denied"],
    ["a class that the tool does not take", granted(refusedFor("label.tool")), "dead_lettered", "policy_denied"],
    ["a price that the budget covers", granted(costly), "completed", null],
    ["a price that the budget does not cover", granted(costly, { ledger: broke }), "completed", "budget_exceeded"],
  ])("[APPROVE-18] is held to %s", (_what, run, expected, code) => {
    expect([run.state.status, run.state.error?.code ?? null]).toEqual([expected, code]);
    expect(run.sent).toHaveLength(code === null ? 1 : 0);
  });
});

describe("what a reviewer is shown", () => {
  const requestOf = (run: Drive) => {
    run.start().run((state) => Object.values(state.activities).some(({ phase }) => phase === "approving"));
    const effect = run.wanted().find(({ kind }) => kind === "review.open");
    if (effect?.kind !== "review.open") throw new Error("nobody is asked");
    return effect.request;
  };

  it("[REV-25] the trace so far, what would happen and how it would be undone, and the policy's answer", () => {
    const pay = tool("pay.out", {
      needs: ["look"],
      compensate: undoneBy("pay.back"),
      input: { to: { cel: "steps.look.output.who" } },
    });
    const run = new Drive(define({ look: tool("orders.get"), pay }, { tools: ["orders.get", "pay.out", "pay.back"] }), {
      tool: () => answered({ who: "bob" }),
      authority: (question) => answerOf(question.kind === "tool" && question.tool === "pay.out" ? "ask" : "allow", question, true),
    });
    const request = requestOf(run);
    expect(request.policy).toEqual({ version: "p9", decision: "ask", reasons: ["calls.rule"] });
    expect(request.context).toMatchObject({
      trace: [{ step: "look", kind: "tool", status: "completed", output: { value: { who: "bob" } } }, { step: "pay" }],
      effects: [{ step: "pay", tool: "pay.out", effect: "write", undo: { tool: "pay.back" } }],
      untrusted: [{ at: "/input/to", sources: ["tool:orders.get"] }],
    });
    expect(request.taints).toEqual(["guarded"]);
    expect(request.operations).toEqual(["workflow:specimen/pay", "tool:pay.out", "policy"]);
  });

  it("[REV-25] of a step that asks, the writes that follow it; what is untrusted there is said", () => {
    const ok = review({ needs: ["look"], proposal: { to: { cel: "steps.look.output.who" } } });
    const run = new Drive(
      define({ look: tool("orders.get"), ok, pay: tool("pay.out", { needs: ["ok"] }), read: tool("orders.get", { needs: ["ok"] }) }),
      {
        tool: () => answered({ who: "bob" }),
      },
    );
    const request = requestOf(run);
    expect(request.context?.effects).toEqual([{ step: "pay", tool: "pay.out", version: null, effect: "write", undo: null }]);
    expect(request.context?.untrusted).toMatchObject([{ at: "/to" }]);
    expect(request.taints).toEqual(["untrusted"]);
  });

  it("[APPROVE-10] a run in which an instruction was found, a risk over the limit and a write in doubt are no routine", () => {
    const run = new Drive(two(), { authority: (question) => answerOf("ask", question) });
    const { activity: id } = asked(run);
    const activity = run.activity(id);
    const taints = (state = run.state, over: Partial<typeof activity> = {}) => taintsOf(run.machinery, state, { ...activity, ...over });
    expect(taints()).toEqual([]);
    expect(taints({ ...run.state, seenInstruction: true })).toEqual(["instruction"]);
    expect(taints(run.state, { doubt: true })).toEqual(["doubt"]);
    const policy = { version: "p9", reasons: ["risk.review_over"], guarded: false };
    const { review: question } = activity;
    expect(taints(run.state, { review: question === null ? null : { ...question, policy } })).toEqual(["over_risk"]);
  });

  it("[REV-26] nothing of a class that the org does not show to reviewers, and no more of a value than a page", () => {
    const ok = review({ needs: ["look"], proposal: { fixed: 1 } });
    const definition = define({ look: tool("orders.get"), ok });
    const run = new Drive(definition, { tool: () => answered({ secret: "x".repeat(9_000) }) }, { sinks: { reviews: "public" } });
    const request = requestOf(run);
    expect(request.context).toMatchObject({ input: { withheld: expect.stringContaining("internal") } });
    expect(request.context?.trace[0]?.output).toEqual({ withheld: "`internal` data is not shown to reviewers" });
    const open = requestOf(new Drive(definition, { tool: () => answered({ text: "x".repeat(9_000) }) }));
    expect(open.context?.trace[0]?.output).toMatchObject({ truncated: true });
    expect(JSON.stringify(open.context).length).toBeLessThan(8_000);
  });
});
