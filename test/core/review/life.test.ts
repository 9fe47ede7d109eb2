import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { DUE_MS, type ReviewAction, type ReviewRequest, type ReviewStatus } from "../../../core/review/case.ts";
import {
  type Case,
  type CaseEvent,
  transition as change,
  EXPIRY,
  isOpen,
  type Judgement,
  LIFETIME_MS,
  openCase,
  wakeAt,
} from "../../../core/review/life.ts";
import { reviewRecord } from "../../../core/review/record.ts";
import { reviewView } from "../../../core/review/view.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const transition = (state: Case, event: CaseEvent) => change(state, event, sha256);

const AT = Date.UTC(2030, 0, 1);
const MINUTE = 60_000;

const request = (over: Partial<ReviewRequest> = {}): ReviewRequest => ({
  key: "run_1/approve#1",
  run: "run_1",
  step: "approve",
  activity: "approve",
  startedBy: "ann",
  severity: "high",
  risk: { score: 0.4, factors: ["amount"] },
  policy: { version: "p1", decision: "ask" },
  proposal: { refund: 120, note: { text: "late", tag: "x" } },
  digest: "d".repeat(64),
  approvalsNeeded: 1,
  traceId: "t1",
  at: AT,
  ...over,
});
const opened = (over: Partial<ReviewRequest> = {}): Case => openCase("rev_1", request(over), AT).state;
const judged = (over: Partial<Judgement> = {}, at = AT + 1): CaseEvent => ({
  kind: "judged",
  root: null,
  roles: ["reviewer"],
  rule: null,
  at,
  by: "bob",
  action: "approve",
  reason: "checked",
  changes: null,
  digest: null,
  ...over,
});

/** The state after an event that must be taken. */
const stateAfter = (state: Case, event: CaseEvent): Case => {
  const turn = transition(state, event);
  if (!turn.ok) throw new Error(`refused: ${turn.error.code}`);
  return turn.value.state;
};
const messages = (state: Case, event: CaseEvent) => {
  const turn = transition(state, event);
  return turn.ok ? turn.value.effects.flatMap((effect) => (effect.kind === "run.tell" ? [effect.message] : [])) : turn.error.code;
};
const facts = (state: Case, event: CaseEvent) => {
  const turn = transition(state, event);
  return turn.ok ? turn.value.effects.flatMap((effect) => (effect.kind === "audit.record" ? [effect.fact] : [])) : turn.error.code;
};
const codeOf = (state: Case, event: CaseEvent) => {
  const turn = transition(state, event);
  return turn.ok ? "taken" : turn.error.code;
};

const overdue = { kind: "time.came", at: AT + DUE_MS.high } as const;
const STATES = {
  pending: opened(),
  escalated: stateAfter(opened(), overdue),
  approved: stateAfter(opened(), judged()),
  rejected: stateAfter(opened(), judged({ action: "reject" })),
  modified: stateAfter(opened(), judged({ action: "modify", changes: { refund: 100 } })),
  expired: stateAfter(opened(), { kind: "time.came", at: AT + LIFETIME_MS }),
  cancelled: stateAfter(opened(), { kind: "run.ended", at: AT + 1 }),
} satisfies { [S in ReviewStatus]: Case };

const LATER = AT + DUE_MS.high + DUE_MS.critical;
const EVENTS = {
  approve: judged({ action: "approve" }),
  reject: judged({ action: "reject" }),
  modify: judged({ action: "modify", changes: { refund: 1 } }),
  escalate: judged({ action: "escalate" }),
  early: { kind: "time.came", at: AT + 1 },
  due: { kind: "time.came", at: LATER },
  lifetime: { kind: "time.came", at: AT + LIFETIME_MS },
  "run ended": { kind: "run.ended", at: AT + 2 },
} satisfies { [A in ReviewAction | "early" | "due" | "lifetime" | "run ended"]: CaseEvent };

const OPEN_ROW = {
  approve: "approved",
  reject: "rejected",
  modify: "modified",
  due: "escalated",
  lifetime: "expired",
  "run ended": "cancelled",
} as const;
const CLOSED_ROW = Object.fromEntries(Object.keys(EVENTS).map((event) => [event, "conflict"])) as {
  [E in keyof typeof EVENTS]: "conflict";
};

/** The state diagram: what each status becomes by each event, or the code of the refusal. */
const TABLE = {
  pending: { ...OPEN_ROW, escalate: "escalated", early: "pending" },
  escalated: { ...OPEN_ROW, escalate: "conflict", early: "escalated" }, // it is critical already: high rose by one
  approved: CLOSED_ROW,
  rejected: CLOSED_ROW,
  modified: CLOSED_ROW,
  expired: CLOSED_ROW,
  cancelled: CLOSED_ROW,
} satisfies { [S in ReviewStatus]: { [E in keyof typeof EVENTS]: ReviewStatus | "conflict" } };

describe("every status and every event", () => {
  for (const [status, row] of Object.entries(TABLE) as [ReviewStatus, (typeof TABLE)[ReviewStatus]][])
    for (const [name, expected] of Object.entries(row) as [keyof typeof EVENTS, string][])
      it(`[REV-1] ${status}, ${name}: ${expected}`, () => {
        const before = structuredClone(STATES[status]);
        expect(STATES[status].status).toBe(status);
        const turn = transition(STATES[status], EVENTS[name]);
        expect(turn.ok ? turn.value.state.status : turn.error.code).toBe(expected);
        expect(STATES[status]).toEqual(before);
      });
});

describe("who decides", () => {
  const actions: ReviewAction[] = ["approve", "reject", "modify", "escalate"];
  for (const action of actions)
    it(`[REV-2] the user who started the run cannot ${action}, whatever the status`, () => {
      for (const state of Object.values(STATES))
        expect(codeOf(state, judged({ by: "ann", action, changes: action === "modify" ? {} : null }))).toBe("second_person_required");
    });

  for (const action of actions)
    it(`[REV-15] nobody decides with a key that leads to who started the run: ${action}`, () => {
      const state = opened({
        starters: [
          { user: "ann", root: "platform-admin" },
          { user: "carl", root: "eve" },
        ],
      });
      const changes = action === "modify" ? { refund: 1 } : null;
      for (const [by, root] of [
        ["bob", "ann"],
        ["bob", "eve"],
        ["eve", "platform-admin"],
        ["carl", null],
        ["platform-admin", "platform-admin"],
      ] as const) {
        expect(codeOf(state, judged({ by, root, action, changes })), by).toBe("second_person_required");
      }
      expect(transition(state, judged({ by: "bob", root: "platform-admin", action, changes })).ok).toBe(true);
    });

  for (const action of actions)
    it(`[REV-16] a key that the platform's own handed out stops what that one started, and approves nothing of it: ${action}`, () => {
      const state = opened({ startedBy: "platform-admin", starters: [{ user: "platform-admin", root: "platform-admin" }] });
      const changes = action === "modify" ? { refund: 1 } : null;
      const stops = action === "reject" || action === "escalate";
      expect(transition(state, judged({ by: "rita", root: "platform-admin", action, changes })).ok).toBe(stops);
      for (const [by, root] of [
        ["platform-admin", "platform-admin"],
        ["carl", "platform-admin/eve"],
      ] as const) {
        expect(codeOf(state, judged({ by, root, action, changes })), by).toBe("second_person_required");
      }
    });

  it("[REV-3] two keys of one person are one approval", () => {
    const once = transition(opened({ approvalsNeeded: 2 }), judged({ by: "bob", root: "eve" }));
    for (const [by, root] of [
      ["carl", "eve"],
      ["carl", "bob"],
      ["eve", null],
    ] as const)
      expect(once.ok && codeOf(once.value.state, judged({ by, root })), by).toBe("second_person_required");
    expect(once.ok && codeOf(once.value.state, judged({ by: "bob", root: "dora" }))).toBe("conflict"); // their own word again
    expect(once.ok && codeOf(once.value.state, judged({ by: "carl", root: "dora" }))).toBe("taken");
  });

  it("[REV-3] who changed a proposal does not approve it with another key either", () => {
    const asked = opened({ approvalsNeeded: 2 });
    const changed = transition(asked, judged({ by: "bob", root: "eve", action: "modify", changes: { refund: 9 } }));
    if (!changed.ok) throw new Error(changed.error.detail);
    const { digest } = reviewView(changed.value.state);
    expect(codeOf(changed.value.state, judged({ by: "carl", root: "bob", digest }))).toBe("second_person_required");
  });

  it("[REV-3] two approvals come from two people, and only the second one tells the run", () => {
    const pending = opened({ approvalsNeeded: 2 });
    const once = stateAfter(pending, judged());
    expect(once).toMatchObject({ status: "pending", approvals: [{ by: "bob", at: AT + 1 }] });
    expect(messages(pending, judged())).toEqual([]);
    expect(facts(pending, judged())).toMatchObject([{ type: "review.approved", data: { approvals: 1, approvals_needed: 2 } }]);
    expect(codeOf(once, judged())).toBe("conflict");
    expect(messages(once, judged({ by: "cat" }, AT + 2))).toMatchObject([
      { kind: "review.decided", decision: { action: "approve", by: "cat" } },
    ]);
    expect(stateAfter(once, judged({ by: "cat" }, AT + 2))).toMatchObject({
      status: "approved",
      approvals: [{ by: "bob" }, { by: "cat" }],
    });
  });

  it("[REV-3] one no is enough where two approvals are needed", () => {
    const once = stateAfter(opened({ approvalsNeeded: 2 }), judged());
    expect(stateAfter(once, judged({ by: "cat", action: "reject" })).status).toBe("rejected");
  });

  it("[REV-3] fewer than one approval is one", () => {
    expect(opened({ approvalsNeeded: 0 })).toMatchObject({ approvalsNeeded: 1 });
  });
});

describe("what an approval covers", () => {
  for (const action of ["approve", "reject", "modify", "escalate"] satisfies ReviewAction[])
    it(`[REV-4] ${action} with the digest of an older proposal is a conflict`, () => {
      const changes = action === "modify" ? { refund: 1 } : null;
      expect(codeOf(opened(), judged({ action, changes, digest: "e".repeat(64) }))).toBe("conflict");
      expect(codeOf(opened(), judged({ action, changes, digest: "d".repeat(64) }))).toBe("taken");
    });

  it("[REV-4] the run hears the digest that was decided on", () => {
    expect(messages(opened(), judged())).toEqual([
      {
        kind: "review.decided",
        decision: {
          id: "rev_1",
          activity: "approve",
          action: "approve",
          by: "bob",
          reason: "checked",
          proposal: request().proposal,
          digest: request().digest,
          at: AT + 1,
        },
      },
    ]);
  });

  it("[REV-5] changes are merged into the proposal as RFC 7396 says, and the case keeps what was asked", () => {
    const asked = { read: ["", "/extra"] };
    const changes: Json = { refund: 100, note: { tag: null }, extra: [1] };
    const modified = stateAfter(opened(asked), judged({ action: "modify", changes }));
    const granted = { refund: 100, note: { text: "late" }, extra: [1] };
    expect(messages(opened(asked), judged({ action: "modify", changes }))).toMatchObject([
      { decision: { action: "modify", proposal: granted } },
    ]);
    expect(reviewView(modified)).toMatchObject({ proposal: request().proposal, decision: { action: "modify", proposal: granted } });
  });

  it("[REV-5] changes belong to `modify` and to nothing else", () => {
    expect(codeOf(opened(), judged({ action: "modify" }))).toBe("invalid_request");
    for (const action of ["approve", "reject", "escalate"] as const)
      expect(codeOf(opened(), judged({ action, changes: { refund: 9 } }))).toBe("invalid_request");
  });
});

describe("what time does", () => {
  it("[REV-6] is due in 15 minutes, 1 hour and 4 hours", () => {
    expect([opened({ severity: "critical" }), opened(), opened({ severity: "medium" })].map((state) => state.dueAt - AT)).toEqual([
      15 * MINUTE,
      60 * MINUTE,
      240 * MINUTE,
    ]);
  });

  it("[REV-6] a millisecond before its time nothing happens but the reminder", () => {
    const turn = transition(opened(), { kind: "time.came", at: AT + DUE_MS.high - 1 });
    const reminded = { type: "review.reminded", actor: { type: "system", id: "review-queue" }, decision: null };
    const fact = { ...reminded, data: { severity: "high", user: "ann" } };
    expect(turn).toEqual({ ok: true, value: { state: { ...opened(), remindAt: null }, effects: [{ kind: "audit.record", fact }] } });
    const early = transition(opened(), { kind: "time.came", at: AT + DUE_MS.high / 2 - 1 });
    expect(early).toEqual({ ok: true, value: { state: opened(), effects: [] } });
  });

  it("[REV-7] past due it rises by one severity, is due anew, and tells the run", () => {
    const medium = opened({ severity: "medium" });
    const event = { kind: "time.came", at: AT + DUE_MS.medium + 5 } as const;
    expect(stateAfter(medium, event)).toMatchObject({
      status: "escalated",
      severity: "high",
      dueAt: event.at + DUE_MS.high,
      escalations: 1,
    });
    expect(messages(medium, event)).toEqual([
      { kind: "review.escalated", id: "rev_1", activity: "approve", severity: "high", at: event.at },
    ]);
    expect(facts(medium, event)).toMatchObject([
      { type: "review.escalated", actor: { type: "system" }, data: { from: "medium", severity: "high" } },
    ]);
  });

  it("[REV-7] left alone for ever it never approves, escalates a bounded number of times, and ends as expired", () => {
    for (const severity of ["critical", "high", "medium"] as const) {
      let state = opened({ severity });
      let turns = 0;
      let decisions: unknown[] = [];
      for (let at = wakeAt(state); at !== null; at = wakeAt(state)) {
        const event = { kind: "time.came", at } as const;
        decisions = decisions.concat(messages(state, event));
        state = stateAfter(state, event);
        expect(++turns).toBeLessThan(120);
        expect(isOpen(state) || state.status === "expired").toBe(true);
      }
      expect(decisions.at(-1)).toMatchObject({ kind: "review.decided", decision: { action: "reject", by: EXPIRY } });
      expect(decisions.slice(0, -1).every((message) => (message as { kind: string }).kind === "review.escalated")).toBe(true);
      expect(state).toMatchObject({ status: "expired", closedAt: AT + LIFETIME_MS });
    }
  });

  it("[REV-7] no user can be named like the one who says no at the end", () => {
    expect(/^[^\s/]{1,128}$/.test(EXPIRY)).toBe(false);
  });

  it("[REV-8] escalated by hand it stays open to a decision, approvals kept", () => {
    const once = stateAfter(opened({ severity: "medium", approvalsNeeded: 2 }), judged());
    const raised = stateAfter(once, judged({ by: "cat", action: "escalate" }, AT + 9));
    expect(raised).toMatchObject({ status: "escalated", severity: "high", dueAt: AT + 9 + DUE_MS.high, approvals: [{ by: "bob" }] });
    expect(stateAfter(raised, judged({ by: "dan" }, AT + 10)).status).toBe("approved");
  });

  it("[REV-8] what is critical and escalated cannot be raised by hand again", () => {
    const critical = stateAfter(opened({ severity: "critical" }), judged({ action: "escalate" }));
    expect(codeOf(critical, judged({ by: "cat", action: "escalate" }))).toBe("conflict");
  });
});

describe("on record", () => {
  it("[REV-9] every turn that changes a case is on record, without the reason's words", () => {
    const secret = "the words of a person";
    for (const state of [STATES.pending, STATES.escalated])
      for (const event of [
        judged({ reason: secret }),
        judged({ action: "reject", reason: secret }),
        EVENTS.due,
        EVENTS.lifetime,
        EVENTS["run ended"],
      ]) {
        const records = facts(state, event);
        expect(records).toHaveLength(1);
        if (typeof records === "string") throw new Error(records);
        const record = records.map((fact) => reviewRecord("evt_1", state, fact, AT, (text) => text));
        expect(JSON.stringify(record)).not.toContain(secret);
        expect(record[0]).toMatchObject({
          resource: "run/run_1/approve",
          trace_id: "t1",
          policy_version: "p1",
          data: { review: "rev_1", digest: request().digest },
        });
      }
  });

  it("[REV-9] a rejection is a deny, an approval an allow, by the person", () => {
    expect(facts(opened(), judged({ action: "reject" }))).toMatchObject([{ decision: "deny", actor: { type: "user", id: "bob" } }]);
    expect(facts(opened(), judged())).toMatchObject([{ decision: "allow", actor: { type: "user", id: "bob" } }]);
  });
});

describe("changes to a proposed call", () => {
  const proposal = { tool: "x.pay", input: { amount: 10, note: "x" } };
  const modify = (changes: Json, modifiable: "input" | "nothing" | undefined = "input") =>
    transition(opened({ proposal, ...(modifiable === undefined ? {} : { modifiable }) }), judged({ action: "modify", changes }));

  it.each<[Json, string]>([
    [{ amount: 5 }, "/changes/amount"],
    [{ tool: "x.bad" }, "/changes/tool"],
    [{ input: { amount: 5 }, tool: "x.bad" }, "/changes/tool"],
    [{ input: null }, "/changes/input"],
    ["five", "/changes"],
    [[], "/changes"],
    [{}, "/changes"],
    [{ input: {} }, "/changes"],
    [{ input: { amount: 10 } }, "/changes"],
    [{ constructor: 1 }, "/changes/constructor"],
    [JSON.parse('{"__proto__":{"input":{}}}') as Json, "/changes/__proto__"],
  ])("[REV-20] %j would not reach the call: refused with its path, and the case stays open", (changes, path) => {
    const turn = modify(changes);
    expect(turn).toMatchObject({ ok: false, error: { code: "invalid_request", errors: [{ path }] } });
  });

  it("[REV-20] what reaches the call is merged into its input; a step's own proposal takes anything of its kind", () => {
    expect(modify({ input: { amount: 5, note: null } })).toMatchObject({
      ok: true,
      value: { state: { status: "modified", decision: { proposal: { tool: "x.pay", input: { amount: 5 } } } } },
    });
    const text = opened({ proposal: "four" });
    expect(transition(text, judged({ action: "modify", changes: "five" }))).toMatchObject({
      ok: true,
      value: { state: { status: "modified" } },
    });
    expect(modify({ input: { amount: 5 } }, "nothing").ok).toBe(false);
  });
});

describe("changes to a step's own proposal", () => {
  const proposal = { amount: 100, note: "late", order: { id: "A-1", total: 3 }, lines: [1] };
  const modify = (changes: Json, read: readonly string[] = ["/amount", "/order/total", "/lines/0", "/tip"]) =>
    transition(opened({ proposal, read }), judged({ action: "modify", changes }));

  it.each<[Json, string, string]>([
    [{ amout: 1 }, "/changes/amout", "did you mean `amount`?"],
    [{ amount: 5, other: 1 }, "/changes/other", "no such field"],
    [{ order: { totl: 1 } }, "/changes/order/totl", "no such field"],
    [{ tip: null }, "/changes/tip", "no such field"],
    [{ constructor: 1 }, "/changes/constructor", "no such field"],
    [{ note: "x" }, "/changes/note", "no later step reads"],
    [{ note: null }, "/changes/note", "no later step reads"],
    [{ amount: 5, note: "x" }, "/changes/note", "no later step reads"],
    [{ order: { id: "B" } }, "/changes/order/id", "no later step reads"],
    [{}, "/changes", "changes nothing"],
    [{ order: {} }, "/changes", "changes nothing"],
    [{ amount: 100 }, "/changes", "changes nothing"],
    [{ note: "late" }, "/changes", "changes nothing"],
  ])("[REV-23] %j would change nothing: refused with its path", (changes, path, message) => {
    expect(modify(changes)).toMatchObject({
      ok: false,
      error: { code: "invalid_request", errors: [{ path, message: expect.stringContaining(message) }] },
    });
  });

  it.each<[Json]>([
    [{ amount: 5 }],
    [{ order: { total: 1 } }],
    [{ order: null }],
    [{ lines: [2, 3] }],
    [{ tip: 2 }],
    [{ amount: 5, note: "late" }],
  ])("[REV-23] %j reaches a later step", (changes) =>
    expect(modify(changes)).toMatchObject({ ok: true, value: { state: { status: "modified" } } }),
  );

  it.each<[Json, Json, readonly string[] | undefined, string, string]>([
    [proposal, "five", undefined, "/changes", "must be an object"],
    [proposal, 5, [""], "/changes", "must be an object"],
    [proposal, [], ["/amount"], "/changes", "must be an object"],
    [[1, 2], { 0: 1 }, ["/0"], "/changes", "must be a list"],
    [[1, 2], [], ["/0"], "/changes", "`/0`"],
    [proposal, { order: "A" }, ["/order/total"], "/changes/order", "`/order/total`"],
    [proposal, { order: [3] }, ["/order/total"], "/changes/order", "`/order/total`"],
    [proposal, { lines: [] }, ["/lines/0"], "/changes/lines", "`/lines/0`"],
    [{ a: { b: { c: 1 } } }, { a: { b: 2 } }, ["/a/b/c", "/a"], "/changes/a/b", "`/a/b/c`"],
  ])("[REV-23] %j changed by %j leaves later steps without what they read: refused with its path", (own, changes, read, path, message) => {
    const asked = opened({ proposal: own, ...(read === undefined ? {} : { read }) });
    expect(transition(asked, judged({ action: "modify", changes }))).toMatchObject({
      ok: false,
      error: { code: "invalid_request", errors: [{ path, message: expect.stringContaining(message) }] },
    });
  });

  it("[REV-23] a proposal that is read as a whole takes changes of every field that it has, and of no other", () => {
    expect(modify({ note: "x" }, [""]).ok).toBe(true);
    expect(modify({ amout: 1 }, [""]).ok).toBe(false);
    expect(transition(opened({ proposal: "text", read: [""] }), judged({ action: "modify", changes: {} })).ok).toBe(false);
    expect(transition(opened({ proposal: "text", read: [""] }), judged({ action: "modify", changes: "other" })).ok).toBe(true);
  });
});
