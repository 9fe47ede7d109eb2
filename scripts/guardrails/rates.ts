/** Shares of texts that were flagged and blocked, by subset, with intervals from drawing whole groups again (bootstrap). Deterministic. */
import { Dice } from "../../simulation/dice.ts";
import type { Row } from "./dataset.ts";

export type Scored = { readonly row: Row; readonly verdict: "pass" | "flag" | "block" };
export type Rate = {
  readonly attack: boolean;
  readonly name: string;
  readonly rows: number;
  readonly groups: number;
  /** Per cent flagged or blocked, with the middle 95 % of the redrawn samples; per cent blocked. */
  readonly flagged: number;
  readonly low: number;
  readonly high: number;
  readonly blocked: number;
};

const DRAWS = 400;
const SEED = 7;

/** A row for each subset, and one for all attacks and all harmless texts. */
export function ratesOf(scored: readonly Scored[]): Rate[] {
  const nameOf = ({ row }: Scored): string => row.subset.replace(/^(neuralchemy|bipia-text-in-[a-z]+|bipia-code|nlupp).*/, "$1");
  const rates: Rate[] = [];
  for (const attack of [true, false]) {
    const part = scored.filter(({ row }) => row.attack === attack);
    const subsets = [...Map.groupBy(part, nameOf)].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [name, of] of subsets) rates.push(rateOf(attack, name, of));
    if (subsets.length > 1) rates.push(rateOf(attack, attack ? "all attacks" : "all harmless", part));
  }
  return rates;
}

function rateOf(attack: boolean, name: string, of: readonly Scored[]): Rate {
  const share = (rows: readonly Scored[], least: readonly string[]): number =>
    (100 * rows.filter(({ verdict }) => least.includes(verdict)).length) / Math.max(1, rows.length);
  const groups = [...Map.groupBy(of, ({ row }) => row.group).values()];
  // One group alone cannot be drawn again: its rows are, and the interval says too little.
  const units = groups.length > 1 ? groups : of.map((one) => [one]);
  const dice = new Dice(SEED);
  const drawn = Array.from({ length: DRAWS }, () =>
    share(Array.from({ length: units.length }, () => dice.one("draw", units)).flat(), ["flag", "block"]),
  );
  drawn.sort((a, b) => a - b);
  return {
    attack,
    name,
    rows: of.length,
    groups: groups.length,
    flagged: share(of, ["flag", "block"]),
    low: drawn[Math.floor(DRAWS * 0.025)] ?? 0,
    high: drawn[Math.ceil(DRAWS * 0.975) - 1] ?? 0,
    blocked: share(of, ["block"]),
  };
}

export function drawRates(rates: readonly Rate[]): string[] {
  const cell = (value: number): string => value.toFixed(1).padStart(6);
  return [
    `  ${"".padEnd(9)}${"subset".padEnd(30)} ${"rows".padStart(6)} ${"groups".padStart(6)}  flagged or blocked (95 % of draws)  blocked`,
    ...rates.map(
      ({ attack, name, rows, groups, flagged, low, high, blocked }) =>
        `  ${(attack ? "attack" : "harmless").padEnd(9)}${name.padEnd(30)} ${String(rows).padStart(6)} ${String(groups).padStart(6)}  ${cell(flagged)} % (${cell(low)} to ${cell(high)})      ${cell(blocked)} %`,
    ),
  ];
}
