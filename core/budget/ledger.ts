/**
 * The ledger's machine: what a holder tells and wishes, against the accounts of the scopes that concern it. Pure and total; knows
 * of one holder and its two or three accounts at a time, so that an org of any size costs the same.
 *
 * INVARIANT: for every cap, spent + held + leased never grows beyond it by a grant. It can be beyond a cap that was lowered, and
 * by what holders spent beyond their leases: that is booked as it was, and nothing is granted until there is room again.
 */
import type { EpochMs } from "../time.ts";
import { type Account, asOf, book, everOf } from "./account.ts";
import { alertsOf, reached } from "./alert.ts";
import { type Amount, beyond, isNothing, larger, minus, NOTHING, plus, total } from "./amount.ts";
import { type Bound, boundsOf, grantOf, inTheWay, pressureOf, type Standing } from "./grant.ts";
import { type Holder, isRun, kindOf, newHolder, tell } from "./holder.ts";
import type { BudgetAlert, LeaseAnswer, LeaseRequest } from "./lease.ts";
import type { DeskNote } from "./note.ts";
import { boundsOfPurse, type Purse, type PurseRefusal } from "./purse.ts";

/** What the ledger knows when it decides. */
export type Facts = {
  readonly holder: Holder | null;
  /** Of `scopesOf` the holder, in that order. */
  readonly standings: readonly Standing[];
  /** What the org has of the deployment. null: this is the deployment's own ledger. */
  readonly purse: PurseFacts | null;
};

/** The org's purse. `refusal`: the deployment was asked just now, and refused. */
export type PurseFacts = { readonly purse: Purse; readonly refusal: PurseRefusal | null };

/** What a decision changes, and its answer. */
export type Turn = {
  readonly answer: LeaseAnswer;
  readonly holder: Holder;
  /** Those that changed. */
  readonly accounts: readonly Account[];
  readonly alerts: readonly BudgetAlert[];
  /** False: the request was answered before, or is too old; nothing changed. */
  readonly isNew: boolean;
  /** Only the purse is too small: what it must hold. The turn MUST then be dropped, and decided again when the deployment was asked. */
  readonly short: Amount | null;
};

type Wish = { readonly need: Amount; readonly want: Amount };
type Told = { readonly holder: Holder; readonly accounts: readonly Account[] };

/** How long a lease lasts. Runs and orgs are asked before theirs is taken back; desks, which nobody can ask, renew. */
export const LEASE_MS = { run: 15 * 60_000, desk: 3 * 60_000, org: 60 * 60_000 } as const;

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
  const before = facts.holder ?? newHolder(note.holder, note.user, note.workflow ?? null, at);
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
  return { answer, holder: before, accounts: [], alerts: [], isNew: false, short: null };
}

/** Writes into the accounts what the holder has spent and holds in all. */
function account({ standings }: Facts, before: Holder, all: { readonly spent: Amount; readonly held: Amount }, at: EpochMs): Told {
  const { holder, booking } = tell(before, all, at);
  return { holder, accounts: standings.map((standing) => book(asOf(standing.account, at), booking)) };
}

/** A note's attempts and outcomes, as what the desk has spent and holds in all. A call counts once, however often it is reported. */
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
    facts.standings.map((standing, index) => ({ ...standing, account: told.accounts[index] ?? standing.account })),
    ownLease,
  );
  const perRunCaps = perRunCapsOf(facts);
  for (const { scope, limit } of isRun(holder) ? perRunCaps : []) {
    const used = holder.spent.microUsd + holder.held.microUsd;
    bounds.push({ scope, cap: "usd_per_run", part: "microUsd", limit, used, taken: used, resetsAt: null });
  }
  const { accounts, alerts, perRun } = alert(told.accounts, holder, perRunCaps);
  const othersLease = minus(facts.standings[0]?.leased ?? NOTHING, ownLease);
  const granted = grant(bounds, purseBounds(facts, told, othersLease), holder, wish, at);
  const short = isShort(facts, granted.inTheWay, wish);
  const pressure = Math.max(pressureOf(bounds), facts.purse?.purse.pressure ?? 0);
  const perCall = isRun(holder) ? null : lowest(perRunCaps);
  const open = kindOf(holder) === "org" ? { open: openParts(bounds) } : {};
  const answer: LeaseAnswer =
    granted.inTheWay === null
      ? { ok: true, lease: granted.lease, until: granted.until, pressure, alerts, ...(perCall === null ? {} : { perCall }), ...open }
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
    short: short && wish !== null ? total([othersLease, wish.need, newlyBooked(facts, told)]) : null,
  };
}

/** What the org has of the deployment, as bounds; of the deployment's own ledger there are none. */
function purseBounds({ purse }: Facts, { accounts }: Told, othersLease: Amount): Bound[] {
  const org = accounts.find(({ scope }) => scope === "org");
  return purse === null || org === undefined ? [] : boundsOfPurse(purse.purse, everOf(org), othersLease, purse.refusal);
}

/** What the holder told just now: the deployment does not know of it when it is asked, because the turn is dropped until it has answered. */
function newlyBooked({ standings }: Facts, { accounts }: Told): Amount {
  const [before, after] = [standings[0]?.account, accounts[0]].map((account) =>
    account === undefined ? NOTHING : totalOf(everOf(account)),
  );
  return beyond(after ?? NOTHING, before ?? NOTHING);
}

const totalOf = ({ spent, held }: { readonly spent: Amount; readonly held: Amount }): Amount => plus(spent, held);

/** Nothing but the purse is in the way, and the deployment was not asked for more yet; or it was never asked at all. */
function isShort({ purse }: Facts, bound: Bound | null, wish: Wish | null): boolean {
  if (purse === null || purse.refusal !== null || wish === null) return false;
  if (bound !== null) return bound.scope === "deployment" && bound.cap !== "usd_per_run";
  return purse.purse.n === 0 && !(isNothing(wish.need) && isNothing(wish.want));
}

const openParts = (bounds: readonly Bound[]) => ({
  microUsd: !bounds.some(({ part }) => part === "microUsd"),
  tokens: !bounds.some(({ part }) => part === "tokens"),
});

/** `own`: the caps of this ledger's own accounts, which are asked first. `purse`: what the deployment leaves. */
function grant(
  own: readonly Bound[],
  purse: readonly Bound[],
  holder: Holder,
  wish: Wish | null,
  at: EpochMs,
): { inTheWay: Bound | null; lease: Amount; until: EpochMs } {
  const { lease, until } = holder;
  if (wish === null) return { inTheWay: null, lease, until };
  if (isNothing(wish.need) && isNothing(wish.want)) return { inTheWay: null, lease: NOTHING, until: at };
  const bound = inTheWay(own, wish.need) ?? inTheWay(purse, wish.need);
  if (bound !== null) return { inTheWay: bound, lease, until };
  return { inTheWay: null, lease: grantOf([...own, ...purse], wish.need, wish.want), until: at + LEASE_MS[kindOf(holder)] };
}

/** All alerts of this turn, once each: of the accounts' periods, and of the caps that a run has by itself. */
function alert(before: readonly Account[], holder: Holder, perRunCaps: readonly PerRunCap[]) {
  const alerts: BudgetAlert[] = [];
  let perRun = holder.told;
  const accounts = before.map((account) => {
    const turn = alertsOf(account);
    alerts.push(...turn.alerts);
    return turn.account;
  });
  for (const { scope, limit } of isRun(holder) ? perRunCaps : []) {
    const spent = holder.spent.microUsd + holder.held.microUsd;
    const fresh = reached(spent, limit).filter((percent) => percent > (perRun[scope] ?? 0));
    for (const percent of fresh) alerts.push({ scope, cap: "usd_per_run", percent, period: null, spent, limit });
    const highest = fresh.at(-1);
    if (highest !== undefined) perRun = { ...perRun, [scope]: highest };
  }
  return { accounts, alerts, perRun };
}

type PerRunCap = { readonly scope: Account["scope"]; readonly limit: number };

/** The caps of single runs: of the accounts, and the deployment's. */
function perRunCapsOf({ standings, purse }: Facts): PerRunCap[] {
  const caps = standings.flatMap(
    ({
      account: {
        scope,
        caps: { usd_per_run: limit },
      },
      capsFrom,
    }): PerRunCap[] => (limit === null ? [] : [{ scope: capsFrom ?? scope, limit }]),
  );
  const limit = purse?.purse.perRun ?? null;
  return limit === null ? caps : [...caps, { scope: "deployment", limit }];
}

const lowest = (caps: readonly PerRunCap[]): PerRunCap | null =>
  caps.reduce<PerRunCap | null>((least, cap) => (least === null || cap.limit < least.limit ? cap : least), null);

/** A period that ended changes an account too, but nothing is lost by finding that out again: only what was booked is written. */
function isChanged(account: Account, stored: Account | undefined, at: EpochMs): boolean {
  if (stored === undefined) return true;
  const before = asOf(stored, at);
  const ever = everOf(account);
  const everBefore = everOf(before);
  const same = (a: Amount, b: Amount): boolean => a.microUsd === b.microUsd && a.tokens === b.tokens;
  return !(
    account.told === before.told &&
    same(ever.spent, everBefore.spent) &&
    same(ever.held, everBefore.held) &&
    same(account.day.spent, before.day.spent) &&
    same(account.day.held, before.day.held) &&
    same(account.month.spent, before.month.spent) &&
    same(account.month.held, before.month.held)
  );
}
