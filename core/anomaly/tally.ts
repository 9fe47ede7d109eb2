/** What anomalies are seen in: sums of the runs of one workflow that ended in a minute, and of an hour of such minutes. Pure. */

/** What can be out of the ordinary. */
export const ANOMALY_METRICS = ["latency", "errors", "cost", "personal_data", "guardrail"] as const;
/** One of them. */
export type AnomalyMetric = (typeof ANOMALY_METRICS)[number];

/** PERSISTED: sums over the runs of one workflow that ended in one minute; cancelled runs are left out. Sums of tallies are tallies. */
export type Tally = {
  readonly runs: number;
  /** Of them those that did not complete. */
  readonly failed: number;
  /** Natural logarithms of the runs' milliseconds: their sum, and the sum of their squares. */
  readonly logMs: number;
  readonly logMs2: number;
  /** Natural logarithms of one plus the runs' micro-dollars, in the same way. */
  readonly logUsd: number;
  readonly logUsd2: number;
  /** Runs in which personal data was found in this minute; and runs in which an attack or a broken rule was. */
  readonly personal: number;
  readonly guardrail: number;
};

/** No run. */
export const NO_RUNS: Tally = { runs: 0, failed: 0, logMs: 0, logMs2: 0, logUsd: 0, logUsd2: 0, personal: 0, guardrail: 0 };

/** The tally of all of them. */
export function together(tallies: readonly Tally[]): Tally {
  const sum = { ...NO_RUNS };
  for (const one of tallies) {
    sum.runs += one.runs;
    sum.failed += one.failed;
    sum.logMs += one.logMs;
    sum.logMs2 += one.logMs2;
    sum.logUsd += one.logUsd;
    sum.logUsd2 += one.logUsd2;
    sum.personal += one.personal;
    sum.guardrail += one.guardrail;
  }
  return sum;
}

/** Logarithms of a measure in one hour. */
type Spread = {
  readonly mean: number;
  /** Of single runs; null: there was one run. */
  readonly variance: number | null;
  /**
   * Of what the runs of the same five minutes share: variance of their means, less what chance gives them; may be negative. null: fewer than
   * `LEAST_BINS` times five minutes had runs.
   */
  readonly shared: number | null;
};

/** PERSISTED: what is remembered of one hour. */
export type HourFacts = {
  readonly v: 1;
  readonly runs: number;
  readonly ms: Spread;
  readonly usd: Spread;
  readonly errors: Counted;
  readonly personal: Counted;
  readonly guardrail: Counted;
};

/** Runs to which something happened in one hour. */
type Counted = {
  readonly count: number;
  /** How much more than chance five minutes differed (chi-square per degree of freedom: 1 is chance); null: too few to tell. */
  readonly clumping: number | null;
};

const BIN_MINUTES = 5;
const LEAST_BINS = 4;
/** Fewer than this say nothing about clumping. */
const LEAST_COUNT = 5;

/** The hour of these minutes, at most 60 in their order; null: no run ended. */
export function hourOf(minutes: readonly Tally[]): HourFacts | null {
  const all = together(minutes);
  if (all.runs === 0) return null;
  const bins: Tally[] = [];
  for (let start = 0; start < minutes.length; start += BIN_MINUTES) {
    const bin = together(minutes.slice(start, start + BIN_MINUTES));
    if (bin.runs > 0) bins.push(bin);
  }
  return {
    v: 1,
    runs: all.runs,
    ms: spreadOf(
      all.runs,
      all.logMs,
      all.logMs2,
      bins.map(({ runs, logMs }) => ({ runs, mean: logMs / runs })),
    ),
    usd: spreadOf(
      all.runs,
      all.logUsd,
      all.logUsd2,
      bins.map(({ runs, logUsd }) => ({ runs, mean: logUsd / runs })),
    ),
    errors: countedOf(all.failed, all.runs, bins, ({ failed }) => failed),
    personal: countedOf(all.personal, all.runs, bins, ({ personal }) => personal),
    guardrail: countedOf(all.guardrail, all.runs, bins, ({ guardrail }) => guardrail),
  };
}

function spreadOf(runs: number, sum: number, squares: number, bins: readonly { readonly runs: number; readonly mean: number }[]): Spread {
  const mean = sum / runs;
  const variance = runs < 2 ? null : Math.max(0, (squares - runs * mean * mean) / (runs - 1));
  if (bins.length < LEAST_BINS || variance === null) return { mean, variance, shared: null };
  const middle = bins.reduce((total, bin) => total + bin.mean, 0) / bins.length;
  const ofMeans = bins.reduce((total, bin) => total + (bin.mean - middle) ** 2, 0) / (bins.length - 1);
  const byChance = bins.reduce((total, bin) => total + variance / bin.runs, 0) / bins.length;
  return { mean, variance, shared: ofMeans - byChance };
}

function countedOf(count: number, runs: number, bins: readonly Tally[], of: (bin: Tally) => number): Counted {
  if (count < LEAST_COUNT || bins.length < LEAST_BINS) return { count, clumping: null };
  const rate = count / runs;
  const chi = bins.reduce((sum, bin) => sum + (of(bin) - bin.runs * rate) ** 2 / (bin.runs * rate), 0);
  return { count, clumping: chi / (bins.length - 1) };
}
