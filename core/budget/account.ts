/**
 * The account of one scope: its caps, what was spent and is held in this day and in this month, and which alerts were told.
 * Knows nothing of leases and holders. Spending is counted with and without a cap, so that a cap set in mid-month knows of it.
 */
import type { EpochMs } from "../time.ts";
import { type Amount, NOTHING, plus } from "./amount.ts";
import type { BudgetScope, CapName } from "./lease.ts";
import { dayOf, endOf, monthOf } from "./period.ts";

/** Whole micro-dollars, or tokens; null: no cap. */
export type Caps = { readonly [Cap in CapName]: number | null };

/** No limit at all. */
export const NO_CAPS: Caps = { usd_per_day: null, usd_per_month: null, tokens_per_month: null, usd_per_run: null };

/** Caps that count in a period; `usd_per_run` counts in none. */
export const PERIOD_CAPS = ["usd_per_day", "usd_per_month", "tokens_per_month"] as const;
/** A cap that counts in a day or a month. */
export type PeriodCap = (typeof PERIOD_CAPS)[number];

/** PERSISTED: what one scope used in one period (`2026-11-20`, `2026-11`). */
export type Bucket = { readonly period: string; readonly spent: Amount; readonly held: Amount };

/** PERSISTED: the highest threshold of a cap that was reported in a period, and the limit it was reported for; absent: any limit. */
export type Told = { readonly period: string; readonly percent: number; readonly limit?: number };

/** PERSISTED: a row of the ledger's table `account`. */
export type Account = {
  readonly v: 1;
  readonly scope: BudgetScope;
  readonly caps: Caps;
  readonly day: Bucket;
  readonly month: Bucket;
  readonly told: { readonly [Cap in PeriodCap]?: Told };
  /** Of the org's account: all that was ever spent, and all that is held. Absent: nothing was booked since it is counted. */
  readonly ever?: { readonly spent: Amount; readonly held: Amount };
};

const emptyBucket = (period: string): Bucket => ({ period, spent: NOTHING, held: NOTHING });

/** An account with nothing spent and no caps. */
export const newAccount = (scope: BudgetScope, at: EpochMs): Account => ({
  v: 1,
  scope,
  caps: NO_CAPS,
  day: emptyBucket(dayOf(at)),
  month: emptyBucket(monthOf(at)),
  told: {},
});

/** The account as of `at`: a period that is over is replaced by a new one. A clock that went back changes nothing. */
export function asOf(account: Account, at: EpochMs): Account {
  const day = dayOf(at) > account.day.period ? emptyBucket(dayOf(at)) : account.day;
  const month = monthOf(at) > account.month.period ? emptyBucket(monthOf(at)) : account.month;
  return day === account.day && month === account.month ? account : { ...account, day, month };
}

/**
 * What is to be written into the buckets of the day and the month, and (`held`) into the sum of all periods. What is held may
 * change by less than nothing: a doubt was resolved.
 */
export type Booking = { readonly spent: Amount; readonly held: Amount; readonly heldOfDay: Amount; readonly heldOfMonth: Amount };

/** Whether the scope has a line of its own: at least one cap. */
export const hasCaps = ({ caps }: Pick<Account, "caps">): boolean => Object.values(caps).some((cap) => cap !== null);

/** All that the org ever spent, and holds. */
export const everOf = ({ ever }: Account): { readonly spent: Amount; readonly held: Amount } => ever ?? { spent: NOTHING, held: NOTHING };

/** The account after a booking. */
export function book(account: Account, { spent, held, heldOfDay, heldOfMonth }: Booking): Account {
  const { day, month } = account;
  const before = everOf(account);
  const ever = account.scope === "org" ? { ever: { spent: plus(before.spent, spent), held: plus(before.held, held) } } : {};
  return {
    ...account,
    ...ever,
    day: { ...day, spent: plus(day.spent, spent), held: plus(day.held, heldOfDay) },
    month: { ...month, spent: plus(month.spent, spent), held: plus(month.held, heldOfMonth) },
  };
}

/** One cap and how full it is, in micro-dollars or tokens. */
export type CapState = {
  readonly cap: PeriodCap;
  readonly limit: number | null;
  readonly spent: number;
  readonly held: number;
  readonly period: string;
  readonly resetsAt: EpochMs;
  /** The part of an amount that this cap is about. */
  readonly part: keyof Amount;
};

/** The three caps of a period, with what counts against each. The account MUST be as of now. */
export const capStates = (account: Account): CapState[] =>
  PERIOD_CAPS.map((cap) => {
    const bucket = cap === "usd_per_day" ? account.day : account.month;
    const part = cap === "tokens_per_month" ? "tokens" : "microUsd";
    const { period, spent, held } = bucket;
    return { cap, limit: account.caps[cap], spent: spent[part], held: held[part], period, resetsAt: endOf(period), part };
  });
