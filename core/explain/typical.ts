/** What runs of a workflow usually cost and take. Pure. */
import type { MicroUsd } from "../money.ts";

/** Medians over completed runs. */
export type Typical = { readonly microUsd: MicroUsd; readonly ms: number; readonly tokensPerCall: number; readonly runs: number };
/** A completed run. */
export type PastRun = { readonly microUsd: MicroUsd; readonly ms: number; readonly tokensIn: number; readonly modelCalls: number };

/** Fewer runs than this say nothing. */
const LEAST_RUNS = 5;

/** null: too few runs were completed. */
export function typicalOf(runs: readonly PastRun[]): Typical | null {
  if (runs.length < LEAST_RUNS) return null;
  const perCall = runs.filter(({ modelCalls }) => modelCalls > 0).map(({ tokensIn, modelCalls }) => tokensIn / modelCalls);
  return {
    microUsd: median(runs.map(({ microUsd }) => microUsd)),
    ms: median(runs.map(({ ms }) => ms)),
    tokensPerCall: median(perCall),
    runs: runs.length,
  };
}

/** The middle value, of an even number of values the lower one of the two; 0 of none. */
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
