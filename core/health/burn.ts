/**
 * How fast an error budget burns: 1 uses it up exactly when its window ends. Two windows must agree: the long one says that it matters, the
 * short one that it goes on (Google SRE workbook, chapter 5, "Multiwindow, multi-burn-rate alerts"). Pure.
 */

/** What ended in a window, and what of it failed. */
export type Counted = { readonly runs: number; readonly failed: number };

/** Minutes of the windows. Of a budget of 30 days, an hour of fast burning takes 2 %, six hours of slow burning 5 %. */
export const BURN_WINDOWS = { fast: { long: 60, short: 5 }, slow: { long: 360, short: 30 } } as const;
/** Above these rates somebody should know. */
export const BURN_LIMITS = { fast: 14.4, slow: 6 } as const;
/** How fast a budget burns, by the two pairs of windows. */
export type Burns = { readonly fast: number; readonly slow: number };

/** An objective of 100 % has no budget: a failure burns it this fast. */
const FASTEST = 1_000;
/** Fewer failures in the long window than this are chance. */
const LEAST_FAILURES = 2;

/** `objective`: the share that should succeed. `counted`: of the last so many minutes. */
export function burnsOf(objective: number, counted: (minutes: number) => Counted, leastFailures = LEAST_FAILURES): Burns {
  const rateOf = (minutes: number): number => {
    const { runs, failed } = counted(minutes);
    if (failed <= 0 || runs <= 0) return 0;
    return objective >= 1 ? FASTEST : Math.min(FASTEST, failed / runs / (1 - objective));
  };
  const burn = ({ long, short }: { readonly long: number; readonly short: number }): number =>
    counted(long).failed < leastFailures ? 0 : Math.min(rateOf(long), rateOf(short));
  return { fast: burn(BURN_WINDOWS.fast), slow: burn(BURN_WINDOWS.slow) };
}

/** The share of requests that the edge should answer, and the failures below which nothing is said. */
export const EDGE_OBJECTIVE = 0.999;
/** See `EDGE_OBJECTIVE`. */
export const EDGE_LEAST_FAILURES = 5;
/** Answers of 500 and above with these codes are the platform doing its work: a stop, or an upstream that failed. */
export const NOT_THE_EDGES_FAULT = ["kill_switch_active", "upstream_unavailable", "output_invalid", "timeout"] as const;
