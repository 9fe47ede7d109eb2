/** An account as `GET /v1/budgets` shows it: dollars and tokens, what is spent, held, leased and left. */
import { toUsd } from "../money.ts";
import { type EpochMs, toRfc3339 } from "../time.ts";
import { asOf, capStates, type PeriodCap } from "./account.ts";
import type { Standing } from "./grant.ts";
import type { BudgetScope } from "./lease.ts";

/** Dollars with at most six decimals, or tokens. */
export type CapLine = {
  limit: number | null;
  spent: number;
  /** Worst cases of calls whose cost nobody reported. */
  held: number;
  /** Taken by runs and calls under way. */
  leased: number;
  /** null: there is no limit. Never below 0, also where more was spent than a lowered limit allows. */
  left: number | null;
  period: string;
  resets_at: string;
};

/** An account as HTTP shows it, amounts in dollars. */
export type BudgetView = { scope: BudgetScope; usd_per_run: { limit: number } | null } & { [Cap in PeriodCap]: CapLine };

/** The account at this time; a period that is over counts as new. */
export function budgetView({ account, leased }: Standing, at: EpochMs): BudgetView {
  const current = asOf(account, at);
  const lines = capStates(current).map(({ cap, limit, spent, held, period, resetsAt, part }): [PeriodCap, CapLine] => {
    const shown = (value: number): number => (part === "microUsd" ? toUsd(value) : value);
    const left = limit === null ? null : shown(Math.max(0, limit - spent - held - leased[part]));
    return [
      cap,
      {
        limit: limit === null ? null : shown(limit),
        spent: shown(spent),
        held: shown(held),
        leased: shown(leased[part]),
        left,
        period,
        resets_at: toRfc3339(resetsAt),
      },
    ];
  });
  const perRun = account.caps.usd_per_run;
  return {
    scope: account.scope,
    usd_per_run: perRun === null ? null : { limit: toUsd(perRun) },
    ...(Object.fromEntries(lines) as { [Cap in PeriodCap]: CapLine }),
  };
}
