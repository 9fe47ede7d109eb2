/**
 * The run's money at the org's ledger (core/budget/lease.ts): a slice is leased before it is spent, what was spent is told with the
 * next request, and the rest goes back when the run waits or ends. A child run pays for itself: only the run's own calls count here.
 */

import { type Amount, fits, minus, NOTHING, plus } from "../../budget/amount.ts";
import { ALERT_PERCENTS, type BudgetAlert, type LeaseAnswer, type LeaseRequest } from "../../budget/lease.ts";
import { own } from "../../json.ts";
import { toUsd } from "../../money.ts";
import { toRfc3339 } from "../../time.ts";
import type { RunContext } from "../machine/birth.ts";
import { type EventData, priced } from "../machine/event.ts";
import { type Activity, isFinal, type LeaseState, type RunState, type Usage } from "../machine/state.ts";
import { stopAtCap } from "../machine/stop.ts";
import type { Turn } from "../machine/turn.ts";

/** Milliseconds before its end in which a lease is not used: the ledger's clock may differ. */
const MARGIN_MS = 60_000;
/** How many calls like the next one a slice covers, within the budget left: a request for each call would double the cost of a call. */
const CALLS_PER_SLICE = 8;

/** Worst cases of the run's own calls that are under way. */
const inFlight = (state: RunState): Amount =>
  Object.values(state.activities).reduce((sum, { kind, reserved }) => (kind === "run" ? sum : plus(sum, reserved)), NOTHING);

const taken = ({ lease }: RunState): Amount => plus(lease.spent, lease.held);

/** True when the lease covers one more call of this worst case. Where it does not the ledger is asked, and the call waits. */
export function isLeased(turn: Turn, activity: Pick<Activity, "id" | "step">, worst: Amount, mayBeCheaper: boolean): boolean {
  const { state, at, birth } = turn;
  const { lease } = state;
  const needed = plus(inFlight(state), worst);
  // What is being given back is no longer the run's, though the ledger has not answered yet.
  if (lease.asking !== null && lease.asking.activity === null) return false;
  if (fits(plus(taken(state), needed), lease.ceiling) && at + MARGIN_MS <= lease.until) return true;
  if (lease.asking !== null) return false;
  const left = minus(
    { microUsd: birth.budget.usd, tokens: birth.budget.tokens },
    plus({ microUsd: state.usage.microUsd, tokens: state.usage.tokensIn + state.usage.tokensOut }, state.reserved),
  );
  const slice = {
    microUsd: Math.max(worst.microUsd, Math.min(worst.microUsd * CALLS_PER_SLICE, left.microUsd)),
    tokens: Math.max(worst.tokens, Math.min(worst.tokens * CALLS_PER_SLICE, left.tokens)),
  };
  ask(turn, needed, plus(inFlight(state), slice), { activity: activity.id, may_be_cheaper: mayBeCheaper }, activity.step);
  return false;
}

/** Gives back what is left of the lease, because the run waits or has ended. */
export function giveBack(turn: Turn): void {
  const { lease } = turn.state;
  if (lease.n === 0 || lease.asking !== null) return;
  const isSquare = fits(lease.ceiling, taken(turn.state)) && same(lease.told.spent, lease.spent) && same(lease.told.held, lease.held);
  if (!isSquare) ask(turn, NOTHING, NOTHING, { activity: null, may_be_cheaper: false });
}

const same = (a: Amount, b: Amount): boolean => a.microUsd === b.microUsd && a.tokens === b.tokens;

function ask(
  turn: Turn,
  need: Amount,
  want: Amount,
  whose: Pick<EventData["budget.asked"], "activity" | "may_be_cheaper">,
  step?: string,
): void {
  const { n, spent, held } = turn.state.lease;
  const told = { spent: priced(spent), held: priced(held), need: priced(need), want: priced(want) };
  turn.emit("budget.asked", { n: n + 1, ...told, ...whose }, step);
}

/** The request as the ledger gets it, as often as it takes: always the same one. */
export function leaseRequest({ birth }: RunContext, { n, spent, held, need, want }: NonNullable<LeaseState["asking"]>): LeaseRequest {
  return { holder: birth.id, user: birth.user, workflow: birth.definition.name, n, spent, held, need, want };
}

/** What the run reports when the ledger asks. Calls under way count as held. */
export const accountOf = (state: RunState): { readonly n: number; readonly spent: Amount; readonly held: Amount } => ({
  n: state.lease.n,
  spent: state.lease.spent,
  held: plus(state.lease.held, inFlight(state)),
});

/** Takes the ledger's answer. A refusal is final for the model that was asked for; a cheaper one is tried (afford.ts). */
export function takeLease(turn: Turn, n: number, answer: LeaseAnswer): string | null {
  const { asking } = turn.state.lease;
  if (asking === null || asking.n !== n) return "this lease request is not open";
  const step = asking.activity === null ? undefined : own(turn.state.activities, asking.activity)?.step;
  if (answer.ok) {
    const { lease, until, pressure, alerts } = answer;
    turn.emit("budget.leased", { n, lease: priced(lease), until, pressure }, step);
    for (const alert of alerts) turn.emit("budget.alert", inDollars(alert));
    if (isFinal(turn.state)) giveBack(turn);
    return null;
  }
  const { refusal } = answer;
  const why = refusal.why === "cap" ? { scope: refusal.scope, cap: refusal.cap, resets_at: refusal.resetsAt } : null;
  turn.emit("budget.refused", { n, ...(why ?? { scope: null, cap: null, resets_at: null }) }, step);
  if (refusal.why === "cap") for (const alert of refusal.alerts) turn.emit("budget.alert", inDollars(alert));
  if (isFinal(turn.state))
    giveBack(turn); // what was leased before the refusal
  else if (why !== null && !asking.mayBeCheaper && step !== undefined) {
    const until = why.resets_at === null ? "" : ` until ${toRfc3339(why.resets_at)}`;
    stopAtCap(turn, "budget_exceeded", `\`${why.cap}\` of \`${why.scope}\` does not cover the next call${until}`, step);
  }
  return null;
}

/** Money that clients see is in dollars. */
const inDollars = (alert: BudgetAlert): BudgetAlert =>
  alert.cap.startsWith("usd") ? { ...alert, spent: toUsd(alert.spent), limit: toUsd(alert.limit) } : alert;

/** The run's own caps: each threshold that `cost` brings it over, once. */
export function alertAtThresholds(turn: Turn, before: Usage): void {
  const { usage } = turn.state;
  const { budget } = turn.birth;
  const tokens = (of: Usage): number => of.tokensIn + of.tokensOut;
  const caps = [
    { cap: "usd", was: before.microUsd, spent: usage.microUsd, limit: budget.usd, told: toUsd },
    { cap: "tokens", was: tokens(before), spent: tokens(usage), limit: budget.tokens, told: (count: number) => count },
  ] as const;
  for (const { cap, was, spent, limit, told } of caps) {
    // In whole micro-dollars: in dollars, 95 % of a cap can be a hair more than it is.
    const percent = ALERT_PERCENTS.findLast((each) => was * 100 < each * limit && spent * 100 >= each * limit);
    if (percent !== undefined)
      turn.emit("budget.alert", { scope: "run", cap, percent, period: null, spent: told(spent), limit: told(limit) });
  }
}
