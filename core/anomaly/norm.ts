/**
 * What is ordinary for a workflow at an hour, from the hours before: medians and their spread, of the same hour of the week where
 * enough is known, else of the same hour of the day, else of all hours. A bad hour, or a bad day, moves a median little. Pure.
 */
import type { HourFacts } from "./tally.ts";

/** An hour that is remembered; `hour` counts hours since 1970. */
export type PastHour = { readonly hour: number; readonly facts: HourFacts };

/** PERSISTED: what is ordinary for a measure, in natural logarithms. */
export type OrdinaryMeasure = {
  readonly middle: number;
  /** Standard deviation of the hours' means. */
  readonly ofHours: number;
  /** Standard deviation of what the runs of the same five minutes share. */
  readonly shared: number;
  /** Standard deviation of single runs. */
  readonly ofRuns: number;
};

/** PERSISTED: what is ordinary for something that happens to some runs. */
export type OrdinaryRate = {
  /** Runs to which it happens, in parts of all. */
  readonly rate: number;
  /** Relative variance of the rate from hour to hour. */
  readonly unrest: number;
  /** How much more than chance it clumps within an hour; 1: not at all. */
  readonly clumping: number;
};

/** PERSISTED: what is ordinary in one hour. */
export type Norm = {
  readonly v: 1;
  readonly latency: OrdinaryMeasure;
  readonly cost: OrdinaryMeasure;
  readonly errors: OrdinaryRate;
  readonly personal_data: OrdinaryRate;
  readonly guardrail: OrdinaryRate;
  /** How much wider the expected range is for what is known too little: 1 for the same hour of past weeks. */
  readonly caution: number;
};

/** Hours that are remembered: four weeks. */
export const REMEMBERED_HOURS = 672;
const WEEK = 168;
const DAY = 24;
/** Hours younger than this are no example: what goes wrong now would soon be ordinary. */
const YOUNGEST = 20;
/** Fewer hours, or fewer runs, are no baseline. */
const LEAST_HOURS = 6;
const LEAST_RUNS = 30;
/** A baseline of all hours needs nearly a day of them, so that it has seen most of the day's shape. */
const LEAST_OF_ALL = 20;
/** No measure is steadier than this, in natural logarithms: 5 %. */
const STEADIEST = 0.05;
/** No rate is steadier than this: a relative standard deviation of 22 %. */
const LEAST_UNREST = 0.05;
/** An hour with so many times the usual count was an incident. */
const INCIDENT = 3;
/** Median of chi-square with one degree of freedom: the median of squared residues, by this, is their variance. */
const CHI_MEDIAN = 0.455;

/** null: too little is known. `past` in any order. */
export function normOf(past: readonly PastHour[], hour: number): Norm | null {
  const known = past.filter((one) => hour - one.hour >= YOUNGEST && hour - one.hour <= REMEMBERED_HOURS + 1);
  const week = enough(known.filter((one) => apart(one.hour, hour, WEEK) <= 1));
  const spansWeeks = week !== null && new Set(week.map((one) => Math.round((hour - one.hour) / WEEK))).size >= 2;
  if (week !== null && spansWeeks) return normFrom(week, known, 1);
  const day = enough(known.filter((one) => hour - one.hour <= 2 * WEEK + 1 && apart(one.hour, hour, DAY) <= 1));
  const spansDays = day !== null && new Set(day.map((one) => Math.round((hour - one.hour) / DAY))).size >= 2;
  if (day !== null && spansDays) return normFrom(day, known, 1.5);
  const all = known.length < LEAST_OF_ALL ? null : enough(known);
  return all === null ? null : normFrom(all, known, 1.5);
}

/** How far two hours are apart in a cycle. */
function apart(one: number, other: number, cycle: number): number {
  const distance = (((one - other) % cycle) + cycle) % cycle;
  return Math.min(distance, cycle - distance);
}

const enough = (hours: readonly PastHour[]): readonly PastHour[] | null =>
  hours.length >= LEAST_HOURS && hours.reduce((sum, { facts }) => sum + facts.runs, 0) >= LEAST_RUNS ? hours : null;

/** `all`: of them those of two weeks tell how much hours differ. */
function normFrom(like: readonly PastHour[], all: readonly PastHour[], caution: number): Norm {
  const newest = all.reduce((last, { hour }) => Math.max(last, hour), 0);
  const known = all.filter(({ hour }) => hour > newest - 2 * WEEK);
  return {
    v: 1,
    latency: measureOf(like, known, ({ ms }) => ms),
    cost: measureOf(like, known, ({ usd }) => usd),
    errors: rateOf(like, known, ({ errors }) => errors),
    personal_data: rateOf(like, known, ({ personal }) => personal),
    guardrail: rateOf(like, known, ({ guardrail }) => guardrail),
    caution,
  };
}

function measureOf(like: readonly PastHour[], known: readonly PastHour[], of: (facts: HourFacts) => HourFacts["ms"]): OrdinaryMeasure {
  const middle = median(like.map(({ facts }) => of(facts).mean));
  const variance = Math.max(median(known.flatMap(({ facts }) => of(facts).variance ?? [])), STEADIEST ** 2);
  // A dozen hours tell their spread badly; all hours, each against the median of its hour of the day, tell it well.
  const residues = [...Map.groupBy(known, ({ hour }) => hour % DAY).values()].flatMap((hours) => {
    const usual = median(hours.map(({ facts }) => of(facts).mean));
    return hours.length < 2 ? [] : hours.map((one) => beyondChance(of(one.facts).mean - usual, variance / one.facts.runs));
  });
  const own = like.map((one) => beyondChance(of(one.facts).mean - middle, variance / one.facts.runs));
  const shared = median(known.flatMap(({ facts }) => of(facts).shared ?? []));
  return {
    middle,
    ofHours: Math.sqrt(Math.max(median(residues), median(own), STEADIEST ** 2)),
    shared: Math.sqrt(Math.max(0, shared)),
    ofRuns: Math.sqrt(variance),
  };
}

/** An estimate of the variance that a residue tells of, less what chance gives it; the median of many of them is a good one. */
const beyondChance = (residue: number, byChance: number): number => (residue * residue) / CHI_MEDIAN - byChance;

function rateOf(like: readonly PastHour[], known: readonly PastHour[], of: (facts: HourFacts) => HourFacts["errors"]): OrdinaryRate {
  // Incidents of the past are not ordinary: hours far above the usual rate are left out.
  const usual = median(like.map(({ facts }) => of(facts).count / facts.runs));
  const calm = like.filter(({ facts }) => of(facts).count <= INCIDENT * (facts.runs * usual + Math.sqrt(facts.runs * usual) + 1));
  const count = calm.reduce((sum, { facts }) => sum + of(facts).count, 0);
  const runs = calm.reduce((sum, { facts }) => sum + facts.runs, 0);
  const rate = (count + 0.5) / (runs + 1);
  const means = calm.map(({ facts }) => ({ mean: facts.runs * rate, count: of(facts).count }));
  const excess = means.reduce((sum, hour) => sum + (hour.count - hour.mean) ** 2 - hour.mean, 0);
  const unrest = excess / means.reduce((sum, { mean }) => sum + mean * mean, 0);
  const clumping = median(known.flatMap(({ facts }) => of(facts).clumping ?? []));
  return { rate, unrest: Math.max(LEAST_UNREST, unrest), clumping: Math.max(1, clumping) };
}

/** 0 for no values. */
function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
