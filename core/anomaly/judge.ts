/** How far the runs of the last minutes are from what is ordinary. Pure. */
import type { Norm, OrdinaryMeasure, OrdinaryRate } from "./norm.ts";
import { type AnomalyMetric, type Tally, together } from "./tally.ts";

/** What a look found of one metric of one workflow. */
export type Verdict = {
  readonly metric: AnomalyMetric;
  /** Latency in seconds and cost in dollars of a typical run (geometric mean); of the others runs to which it happened, in parts of all. */
  readonly value: number;
  /** What is beyond is an anomaly. */
  readonly expected: readonly [low: number, high: number];
  /** Distance from the ordinary, in standard deviations. */
  readonly score: number;
  readonly isBeyond: boolean;
};

/** A look takes in the last five minutes, and the longer windows too until one has `PLENTY` of runs: few runs need time to tell. */
const WINDOWS = [5, 15, 60] as const;
const PLENTY = 30;
/** Fewer runs say nothing. */
const LEAST_RUNS = 5;
/** What is farther from the ordinary, in standard deviations, is an anomaly: by chance a normal distribution is there once in 150,000 looks. */
const FARTHEST = 4.5;
/** Minimum relative difference that is reported: smaller ones are noise to a person. */
const LEAST_STEP = Math.log(1.3);
/** A rate must be twice the ordinary, and this much over it; fewer runs than `LEAST_COUNT` are chance. */
const LEAST_RATIO = 2;
const LEAST_EXCESS = 0.03;
const LEAST_COUNT = 3;

/**
 * `minutes`: the last 60, oldest first; `ofHour`: how many of them are of the hour that `norm` is of. A window that reaches into the hour
 * `before` must be beyond what is ordinary there too. `openMs`: for how long the runs have been moving that have not ended; what is longer than
 * any expected run counts as a run of that length, or a hanging upstream would show only once it answers. Metrics of which too little is
 * known are left out.
 */
export function judge(norm: Norm, before: Norm | null, minutes: readonly Tally[], ofHour: number, openMs: readonly number[]): Verdict[] {
  const farthest = new Map<AnomalyMetric, Verdict>();
  const hanging = openMs.map((ms) => Math.log(ms)).filter((log) => log > norm.latency.middle + reach(norm.latency, 1, norm.caution));
  for (const length of WINDOWS) {
    const window = together(minutes.slice(-length));
    const verdicts = judgeWindow(norm, window, hanging);
    const earlier = before === null || length <= ofHour ? verdicts : judgeWindow(before, window, hanging);
    for (const [index, one] of verdicts.entries()) {
      const other = earlier[index] ?? one;
      const verdict = one.isBeyond && !other.isBeyond ? other : one;
      const known = farthest.get(verdict.metric);
      if (known === undefined || (verdict.isBeyond && !known.isBeyond)) farthest.set(verdict.metric, verdict);
    }
    if (window.runs >= PLENTY) break;
  }
  return [...farthest.values()];
}

function judgeWindow(norm: Norm, { runs, ...sums }: Tally, hanging: readonly number[]): Verdict[] {
  const counted = runs + hanging.length;
  const logMs = hanging.reduce((sum, log) => sum + log, sums.logMs);
  const latency =
    counted < LEAST_RUNS ? [] : [ofMeasure("latency", norm.latency, norm.caution, logMs / counted, counted, (log) => Math.exp(log) / 1000)];
  if (runs < LEAST_RUNS) return latency;
  return [
    ...latency,
    ofMeasure("cost", norm.cost, norm.caution, sums.logUsd / runs, runs, (log) => (Math.exp(log) - 1) / 1e6),
    ofRate("errors", norm.errors, norm.caution, sums.failed, runs),
    ofRate("personal_data", norm.personal_data, norm.caution, sums.personal, runs),
    ofRate("guardrail", norm.guardrail, norm.caution, sums.guardrail, runs),
  ];
}

/** Standard deviation of the mean of so many runs. */
const doubt = ({ ofHours, shared, ofRuns }: OrdinaryMeasure, runs: number): number =>
  Math.sqrt(ofHours ** 2 + shared ** 2 + ofRuns ** 2 / runs);
/** How far from the middle is still expected. */
const reach = (ordinary: OrdinaryMeasure, runs: number, caution: number): number =>
  Math.max(FARTHEST * caution * doubt(ordinary, runs), LEAST_STEP);

function ofMeasure(
  metric: AnomalyMetric,
  ordinary: OrdinaryMeasure,
  caution: number,
  mean: number,
  runs: number,
  shown: (log: number) => number,
): Verdict {
  const far = reach(ordinary, runs, caution);
  return {
    metric,
    value: shown(mean),
    expected: [Math.max(0, shown(ordinary.middle - far)), shown(ordinary.middle + far)],
    score: Math.abs(mean - ordinary.middle) / doubt(ordinary, runs),
    isBeyond: Math.abs(mean - ordinary.middle) > far,
  };
}

function ofRate(metric: AnomalyMetric, ordinary: OrdinaryRate, caution: number, count: number, runs: number): Verdict {
  const isBeyond = (some: number): boolean =>
    some >= LEAST_COUNT &&
    some / runs >= LEAST_RATIO * ordinary.rate &&
    some / runs >= ordinary.rate + LEAST_EXCESS &&
    surprise(ordinary, some, runs) > FARTHEST * caution;
  let [calm, beyond] = [0, runs + 1];
  while (beyond - calm > 1) {
    const between = Math.floor((calm + beyond) / 2);
    if (isBeyond(between)) beyond = between;
    else calm = between;
  }
  return {
    metric,
    value: count / runs,
    expected: [0, calm / runs],
    score: surprise(ordinary, count, runs),
    isBeyond: isBeyond(count),
  };
}

/** The signed root of the Poisson deviance, which is nearly normal also for small counts, made smaller by what the rate varies by itself. */
function surprise({ rate, unrest, clumping }: OrdinaryRate, count: number, runs: number): number {
  const mean = runs * rate;
  if (count <= mean) return 0;
  const deviance = Math.sqrt(2 * (count * Math.log(count / mean) - (count - mean)));
  return deviance / Math.sqrt(clumping + unrest * mean);
}
