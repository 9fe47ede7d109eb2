/** How much of a wish is granted: what every cap leaves, all of it far from the caps, little more than what is needed near them. */
import type { EpochMs } from "../time.ts";
import { type Account, capStates, hasCaps } from "./account.ts";
import { type Amount, larger, minus } from "./amount.ts";
import type { BudgetScope, CapName } from "./lease.ts";

/**
 * A scope's account as of now, and what all its holders have leased. `capsFrom`: the scope whose line gave the account its caps;
 * absent: its own.
 */
export type Standing = { readonly account: Account; readonly leased: Amount; readonly capsFrom?: BudgetScope };

/** The standing under the caps that count for it: its own line's, else the default's. */
export const underDefault = (standing: Standing, line: Account): Standing =>
  hasCaps(standing.account) ? standing : { ...standing, account: { ...standing.account, caps: line.caps }, capsFrom: line.scope };

/** A cap that bounds a grant, and what it leaves. */
export type Bound = {
  readonly scope: BudgetScope;
  readonly cap: CapName;
  readonly part: keyof Amount;
  readonly limit: number;
  /** Spent and held, by everybody. */
  readonly used: number;
  /** Used, and leased by others: all but the holder's own lease. */
  readonly taken: number;
  readonly resetsAt: EpochMs | null;
};

/** Every cap of a period that concerns a holder. `ownLease`: what `leased` has of it. */
export function boundsOf(standings: readonly Standing[], ownLease: Amount): Bound[] {
  return standings.flatMap(({ account, leased, capsFrom: scope = account.scope }) => {
    const others = minus(leased, ownLease);
    return capStates(account).flatMap(({ cap, limit, spent, held, resetsAt, part }): Bound[] =>
      limit === null ? [] : [{ scope, cap, part, limit, used: spent + held, taken: spent + held + others[part], resetsAt }],
    );
  });
}

const roomOf = ({ limit, taken }: Bound): number => Math.max(0, limit - taken);

/** The cap that a need does not fit under; of several the one that stays in the way for longest. */
export function inTheWay(bounds: readonly Bound[], need: Amount): Bound | null {
  const ends = ({ resetsAt }: Bound): number => resetsAt ?? Number.POSITIVE_INFINITY;
  return bounds
    .filter((bound) => need[bound.part] > roomOf(bound))
    .reduce<Bound | null>((longest, bound) => (longest === null || ends(bound) > ends(longest) ? bound : longest), null);
}

/** Beyond its need a holder gets at most 1/SHARE of what is left, so that many holders can share what is left near a cap. */
const SHARE = 4;

/** MUST be asked only when nothing is in the way of `need`. */
export function grantOf(bounds: readonly Bound[], need: Amount, want: Amount): Amount {
  const wish = larger(need, want);
  const part = (name: keyof Amount): number => {
    const room = Math.min(...bounds.filter((bound) => bound.part === name).map(roomOf));
    return need[name] + Math.min(wish[name] - need[name], Math.floor((room - need[name]) / SHARE));
  };
  return { microUsd: part("microUsd"), tokens: part("tokens") };
}

/** The fullest of the caps, 0 to 1, by what is used: a lease may come back. */
export function pressureOf(bounds: readonly Bound[]): number {
  return Math.max(0, ...bounds.map(({ limit, used }) => (limit === 0 ? 1 : Math.min(1, used / limit))));
}
