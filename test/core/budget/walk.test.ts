/**
 * Many spenders at once, at random: runs ask, call, finish, lose answers, repeat requests, die; leases end and come back; days pass;
 * the ledger forgets what it does not store. After every step no cap may be broken; at the end the count is the upstream's own.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Amount, fits, minus, NOTHING, plus, total } from "../../../core/budget/amount.ts";
import { scopesOf } from "../../../core/budget/holder.ts";
import type { LeaseAnswer, LeaseRequest } from "../../../core/budget/lease.ts";
import { amount, dice, makeLedger, request } from "../../support/budget.ts";

const START = Date.UTC(2026, 10, 1, 6);
const LAST = Date.UTC(2026, 10, 29);

/** A run as it knows itself, and what the upstream charged it. */
type Spender = {
  id: string;
  user: string;
  workflow: string | null;
  n: number;
  spent: Amount;
  held: Amount;
  left: Amount;
  until: number;
  underWay: Amount[];
  last: { request: LeaseRequest; answer: LeaseAnswer } | null;
  isDead: boolean;
};

/** `who`, `what`: 0 up to 1; `size`: 1 to 1000. */
type Step = { who: number; what: number; size: number };

function walk(
  steps: Iterable<Step>,
  spenders: number,
  caps: { org: number; user: number; workflow: number; run: number; tokens: number },
  checkAllEvery: number,
) {
  const clock = { at: START };
  const ledger = makeLedger(clock);
  ledger.setCaps("org", { usd_per_day: caps.org, usd_per_month: caps.org * 3, tokens_per_month: caps.tokens });
  for (let user = 0; user < 7; user++) ledger.setCaps(`user:u${user}`, { usd_per_day: caps.user, usd_per_run: caps.run });
  ledger.setCaps("workflow:refund", { usd_per_month: caps.workflow });
  const all: Spender[] = Array.from({ length: spenders }, (_, index) => newSpender(`run_${index}`, index));
  let charged = NOTHING;
  let number = 0;
  const seen = { granted: 0, refused: 0, returned: 0 };

  const ask = (run: Spender, more: Amount, want: Amount): void => {
    const need = plus(total(run.underWay), more);
    const asked = request({
      holder: run.id,
      user: run.user,
      workflow: run.workflow,
      n: ++run.n,
      spent: run.spent,
      held: run.held,
      need,
      want,
    });
    const answer = ledger.lease(asked);
    run.last = { request: asked, answer };
    if (answer.ok) {
      expect(fits(need, answer.lease)).toBe(true);
      run.left = answer.lease;
      run.until = answer.until;
    }
    seen[answer.ok ? "granted" : "refused"]++;
  };
  const give = (run: Spender, spent: Amount, held: Amount): void => {
    run.spent = plus(run.spent, spent);
    run.held = plus(run.held, held);
    run.left = minus(run.left, plus(spent, held));
    charged = plus(charged, spent);
  };
  /** As the ledger's alarm does: what is under way is in doubt from now on. */
  const takeBack = (run: Spender): void => {
    give(run, NOTHING, total(run.underWay));
    run.underWay = [];
    run.left = NOTHING;
    ledger.takeBack(run.id, { spent: run.spent, held: run.held });
    seen.returned++;
  };
  const step = ({ who, what, size }: Step): void => {
    const run = all[Math.floor(who * all.length)];
    if (run === undefined) return;
    const worst = amount(size, size % 37);
    if (what < 0.3) {
      if (!run.isDead) ask(run, worst, amount(size * 8, 300));
    } else if (what < 0.6) {
      if (!run.isDead && clock.at < run.until && fits(plus(worst, total(run.underWay)), run.left)) run.underWay.push(worst);
    } else if (what < 0.8) {
      const call = run.isDead ? undefined : run.underWay.pop();
      if (call !== undefined)
        give(run, amount(Math.floor((call.microUsd * size) / 1000), Math.floor((call.tokens * size) / 1000)), NOTHING);
    } else if (what < 0.83) {
      const call = run.isDead ? undefined : run.underWay.pop();
      if (call !== undefined) give(run, NOTHING, call); // nobody told
    } else if (what < 0.86) {
      if (run.last !== null) expect(ledger.lease(run.last.request)).toEqual(run.last.answer);
    } else if (what < 0.89) {
      if (!run.isDead && run.underWay.length === 0) ask(run, NOTHING, NOTHING);
    } else if (what < 0.893) run.isDead = true;
    else if (what < 0.9) ledger.wake();
    else if (what > 0.99 && clock.at < LAST) {
      clock.at += size * (what < 0.999 ? 300 : 30_000);
      for (const late of all)
        if (late.until > 0 && late.until < clock.at && ledger.holders.get(late.id)?.until === late.until) takeBack(late);
    }
    const broken = ledger.broken(scopesOf(run));
    if (broken.length > 0) expect(broken).toEqual([]); // an assertion costs more than the step
    if (++number % checkAllEvery === 0) {
      expect(ledger.broken()).toEqual([]);
      expect(ledger.brokenRuns()).toEqual([]);
    }
  };
  for (const each of steps) step(each);
  for (const run of all) {
    if (run.n === 0) continue;
    if (run.isDead || run.underWay.length > 0) takeBack(run);
    else ask(run, NOTHING, NOTHING);
  }
  ledger.wake();
  expect(ledger.broken()).toEqual([]);
  expect(ledger.brokenRuns()).toEqual([]);
  expect(ledger.leased("org")).toEqual(NOTHING);
  expect(ledger.account("org").month.spent).toEqual(charged);
  const users = Array.from({ length: 7 }, (_, user) => ledger.account(`user:u${user}`).month.spent);
  expect(total(users)).toEqual(charged);
  return { ...seen, charged };
}

const newSpender = (id: string, index: number): Spender => ({
  id,
  user: `u${index % 7}`,
  workflow: index % 3 === 0 ? "refund" : null,
  n: 0,
  spent: NOTHING,
  held: NOTHING,
  left: NOTHING,
  until: 0,
  underWay: [],
  last: null,
  isDead: false,
});

describe("[LEDGER-1] no cap is broken at any instant", () => {
  it.each([1, 2])("by 3000 runs at once (seed %i)", (seed) => {
    const roll = dice(seed);
    const steps = Array.from({ length: 15_000 }, (): Step => ({ who: roll() ** 6, what: roll(), size: 1 + Math.floor(roll() * 1000) }));
    const seen = walk(steps, 3_000, { org: 60_000, user: 20_000, workflow: 60_000, run: 2_000, tokens: 60_000 }, 500);
    // The walk went where it is narrow: much was granted, much refused, and much came back.
    expect(seen.granted).toBeGreaterThan(500);
    expect(seen.refused).toBeGreaterThan(200);
    expect(seen.returned).toBeGreaterThan(100);
    expect(seen.charged.microUsd).toBeGreaterThan(5_000);
  });

  it("by any few of them", () => {
    const step = fc.record({
      who: fc.double({ min: 0, max: 0.999, noNaN: true }),
      what: fc.double({ min: 0, max: 1, noNaN: true }),
      size: fc.integer({ min: 1, max: 1000 }),
    });
    const caps = { org: 3_000, user: 2_500, workflow: 4_000, run: 1_500, tokens: 500 };
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => void walk(steps, 4, caps, 1)),
      { numRuns: 200, seed: 20_261_120 },
    );
  });
});
