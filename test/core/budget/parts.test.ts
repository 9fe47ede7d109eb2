/** The small parts of the ledger at their edges: amounts, thresholds, what an account shows, what is written. */
import { describe, expect, it } from "vitest";
import { newAccount } from "../../../core/budget/account.ts";
import { reached } from "../../../core/budget/alert.ts";
import { isNothing } from "../../../core/budget/amount.ts";
import type { BudgetAlert } from "../../../core/budget/lease.ts";
import { alertData } from "../../../core/budget/record.ts";
import { budgetView } from "../../../core/budget/view.ts";
import { amount, caps, makeLedger, request } from "../../support/budget.ts";

const NOON = Date.UTC(2026, 10, 20, 12);

it.each([
  [amount(0, 0), true],
  [amount(1, 0), false],
  [amount(0, 1), false],
  [amount(1, 1), false],
])("[LEDGER-2] %j is nothing: %s", (value, nothing) => expect(isNothing(value)).toBe(nothing));

it.each([
  [0, 0, []],
  [-1, 100, []],
  [49, 100, []],
  [50, 100, [50]],
  [80, 100, [50, 80]],
  [95, 100, [50, 80, 95]],
  [1, 0, [50, 80, 95]],
])("[LEDGER-10] %d of %d reaches %j", (used, limit, percents) => expect(reached(used, limit)).toEqual(percents));

it("[LEDGER-10] an alert of a run's own cap names the run, one of a period does not", () => {
  const alert: BudgetAlert = { scope: "org", cap: "usd_per_day", percent: 80, period: "2026-11-20", spent: 800_000, limit: 1_000_000 };
  const shown = { scope: "org", cap: "usd_per_day", percent: 80, period: "2026-11-20", spent: 0.8, limit: 1 };
  expect(alertData(alert, { id: "run_1", workflow: null })).toEqual(shown);
  expect(alertData({ ...alert, cap: "usd_per_run", period: null }, { id: "run_1", workflow: null })).toEqual({
    ...shown,
    cap: "usd_per_run",
    period: null,
    run: "run_1",
  });
  expect(alertData({ ...alert, cap: "tokens_per_month", spent: 8, limit: 10 }, { id: "run_1", workflow: null })).toMatchObject({
    spent: 8,
    limit: 10,
  });
});

describe("what an account shows", () => {
  const account = newAccount("org", NOON);
  const view = (leased: number, usd_per_run: number | null = null, of = account) =>
    budgetView({ account: { ...of, caps: caps({ usd_per_day: 1_000_000, usd_per_run }) }, leased: amount(leased) }, NOON);

  it("[LEDGER-9] what is leased is not left, and nothing is less than nothing", () => {
    expect(view(300_000).usd_per_day).toMatchObject({ limit: 1, leased: 0.3, left: 0.7 });
    expect(view(1_300_000).usd_per_day).toMatchObject({ left: 0 });
    expect(view(0).usd_per_month).toMatchObject({ limit: null, left: null });
  });

  it("[LEDGER-9] what is spent or held is not left either", () => {
    const used = { ...account, day: { ...account.day, spent: amount(200_000), held: amount(100_000) } };
    expect(view(300_000, null, used).usd_per_day).toMatchObject({ spent: 0.2, held: 0.1, leased: 0.3, left: 0.4 });
  });

  it("[LEDGER-9] a cap for each run where there is one", () => {
    expect(view(0).usd_per_run).toBeNull();
    expect(view(0, 500_000).usd_per_run).toEqual({ limit: 0.5 });
  });
});

describe("what a turn writes", () => {
  const clock = { at: NOON };
  const scopesOf = (turn: { readonly accounts: readonly { readonly scope: string }[] }): string[] =>
    turn.accounts.map(({ scope }) => scope);

  it.each([
    ["spent money", { spent: amount(1) }],
    ["spent tokens", { spent: amount(0, 1) }],
    ["held money", { held: amount(1) }],
    ["held tokens", { held: amount(0, 1) }],
  ])("[LEDGER-5] the accounts of all its scopes for %s", (_, told) => {
    const ledger = makeLedger(clock);
    ledger.lease(request({ need: amount(10, 10), want: amount(10, 10) }));
    const turn = ledger.decide(request({ n: 2, need: amount(10, 10), want: amount(10, 10), ...told }));
    expect(scopesOf(turn)).toEqual(["org", "user:ann", "workflow:refund"]);
  });

  it("[LEDGER-5] no account where nothing was spent or held since", () => {
    const ledger = makeLedger(clock);
    ledger.lease(request({ spent: amount(5, 5), need: amount(10, 10), want: amount(10, 10) }));
    expect(scopesOf(ledger.decide(request({ n: 2, spent: amount(5, 5), need: amount(20, 20), want: amount(20, 20) })))).toEqual([]);
  });

  it("[LEDGER-4] a repeated request and an older one change nothing", () => {
    const ledger = makeLedger(clock);
    ledger.lease(request({ n: 2, need: amount(10), want: amount(10) }));
    expect(ledger.decide(request({ n: 2, need: amount(10), want: amount(10) }))).toMatchObject({ isNew: false, accounts: [] });
    expect(ledger.decide(request({ n: 1, need: amount(10), want: amount(10) })).isNew).toBe(false);
    expect(ledger.decide(request({ n: 3, need: amount(10), want: amount(10) })).isNew).toBe(true);
  });

  it("[LEDGER-2] a wish for nothing gives the lease back at once; one for money or tokens alone does not", () => {
    const ledger = makeLedger(clock);
    ledger.lease(request({ need: amount(10, 10), want: amount(10, 10) }));
    expect(ledger.lease(request({ n: 2, need: amount(0), want: amount(0, 5) }))).toMatchObject({ ok: true, lease: amount(0, 5) });
    expect(ledger.lease(request({ n: 3, need: amount(0), want: amount(0) }))).toMatchObject({ lease: amount(0), until: NOON });
  });
});
