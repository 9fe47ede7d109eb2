/** A change where two people have to agree: it takes the place of the proposal, and both have to agree to it. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { ReviewRequest } from "../../../core/review/case.ts";
import { type Case, type CaseEvent, type Judgement, openCase, transition } from "../../../core/review/life.ts";
import { reviewRecord } from "../../../core/review/record.ts";
import { reviewView } from "../../../core/review/view.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const AT = Date.UTC(2030, 0, 1);
const ASKED = "d".repeat(64);

const request = (over: Partial<ReviewRequest> = {}): ReviewRequest => ({
  ...{ key: "run_1/pay#1", run: "run_1", step: "pay", activity: "pay", startedBy: "ann", severity: "high", digest: ASKED },
  ...{ risk: { score: 40, factors: [] }, policy: { version: "p1", decision: "ask" }, traceId: "t1", at: AT, approvalsNeeded: 2 },
  proposal: { tool: "pay.out", input: { amount: 120, to: "bob" } },
  modifiable: "input",
  ...over,
});
const opened = (over: Partial<ReviewRequest> = {}): Case => openCase("rev_1", request(over), AT, "s".repeat(64)).state;
const word = (by: string, action: Judgement["action"], over: Partial<Judgement> = {}): CaseEvent => ({
  ...{
    kind: "judged",
    by,
    root: null,
    roles: ["reviewer"],
    rule: null,
    at: AT + 1,
    action,
    reason: "checked",
    changes: null,
    digest: null,
  },
  ...over,
});
const modify = (by: string, amount: number, digest: string | null = null) => word(by, "modify", { changes: { input: { amount } }, digest });
const said = (state: Case, event: CaseEvent) => transition(state, event, sha256);
const stateAfter = (state: Case, ...events: readonly CaseEvent[]): Case =>
  events.reduce((known, event) => {
    const turn = said(known, event);
    if (!turn.ok) throw new Error(`refused: ${turn.error.detail}`);
    return turn.value.state;
  }, state);
const answer = (state: Case, event: CaseEvent): string => {
  const turn = said(state, event);
  return turn.ok ? turn.value.state.status : turn.error.code;
};
const changed = stateAfter(opened(), modify("bob", 99));
const CHANGED = reviewView(changed).digest;

describe("a change where two people have to agree", () => {
  it("[APPROVE-15] stays open under a digest of its own, shows what it was, and counts as the approval of who made it", () => {
    expect(CHANGED).not.toBe(ASKED);
    expect(changed).toMatchObject({ status: "pending", approvals: [{ by: "bob" }] });
    const view = reviewView(changed);
    expect(view).toMatchObject({
      proposal: { tool: "pay.out", input: { amount: 99, to: "bob" } },
      changed: { by: "bob", reason: "checked", from: { tool: "pay.out", input: { amount: 120, to: "bob" } } },
      decision: null,
    });
    expect(view.shown).not.toBe(reviewView(opened()).shown);
    const turn = said(opened(), modify("bob", 99));
    expect(turn.ok && turn.value.effects.map(({ kind }) => kind)).toEqual(["audit.record", "judgement.note"]);
  });

  it.each([
    ["a second person, to the change", word("cat", "approve", { digest: CHANGED }), "modified"],
    ["a second person, to what was asked for", word("cat", "approve", { digest: ASKED }), "conflict"],
    ["a second person who does not say to what", word("cat", "approve"), "conflict"],
    ["who made the change", word("bob", "approve", { digest: CHANGED }), "conflict"],
    ["another key of who made it", word("cat", "approve", { root: "bob", digest: CHANGED }), "second_person_required"],
    ["who started the run", word("ann", "approve", { digest: CHANGED }), "second_person_required"],
    ["a no to the change", word("cat", "reject", { digest: CHANGED }), "rejected"],
    ["a no without a digest", word("cat", "reject"), "rejected"],
    ["a no to what was asked for", word("cat", "reject", { digest: ASKED }), "conflict"],
    ["a call for somebody higher", word("cat", "escalate"), "escalated"],
    ["a change of the change", modify("cat", 80, CHANGED), "pending"],
    ["a change of what was asked for", modify("cat", 80, ASKED), "conflict"],
    ["a change by somebody who does not say of what", modify("cat", 80), "conflict"],
    ["a change that changes nothing", modify("cat", 99, CHANGED), "invalid_request"],
    ["a change beside the input", word("cat", "modify", { changes: { tool: "x" }, digest: CHANGED }), "invalid_request"],
  ])("[APPROVE-16] %s", (_who, event, expected) => {
    expect(answer(changed, event)).toBe(expected);
  });

  it("[APPROVE-16] takes back the approvals of what was asked for", () => {
    const approved = stateAfter(opened(), word("cat", "approve"), modify("bob", 99));
    expect(approved).toMatchObject({ status: "pending", approvals: [{ by: "bob" }] });
    expect(answer(approved, word("cat", "approve", { digest: CHANGED }))).toBe("modified");
  });

  it("[APPROVE-16] once changed again waits for whoever made the change before", () => {
    const again = stateAfter(changed, modify("cat", 80, CHANGED));
    expect(again).toMatchObject({ approvals: [{ by: "cat" }], change: { by: "cat", proposal: { input: { amount: 80 } } } });
    expect(answer(again, word("bob", "approve", { digest: CHANGED }))).toBe("conflict");
    expect(answer(again, word("bob", "approve", { digest: reviewView(again).digest }))).toBe("modified");
  });

  it("[APPROVE-17] tells the run once both agree: the changed call, under the digest that the run asked with", () => {
    const turn = said(changed, word("cat", "approve", { digest: CHANGED }));
    const told = turn.ok ? turn.value.effects.flatMap((effect) => (effect.kind === "run.tell" ? [effect.message] : [])) : [];
    expect(told).toMatchObject([
      { kind: "review.decided", decision: { action: "modify", by: "cat", digest: ASKED, proposal: { input: { amount: 99 } } } },
    ]);
  });

  it("[APPROVE-17] counts as an approval of who agrees to it, and as a change of who made it", () => {
    const notedOf = (state: Case, event: CaseEvent) => {
      const turn = said(state, event);
      return turn.ok ? turn.value.effects.flatMap((effect) => (effect.kind === "judgement.note" ? [effect.judgement] : [])) : [];
    };
    expect(notedOf(opened(), modify("bob", 99))).toMatchObject([{ by: "bob", action: "modify", agreed: null }]);
    expect(notedOf(changed, word("cat", "approve", { digest: CHANGED }))).toMatchObject([{ by: "cat", action: "approve", agreed: true }]);
    expect(notedOf(changed, word("cat", "reject"))).toMatchObject([{ by: "cat", action: "reject", agreed: false }]);
  });

  it("[APPROVE-17] is on record with who changed it, what it was, what was granted, and what was on the screen", () => {
    const turn = said(changed, word("cat", "approve", { digest: CHANGED }));
    const facts = turn.ok ? turn.value.effects.flatMap((effect) => (effect.kind === "audit.record" ? [effect.fact] : [])) : [];
    const records = facts.map((fact) => reviewRecord("evt_1", turn.ok ? turn.value.state : changed, fact, AT, sha256));
    expect(records).toMatchObject([
      {
        event_type: "review.decided",
        actor: { id: "cat" },
        data: {
          ...{ digest: CHANGED, changed_from: ASKED, changed_by: "bob", shown: reviewView(changed).shown, approvals: ["bob", "cat"] },
          granted: sha256('{"input":{"amount":99,"to":"bob"},"tool":"pay.out"}'),
        },
      },
    ]);
  });

  it("[APPROVE-15] where one word is enough is decided at once, as before", () => {
    expect(answer(opened({ approvalsNeeded: 1 }), modify("bob", 99))).toBe("modified");
  });
});
