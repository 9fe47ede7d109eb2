import { describe, expect, it } from "vitest";
import { type Anomaly, anomalyView, CALM_LOOKS, seeAnomalies } from "../../../core/anomaly/anomaly.ts";
import type { Verdict } from "../../../core/anomaly/judge.ts";
import { normOf, type PastHour } from "../../../core/anomaly/norm.ts";
import { hourOf, NO_RUNS, together } from "../../../core/anomaly/tally.ts";
import { often } from "../../support/depth.ts";
import { type Fault, SHAPES, type Shape, seeded, trafficOf, WEEK, watcher } from "../../support/synthetic-traffic.ts";

/** A seed for each of the normal weeks, and of the traffics that a fault is put into: twelve in the deep check. */
const SEEDS = [11, 23, 37, 41, 53, 67, 71, 83, 97, 101, 113, 127].slice(0, often(4, 12));
const HISTORY_WEEKS = 4;
const HISTORY_SEED = 7;

/** The hours of four weeks, without looks. */
const known = new Map<string, readonly PastHour[]>();
function fourWeeksOf(name: keyof typeof SHAPES): readonly PastHour[] {
  const past = known.get(name) ?? hoursOf(SHAPES[name], HISTORY_WEEKS * 168, HISTORY_SEED);
  known.set(name, past);
  return past;
}
function hoursOf(shape: Shape, hours: number, seed: number, fault: (hour: number) => Fault = () => ({})): PastHour[] {
  const traffic = trafficOf(shape, seeded(seed));
  return Array.from({ length: hours }, (_, hour) =>
    hourOf(Array.from({ length: 60 }, (_, minute) => traffic(hour * 60 + minute, fault(hour)).tally)),
  ).flatMap((facts, hour) => (facts === null ? [] : [{ hour, facts }]));
}

/** Minutes from the fault to the notice, for each seed; null: it was not told in two hours. `hour`: of the week after the history. */
function delays(name: keyof typeof SHAPES, hour: number, metric: string, fault: (since: number) => Fault): (number | null)[] {
  return SEEDS.map((seed) => {
    const watch = watcher(SHAPES[name], fourWeeksOf(name));
    const traffic = trafficOf(SHAPES[name], seeded(seed));
    const start = HISTORY_WEEKS * WEEK + hour * 60 + (seed % 60);
    for (let minute = start - 61 - (start % 60); minute < start + 120; minute++) {
      const now = minute < start ? {} : fault(minute - start);
      watch.minute(minute, traffic(minute, now), now);
    }
    const told = watch.told.find((one) => one.minute >= start && one.metric === metric);
    return told === undefined ? null : told.minute - start + 1;
  });
}

describe("false alarms", () => {
  it.each(Object.keys(SHAPES) as (keyof typeof SHAPES)[])("[ANOM-1] are one a week at most in normal weeks: %s", (name) => {
    const watch = watcher(SHAPES[name], fourWeeksOf(name));
    const weeks = SEEDS.map((seed, week) => {
      const traffic = trafficOf(SHAPES[name], seeded(seed));
      const start = (HISTORY_WEEKS + week) * WEEK;
      for (let minute = start; minute < start + WEEK; minute++) watch.minute(minute, traffic(minute));
      return watch.told.splice(0).map(({ metric }) => metric);
    });
    console.log(
      `anomalies, ${name}: false alarms in ${weeks.length} normal weeks ${weeks.flat().length} (${weeks.map((week) => week.length).join(" ")})`,
    );
    expect(Math.max(...weeks.map((week) => week.length))).toBeLessThanOrEqual(1);
  });
});

/** Of a workflow with seven to nine runs a minute at noon. */
const FAULTS: readonly (readonly [what: string, metric: string, fault: (since: number) => Fault])[] = [
  ["step: three times as slow", "latency", () => ({ slower: 3 })],
  ["step: three times as dear", "cost", () => ({ dearer: 3 })],
  ["step: a third as dear", "cost", () => ({ dearer: 0.33 })],
  ["step: 40 % fail, not 1 %", "errors", () => ({ failed: 0.4 })],
  ["spike: ten times as slow for two minutes", "latency", (since) => (since < 2 ? { slower: 10 } : {})],
  ["spike: 80 % fail for two minutes", "errors", (since) => (since < 2 ? { failed: 0.8 } : {})],
  ["outage: all fail, and at once", "errors", () => ({ failed: 1, slower: 0.1 })],
  ["outage: nothing ends", "latency", () => ({ hangs: true })],
  ["personal data in 60 %, not 5 %", "personal_data", () => ({ personal: 0.6 })],
  ["attacks in 30 %, not 0.5 %", "guardrail", () => ({ guardrail: 0.3 })],
];

describe("detection", () => {
  it.each(FAULTS)("[ANOM-2] is within five minutes: %s", (what, metric, fault) => {
    const minutes = delays("daily", 36, metric, fault);
    console.log(`anomalies, ${what}: told after ${minutes.join(" ")} minutes`);
    expect(Math.max(...minutes.map((each) => each ?? 999))).toBeLessThanOrEqual(5);
  });

  it("[ANOM-2] of a drift is within ten minutes after it leaves the expected range, mostly within five", () => {
    const late = SEEDS.map((seed) => {
      const watch = watcher(SHAPES.daily, fourWeeksOf("daily"));
      const traffic = trafficOf(SHAPES.daily, seeded(seed));
      const start = HISTORY_WEEKS * WEEK + 34 * 60;
      let left: number | null = null;
      for (let minute = start - 60; minute < start + 240 && watch.told.length === 0; minute++) {
        const slower = 1.01 ** Math.max(0, minute - start);
        watch.minute(minute, traffic(minute, { slower }), { slower });
        const middle = Math.log(SHAPES.daily.seconds(Math.floor(minute / 60) % 168) * slower);
        if (left === null && Math.exp(middle) > (watch.verdict("latency")?.expected[1] ?? Number.POSITIVE_INFINITY)) left = minute;
      }
      return left === null ? 0 : Math.max(0, (watch.told[0]?.minute ?? 9_999) - left + 1);
    });
    console.log(`anomalies, drift of 1 % a minute: told ${late.join(" ")} minutes after it left the range`);
    expect(late.filter((each) => each <= 5).length).toBeGreaterThanOrEqual((SEEDS.length * 10) / 12);
    expect(Math.max(...late)).toBeLessThanOrEqual(10);
  });

  it("[ANOM-3] knows the shape of the week: what is ordinary on Monday morning is an anomaly on Tuesday", () => {
    expect(delays("mornings", 9, "latency", () => ({}))).toEqual(SEEDS.map(() => null));
    const tuesday = delays("mornings", 33, "latency", () => ({ slower: 40 / 15 }));
    console.log(`anomalies, Monday's slowness on Tuesday: told after ${tuesday.join(" ")} minutes`);
    expect(Math.max(...tuesday.map((each) => each ?? 999))).toBeLessThanOrEqual(7);
  });

  it("[ANOM-4] of sparse traffic needs five runs, and at most ten minutes more", () => {
    const late = SEEDS.map((seed) => {
      const watch = watcher(SHAPES.sparse, fourWeeksOf("sparse"));
      const traffic = trafficOf(SHAPES.sparse, seeded(seed));
      const start = HISTORY_WEEKS * WEEK + 34 * 60;
      let ended = 0;
      let fifth: number | null = null;
      for (let minute = start - 60; minute < start + 240 && watch.told.length === 0; minute++) {
        const fault = minute < start ? {} : { failed: 1 };
        const made = traffic(minute, fault);
        ended += minute < start ? 0 : made.tally.runs;
        if (ended >= 5) fifth ??= minute;
        watch.minute(minute, made, fault);
      }
      return (watch.told[0]?.minute ?? 9_999) - (fifth ?? watch.told[0]?.minute ?? 0);
    });
    console.log(`anomalies, sparse outage: told ${late.join(" ")} minutes after its fifth run`);
    expect(Math.max(...late)).toBeLessThanOrEqual(10);
  });
});

describe("what is ordinary", () => {
  const at = HISTORY_WEEKS * 168 + 36;

  it("[ANOM-5] is unknown before a day, and known carefully until the hour of the week was seen twice", () => {
    const hours = fourWeeksOf("daily");
    expect(normOf(hours.slice(0, 20), 30)).toBeNull();
    expect(normOf(hours.slice(0, 60), 61)?.caution).toBe(1.5);
    expect(normOf(hours, at)?.caution).toBe(1);
    expect(normOf([], at)).toBeNull();
    expect(normOf(hours, at + 2_000)).toBeNull();
  });

  it("[ANOM-5] is moved little by a bad day, and follows a change that lasts", () => {
    const good = normOf(fourWeeksOf("daily"), at);
    const badDay = normOf(
      hoursOf(SHAPES.daily, 672, HISTORY_SEED, (hour) => (hour >= 528 && hour < 552 ? { slower: 20, failed: 1 } : {})),
      at,
    );
    const lasting = normOf(
      hoursOf(SHAPES.daily, 672, HISTORY_SEED, (hour) => (hour >= 200 ? { slower: 3 } : {})),
      at,
    );
    if (good === null || badDay === null || lasting === null) throw new Error("a baseline is missing");
    expect(Math.abs(badDay.latency.middle - good.latency.middle)).toBeLessThan(0.15);
    expect(badDay.errors.rate).toBeLessThan(3 * good.errors.rate);
    expect(lasting.latency.middle - good.latency.middle).toBeCloseTo(Math.log(3), 1);
  });

  it("[ANOM-5] sums minutes to hours, and says nothing of an hour without runs", () => {
    const run = { ...NO_RUNS, runs: 1, logMs: 2, logMs2: 4, failed: 1 };
    expect(hourOf([NO_RUNS, NO_RUNS])).toBeNull();
    expect(together([run, run])).toMatchObject({ runs: 2, logMs: 4, failed: 2 });
    expect(hourOf([run])).toMatchObject({
      v: 1,
      runs: 1,
      ms: { mean: 2, variance: null, shared: null },
      errors: { count: 1, clumping: null },
    });
  });
});

describe("telling of anomalies", () => {
  const AT = Date.UTC(2030, 0, 1);
  const verdict = (score: number): Verdict => ({ metric: "latency", value: score, expected: [1, 5], score, isBeyond: score > 5 });
  const look = (current: readonly Anomaly[], minute: number, scores: readonly number[]) =>
    seeAnomalies(current, new Map([["refund", scores.map(verdict)]]), AT + minute * 60_000);

  it("[ANOM-6] is done once two looks agree, once while it lasts, and once when it has been calm for ten", () => {
    const first = look([], 0, [6]);
    expect([first.notices, first.current[0]?.status]).toEqual([[], "suspected"]);
    expect(look(first.current, 1, [4]).current).toEqual([]);
    const second = look(first.current, 1, [9]);
    expect(second.notices).toMatchObject([
      { type: "anomaly.detected", severity: "warning", data: { workflow: "refund", metric: "latency", value: 9, expected: [1, 5] } },
    ]);
    const third = look(second.current, 2, [7]);
    expect([third.notices, third.current[0]]).toMatchObject([[], { status: "open", score: 9, at: AT }]);
    let calm = third;
    for (let minute = 3; minute < 2 + CALM_LOOKS; minute++) calm = look(calm.current, minute, minute % 2 === 0 ? [4] : []);
    expect([calm.notices, calm.current.length, calm.cleared]).toEqual([[], 1, []]);
    const over = look(calm.current, 2 + CALM_LOOKS, [4]);
    expect(over.notices).toMatchObject([{ type: "anomaly.cleared", resolves: true, dedup: second.notices[0]?.dedup }]);
    expect(over.cleared.map(anomalyView)).toEqual([
      {
        ...{ at: new Date(AT).toISOString(), metric: "latency", workflow: "refund", value: 9, expected: [1, 5], score: 9 },
        status: "cleared",
      },
    ]);
    expect(look(look(third.current, 3, [4]).current, 4, [8]).current[0]?.calm).toBe(0);
  });
});
