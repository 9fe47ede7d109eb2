/** How often the work under a switch is told: the waits between passes, after trouble, and where a push ends. */
import { describe, expect, it } from "vitest";
import { afterPass, afterTrouble, type Next, newPush, type Progress } from "../../../core/kill-switch/push.ts";

const NOW = 1_000_000;
const DAY_MS = 24 * 60 * 60_000;
const at = (more: Partial<Progress>): Progress => ({ ...newPush("runs", NOW), ...more });
const wait = (next: Next): number | null => (next === null ? null : next.at - NOW);

describe("a push", () => {
  it("[KILL-10] halts every 3 s ten times, then rarer, ten minutes apart at most, without end", () => {
    const waits = [0, 8, 9, 10, 11, 40].map((passes) => wait(afterPass("halt", at({ passes }), NOW)));
    expect(waits).toEqual([3_000, 3_000, 3_000, 6_000, 12_000, 600_000]);
  });

  it("[KILL-10] counts a pass of halts that missed somebody: the next one follows soon anyway", () => {
    expect(afterPass("halt", at({ missed: 3, failures: 2 }), NOW)?.progress).toMatchObject({ passes: 1, missed: 0, failures: 0 });
  });

  it("[KILL-11] resumes in four good passes", () => {
    expect([0, 1, 2, 3].map((passes) => wait(afterPass("resume", at({ passes }), NOW)))).toEqual([5_000, 30_000, 120_000, null]);
  });

  it("[KILL-11] begins a pass of resumes again that missed somebody, later each time, for a day", () => {
    const missed = at({ missed: 1, passes: 2, cursor: "run_5" });
    expect(afterPass("resume", missed, NOW)?.progress).toMatchObject({ passes: 2, cursor: null, missed: 0, failures: 1 });
    expect([0, 1, 7, 30].map((failures) => wait(afterPass("resume", at({ missed: 1, failures }), NOW)))).toEqual([
      5_000, 10_000, 600_000, 600_000,
    ]);
    expect(afterPass("resume", at({ missed: 1, since: NOW - DAY_MS + 1 }), NOW)).not.toBeNull();
    expect(afterPass("resume", at({ missed: 1, since: NOW - DAY_MS }), NOW)).toBeNull();
  });

  it("never ends because the index is out of reach", () => {
    expect(afterTrouble(at({ since: NOW - 40 * DAY_MS, failures: 50 }), NOW)).toMatchObject({ at: NOW + 600_000 });
  });
});
