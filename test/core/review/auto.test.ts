/** What passes without a person, what is looked at afterwards, decoys, and the figures of reviewers. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ApproverRule } from "../../../core/review/approvers.ts";
import { ALWAYS_ASKS, AUTO_APPROVAL, chanceOf, errorRate, passesAlone } from "../../../core/review/auto.ts";
import type { ReviewRequest } from "../../../core/review/case.ts";
import type { Taint } from "../../../core/review/context.ts";
import { decoyOf } from "../../../core/review/decoy.ts";
import {
  type Case,
  type CaseEffect,
  type CaseEvent,
  type CaseTurn,
  transition as change,
  openCase,
  passCase,
  sampleRequest,
  wakeAt,
} from "../../../core/review/life.ts";
import { figuresOf, type NotedJudgement } from "../../../core/review/oversight.ts";
import { reviewView } from "../../../core/review/view.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const transition = (state: Case, event: CaseEvent) => change(state, event, sha256);

const AT = Date.UTC(2030, 0, 1);
const auto = { risk_below: 40, sample: 0.1 };
const rule: ApproverRule = { operation: "tool:crm.put", roles: ["reviewer"], users: [], approvals_needed: 1, next: [], auto_approve: auto };
const request = (over: Partial<ReviewRequest> = {}): ReviewRequest => ({
  key: "run_1/put#1",
  run: "run_1",
  step: "put",
  activity: "put",
  reason: "policy",
  startedBy: "ann",
  severity: "high",
  risk: { score: 30, factors: [] },
  policy: { version: "p", decision: "ask" },
  proposal: { tool: "crm.put", input: { amount: 7, note: "x" } },
  digest: "a1".repeat(32),
  approvalsNeeded: 1,
  traceId: "t",
  at: AT,
  rule,
  taints: [],
  ...over,
});
const judged = (action: "approve" | "reject" | "modify" | "escalate", by = "rita"): CaseEvent => ({
  ...{ kind: "judged", by, root: null, roles: ["reviewer"], rule, reason: "seen", digest: null, at: AT + 90_000 },
  action,
  changes: action === "modify" ? { input: { amount: 1 } } : null,
});
const turnOf = (state: Case, event: CaseEvent): CaseTurn => {
  const turn = transition(state, event);
  if (!turn.ok) throw new Error(turn.error.detail);
  return turn.value;
};
const kinds = (effects: readonly CaseEffect[]): string[] => effects.map((one) => (one.kind === "audit.record" ? one.fact.type : one.kind));

describe("what passes without a person", () => {
  it("[APPROVE-9] is a low risk about which nothing is out of the ordinary, where an entry says so", () => {
    expect(passesAlone(request())).toEqual(auto);
    expect(passesAlone(request({ reason: "step" }))).toEqual(auto);
    const { auto_approve: _none, ...asking } = rule;
    const { rule: _rule, ...free } = request();
    expect([passesAlone(request({ rule: asking })), passesAlone(free)]).toEqual([null, null]);
    for (const score of [40, 41, 100, null]) expect(passesAlone(request({ risk: { score, factors: [] } })), String(score)).toBeNull();
    for (const reason of ["budget", "guardrail", "unknown-outcome", "hand_over"] as const)
      expect(passesAlone(request({ reason })), reason).toBeNull();
  });

  it.each(["guarded", "over_risk", "instruction", "doubt", "untrusted"] as const)(
    "[APPROVE-10] is never anything that is %s",
    (taint: Taint) => {
      expect(passesAlone(request({ taints: [taint] }))).toBeNull();
    },
  );

  it("[APPROVE-10] is never a question of which nobody noted whether it is", () => {
    const { taints: _unknown, ...older } = request();
    expect(passesAlone(older)).toBeNull();
  });

  it("[APPROVE-19] is never a call of which the manifest says that a person approves each", () => {
    const asked = (reasons: readonly string[]) => passesAlone(request({ policy: { version: "p", decision: "ask", reasons } }));
    expect(asked(["approval.model_chose"])).toEqual(auto);
    for (const reasons of [[ALWAYS_ASKS], ["approval.model_chose", ALWAYS_ASKS]]) expect(asked(reasons)).toBeNull();
    expect(readFileSync("policies/calls.cedar", "utf8")).toContain(`@id("${ALWAYS_ASKS}")`);
  });

  it("[APPROVE-11] is on record as nobody's decision, reaches the run at once, and cannot be decided again", () => {
    const { state, effects } = passCase("rev_1", request(), auto, AT, "s");
    expect(reviewView(state)).toMatchObject({ status: "approved", decision: { action: "approve", by: AUTO_APPROVAL } });
    expect(kinds(effects)).toEqual(["review.requested", "run.tell", "review.decided", "tally.add"]);
    expect(effects[0]).toMatchObject({ fact: { type: "review.requested", data: { auto: true } } });
    expect(effects[1]).toMatchObject({
      message: { kind: "review.decided", decision: { action: "approve", digest: request().digest, activity: "put" } },
    });
    expect(effects[2]).toMatchObject({ fact: { actor: { type: "system" }, data: { auto: true, risk_below: 40 } } });
    expect(transition(state, judged("reject"))).toMatchObject({ ok: false, error: { code: "conflict" } });
    expect(wakeAt(state)).toBeNull();
    expect(/^[^\s/]{1,128}$/.test(AUTO_APPROVAL)).toBe(false);
  });
});

describe("a sample", () => {
  const sample = openCase("rev_2", sampleRequest(request(), "rev_1"), AT).state;

  it("[APPROVE-12] is judged by the same people, counted, and tells no run anything", () => {
    const wrong = turnOf(sample, judged("reject"));
    expect(kinds(wrong.effects)).toEqual(["review.judged", "judgement.note", "tally.add"]);
    expect(wrong.effects[2]).toMatchObject({ operation: "tool:crm.put", judged: 1, wrong: 1 });
    expect(turnOf(sample, judged("approve")).effects[2]).toMatchObject({ judged: 1, wrong: 0 });
    expect(reviewView(wrong.state)).toMatchObject({ status: "rejected", sample_of: "rev_1" });
    expect(transition(sample, judged("approve", "ann"))).toMatchObject({ ok: false, error: { code: "second_person_required" } });
    for (const action of ["modify", "escalate"] as const) expect(transition(sample, judged(action)), action).toMatchObject({ ok: false });
  });

  it("[APPROVE-12] is never overdue, and ends by itself without a word to the run", () => {
    expect(kinds(turnOf(sample, { kind: "time.came", at: AT + 20 * 24 * 3_600_000 }).effects)).toEqual([]);
    const over = turnOf(sample, { kind: "time.came", at: wakeAt(sample) ?? 0 });
    expect([over.state.status, kinds(over.effects)]).toEqual(["expired", ["review.expired"]]);
  });

  it("[APPROVE-13] is chosen by its key alone, in the share that was asked for, and its error rate has Wilson's interval", () => {
    const chances = Array.from({ length: 4_000 }, (_, n) =>
      chanceOf(((n * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, "0").repeat(2)),
    );
    const share = chances.filter((chance) => chance < 0.1).length / chances.length;
    expect(Math.abs(share - 0.1)).toBeLessThan(0.02);
    expect([chanceOf("0".repeat(64)), chanceOf("f".repeat(64)) < 1]).toEqual([0, true]);
    expect(errorRate({ passed: 9, sampled: 0, judged: 0, wrong: 0 })).toBeNull();
    // Brown, Cai, DasGupta 2001: 1 of 10 gives 0.0179 to 0.4042.
    expect(errorRate({ passed: 99, sampled: 10, judged: 10, wrong: 1 })).toEqual({ value: 0.1, low: 0.017876, high: 0.40415 });
    expect(errorRate({ passed: 99, sampled: 10, judged: 10, wrong: 0 })).toMatchObject({ value: 0, low: 0 });
  });
});

describe("a decoy", () => {
  const decoy = openCase("rev_3", decoyOf(request({ decoyShare: 1 })), AT).state;

  it("[OVERSIGHT-1] looks like a question, shows what is wrong with it, and never executes anything, whatever is decided", () => {
    const shown = reviewView(decoy);
    expect(shown).not.toHaveProperty("decoy");
    expect(shown).toMatchObject({
      run: "run_1",
      status: "pending",
      risk: { score: 96 },
      proposal: { tool: "crm.put", input: { amount: 7_000 } },
    });
    expect(shown.digest).not.toBe(request().digest);
    expect(shown.risk.factors.reduce((sum, { points }) => sum + points, 0)).toBe(96);
    for (const action of ["approve", "reject", "escalate"] as const) {
      const { effects, state } = turnOf(decoy, judged(action));
      expect(kinds(effects), action).toEqual(["review.judged", "judgement.note"]);
      expect(reviewView(state)).toMatchObject({ decoy: true });
    }
    expect(transition(decoy, judged("modify"))).toMatchObject({ ok: false });
    const over = turnOf(decoy, { kind: "time.came", at: wakeAt(decoy) ?? 0 });
    expect([over.state.status, kinds(over.effects)]).toEqual(["expired", ["review.expired"]]);
  });
});

describe("figures of reviewers", () => {
  it("[OVERSIGHT-2] say how many, how long, how often they agree and how many decoys they caught", () => {
    const one = (over: Partial<NotedJudgement>): NotedJudgement => ({
      by: "rita",
      kind: "review",
      action: "approve",
      tookMs: 1_000,
      agreed: null,
      at: AT,
      ...over,
    });
    const noted = [
      one({ tookMs: 10_000 }),
      one({ action: "reject", agreed: false, tookMs: 20_000 }),
      one({ agreed: true, tookMs: 30_000 }),
      one({ kind: "sample" }),
      one({ kind: "decoy", agreed: false }),
      one({ kind: "decoy", action: "reject", agreed: true }),
      one({ by: "bob", action: "modify" }),
    ];
    expect(figuresOf(noted)).toEqual([
      {
        ...{ reviewer: "rita", judged: 4, approved: 3, rejected: 1, modified: 0, samples: 1 },
        seconds: { median: 1, p90: 30 },
        agreement: { of: 2, agreed: 1 },
        decoys: { of: 2, caught: 1 },
        suggestions: { of: 0, followed: 0, seen: 0 },
      },
      {
        ...{ reviewer: "bob", judged: 1, approved: 0, rejected: 0, modified: 1, samples: 0 },
        seconds: { median: 1, p90: 1 },
        agreement: { of: 0, agreed: 0 },
        decoys: { of: 0, caught: 0 },
        suggestions: { of: 0, followed: 0, seen: 0 },
      },
    ]);
    expect(figuresOf([])).toEqual([]);
  });

  it("[OVERSIGHT-2] the second of two is compared with the first", () => {
    const two = openCase("rev_4", request({ approvalsNeeded: 2 }), AT).state;
    const first = turnOf(two, judged("approve", "rita"));
    const noteOf = ({ effects }: CaseTurn) => effects.find((effect) => effect.kind === "judgement.note");
    expect(noteOf(first)).toMatchObject({ judgement: { by: "rita", agreed: null, tookMs: 90_000 } });
    expect(noteOf(turnOf(first.state, judged("reject", "bob")))).toMatchObject({ judgement: { by: "bob", agreed: false } });
    expect(noteOf(turnOf(first.state, judged("approve", "bob")))).toMatchObject({ judgement: { agreed: true } });
    // A change makes the first one's word void: the two do not agree.
    const changed = turnOf(first.state, { ...judged("modify", "bob"), changes: { input: { amount: 1 } } } as CaseEvent);
    expect(noteOf(changed)).toMatchObject({ judgement: { by: "bob", action: "modify", agreed: false } });
  });
});
