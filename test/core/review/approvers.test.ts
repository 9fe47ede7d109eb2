import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Role } from "../../../core/access/principal.ts";
import { type ApproverRule, isNamed, operationsOf, ruleFor } from "../../../core/review/approvers.ts";
import type { ReviewRequest } from "../../../core/review/case.ts";
import { type Case, type CaseEvent, transition as change, LIFETIME_MS, openCase, wakeAt } from "../../../core/review/life.ts";
import { checkRule, operationParts } from "../../../core/review/registry.ts";
import { reviewView } from "../../../core/review/view.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const transition = (state: Case, event: CaseEvent) => change(state, event, sha256);

const AT = Date.UTC(2030, 0, 1);
const MINUTE = 60_000;
const rule = (over: Partial<ApproverRule> = {}): ApproverRule => ({
  operation: "tool:payments.refund",
  roles: [],
  users: ["fin"],
  approvals_needed: 1,
  next: [],
  ...over,
});
const request = (over: Partial<ReviewRequest> = {}): ReviewRequest => ({
  key: "run_1/refund#1",
  run: "run_1",
  step: "refund",
  activity: "refund",
  startedBy: "ann",
  severity: "high",
  risk: { score: 30, factors: [] },
  policy: { version: "p", decision: "ask" },
  proposal: { refund: 1 },
  digest: "d".repeat(64),
  approvalsNeeded: 1,
  traceId: "t",
  at: AT,
  ...over,
});
const opened = (held: ApproverRule): Case => openCase("rev_1", request({ rule: held }), AT).state;
const judged = (by: string, roles: readonly Role[], held: ApproverRule | null, action = "approve", at = AT + 1): CaseEvent => ({
  ...{ kind: "judged", by, root: null, roles, rule: held, reason: "ok", changes: null, digest: null, at },
  action: action as "approve",
});
const stateAfter = (state: Case, event: CaseEvent): Case => {
  const turn = transition(state, event);
  if (!turn.ok) throw new Error(turn.error.detail);
  return turn.value.state;
};
const codeOf = (state: Case, event: CaseEvent): string => {
  const turn = transition(state, event);
  return turn.ok ? turn.value.state.status : turn.error.code;
};
const factsOf = (state: Case, at: number): string[] => {
  const turn = transition(state, { kind: "time.came", at });
  return turn.ok ? turn.value.effects.flatMap((one) => (one.kind === "audit.record" ? [one.fact.type] : [])) : [];
};

describe("who decides", () => {
  it("[APPROVE-1] [APPROVE-20] only the approvers of an operation approve, reject or change, and everybody who sees the case may escalate", () => {
    const held = rule({ roles: ["operator"] });
    const state = opened(held);
    for (const action of ["approve", "reject", "modify"]) {
      expect(codeOf(state, judged("rita", ["reviewer"], held, action)), action).toBe("forbidden");
    }
    const turn = transition(state, judged("rita", ["reviewer"], held));
    expect(turn.ok ? "" : turn.error.detail).toBe(
      "only the approvers of `tool:payments.refund` decide this: the role `operator` and one user whom its entry names; an admin gives roles and changes the entry (PUT /v1/approvers/tool%3Apayments.refund)",
    );
    expect(codeOf(state, judged("rita", ["reviewer"], held, "escalate"))).toBe("escalated");
    expect(codeOf(state, judged("fin", ["developer"], held))).toBe("approved");
    expect(codeOf(state, judged("otto", ["operator"], held, "reject"))).toBe("rejected");
    expect(codeOf(state, judged("ada", ["admin"], held))).toBe("approved");
    // Only users are named: an admin is none of them.
    expect(codeOf(opened(rule()), judged("ada", ["admin"], rule()))).toBe("forbidden");
  });

  it("[APPROVE-1] the entry in force decides, not the one that the case was opened under", () => {
    const state = opened(rule());
    expect(codeOf(state, judged("fin", ["reviewer"], rule({ users: ["eve"] })))).toBe("forbidden");
    expect(codeOf(state, judged("eve", ["reviewer"], rule({ users: ["eve"] })))).toBe("approved");
    expect(codeOf(state, judged("rita", ["reviewer"], null))).toBe("approved");
  });

  it("[APPROVE-2] an approver who started the run cannot decide, and the same approver counts once", () => {
    const held = rule({ users: ["ann", "fin", "eve"], approvals_needed: 2 });
    const state = openCase("rev_1", request({ rule: held, approvalsNeeded: 2 }), AT).state;
    expect(codeOf(state, judged("ann", ["reviewer"], held))).toBe("second_person_required");
    const once = stateAfter(state, judged("fin", ["reviewer"], held));
    expect(codeOf(once, judged("fin", ["reviewer"], held))).toBe("conflict");
    expect(codeOf(once, judged("eve", ["reviewer"], held))).toBe("approved");
  });

  it("[APPROVE-3] the most specific operation that has an entry rules", () => {
    const asked = { workflow: "shop", step: "pay", tool: "payments.refund" };
    expect(operationsOf({ ...asked, reason: "policy" })).toEqual(["workflow:shop/pay", "tool:payments.refund", "policy"]);
    expect(operationsOf({ ...asked, reason: "unknown-outcome" }).at(-1)).toBe("unknown_outcome");
    expect(operationsOf({ ...asked, reason: "policy", tool: null })).toEqual(["workflow:shop/pay", "policy"]);
    expect(operationsOf({ ...asked, reason: "step" })).toEqual(["workflow:shop/pay"]);
    expect([operationsOf({ ...asked, reason: "budget" }), operationsOf({ ...asked, reason: "hand_over" })]).toEqual([
      ["budget"],
      ["hand_over"],
    ]);
    const entries = [rule({ operation: "policy" }), rule()];
    expect(ruleFor(operationsOf({ ...asked, reason: "policy" }), entries)?.operation).toBe("tool:payments.refund");
    expect(ruleFor(["budget"], entries)).toBeNull();
  });
});

describe("time", () => {
  const held = rule({
    due_minutes: 10,
    next: [
      { roles: [], users: ["boss"], after_minutes: 20 },
      { roles: ["admin"], users: [], after_minutes: 30 },
    ],
  });

  it("[APPROVE-4] a case is due when its entry says so, people are reminded halfway, and the next in line join at their time and not before", () => {
    const state = opened(held);
    expect([reviewView(state).due_at, wakeAt(state)]).toEqual(["2030-01-01T00:10:00.000Z", AT + 5 * MINUTE]);
    expect(factsOf(state, AT + 5 * MINUTE)).toEqual(["review.reminded"]);
    const reminded = stateAfter(state, { kind: "time.came", at: AT + 5 * MINUTE });
    expect([reminded.status, wakeAt(reminded)]).toEqual(["pending", AT + 10 * MINUTE]);
    const due = stateAfter(reminded, { kind: "time.came", at: AT + 10 * MINUTE });
    expect([due.status, due.severity]).toEqual(["escalated", "critical"]);
    expect(codeOf(due, judged("boss", ["reviewer"], held, "approve", AT + 19 * MINUTE))).toBe("forbidden");
    const joined = stateAfter(due, { kind: "time.came", at: AT + 20 * MINUTE });
    expect(reviewView(joined).approvers).toEqual({ operation: "tool:payments.refund", roles: [], users: ["fin", "boss"] });
    expect(codeOf(joined, judged("boss", ["reviewer"], held))).toBe("approved");
    expect(codeOf(joined, judged("fin", ["reviewer"], held))).toBe("approved");
    expect(codeOf(joined, judged("ada", ["admin"], held))).toBe("forbidden");
    expect(codeOf(stateAfter(joined, { kind: "time.came", at: AT + 30 * MINUTE }), judged("ada", ["admin"], held))).toBe("approved");
  });

  it("[APPROVE-4] to escalate by hand brings the next in line, as often as there are some", () => {
    const once = stateAfter(opened(held), judged("rita", ["reviewer"], held, "escalate"));
    expect(codeOf(once, judged("boss", ["reviewer"], held))).toBe("approved");
    const twice = stateAfter(once, judged("rita", ["reviewer"], held, "escalate"));
    expect(codeOf(twice, judged("ada", ["admin"], held))).toBe("approved");
    expect(codeOf(twice, judged("rita", ["reviewer"], held, "escalate"))).toBe("conflict");
  });

  it("[APPROVE-5] time alone never approves, whatever the entry says", () => {
    let state = opened(held);
    for (let at = wakeAt(state); at !== null; at = wakeAt(state)) state = stateAfter(state, { kind: "time.came", at });
    expect(state.status).toBe("expired");
    expect("closedAt" in state ? state.closedAt : 0).toBe(AT + LIFETIME_MS);
  });
});

/** As the contract calls the next in line. */
const NEXT = "then";

describe("the registry", () => {
  const flaws = (operation: string, sent: Parameters<typeof checkRule>[1]): string[] => {
    const checked = checkRule(operation, sent);
    return checked.ok ? [] : checked.error.map(({ path }) => path);
  };

  it("[APPROVE-6] fills in what is left out", () => {
    expect(checkRule("tool:a", {})).toEqual({
      ok: true,
      value: { operation: "tool:a", roles: ["reviewer"], users: [], approvals_needed: 1, next: [] },
    });
    const auto = checkRule("tool:a", { roles: ["operator", "operator"], auto_approve: { risk_below: 20 } });
    expect(auto).toMatchObject({ ok: true, value: { roles: ["operator"], auto_approve: { risk_below: 20, sample: 0.1 } } });
  });

  it.each([
    ["an unknown role", "tool:a", { roles: ["reviwer"] }, ["/roles/0"]],
    ["a role that decides nothing", "tool:a", { roles: ["reviewer", "auditor"] }, ["/roles/1"]],
    ["more approvals than people", "tool:a", { users: ["bob"], approvals_needed: 2 }, ["/approvals_needed"]],
    ["one person named twice", "tool:a", { users: ["bob", "bob"], approvals_needed: 2 }, ["/approvals_needed"]],
    ["a next in line of nobody", "tool:a", { [NEXT]: [{ after_minutes: 5 }] }, ["/then/0"]],
    [
      "times that do not grow",
      "tool:a",
      { [NEXT]: [5, 5].map((after_minutes) => ({ users: ["x"], after_minutes })) },
      ["/then/1/after_minutes"],
    ],
    ["money by itself", "budget", { auto_approve: { risk_below: 50 } }, ["/auto_approve"]],
    ["an override with one approval", "override", { approvals_needed: 1 }, ["/approvals_needed"]],
    ["an override that waits", "override", { due_minutes: 5, [NEXT]: [] }, ["/due_minutes", "/then"]],
  ])("[APPROVE-6] refuses %s", (_what, operation, sent, paths) => expect(flaws(operation, sent)).toEqual(paths));

  it("[APPROVE-6] tells tools, steps and names apart, and nothing else is an operation", () => {
    expect(operationParts("tool:a.b")).toEqual({ kind: "tool", tool: "a.b" });
    expect(operationParts("workflow:w/s")).toEqual({ kind: "step", workflow: "w", step: "s" });
    expect(operationParts("hand_over")).toEqual({ kind: "named", name: "hand_over" });
    for (const none of ["", "tool:", "workflow:w", "workflow:/s", "workflow:a/b/c", "bugdet", "constructor"])
      expect(operationParts(none), none).toBeNull();
    expect(isNamed(rule({ users: ["constructor"] }), 0, { user: "toString", roles: [] })).toBe(false);
  });
});
