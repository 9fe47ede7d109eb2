/**
 * What a run would cost: the walk through its definition, tempered by what runs of the same version did cost, within its caps.
 * docs/contract.md, "Runs".
 */
import { type MicroUsd, toUsd } from "../money.ts";
import type { Cost } from "./model-calls.ts";
import { ordered, type Spread } from "./spread.ts";

/** What one finished run cost, its children included. */
export type PastCost = { readonly microUsd: MicroUsd; readonly tokens: number; readonly calls: number };

/** What a run would cost, before it starts: dollars, tokens and model calls as intervals. */
export type Estimate = {
  readonly usd: { readonly low: number; readonly expected: number; readonly max: number };
  readonly tokens: { readonly expected: number; readonly max: number };
  readonly model_calls: { readonly expected: number; readonly max: number };
  readonly within_budget: boolean;
};

/** This many past runs weigh as much as the structure. */
const TRUST_AT = 5;
const LOW_QUANTILE = 0.05;

/**
 * `past`: completed runs of this version, in any order. `caps`: the definition's limits, lowered by the request's budget. A run ends
 * at its caps, so none of the maxima is above them; `within_budget` says whether the run could come that far.
 */
export function estimateOf(
  cost: Cost,
  past: readonly PastCost[],
  caps: { readonly microUsd: MicroUsd; readonly tokens: number },
): Estimate {
  const raw = {
    microUsd: temper(
      cost.microUsd,
      past.map(({ microUsd }) => microUsd),
      cost.isOpen,
    ),
    tokens: temper(
      cost.tokens,
      past.map(({ tokens }) => tokens),
      cost.isOpen,
    ),
    calls: temper(
      cost.calls,
      past.map(({ calls }) => calls),
      cost.isOpen,
    ),
  };
  const usd = rounded(raw.microUsd, caps.microUsd);
  const tokens = rounded(raw.tokens, caps.tokens);
  const calls = rounded(raw.calls, Number.MAX_SAFE_INTEGER);
  return {
    usd: { low: toUsd(usd.low), expected: toUsd(usd.expected), max: toUsd(usd.max) },
    tokens: { expected: tokens.expected, max: tokens.max },
    model_calls: { expected: calls.expected, max: calls.max },
    within_budget: Math.ceil(raw.microUsd.max) <= caps.microUsd && Math.ceil(raw.tokens.max) <= caps.tokens,
  };
}

/**
 * The median of past runs pulls the expectation, the more of them the harder; outliers pull nothing. The structure keeps it within
 * what this input makes possible. An assumed bound gives way to what was seen.
 */
function temper(structure: Spread, past: readonly number[], isOpen: boolean): Spread {
  if (past.length === 0) return ordered(structure);
  const sorted = past.toSorted((a, b) => a - b);
  const max = isOpen ? Math.max(structure.max, sorted.at(-1) ?? 0) : structure.max;
  const weight = past.length / (past.length + TRUST_AT);
  const blended = weight * quantile(sorted, 0.5) + (1 - weight) * structure.expected;
  const low = Math.min(structure.low, quantile(sorted, LOW_QUANTILE));
  return ordered({ low, expected: Math.max(structure.low, Math.min(blended, max)), max });
}

/** Linear between neighbours (type 7 of Hyndman and Fan, 1996). `sorted` is not empty. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0];
  return below + (above - below) * (at - Math.floor(at));
}

/** Whole micro-dollars, tokens and calls; no maximum above the cap. */
const rounded = ({ low, expected, max }: Spread, cap: number): Spread =>
  ordered({ low: Math.floor(low), expected: Math.round(expected), max: Math.min(Math.ceil(max), cap) });
