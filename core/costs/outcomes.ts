/** What the runs of workflows were worth beside what they cost: hours saved, value, break-even. Arithmetic over what the org says. Pure. */
import { fromUsd, type MicroUsd, toUsd } from "../money.ts";
import type { OrgCosts, OutcomeValue } from "../org/costs.ts";

/** Sums of one workflow over a time. */
export type OutcomeSums = {
  readonly workflow?: string | number | null;
  readonly usd: number;
  readonly storage_usd?: number;
  readonly people_usd?: number;
  readonly runs?: number;
  readonly completed?: number;
};

/** What one workflow did for its money. Dollars and hours; null where the org does not say what a success is worth. */
export type Outcome = {
  workflow: string;
  runs: number;
  completed: number;
  usd: number;
  storage_usd: number;
  people_usd: number;
  total_usd: number;
  usd_per_success: number | null;
  hours_saved: number | null;
  value_usd: number | null;
  net_usd: number | null;
  break_even: { successes: number; success_rate: number | null; reached: boolean } | null;
};

/** In the order of the sums; what belongs to no workflow is left out. */
export function outcomesOf(sums: readonly OutcomeSums[], { people, outcomes = [] }: OrgCosts): Outcome[] {
  const values = new Map(outcomes.map((value) => [value.workflow, value]));
  return sums.flatMap((line): Outcome[] => {
    if (typeof line.workflow !== "string") return [];
    const { workflow, usd, storage_usd = 0, people_usd = 0, runs = 0, completed = 0 } = line;
    // In whole micro-dollars: dollars that are shown sum exactly.
    const total = micros(usd) + micros(storage_usd) + micros(people_usd);
    const value = values.get(workflow);
    const worth = value === undefined ? null : worthOf(value, people?.usd_per_hour ?? null);
    return [
      {
        ...{ workflow, runs, completed, usd, storage_usd, people_usd, total_usd: toUsd(total) },
        usd_per_success: completed === 0 ? null : toUsd(Math.ceil(total / completed)),
        hours_saved: value?.minutes_saved === undefined ? null : Math.round((completed * value.minutes_saved * 100) / 60) / 100,
        value_usd: worth === null ? null : toUsd(worth * completed),
        net_usd: worth === null ? null : toUsd(worth * completed - total),
        break_even: worth === null || worth === 0 ? null : breakEven(total, worth, runs, completed),
      },
    ];
  });
}

/** Dollars of one success, in micro-dollars: its own, and the minutes that it saves at the price of people's time. null: neither has a price. */
function worthOf({ minutes_saved = 0, success_usd }: OutcomeValue, usdPerHour: number | null): MicroUsd | null {
  if (success_usd === undefined && usdPerHour === null) return null;
  // Zero dollars are minus zero micro-dollars, rounded up.
  return Math.max(0, fromUsd(success_usd ?? 0) + Math.round((minutes_saved * fromUsd(usdPerHour ?? 0)) / 60));
}

function breakEven(total: MicroUsd, worth: MicroUsd, runs: number, completed: number): NonNullable<Outcome["break_even"]> {
  const successes = Math.ceil(total / worth);
  return { successes, success_rate: runs === 0 ? null : Math.round((successes * 10_000) / runs) / 10_000, reached: completed >= successes };
}

const micros = (usd: number): MicroUsd => Math.round(usd * 1_000_000);
