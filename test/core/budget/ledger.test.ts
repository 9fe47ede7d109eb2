/** The ledger's machine, rule by rule (durable-objects/budget-ledger/README.md). */
import { beforeEach, describe, expect, it } from "vitest";
import { NOTHING } from "../../../core/budget/amount.ts";
import { LEASE_MS } from "../../../core/budget/ledger.ts";
import type { DeskNote } from "../../../core/budget/note.ts";
import { budgetView } from "../../../core/budget/view.ts";
import { amount, makeLedger, request } from "../../support/budget.ts";

const NOON = Date.UTC(2026, 10, 20, 12);
const clock = { at: NOON };
let ledger = makeLedger(clock);
beforeEach(() => {
  clock.at = NOON;
  ledger = makeLedger(clock);
});

const leaseOf = (answer: ReturnType<typeof ledger.lease>) => (answer.ok ? answer.lease : answer.refusal);
const spentOf = (scope: "org" | `user:${string}` | `workflow:${string}`) => {
  const { day, month } = ledger.account(scope);
  return [day.spent.microUsd, month.spent.microUsd, month.spent.tokens];
};

describe("granting", () => {
  it("[LEDGER-2] all of the wish far from every cap, and a time until when", () => {
    ledger.setCaps("org", { usd_per_day: 1_000_000 });
    const answer = ledger.lease(request({ need: amount(10), want: amount(1_000, 50) }));
    expect(answer).toEqual({ ok: true, lease: amount(1_000, 50), until: NOON + LEASE_MS.run, pressure: 0, alerts: [] });
  });

  it("[LEDGER-2] little more than the need near a cap, so that others find something", () => {
    ledger.setCaps("org", { usd_per_day: 1_000 });
    expect(leaseOf(ledger.lease(request({ need: amount(100), want: amount(1_000) })))).toEqual(amount(325));
    expect(leaseOf(ledger.lease(request({ holder: "run_2", need: amount(100), want: amount(1_000) })))).toEqual(amount(243));
    expect(ledger.broken()).toEqual([]);
  });

  it("[LEDGER-2] a lease is renewed in the room that it takes itself", () => {
    ledger.setCaps("org", { usd_per_day: 100 });
    ledger.lease(request({ need: amount(80), want: amount(80) }));
    clock.at += 60_000;
    expect(ledger.lease(request({ n: 2, spent: amount(30), need: amount(70), want: amount(70) }))).toMatchObject({
      ok: true,
      lease: amount(70),
      until: clock.at + LEASE_MS.run,
      pressure: 0.3,
    });
    expect(ledger.leased("org")).toEqual(amount(70));
  });

  it("[LEDGER-1] what does not fit under a cap is refused, with the cap that is in the way longest", () => {
    ledger.setCaps("org", { usd_per_day: 100, usd_per_month: 100 });
    ledger.setCaps("user:ann", { usd_per_day: 50 });
    ledger.setCaps("workflow:refund", { tokens_per_month: 10 });
    expect(leaseOf(ledger.lease(request({ need: amount(51), want: amount(51) })))).toMatchObject({
      why: "cap",
      scope: "user:ann",
      cap: "usd_per_day",
      resetsAt: Date.UTC(2026, 10, 21),
    });
    expect(leaseOf(ledger.lease(request({ n: 2, need: amount(101), want: amount(101) })))).toMatchObject({
      scope: "org",
      cap: "usd_per_month",
      resetsAt: Date.UTC(2026, 11, 1),
    });
    expect(leaseOf(ledger.lease(request({ n: 3, need: amount(1, 11), want: amount(1, 11) })))).toMatchObject({
      scope: "workflow:refund",
      cap: "tokens_per_month",
    });
    expect(leaseOf(ledger.lease(request({ n: 4, need: amount(50, 10), want: amount(50, 10) })))).toEqual(amount(50, 10));
  });

  it("[LEDGER-1] a cap for each run counts that run alone, over all its life", () => {
    ledger.setCaps("workflow:refund", { usd_per_run: 100 });
    expect(leaseOf(ledger.lease(request({ need: amount(60), want: amount(60) })))).toEqual(amount(60));
    expect(leaseOf(ledger.lease(request({ holder: "run_2", need: amount(100), want: amount(100) })))).toEqual(amount(100));
    expect(leaseOf(ledger.lease(request({ n: 2, spent: amount(60), need: amount(41), want: amount(41) })))).toMatchObject({
      why: "cap",
      cap: "usd_per_run",
      resetsAt: null,
    });
    clock.at += 24 * 3_600_000;
    expect(leaseOf(ledger.lease(request({ n: 3, spent: amount(60), held: amount(20), need: amount(21), want: amount(21) })))).toMatchObject(
      {
        cap: "usd_per_run",
      },
    );
  });

  it("[LEDGER-3] a refusal leaves what was leased before, less what was told of since", () => {
    ledger.setCaps("org", { usd_per_day: 100 });
    ledger.lease(request({ need: amount(80), want: amount(80) }));
    expect(ledger.lease(request({ n: 2, spent: amount(30), need: amount(71), want: amount(71) })).ok).toBe(false);
    expect(ledger.leased("org")).toEqual(amount(50));
    expect(leaseOf(ledger.lease(request({ n: 3, spent: amount(30) })))).toEqual(NOTHING);
    expect(ledger.leased("org")).toEqual(NOTHING);
  });

  it("[LEDGER-9] a cap lowered below what is spent grants nothing new and breaks nothing", () => {
    ledger.lease(request({ need: amount(80), want: amount(80) }));
    ledger.lease(request({ n: 2, spent: amount(60), need: amount(20), want: amount(20) }));
    ledger.setCaps("org", { usd_per_day: 10 });
    expect(ledger.lease(request({ holder: "run_2", need: amount(1), want: amount(1) })).ok).toBe(false);
    expect(leaseOf(ledger.lease(request({ holder: "run_3", need: amount(0, 5), want: amount(9, 5) })))).toEqual(amount(0, 5));
    expect(ledger.lease(request({ n: 3, spent: amount(80) })).ok).toBe(true);
    const account = ledger.account("org");
    expect(budgetView({ account, leased: ledger.leased("org") }, clock.at).usd_per_day).toMatchObject({
      limit: 0.00001,
      spent: 0.00008,
      left: 0,
    });
  });
});

describe("counting", () => {
  it("[LEDGER-4] a request told twice counts once and is answered as the first time; an older one is stale", () => {
    const first = ledger.lease(request({ spent: amount(7, 3), need: amount(10), want: amount(10) }));
    ledger.setCaps("org", { usd_per_day: 1 });
    expect(ledger.lease(request({ spent: amount(7, 3), need: amount(10), want: amount(10) }))).toEqual(first);
    expect(spentOf("org")).toEqual([7, 7, 3]);
    ledger.lease(request({ n: 3, spent: amount(9, 3) }));
    expect(ledger.lease(request({ n: 2, spent: amount(8, 3) }))).toEqual({ ok: false, refusal: { why: "stale" } });
    expect(spentOf("org")).toEqual([9, 9, 3]);
  });

  it("[LEDGER-5] spending counts without any cap, for the org, the user and the workflow", () => {
    ledger.lease(request({ spent: amount(7, 3) }));
    ledger.lease(request({ holder: "run_2", user: "bob", spent: amount(5, 1) }));
    expect([spentOf("org"), spentOf("user:ann"), spentOf("user:bob"), spentOf("workflow:refund")]).toEqual([
      [12, 12, 4],
      [7, 7, 3],
      [5, 5, 1],
      [12, 12, 4],
    ]);
    ledger.setCaps("org", { usd_per_month: 20 });
    expect(ledger.lease(request({ n: 2, spent: amount(7, 3), need: amount(9), want: amount(9) })).ok).toBe(false);
  });

  it("[LEDGER-6] what is spent beyond a lease is booked as it was", () => {
    ledger.setCaps("org", { usd_per_day: 100 });
    ledger.lease(request({ need: amount(90), want: amount(90) }));
    ledger.lease(request({ n: 2, spent: amount(130), need: amount(1), want: amount(1) }));
    expect(spentOf("org")).toEqual([130, 130, 0]);
    expect(ledger.leased("org")).toEqual(NOTHING);
    expect(ledger.lease(request({ holder: "run_2", need: amount(1), want: amount(1) })).ok).toBe(false);
  });

  it("[LEDGER-7] what is held counts against the caps and is not spent", () => {
    ledger.setCaps("org", { usd_per_day: 100 });
    ledger.lease(request({ need: amount(60), want: amount(60) }));
    ledger.lease(request({ n: 2, held: amount(60) }));
    expect(spentOf("org")).toEqual([0, 0, 0]);
    expect(ledger.lease(request({ holder: "run_2", need: amount(41), want: amount(41) })).ok).toBe(false);
    ledger.lease(request({ n: 3, spent: amount(10), held: NOTHING }));
    expect(ledger.lease(request({ holder: "run_2", n: 2, need: amount(90), want: amount(90) })).ok).toBe(true);
    expect(ledger.broken()).toEqual([]);
  });

  it("[LEDGER-8] a day and a month begin anew in UTC; leases go over, what is told is booked when it is told", () => {
    ledger.setCaps("org", { usd_per_day: 100, usd_per_month: 150 });
    clock.at = Date.UTC(2026, 10, 30, 23, 59, 59, 999);
    ledger.lease(request({ spent: amount(40), held: amount(10), need: amount(50), want: amount(50) }));
    expect(ledger.lease(request({ holder: "run_2", need: amount(1), want: amount(1) })).ok).toBe(false);
    clock.at += 1;
    expect(leaseOf(ledger.lease(request({ holder: "run_2", n: 2, need: amount(51), want: amount(51) })))).toMatchObject({
      cap: "usd_per_day",
    });
    expect(ledger.lease(request({ holder: "run_2", n: 3, need: amount(50), want: amount(50) })).ok).toBe(true);
    ledger.lease(request({ n: 2, spent: amount(75), held: amount(10), need: amount(15), want: amount(15) }));
    expect(spentOf("org")).toEqual([35, 35, 0]);
    expect(ledger.account("org").day).toMatchObject({ period: "2026-12-01", held: NOTHING });
    expect(ledger.broken()).toEqual([]);
  });
});

describe("alerts", () => {
  it("[LEDGER-10] each threshold of a cap once in its period, in the answer that crossed it", () => {
    ledger.setCaps("user:ann", { usd_per_day: 100 });
    expect(ledger.lease(request({ spent: amount(49) })).ok && ledger.alerts).toEqual([]);
    expect(ledger.lease(request({ n: 2, spent: amount(50) }))).toMatchObject({
      alerts: [{ scope: "user:ann", cap: "usd_per_day", percent: 50, period: "2026-11-20", spent: 50, limit: 100 }],
    });
    expect(ledger.lease(request({ n: 3, spent: amount(50), held: amount(46) }))).toMatchObject({
      alerts: [{ percent: 80 }, { percent: 95 }],
    });
    expect(ledger.lease(request({ n: 4, spent: amount(50) }))).toMatchObject({ alerts: [] });
    expect(ledger.lease(request({ n: 5, spent: amount(99) }))).toMatchObject({ alerts: [] });
    clock.at += 12 * 3_600_000;
    expect(ledger.lease(request({ n: 6, spent: amount(150) }))).toMatchObject({ alerts: [{ percent: 50, period: "2026-11-21" }] });
  });

  it("[LEDGER-10] a new value of a cap tells anew only of what it is not beyond already", () => {
    ledger.setCaps("org", { usd_per_day: 100 });
    ledger.lease(request({ spent: amount(60) }));
    ledger.setCaps("org", { usd_per_day: 70 }); // 86 %: 50 and 80 are crossed
    expect(ledger.lease(request({ n: 2, spent: amount(67) }))).toMatchObject({ alerts: [{ percent: 95, limit: 70 }] });
    ledger.setCaps("org", { usd_per_day: 1_000 });
    expect(ledger.lease(request({ n: 3, spent: amount(500) }))).toMatchObject({ alerts: [{ percent: 50, limit: 1_000 }] });
    ledger.setCaps("org", { usd_per_day: 1_000, usd_per_month: 9_000 });
    expect(ledger.lease(request({ n: 4, spent: amount(510) }))).toMatchObject({ alerts: [] });
  });

  it("[LEDGER-10] of a cap for each run, each run by itself", () => {
    ledger.setCaps("org", { usd_per_run: 100 });
    expect(ledger.lease(request({ spent: amount(80) }))).toMatchObject({
      alerts: [
        { cap: "usd_per_run", percent: 50, period: null },
        { cap: "usd_per_run", percent: 80, spent: 80, limit: 100 },
      ],
    });
    expect(ledger.lease(request({ holder: "run_2", spent: amount(50) }))).toMatchObject({ alerts: [{ percent: 50 }] });
    expect(ledger.lease(request({ n: 2, spent: amount(94) }))).toMatchObject({ alerts: [] });
  });

  it("[LEDGER-10] a refusal brings the alerts of what it told", () => {
    ledger.setCaps("org", { usd_per_day: 100 });
    expect(leaseOf(ledger.lease(request({ spent: amount(100), need: amount(1), want: amount(1) })))).toMatchObject({
      why: "cap",
      alerts: [{ percent: 50 }, { percent: 80 }, { percent: 95 }],
    });
    expect(ledger.alerts).toHaveLength(3);
  });

  it("[LEDGER-10] a cap of nothing tells of nothing that is not used", () => {
    ledger.setCaps("org", { usd_per_day: 0 });
    expect(ledger.lease(request({ need: amount(0, 5), want: amount(0, 5) }))).toMatchObject({ ok: true, pressure: 1, alerts: [] });
    expect(ledger.lease(request({ n: 2, need: amount(1), want: amount(1) })).ok).toBe(false);
  });
});

describe("a desk", () => {
  const note = (over: Partial<DeskNote>): DeskNote => ({
    holder: "desk_1",
    user: "ann",
    n: 1,
    attempts: [],
    outcomes: [],
    wish: null,
    ...over,
  });
  const attempt = (call: string, worst: number) => ({ call, worst: amount(worst), records: [] });
  const outcome = (call: string, spent: number | null) => ({ call, spent: spent === null ? null : amount(spent), records: [] });

  it("[LEDGER-12] a call's cost comes out of the slice, once, whatever is told of it again", () => {
    ledger.setCaps("org", { usd_per_day: 1_000 });
    ledger.note(note({ wish: { need: amount(100), want: amount(100) } }));
    ledger.note(note({ n: 2, attempts: [attempt("run_a", 40), attempt("run_b", 40)] }));
    expect(ledger.leased("org")).toEqual(amount(100));
    const settled = note({ n: 3, outcomes: [outcome("run_a", 15)] });
    expect(ledger.note(settled)).toMatchObject({ ok: true, lease: amount(85) });
    expect(ledger.note(settled)).toMatchObject({ ok: true, lease: amount(85) });
    expect(spentOf("org")).toEqual([15, 15, 0]);
    expect(spentOf("user:ann")).toEqual([15, 15, 0]);
    ledger.note(note({ n: 4, outcomes: [outcome("run_b", null)] }));
    expect(ledger.account("org").day).toMatchObject({ spent: amount(15), held: amount(40) });
    expect(ledger.leased("org")).toEqual(amount(45));
  });

  it("[LEDGER-5] counts for the org and the user, and for a workflow only where it serves one", () => {
    const attempts = [attempt("run_a", 40)];
    ledger.note(note({ attempts }));
    ledger.note(note({ holder: "desk_2", workflow: "refund", attempts }));
    expect([...ledger.holders.values()].map(({ workflow }) => workflow)).toEqual([null, "refund"]);
    ledger.note(note({ n: 2, outcomes: [outcome("run_a", 12)] }));
    ledger.note(note({ holder: "desk_2", workflow: "refund", n: 2, outcomes: [outcome("run_a", 3)] }));
    expect([...ledger.accounts.keys()]).toEqual(["org", "user:ann", "workflow:refund"]);
    expect([spentOf("org")[0], spentOf("user:ann")[0], spentOf("workflow:refund")[0]]).toEqual([15, 15, 3]);
  });

  it("[LEDGER-12] keeps what its calls may cost, whatever it wishes", () => {
    ledger.note(note({ attempts: [attempt("run_a", 40)], wish: { need: amount(100), want: amount(100) } }));
    expect(ledger.note(note({ n: 2, wish: { need: NOTHING, want: NOTHING } }))).toMatchObject({ lease: amount(40) });
    expect(ledger.note(note({ n: 3, outcomes: [outcome("run_a", 1)], wish: { need: NOTHING, want: NOTHING } }))).toMatchObject({
      lease: NOTHING,
    });
  });

  it("[LEDGER-11] past its time the slice goes back, but what calls under way may cost", () => {
    ledger.setCaps("org", { usd_per_day: 1_000 });
    ledger.note(note({ attempts: [attempt("run_a", 40)], wish: { need: amount(100), want: amount(100) } }));
    ledger.takeBack("desk_1", null);
    expect(ledger.leased("org")).toEqual(NOTHING);
    expect(ledger.account("org").day).toMatchObject({ spent: NOTHING, held: amount(40) });
    // The outcome comes after all: the doubt is over.
    ledger.note(note({ n: 2, outcomes: [outcome("run_a", 12)] }));
    expect(ledger.account("org").day).toMatchObject({ spent: amount(12), held: NOTHING });
  });

  it("[LEDGER-1] hears what one call may cost", () => {
    ledger.setCaps("user:ann", { usd_per_run: 30 });
    ledger.setCaps("org", { usd_per_run: 50 });
    expect(ledger.note(note({ wish: { need: amount(100), want: amount(100) } }))).toMatchObject({
      ok: true,
      perCall: { scope: "user:ann", limit: 30 },
    });
  });
});

describe("taking back", () => {
  it("[LEDGER-11] a run's lease goes back as the run says what it spent", () => {
    ledger.setCaps("org", { usd_per_day: 100 });
    ledger.lease(request({ spent: amount(5), need: amount(90), want: amount(90) }));
    ledger.takeBack("run_1", { spent: amount(30), held: amount(8) });
    expect(ledger.account("org").day).toMatchObject({ spent: amount(30), held: amount(8) });
    expect(ledger.leased("org")).toEqual(NOTHING);
    // It was only slow: its next request counts on from there.
    expect(ledger.lease(request({ n: 2, spent: amount(33), held: amount(8), need: amount(10), want: amount(10) })).ok).toBe(true);
    expect(spentOf("org")).toEqual([33, 33, 0]);
  });

  it("[LEDGER-11] of a run that there is not, everything that it did not tell of goes back", () => {
    ledger.lease(request({ spent: amount(5), held: amount(1), need: amount(90), want: amount(90) }));
    ledger.takeBack("run_1", null);
    expect(ledger.account("org").day).toMatchObject({ spent: amount(5), held: amount(1) });
    expect(ledger.leased("org")).toEqual(NOTHING);
  });
});

describe("midnight", () => {
  const BEFORE = Date.UTC(2026, 10, 20, 23, 59);
  const AFTER = Date.UTC(2026, 10, 21, 0, 1);

  it("[LEDGER-8] a clock that goes back over midnight clears neither day nor month", () => {
    clock.at = AFTER;
    ledger.lease(request({ need: amount(10), want: amount(10) }));
    ledger.lease(request({ n: 2, spent: amount(7, 3), need: amount(1), want: amount(1) }));
    clock.at = BEFORE;
    expect(spentOf("org")).toEqual([7, 7, 3]);
    ledger.lease(request({ n: 3, spent: amount(9, 3), need: amount(1), want: amount(1) }));
    clock.at = AFTER;
    expect(spentOf("org")).toEqual([9, 9, 3]);
  });

  it("[LEDGER-8] what was held on one day and is let go on the next is no longer held in the month", () => {
    const held = () => {
      const { day, month } = ledger.account("org");
      return [day.held, month.held];
    };
    clock.at = BEFORE;
    ledger.lease(request({ need: amount(10), want: amount(10) }));
    ledger.lease(request({ n: 2, held: amount(8, 2), need: amount(1), want: amount(1) }));
    expect(held()).toEqual([amount(8, 2), amount(8, 2)]);
    clock.at = AFTER;
    expect(held()).toEqual([NOTHING, amount(8, 2)]);
    ledger.lease(request({ n: 3, held: NOTHING, spent: amount(5, 1), need: amount(1), want: amount(1) }));
    expect(held()).toEqual([NOTHING, NOTHING]);
    expect(spentOf("org")).toEqual([5, 5, 1]);
  });
});
