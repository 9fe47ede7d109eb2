/** Which thresholds of which caps are crossed for the first time. Counts what is spent and held; leases do not alert. */
import { type Account, type Caps, capStates, type PERIOD_CAPS, type Told } from "./account.ts";
import { ALERT_PERCENTS, type BudgetAlert } from "./lease.ts";

type Percent = BudgetAlert["percent"];

/** The thresholds that `used` of `limit` has reached. Nothing used reaches none, also of a cap of nothing. */
export const reached = (used: number, limit: number): Percent[] =>
  used <= 0 ? [] : ALERT_PERCENTS.filter((percent) => used * 100 >= limit * percent);

/** The account with the thresholds reported now, and the alerts that are new in their period. */
export function alertsOf(account: Account): { readonly account: Account; readonly alerts: readonly BudgetAlert[] } {
  const alerts: BudgetAlert[] = [];
  let told = account.told;
  for (const { cap, limit, spent, held, period } of capStates(account)) {
    if (limit === null) continue;
    const known = told[cap];
    const before = known?.period === period && (known.limit ?? limit) === limit ? known.percent : 0;
    const fresh = reached(spent + held, limit).filter((percent) => percent > before);
    for (const percent of fresh) alerts.push({ scope: account.scope, cap, percent, period, spent: spent + held, limit });
    const highest = fresh.at(-1);
    if (highest !== undefined) told = { ...told, [cap]: { period, percent: highest, limit } };
  }
  return alerts.length === 0 ? { account, alerts } : { account: { ...account, told }, alerts };
}

/**
 * The account under new caps. A cap whose value changed starts its thresholds again, except those that are already crossed: the
 * one who sets it knows.
 */
export function withCaps(account: Account, caps: Caps): Account {
  const states = capStates({ ...account, caps });
  const told: { [Cap in (typeof PERIOD_CAPS)[number]]?: Told } = {};
  for (const { cap, limit, spent, held, period } of states) {
    const known = account.told[cap];
    if (limit === account.caps[cap]) {
      if (known !== undefined) told[cap] = known;
    } else if (limit !== null) {
      told[cap] = { period, percent: reached(spent + held, limit).at(-1) ?? 0, limit };
    }
  }
  return { ...account, caps, told };
}
