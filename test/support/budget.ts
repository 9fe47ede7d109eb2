/** Budgets in tests: an in-memory ledger made of the real machine, and the sum that no cap may be under. */
import { type Account, asOf, type Caps, NO_CAPS, newAccount } from "../../core/budget/account.ts";
import { withCaps } from "../../core/budget/alert.ts";
import { type Amount, minus, NOTHING, plus, total } from "../../core/budget/amount.ts";
import { underDefault } from "../../core/budget/grant.ts";
import { type Holder, scopesOf } from "../../core/budget/holder.ts";
import { type BudgetAlert, type BudgetScope, EVERY_USER, isUser, type LeaseAnswer, type LeaseRequest } from "../../core/budget/lease.ts";
import { type Facts, type PurseFacts, type Turn, takeBack, takeNote, takeRequest } from "../../core/budget/ledger.ts";
import type { DeskNote } from "../../core/budget/note.ts";
import type { EpochMs } from "../../core/time.ts";

export const amount = (microUsd: number, tokens = 0): Amount => ({ microUsd, tokens });
export const caps = (over: Partial<Caps>): Caps => ({ ...NO_CAPS, ...over });

export function makeLedger(clock: { at: EpochMs }) {
  const accounts = new Map<BudgetScope, Account>();
  const holders = new Map<string, Holder>();
  const alerts: BudgetAlert[] = [];

  const account = (scope: BudgetScope): Account => accounts.get(scope) ?? newAccount(scope, clock.at);
  const sums = new Map<BudgetScope, Amount>();
  const leased = (scope: BudgetScope): Amount => sums.get(scope) ?? NOTHING;
  const facts = (who: { id: string; user: string; workflow: string | null }): Facts => ({
    holder: holders.get(who.id) ?? null,
    standings: scopesOf(who).map((scope) => {
      const standing = { account: account(scope), leased: leased(scope) };
      return isUser(scope) ? underDefault(standing, account(EVERY_USER)) : standing;
    }),
    purse: ledger.purse,
  });
  const keep = (turn: Turn): LeaseAnswer => {
    if (!turn.isNew) return turn.answer;
    const change = minus(turn.holder.lease, holders.get(turn.holder.id)?.lease ?? NOTHING);
    for (const scope of scopesOf(turn.holder)) sums.set(scope, plus(leased(scope), change));
    holders.set(turn.holder.id, turn.holder);
    for (const changed of turn.accounts) accounts.set(changed.scope, { ...changed, caps: account(changed.scope).caps });
    alerts.push(...turn.alerts);
    return turn.answer;
  };

  const decide = (request: LeaseRequest): Turn =>
    takeRequest(facts({ id: request.holder, user: request.user, workflow: request.workflow }), request, clock.at);

  const ledger = {
    /** What the org has of the deployment; null: nobody bounds it. */
    purse: null as PurseFacts | null,
    decide,
    keep,
    accounts,
    holders,
    alerts,
    account: (scope: BudgetScope) => asOf(account(scope), clock.at),
    leased,
    setCaps: (scope: BudgetScope, given: Partial<Caps>) => void accounts.set(scope, withCaps(asOf(account(scope), clock.at), caps(given))),
    lease: (request: LeaseRequest) => keep(decide(request)),
    note: (note: DeskNote) => keep(takeNote(facts({ id: note.holder, user: note.user, workflow: note.workflow ?? null }), note, clock.at)),
    takeBack(id: string, told: { spent: Amount; held: Amount } | null) {
      const holder = holders.get(id);
      if (holder === undefined) throw new Error("no such holder");
      return keep(takeBack({ ...facts(holder), holder }, told, clock.at));
    },
    /** What a ledger that woke anew would know: the sums are read off the holders. */
    wake() {
      sums.clear();
      for (const holder of holders.values()) for (const scope of scopesOf(holder)) sums.set(scope, plus(leased(scope), holder.lease));
    },
    /** Every cap that is beyond its limit by spent, held and leased; empty: the rule holds. */
    broken(scopes: Iterable<BudgetScope> = accounts.keys()) {
      return [...scopes].flatMap((scope) => {
        const { caps: limits, day, month } = asOf(account(scope), clock.at);
        const ofDay = total([day.spent, day.held, leased(scope)]);
        const ofMonth = total([month.spent, month.held, leased(scope)]);
        const taken = { usd_per_day: ofDay.microUsd, usd_per_month: ofMonth.microUsd, tokens_per_month: ofMonth.tokens };
        return (["usd_per_day", "usd_per_month", "tokens_per_month"] as const)
          .filter((cap) => taken[cap] > (limits[cap] ?? Number.POSITIVE_INFINITY))
          .map((cap) => ({ scope, cap, limit: limits[cap], taken: taken[cap], day, month, leased: leased(scope) }));
      });
    },
    /** Runs that have more than a cap of theirs allows. */
    brokenRuns() {
      return [...holders.values()].flatMap((holder) =>
        scopesOf(holder).flatMap((scope) => {
          const limit = account(scope).caps.usd_per_run;
          const taken = holder.spent.microUsd + holder.held.microUsd + holder.lease.microUsd;
          return limit !== null && holder.id.startsWith("run_") && taken > limit ? [{ scope, limit, taken, id: holder.id }] : [];
        }),
      );
    },
  };
  return ledger;
}

/** Numbers from a seed (mulberry32): 0 up to but not 1. */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const request = (over: Partial<LeaseRequest> = {}): LeaseRequest => ({
  holder: "run_1",
  user: "ann",
  workflow: "refund",
  n: 1,
  spent: NOTHING,
  held: NOTHING,
  need: NOTHING,
  want: NOTHING,
  ...over,
});
