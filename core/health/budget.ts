/** How much of a workflow's error budget is left in a window. Pure. */

/** A definition's service level: the share of runs that complete, and the time within which 95 % of them end. */
export type Slo = { readonly success: number; readonly p95_ms: number | null };

/** 1: no run failed. 0: as many failed as the objective allows, or more. No run, no failure. */
export function budgetLeft({ success }: Slo, runs: number, completed: number): number {
  const failed = runs - completed;
  const allowed = runs * (1 - success);
  if (failed <= 0) return 1;
  return allowed <= 0 ? 0 : Math.max(0, Math.round((1 - failed / allowed) * 1e6) / 1e6);
}
