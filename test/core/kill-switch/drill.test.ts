import { expect, it } from "vitest";
import { DRILL_LEAD_MS, DRILL_MOST_MS, type Drill, drillFigures, drillView, nextDrillStep } from "../../../core/kill-switch/drill.ts";

const AT = Date.UTC(2030, 0, 1);
const drill = (over: Partial<Drill> = {}): Drill => ({
  ...{ v: 1, id: "drill_1", org: "acme", by: "ann", scope: { kind: "org", org: "acme", name: "acme", drill: true }, at: AT },
  ...{ runs: ["run_1", "run_2"], switch: null, figures: null, dueAt: AT },
  ...over,
});
const thrown = drill({ switch: { id: "kill_1", at: AT + DRILL_LEAD_MS } });
const END = AT + DRILL_LEAD_MS + DRILL_MOST_MS;

it.each<[string, Drill, boolean, number | null, number, string]>([
  ["not started", drill(), false, null, AT, "start"],
  ["started", drill(), true, null, AT + DRILL_LEAD_MS - 1, "wait"],
  ["at work", drill(), true, null, AT + DRILL_LEAD_MS, "throw"],
  ["thrown", thrown, true, null, AT + 10_000, "wait"],
  ["drained", thrown, true, AT + 9_000, AT + 10_000, "finish"],
  ["never drained", thrown, true, null, END, "finish"],
])("[KILL-95] goes on step by step: %s", (_, state, started, drainedAt, at, step) => {
  expect(nextDrillStep(state, started, drainedAt, at)).toBe(step);
});

it("[KILL-95] a figure is the slowest run's, and unknown when one run could not be asked", () => {
  const quick = { pausedAt: AT + 100, lastCallAt: AT - 50 };
  const slow = { pausedAt: AT + 2_000, lastCallAt: AT + 1_500 };
  expect(drillFigures(AT, AT + 6_000, [quick, slow])).toEqual({ revoked_ms: 2_000, last_dispatch_ms: 1_500, drained_ms: 6_000 });
  expect(drillFigures(AT, null, [quick])).toEqual({ revoked_ms: 100, last_dispatch_ms: 0, drained_ms: null });
  expect(drillFigures(AT, null, [quick, null])).toEqual({ revoked_ms: null, last_dispatch_ms: null, drained_ms: null });
  expect(drillFigures(AT, null, [quick, { pausedAt: null, lastCallAt: null }]).revoked_ms).toBeNull();
  expect(drillView(drill())).toMatchObject({ scope: "org:acme", status: "running", runs: 2, drained_ms: null });
});
