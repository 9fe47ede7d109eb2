/** What runs cost beside their calls: people's decisions, the platform itself, and what the runs were worth. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CostCall } from "../../../core/costs/call.ts";
import { costsOfRun } from "../../../core/costs/of-run.ts";
import { outcomesOf } from "../../../core/costs/outcomes.ts";
import { decisionsOfPeople, peopleRateOf } from "../../../core/costs/people.ts";
import { storageCost, storageParts } from "../../../core/costs/storage.ts";
import { type CostView, explain } from "../../../core/explain/explain.ts";
import { mintId } from "../../../core/ids.ts";
import { flawsOfCosts } from "../../../core/org/costs.ts";
import type { RunEvent } from "../../../core/run/machine/event.ts";
import { define, review, tool } from "../../support/run/definition.ts";
import { Drive, T0 } from "../../support/run/drive.ts";

const MINUTE = 60_000;
const decided = (openedAt: number, at: number, by = "grace"): RunEvent =>
  ({
    ...{ seq: 7, type: "review.decided", at, step: "approve" },
    data: { activity: "approve", approved: null, id: mintId("rev", openedAt, new Uint8Array(10)), action: "approve", by, proposal: {} },
  }) as RunEvent;

describe("people's time", () => {
  const rate = peopleRateOf({ usd_per_hour: 60 });

  it("[COSTS-8] costs its share of the hour, from when the question could be seen, within the bound", () => {
    const of = (event: RunEvent) => decisionsOfPeople([event], rate, null).map(({ ms, microUsd }) => [ms, microUsd]);
    expect(of(decided(T0, T0 + 3 * MINUTE))).toEqual([[3 * MINUTE, 3_000_000]]);
    expect(of(decided(T0, T0 + 9 * 60 * MINUTE))).toEqual([[15 * MINUTE, 15_000_000]]);
    expect(of(decided(T0, T0 + 1))).toEqual([[1, 17]]); // 16.67 micro-dollars, rounded up
    expect(of(decided(T0 + MINUTE, T0))).toEqual([[0, 0]]); // clocks of two objects
    expect(decisionsOfPeople([decided(T0, T0 + 9 * MINUTE)], peopleRateOf({ usd_per_hour: 60, minutes_at_most: 2 }), null)[0]?.ms).toBe(
      2 * MINUTE,
    );
  });

  it("[COSTS-8] is nobody's where nobody decided", () => {
    expect(decisionsOfPeople([decided(T0, T0 + MINUTE, "bulkhead/auto-approval")], rate, null)).toEqual([]);
  });

  it("[COSTS-8] counts whoever took over a conversation, also where that began in an earlier turn", () => {
    const settled = { seq: 9, type: "hand_over.settled", at: T0 + 4 * MINUTE, data: { outcome: "replied" } } as RunEvent;
    expect(decisionsOfPeople([settled], rate, T0).map(({ ms }) => ms)).toEqual([4 * MINUTE]);
    const raised = { seq: 8, type: "hand_over.raised", at: T0 + MINUTE, data: {} } as RunEvent;
    expect(decisionsOfPeople([raised, settled], rate, null).map(({ ms }) => ms)).toEqual([3 * MINUTE]);
    expect(decisionsOfPeople([settled], rate, null)).toEqual([]);
  });
});

const leaves = ({ usd, children }: CostView): number =>
  children === undefined ? Math.round(usd * 1e6) : children.reduce((sum, child) => sum + leaves(child), 0);

describe("a run", () => {
  const run = new Drive(
    define({ find: tool("orders.get"), approve: review({ needs: ["find"] }) }),
    { person: () => "approve" },
    { people: { micro_usd_per_hour: 60_000_000, most_ms: 15 * MINUTE } },
  );
  run.start().run();
  const { birth } = run.machinery;

  it("[COSTS-9] tells of its own cost on the platform once, at its end, as the estimate of its explanation", () => {
    expect(run.state.status).toBe("completed");
    const all = run.events.flatMap((event) => costsOfRun(birth, run.state, [event])?.calls ?? []);
    const storage = all.filter(({ kind }) => kind === "storage");
    expect(storage).toMatchObject([{ id: "storage", name: "completed", micro_usd: expect.any(Number) }]);
    const { beside, cost } = explain(run.machinery, run.state, run.events, null, run.now);
    expect(leaves(beside)).toBe((storage[0] as CostCall).micro_usd);
    expect(beside.children?.map(({ name }) => name)).toEqual(["storage (estimated)", "people"]);
    expect(leaves(cost)).toBe(run.state.usage.microUsd);
  });

  it("[COSTS-9] is dearer the more it calls, the longer it works and the more it keeps, in whole micro-dollars", () => {
    const use = fc.record({ calls: fc.nat(5_000), ranMs: fc.nat(86_400_000), events: fc.nat(100_000) });
    fc.assert(
      fc.property(use, use, (a, b) => {
        const more = { calls: a.calls + b.calls, ranMs: a.ranMs + b.ranMs, events: a.events + b.events };
        expect(storageCost(more)).toBeGreaterThanOrEqual(storageCost(a));
        for (const { microUsd } of storageParts(a)) expect(Number.isSafeInteger(microUsd)).toBe(true);
      }),
      { numRuns: 100 },
    );
    // Ten model calls of 8 s and ten tool calls of 1 s: `npm run bench -- --only cost` counted 0.00064 dollars on 2026-11-30, without what stays stored.
    const twenty = storageCost({ calls: 20, ranMs: 90_000, events: 150 });
    expect(twenty).toBeGreaterThan(580);
    expect(twenty).toBeLessThan(720);
  });
});

describe("what runs were worth", () => {
  const sums = { workflow: "refund", usd: 4.2, storage_usd: 0.3, people_usd: 15.5, runs: 40, completed: 30 };

  it("[COSTS-10] is hours saved, their price, and how many successes pay for the cost", () => {
    const costs = { people: { usd_per_hour: 60 }, outcomes: [{ workflow: "refund", minutes_saved: 6, success_usd: 0.5 }] };
    expect(outcomesOf([sums, { ...sums, workflow: null }, { ...sums, workflow: "other" }], costs)).toEqual([
      {
        ...{ workflow: "refund", runs: 40, completed: 30, usd: 4.2, storage_usd: 0.3, people_usd: 15.5, total_usd: 20 },
        ...{ usd_per_success: 0.666667, hours_saved: 3, value_usd: 195, net_usd: 175 },
        break_even: { successes: 4, success_rate: 0.1, reached: true },
      },
      {
        ...{ workflow: "other", runs: 40, completed: 30, usd: 4.2, storage_usd: 0.3, people_usd: 15.5, total_usd: 20 },
        ...{ usd_per_success: 0.666667, hours_saved: null, value_usd: null, net_usd: null, break_even: null },
      },
    ]);
  });

  it("[COSTS-10] says what it cannot know: hours without a price, no run, a success that is worth nothing", () => {
    const saved = { outcomes: [{ workflow: "refund", minutes_saved: 6 }] };
    expect(outcomesOf([sums], saved)[0]).toMatchObject({ hours_saved: 3, value_usd: null, break_even: null });
    const paid = { outcomes: [{ workflow: "refund", success_usd: 0.1 }] };
    expect(outcomesOf([sums], paid)[0]).toMatchObject({
      value_usd: 3,
      net_usd: -17,
      break_even: { successes: 200, success_rate: 5, reached: false },
    });
    expect(outcomesOf([{ ...sums, runs: 0, completed: 0 }], paid)[0]).toMatchObject({
      usd_per_success: null,
      break_even: { success_rate: null, reached: false },
    });
    expect(outcomesOf([sums], { outcomes: [{ workflow: "refund", success_usd: 0 }] })[0]).toMatchObject({ value_usd: 0, break_even: null });
  });

  it("[COSTS-10] is said once for each workflow, and says something", () => {
    const outcomes = [{ workflow: "a", success_usd: 1 }, { workflow: "a", success_usd: 2 }, { workflow: "b" }];
    expect(flawsOfCosts({ outcomes }).map(({ path }) => path)).toEqual(["/costs/outcomes/1/workflow", "/costs/outcomes/2"]);
  });
});
