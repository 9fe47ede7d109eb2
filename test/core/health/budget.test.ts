import { expect, it } from "vitest";
import { budgetLeft } from "../../../core/health/budget.ts";

it("[SLO-1] is used up by as many failures as the objective allows", () => {
  const left = (success: number, runs: number, completed: number) => budgetLeft({ success, p95_ms: null }, runs, completed);
  expect([left(0.9, 100, 100), left(0.9, 100, 95), left(0.9, 100, 90), left(0.9, 100, 20)]).toEqual([1, 0.5, 0, 0]);
  expect([left(1, 10, 10), left(1, 10, 9), left(0.9, 0, 0)]).toEqual([1, 0, 1]);
});
