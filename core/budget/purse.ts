/**
 * What an org's ledger has leased from the deployment's, so that all orgs together stay under the deployment's caps. The org is one
 * holder there: it tells in all what it has spent and holds, and what its own holders have leased comes out of its lease. Pure.
 *
 * INVARIANT: of a part that a cap of the deployment bounds, what the org's holders have leased never grows beyond the purse by a grant.
 */
import type { EpochMs } from "../time.ts";
import { type Amount, beyond, larger, minus, NOTHING, plus, smaller } from "./amount.ts";
import type { Bound } from "./grant.ts";
import { holderOfOrg } from "./holder.ts";
import type { CapName, LeaseAnswer, LeaseRequest } from "./lease.ts";

type Totals = { readonly spent: Amount; readonly held: Amount };

/** PERSISTED: the one row of the org ledger's table `purse`. */
export type Purse = {
  readonly v: 1;
  /** The last request that was sent. */
  readonly n: number;
  /** What that request told. */
  readonly told: Totals;
  /** What the org may have beyond `told`. */
  readonly lease: Amount;
  /** Parts that no cap of the deployment bounds. */
  readonly open: { readonly [Part in keyof Amount]: boolean };
  readonly pressure: number;
  /** The deployment's `usd_per_run`, in micro-dollars. */
  readonly perRun: number | null;
  /** When the last request was sent, and whether it was answered. */
  readonly at: EpochMs;
  readonly isAnswered: boolean;
};

const NOT_OPEN = { microUsd: false, tokens: false };

/** Nothing is granted before the deployment was asked once. */
export const EMPTY_PURSE: Purse = {
  v: 1,
  n: 0,
  told: { spent: NOTHING, held: NOTHING },
  lease: NOTHING,
  open: NOT_OPEN,
  pressure: 0,
  perRun: null,
  at: 0,
  isAnswered: false,
};

/** Why the deployment refuses, and since which need. */
export type PurseRefusal = { readonly need: Amount; readonly cap: CapName; readonly resetsAt: EpochMs | null };

/** How often an org that has something to tell tells it, though it needs nothing. */
export const TELL_MS = 60_000;
/** An org asks for this many times its need, where there is room, so that the next requests need not ask again. */
const NEEDS_AHEAD = 16;

/** What is left of the lease when the org has spent and holds this in all. What its holders have leased is part of it. */
function leftOf({ told, lease }: Purse, ever: Totals): Amount {
  const more = plus(beyond(ever.spent, told.spent), beyond(ever.held, told.held));
  return beyond(lease, beyond(more, beyond(told.held, ever.held)));
}

/** The purse as bounds of a grant. `othersLease`: what the org's other holders have. */
export function boundsOfPurse(purse: Purse, ever: Totals, othersLease: Amount, refusal: PurseRefusal | null): Bound[] {
  const left = leftOf(purse, ever);
  return (["microUsd", "tokens"] as const)
    .filter((part) => !purse.open[part])
    .map((part) => ({
      scope: "deployment",
      cap: refusal?.cap ?? (part === "tokens" ? "tokens_per_month" : "usd_per_month"),
      part,
      limit: left[part],
      used: 0,
      taken: othersLease[part],
      resetsAt: refusal?.resetsAt ?? null,
    }));
}

/**
 * The next request, and the purse while it is on its way: no more is granted meanwhile than the answer is sure to leave. `leased`: of
 * all the org's holders; `least`: what the org must have; null: it only tells.
 */
export function nextRequest(
  purse: Purse,
  org: string,
  facts: { readonly ever: Totals; readonly leased: Amount; readonly least: Amount | null },
  at: EpochMs,
): { readonly purse: Purse; readonly request: LeaseRequest } {
  const { ever, leased, least } = facts;
  const need = larger(leased, least ?? NOTHING);
  const more = minus(need, leased);
  const recent = beyond(ever.spent, purse.told.spent);
  const ahead = least === null ? NOTHING : larger({ microUsd: more.microUsd * NEEDS_AHEAD, tokens: more.tokens * NEEDS_AHEAD }, recent);
  const n = purse.n + 1;
  const request = { holder: holderOfOrg(org), user: "", workflow: null, n, ...ever, need, want: plus(need, ahead) };
  return { purse: { ...purse, n, told: ever, lease: smaller(leftOf(purse, ever), need), at, isAnswered: false }, request };
}

/** The purse after an answer to its request `n`. An answer to an older request, or `stale`, changes nothing. */
export function takeAnswer(purse: Purse, n: number, answer: LeaseAnswer): Purse {
  if (n !== purse.n || (!answer.ok && answer.refusal.why === "stale")) return purse;
  if (!answer.ok) return { ...purse, isAnswered: true, open: NOT_OPEN };
  const { lease, pressure, perCall, open } = answer;
  return { ...purse, isAnswered: true, lease, pressure, perRun: perCall?.limit ?? null, open: open ?? NOT_OPEN };
}

/** The purse when the deployment's caps have changed: what the holders have stays theirs, and nothing more is granted unasked. */
export const recalled = (purse: Purse, ever: Totals, leased: Amount): Purse => ({
  ...purse,
  isAnswered: false,
  told: ever,
  lease: leased,
  open: NOT_OPEN,
});

/** When the org is to tell next though nobody needs anything; null: the deployment knows all of it. */
export function tellsAt(purse: Purse, ever: Totals, leased: Amount): EpochMs | null {
  const same = (one: Amount, other: Amount): boolean => one.microUsd === other.microUsd && one.tokens === other.tokens;
  if (purse.n === 0) return null; // nothing was granted yet
  const isKnown = purse.isAnswered && same(ever.spent, purse.told.spent) && same(ever.held, purse.told.held) && same(purse.lease, leased);
  return isKnown ? null : purse.at + TELL_MS;
}
