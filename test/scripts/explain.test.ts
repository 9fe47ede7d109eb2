import { expect, it } from "vitest";
import { explanationText } from "../../scripts/explain/text.ts";

it("[EXPLAIN-6] an explanation fits on one screen, the dearest first", () => {
  const leaf = (name: string, usd: number) => ({ name, usd });
  const causes = Array.from({ length: 9 }, (_, index) => ({
    cause: "retry" as const,
    what: `cause ${index}`,
    step: "pay",
    ms: 12_000,
    usd: 0.25,
  }));
  const text = explanationText({
    run: "run_1",
    summary: "This run of `refund` (completed) cost $4.2700 and took 3 min 0 s.",
    cost: {
      name: "run refund",
      usd: 4.27,
      children: Array.from({ length: 40 }, (_, index) => ({ name: `step${index}`, usd: 1, children: [leaf("model a/b", 1)] })),
    },
    beside: { name: "beside the ledger", usd: 0.0004, children: [leaf("storage (estimated)", 0.0004)] },
    time: {
      total_ms: 180_000,
      critical_path: Array.from({ length: 30 }, (_, index) => ({ step: `s${index}`, ms: 900, what: "tool x" })),
      waiting_ms: 0,
      retry_ms: 0,
      queue_ms: 0,
    },
    causes,
    waste: [],
    what_ifs: [{ what: "`pay` on cheap instead of dear", step: "pay", usd: 2 }],
    decisions: [],
    child_runs: [],
    median: null,
  });
  const lines = text.split("\n");
  expect(lines.length).toBeLessThanOrEqual(26);
  expect(lines).toContain("     $4.270000  run refund");
  expect(lines).toContain("        900 ms  s0: tool x");
  expect(text).toContain("… 5 more");
});
