/**
 * The ledger's machine: what a holder tells and wishes, against the accounts of the scopes that concern it. Pure and total; knows
 * of one holder and its two or three accounts at a time, so that an org of any size costs the same.
 *
 * INVARIANT: for every cap, spent + held + leased never grows beyond it by a grant. It can be beyond a cap that was lowered, and
 * by what holders spent beyond their leases: that is booked as it was, and nothing is granted until there is room again.
 */
import type { EpochMs } from "../time.ts";
import { type Account, asOf, book } from "./account.ts";
import { alertsOf, reached } from "./alert.ts";
import { type Amount, isNothing, larger, minus, NOTHING, plus, total } from "./amount.ts";
import { type Bound, boundsOf, grantOf, inTheWay, pressureOf, type Standing } from "./grant.ts";
import { type Holder, isRun, newHolder, tell } from "./holder.ts";
import type { BudgetAlert, LeaseAnswer, LeaseRequest } from "./lease.ts";
import type { DeskNote } from "./note.ts";

/** What the ledger knows when it decides. */
export type Facts = {
  readonly holder: Holder | null;
  /** Of `scopesOf` the holder, in that order. */
  readonly standings: readonly Standing[];
};

/** What a decision changes, and its answer. */
export type Turn = {
  readonly answer: LeaseAnswer;
  readonly holder: Holder;
  /** Those that changed. */
  readonly accounts: readonly Account[];
  readonly alerts: readonly BudgetAlert[];
  /** False: the request was answered before, or is too old; nothing changed. */
  readonly isNew: boolean;
};

type Wish = { readonly need: Amount; readonly want: Amount };
type Told = { readonly holder: Holder; readonly accounts: readonly Account[] };

/** How long a lease lasts. Runs are asked before theirs is taken back; desks, which nobody can ask, renew. */
export const LEASE_MS = { run: 15 * 60_000, desk: 3 * 60_000 } as const;

const STALE: LeaseAnswer = { ok: false, refusal: { why: "stale" } };

/** Answers a run's wish for a lease. A request that was answered before gets the same answer. */
export function takeRequest(facts: Facts, request: LeaseRequest, at: EpochMs): Turn {
  const before = facts.holder ?? newHolder(request.holder, request.user, request.workflow, at);
  const known = answered(before, request.n);
  if (known !== null) return known;
  return decide(facts, account(facts, before, request, at), { ...before, n: request.n }, request, at);
}

/** Takes a desk's report of its calls, and answers its wish. A note that was answered before gets the same answer. */
export function takeNote(facts: Facts, note: DeskNote, at: EpochMs): Turn {
  const before = facts.holder ?? newHolder(note.holder, note.user, null, at);
  const known = answered(before, note.n);
  if (known !== null) return known;
  const { all, calls, doubts } = counted(before, note);
  const told = account(facts, before, all, at);
  const { wish } = note;
  const underWay = total(Object.values(calls));
  // A desk that has calls under way keeps what they may cost, whatever it wishes.
  const least = wish === null ? null : { need: larger(wish.need, underWay), want: larger(wish.want, underWay) };
  const turn = decide(facts, told, { ...before, n: note.n }, least, at);
  return { ...turn, holder: { ...turn.holder, calls, doubts } };
}

/** The lease is past its time. `told`: what the run says of itself; null: nobody can be asked. */
export function takeBack(facts: Facts & { readonly holder: Holder }, told: { spent: Amount; held: Amount } | null, at: EpochMs): Turn {
  const { holder } = facts;
  const inDoubt = total(Object.values(holder.calls));
  const all = { spent: told?.spent ?? holder.spent, held: plus(told?.held ?? holder.held, inDoubt) };
  const turn = decide(facts, account(facts, holder, all, at), holder, { need: NOTHING, want: NOTHING }, at);
  const doubts = { ...holder.doubts, ...holder.calls };
  return { ...turn, holder: { ...turn.holder, calls: {}, doubts, answer: holder.answer } };
}

function answered(before: Holder, n: number): Turn | null {
  if (n > before.n) return null;
  const answer = n === before.n && before.answer !== null ? before.answer : STALE;
  return { answer, holder: before, accounts: [], alerts: [], isNew: false };
}

/** Writes into the accounts what the holder has spent and holds in all. */
function account({ standings }: Facts, before: Holder, all: { readonly spent: Amount; readonly held: Amount }, at: EpochMs): Told {
  const { holder, booking } = tell(before, all, at);
  return { holder, accounts: standings.map((standing) => book(asOf(standing.account, at), booking)) };
}

/** A note's attempts and outcomes, as what the desk has spent and holds in all. A call counts once, whatever is told of it again. */
function counted(before: Holder, { attempts, outcomes }: DeskNote) {
  const calls: { [call: string]: Amount } = { ...before.calls };
  const doubts: { [call: string]: Amount } = { ...before.doubts };
  let { spent, held } = before;
  for (const { call, worst } of attempts) calls[call] = worst;
  for (const outcome of outcomes) {
    const { call } = outcome;
    const doubt = doubts[call];
    const worst = calls[call];
    if (outcome.spent !== null) {
      spent = plus(spent, outcome.spent);
      if (doubt !== undefined) held = minus(held, doubt);
    } else if (worst !== undefined) held = plus(held, worst);
    delete doubts[call];
    delete calls[call];
  }
  return { all: { spent, held }, calls, doubts };
}

function decide(facts: Facts, told: Told, numbered: Pick<Holder, "n">, wish: Wish | null, at: EpochMs): Turn {
  const holder = { ...told.holder, n: numbered.n };
  const ownLease = facts.holder?.lease ?? NOTHING;
  const bounds = boundsOf(
    told.accounts.map((account, index) => ({ account, leased: facts.standings[index]?.leased ?? NOTHING })),
    holder,
    ownLease,
  );
  const { accounts, alerts, perRun } = alert(told.accounts, holder);
  const granted = grant(bounds, holder, wish, at);
  const pressure = pressureOf(bounds);
  const perCall = isRun(holder) ? null : lowestPerRun(told.accounts);
  const answer: LeaseAnswer =
    granted.inTheWay === null
      ? { ok: true, lease: granted.lease, until: granted.until, pressure, alerts, ...(perCall === null ? {} : { perCall }) }
      : {
          ok: false,
          refusal: { why: "cap", scope: granted.inTheWay.scope, cap: granted.inTheWay.cap, resetsAt: granted.inTheWay.resetsAt, alerts },
        };
  return {
    answer,
    holder: { ...holder, lease: granted.lease, until: granted.until, told: perRun, answer },
    accounts: accounts.filter((account, index) => isChanged(account, facts.standings[index]?.account, at)),
    alerts,
    isNew: true,
  };
}

function grant(
  bounds: readonly Bound[],
  holder: Holder,
  wish: Wish | null,
  at: EpochMs,
): { inTheWay: Bound | null; lease: Amount; until: EpochMs } {
  const { lease, until } = holder;
  if (wish === null) return { inTheWay: null, lease, until };
  if (isNothing(wish.need) && isNothing(wish.want)) return { inTheWay: null, lease: NOTHING, until: at };
  const bound = inTheWay(bounds, wish.need);
  if (bound !== null) return { inTheWay: bound, lease, until };
  return { inTheWay: null, lease: grantOf(bounds, wish.need, wish.want), until: at + (isRun(holder) ? LEASE_MS.run : LEASE_MS.desk) };
}

/** All alerts of this turn, once each: of the accounts' periods, and of the caps that a run has by itself. */
function alert(before: readonly Account[], holder: Holder) {
  const alerts: BudgetAlert[] = [];
  let perRun = holder.told;
  const accounts = before.map((account) => {
    const turn = alertsOf(account);
    alerts.push(...turn.alerts);
    const limit = account.caps.usd_per_run;
    if (limit === null || !isRun(holder)) return turn.account;
    const spent = holder.spent.microUsd + holder.held.microUsd;
    const { scope } = account;
    const fresh = reached(spent, limit).filter((percent) => percent > (perRun[scope] ?? 0));
    for (const percent of fresh) alerts.push({ scope, cap: "usd_per_run", percent, period: null, spent, limit });
    const highest = fresh.at(-1);
    if (highest !== undefined) perRun = { ...perRun, [scope]: highest };
    return turn.account;
  });
  return { accounts, alerts, perRun };
}

function lowestPerRun(accounts: readonly Account[]) {
  let lowest: { scope: Account["scope"]; limit: number } | null = null;
  for (const { scope, caps } of accounts)
    if (caps.usd_per_run !== null && caps.usd_per_run < (lowest?.limit ?? Number.POSITIVE_INFINITY))
      lowest = { scope, limit: caps.usd_per_run };
  return lowest;
}

/** A period that ended changes an account too, but nothing is lost by finding that out again: only what was booked is written. */
function isChanged(account: Account, stored: Account | undefined, at: EpochMs): boolean {
  if (stored === undefined) return true;
  const before = asOf(stored, at);
  const same = (a: Amount, b: Amount): boolean => a.microUsd === b.microUsd && a.tokens === b.tokens;
  return !(
    account.told === before.told &&
    same(account.day.spent, before.day.spent) &&
    same(account.day.held, before.day.held) &&
    same(account.month.spent, before.month.spent) &&
    same(account.month.held, before.month.held)
  );
}
