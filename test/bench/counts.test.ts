import { describe, expect, it } from "vitest";
import { type Counts, difference, rowsRead, rowsWritten } from "../../bench/counted/counts.ts";

const object = (rowsWritten: number) => ({ rowsRead: 1, rowsWritten, requests: 2, alarmsSet: 1, constructed: 1, activeMs: 10 });
const counts = (objects: Counts["objects"], times: number): Counts => ({
  objects,
  d1: { rowsRead: 5 * times, rowsWritten: 7 * times, queries: times },
  queue: { sent: times, bytes: 100 * times, delivered: times, batches: times },
  kv: { reads: times, writes: 0 },
  r2: { classA: 0, classB: times },
  http: { requests: times },
  constructedAt: { Run: times },
});

describe("what was used between two looks", () => {
  const earlier = counts({ Run: object(3) }, 1);
  const later = counts({ Run: object(10), Log: object(4) }, 3);

  it("subtracts everything, and takes a class that was not there as unused", () => {
    const used = difference(later, earlier);
    expect(used.objects["Run"]).toMatchObject({ rowsWritten: 7, requests: 0 });
    expect(used.objects["Log"]).toEqual(object(4));
    expect(used.d1).toEqual({ rowsRead: 10, rowsWritten: 14, queries: 2 });
    expect([used.queue.bytes, used.kv.reads, used.r2.classB, used.http.requests]).toEqual([200, 2, 2, 2]);
  });

  it("adds the rows of every object and D1", () => {
    expect(rowsWritten(later)).toBe(10 + 4 + 21);
    expect(rowsRead(later)).toBe(2 + 15);
  });
});
