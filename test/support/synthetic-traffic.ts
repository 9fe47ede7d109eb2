/** Seeded traffic of a workflow, minute by minute, with the shape of days and weeks, and faults put into it; and a watch that looks at it. */
import { type Anomaly, seeAnomalies } from "../../core/anomaly/anomaly.ts";
import { judge, type Verdict } from "../../core/anomaly/judge.ts";
import { type Norm, normOf, type PastHour } from "../../core/anomaly/norm.ts";
import { type AnomalyMetric, hourOf, type Tally } from "../../core/anomaly/tally.ts";

/** mulberry32: numbers in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Shape = {
  /** Runs a minute, by hour of the week. */
  readonly rate: (hourOfWeek: number) => number;
  /** Middle of the runs' seconds and dollars, by hour of the week. */
  readonly seconds: (hourOfWeek: number) => number;
  readonly usd: number;
  /** Standard deviation of single runs, in logarithms; and of what all runs of some ten minutes share. */
  readonly ofRuns: number;
  readonly shared: number;
  readonly failed: number;
  readonly personal: number;
  readonly guardrail: number;
};

const isWeekend = (hour: number): boolean => hour >= 120;
const day = (hour: number): number => Math.max(0, Math.sin((Math.PI * ((hour % 24) - 6)) / 16));

/** Three workflows: one of an app that people use by day, one that a shop calls some times an hour, and one that works through the mornings. */
export const SHAPES = {
  daily: {
    rate: (hour) => (isWeekend(hour) ? 1 : 2) * (0.5 + 4 * day(hour)),
    seconds: (hour) => 3 * (1 + 0.5 * day(hour)),
    ...{ usd: 0.02, ofRuns: 0.5, shared: 0.08, failed: 0.01, personal: 0.05, guardrail: 0.005 },
  },
  sparse: {
    rate: (hour) => 0.02 + 0.12 * day(hour),
    seconds: () => 20,
    ...{ usd: 0.3, ofRuns: 0.6, shared: 0.05, failed: 0.02, personal: 0.1, guardrail: 0.01 },
  },
  mornings: {
    rate: (hour) => (isWeekend(hour) ? 0.3 : hour % 24 >= 7 && hour % 24 < 11 ? 12 : 1),
    seconds: (hour) => (hour % 168 >= 7 && hour % 168 < 11 ? 40 : 15),
    ...{ usd: 0.005, ofRuns: 0.9, shared: 0.1, failed: 0.04, personal: 0.3, guardrail: 0.02 },
  },
} as const satisfies { readonly [name: string]: Shape };

/** What is wrong at a minute. Absent: nothing. */
export type Fault = {
  readonly slower?: number;
  readonly dearer?: number;
  readonly failed?: number;
  readonly personal?: number;
  readonly guardrail?: number;
  /** Nothing ends: each run that begins hangs. */
  readonly hangs?: boolean;
};

/** Minutes of traffic, one after another. */
export function trafficOf(shape: Shape, random: () => number) {
  let shared = 0;
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const arrivals = (mean: number): number => {
    let [count, left] = [0, Math.exp(-mean)];
    for (let product = random(); product > left; product *= random()) count += 1;
    return count;
  };
  return (minute: number, fault: Fault = {}): { readonly tally: Tally; readonly begun: number } => {
    const hour = Math.floor(minute / 60) % 168;
    shared = 0.9 * shared + Math.sqrt(1 - 0.81) * shape.shared * normal();
    const begun = arrivals(shape.rate(hour));
    const sum = { runs: 0, failed: 0, logMs: 0, logMs2: 0, logUsd: 0, logUsd2: 0, personal: 0, guardrail: 0 };
    for (let run = 0; run < (fault.hangs ? 0 : begun); run++) {
      const logMs = Math.log(1000 * shape.seconds(hour) * (fault.slower ?? 1)) + shared + shape.ofRuns * normal();
      const logUsd = Math.log(1 + 1e6 * shape.usd * (fault.dearer ?? 1) * Math.exp(shape.ofRuns * normal()));
      sum.runs += 1;
      sum.failed += random() < (fault.failed ?? shape.failed) ? 1 : 0;
      sum.logMs += logMs;
      sum.logMs2 += logMs * logMs;
      sum.logUsd += logUsd;
      sum.logUsd2 += logUsd * logUsd;
      sum.personal += random() < (fault.personal ?? shape.personal) ? 1 : 0;
      sum.guardrail += random() < (fault.guardrail ?? shape.guardrail) ? 1 : 0;
    }
    return { tally: sum, begun };
  };
}

/** A watch of one workflow that looks each minute, as the platform's does. */
export function watcher(shape: Shape, known: readonly PastHour[] = []) {
  const past: PastHour[] = [...known];
  const recent: Tally[] = [];
  let open: number[] = [];
  let norm: Norm | null = null;
  let before: Norm | null = null;
  let last: readonly Verdict[] = [];
  let current: readonly Anomaly[] = [];
  const told: { readonly minute: number; readonly metric: AnomalyMetric }[] = [];
  return {
    told,
    /** What the last look found. */
    verdict: (metric: AnomalyMetric) => last.find((one) => one.metric === metric),
    /** A minute of traffic, and a look after it. */
    minute(minute: number, { tally, begun }: { readonly tally: Tally; readonly begun: number }, fault: Fault = {}): void {
      if (minute % 60 === 0) {
        if (recent.length >= 60) {
          const facts = hourOf(recent.slice(-60));
          if (facts !== null) past.push({ hour: minute / 60 - 1, facts });
        }
        before = norm;
        norm = normOf(past.slice(-800), minute / 60);
      }
      recent.push(tally);
      if (recent.length > 120) recent.splice(0, 60);
      // Runs in flight hold for as long as their workflow takes; where it hangs, from then on.
      open = fault.hangs ? [...open, ...Array.from({ length: begun }, () => minute)] : [];
      if (norm === null) return;
      const openMs = [
        ...open.map((since) => (minute + 1 - since) * 60_000),
        ...Array.from({ length: begun }, () => shape.seconds(0) * 500),
      ];
      const verdicts = judge(norm, before, recent.slice(-60), (minute % 60) + 1, openMs);
      last = verdicts;
      const seen = seeAnomalies(current, new Map([["refund", verdicts]]), minute * 60_000);
      current = seen.current;
      for (const { type, data } of seen.notices)
        if (type === "anomaly.detected") told.push({ minute, metric: (data as { metric: AnomalyMetric }).metric });
    },
  };
}

/** Minutes of a week. */
export const WEEK = 10_080;
