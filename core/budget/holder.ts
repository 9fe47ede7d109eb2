/** Who has leased: how much, until when, and what it told. Knows no caps. */
import type { EpochMs } from "../time.ts";
import type { Booking } from "./account.ts";
import { type Amount, beyond, minus, NOTHING, plus, smaller } from "./amount.ts";
import type { BudgetScope, LeaseAnswer } from "./lease.ts";
import { dayOf, monthOf } from "./period.ts";

/** PERSISTED: a row of the ledger's tables `lease` (it has something) and `settled` (it has nothing). */
export type Holder = {
  readonly v: 1;
  /** `run_…`, `desk_…` or `org:NAME` */
  readonly id: string;
  readonly user: string;
  readonly workflow: string | null;
  /** Its last request; 0: none yet. */
  readonly n: number;
  readonly spent: Amount;
  readonly held: Amount;
  /** What of `held` is booked in this day and this month. */
  readonly heldIn: { readonly day: string; readonly ofDay: Amount; readonly month: string; readonly ofMonth: Amount };
  readonly lease: Amount;
  readonly until: EpochMs;
  /** The answer to request `n`, for when it is asked again. */
  readonly answer: LeaseAnswer | null;
  /** Highest threshold of `usd_per_run` that was reported, by the scope that sets it. */
  readonly told: { readonly [Scope in BudgetScope]?: number };
  /** Of a desk: calls under way, at their worst. */
  readonly calls: { readonly [call: string]: Amount };
  /** Of a desk: calls that were under way when its lease was taken back, at their worst. Part of `held`; their outcome may still come. */
  readonly doubts: { readonly [call: string]: Amount };
};

/** A holder that has leased nothing yet. */
export const newHolder = (id: string, user: string, workflow: string | null, at: EpochMs): Holder => ({
  v: 1,
  id,
  user,
  workflow,
  n: 0,
  spent: NOTHING,
  held: NOTHING,
  heldIn: { day: dayOf(at), ofDay: NOTHING, month: monthOf(at), ofMonth: NOTHING },
  lease: NOTHING,
  until: at,
  answer: null,
  told: {},
  calls: {},
  doubts: {},
});

/** A run, a desk of chats, or an org at the deployment's ledger. */
export const kindOf = ({ id }: Pick<Holder, "id">): "run" | "desk" | "org" =>
  id.startsWith("run_") ? "run" : id.startsWith(ORG_PREFIX) ? "org" : "desk";

/** True for a run, false for a desk of chats and for an org. */
export const isRun = (holder: Pick<Holder, "id">): boolean => kindOf(holder) === "run";

const ORG_PREFIX = "org:";
/** How an org's ledger is called as a holder. PERSISTED. */
export const holderOfOrg = (org: string): string => `${ORG_PREFIX}${org}`;
/** The org behind such a holder. */
export const orgOfHolder = (id: string): string => id.slice(ORG_PREFIX.length);

/** The scopes that a holder's money counts in. */
export function scopesOf({ id, user, workflow }: Pick<Holder, "id" | "user" | "workflow">): BudgetScope[] {
  if (kindOf({ id }) === "org") return ["deployment"];
  return workflow === null ? ["org", `user:${user}`] : ["org", `user:${user}`, `workflow:${workflow}`];
}

/**
 * The holder has now spent and holds this in all. What is new of it comes out of its lease; what goes beyond the lease is booked
 * all the same. Spending never goes back: a lower total than was told before counts as the higher one.
 */
export function tell(
  holder: Holder,
  all: { readonly spent: Amount; readonly held: Amount },
  at: EpochMs,
): { holder: Holder; booking: Booking } {
  const spent = beyond(all.spent, holder.spent);
  const more = beyond(all.held, holder.held);
  const less = beyond(holder.held, all.held);
  const known = heldAsOf(holder, at);
  const heldOfDay = minus(more, smaller(less, known.ofDay));
  const heldOfMonth = minus(more, smaller(less, known.ofMonth));
  return {
    holder: {
      ...holder,
      spent: plus(holder.spent, spent),
      held: all.held,
      heldIn: { ...known, ofDay: plus(known.ofDay, heldOfDay), ofMonth: plus(known.ofMonth, heldOfMonth) },
      // What was a doubt and is now spent was taken out of the lease when it became a doubt.
      lease: beyond(holder.lease, beyond(plus(spent, more), less)),
    },
    booking: { spent, held: minus(more, less), heldOfDay, heldOfMonth },
  };
}

/** What is held was booked in the period in which it was told; a period that is over has let go of it. */
function heldAsOf({ heldIn }: Holder, at: EpochMs): Holder["heldIn"] {
  const day = dayOf(at) > heldIn.day;
  const month = monthOf(at) > heldIn.month;
  return {
    day: day ? dayOf(at) : heldIn.day,
    ofDay: day ? NOTHING : heldIn.ofDay,
    month: month ? monthOf(at) : heldIn.month,
    ofMonth: month ? NOTHING : heldIn.ofMonth,
  };
}
