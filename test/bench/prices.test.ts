import { describe, expect, it } from "vitest";
import type { Counts, ObjectCounts } from "../../bench/counted/counts.ts";
import { priced, totalUsd } from "../../bench/prices.ts";
import { PLATFORM_PRICES } from "../../core/costs/platform-prices.ts";

const object = (given: Partial<ObjectCounts>): ObjectCounts => ({
  rowsRead: 0,
  rowsWritten: 0,
  requests: 0,
  alarmsSet: 0,
  constructed: 0,
  activeMs: 0,
  ...given,
});
const nothing: Counts = {
  objects: {},
  d1: { rowsRead: 0, rowsWritten: 0, queries: 0 },
  queue: { sent: 0, bytes: 0, delivered: 0, batches: 0 },
  kv: { reads: 0, writes: 0 },
  r2: { classA: 0, classB: 0 },
  http: { requests: 0 },
  constructedAt: {},
};
const amount = (uses: ReturnType<typeof priced>, what: keyof typeof PLATFORM_PRICES): number =>
  uses.find((use) => use.what === what)?.amount ?? 0;

describe("what a use costs on the price list", () => {
  it("is nothing for nothing", () => {
    expect(totalUsd(priced(nothing, 0, 0))).toBe(0);
  });

  it("bills a million of each at its price", () => {
    for (const [what, { usdPerMillion }] of Object.entries(PLATFORM_PRICES)) {
      const counts: Counts = {
        ...nothing,
        objects: { AuditLog: object({ requests: what === "objectRequest" ? 1e6 : 0 }) },
        d1: { rowsRead: what === "rowRead" ? 1e6 : 0, rowsWritten: what === "rowWritten" ? 1e6 : 0, queries: 0 },
        queue: { ...nothing.queue, delivered: what === "queueOperation" ? 1e6 : 0 },
        kv: { reads: what === "kvRead" ? 1e6 : 0, writes: what === "kvWrite" ? 1e6 : 0 },
        r2: { classA: what === "r2ClassA" ? 1e6 : 0, classB: what === "r2ClassB" ? 1e6 : 0 },
        http: { requests: what === "workerRequest" ? 1e6 : 0 },
      };
      const uses = priced(counts, what === "workerCpu" ? 1e6 : 0, what === "objectDuration" ? 1e6 / 0.128 : 0);
      expect(totalUsd(uses), what).toBeCloseTo(usdPerMillion, 9);
    }
  });

  it("bills a run's object for the time it waits, and other objects for the time they work", () => {
    const counts = { ...nothing, objects: { RunEngine: object({ activeMs: 5_000 }), AuditLog: object({ activeMs: 2_000 }) } };
    // 90 s of 128 MB: the pricing page's own way to reckon (Example 1).
    expect(amount(priced(counts, 0, 90), "objectDuration")).toBeCloseTo(92 * 0.128, 9);
  });

  it("counts three operations a message, and a read for each time it comes again", () => {
    const counts = { ...nothing, queue: { sent: 10, bytes: 1_000, delivered: 12, batches: 4 } };
    const uses = priced(counts, 0, 0);
    expect(amount(uses, "queueOperation")).toBe(32);
    expect(amount(uses, "workerRequest")).toBe(4);
  });
});
