/**
 * A drill of the kill switch: runs of a workflow of its own are started, a switch that concerns them alone is thrown, and what they did
 * after it is measured. It takes the way of a real switch, except that it leaves the epoch as it is, so that no credential is revoked. Pure.
 */
import type { EpochMs } from "../time.ts";
import { toRfc3339 } from "../time.ts";
import type { StopScope } from "./stops.ts";

/** Runs of one drill. */
export const DRILL_RUNS = 10;
/** How long a drill's runs work before the switch is thrown, in ms. */
export const DRILL_LEAD_MS = 3_000;
/** A drill that is not drained after this, in ms, ends without `drained_ms`. */
export const DRILL_MOST_MS = 60_000;
/** Between two drills that the platform holds by itself, in ms. */
export const DRILL_EVERY_MS = 30 * 24 * 60 * 60_000;
/** Named as actor where the platform holds a drill by itself, and lifts its switch. */
export const DRILL_ACTOR = "drill";
/** Maximum kept drills; the oldest go first (the audit log has each). */
export const MOST_DRILLS = 200;

/** What one run of a drill did. null: it did not come to that. */
export type DrilledRun = {
  /** When it was paused by the switch. */
  readonly pausedAt: EpochMs | null;
  /** When its last call left. */
  readonly lastCallAt: EpochMs | null;
};

/** What a drill came to, in ms after the throw. null: it did not come to that within `DRILL_MOST_MS`. */
export type DrillFigures = {
  /** Until every run of it had lost the right to call anything. */
  readonly revoked_ms: number | null;
  /** Until the last call left; 0: none left after the throw. */
  readonly last_dispatch_ms: number | null;
  /** Until nothing was in flight. */
  readonly drained_ms: number | null;
};

/** PERSISTED: the body of a row of `drill`. */
export type Drill = {
  readonly v: 1;
  /** `drill_…` */
  readonly id: string;
  readonly org: string;
  readonly by: string;
  /** What is drilled: its `drill` is true. */
  readonly scope: StopScope;
  readonly at: EpochMs;
  readonly runs: readonly string[];
  /** The switch that was thrown; null: not yet. */
  readonly switch: { readonly id: string; readonly at: EpochMs } | null;
  /** null: it is under way. */
  readonly figures: DrillFigures | null;
  /** When something is to be done next; null: it is over. */
  readonly dueAt: EpochMs | null;
};

/** A drill as HTTP shows it. */
export type DrillView = {
  id: string;
  at: string;
  scope: string;
  status: "running" | "done";
  runs: number;
  revoked_ms: number | null;
  last_dispatch_ms: number | null;
  drained_ms: number | null;
};

/** What is to be done about a drill now. */
export type DrillStep = "start" | "throw" | "wait" | "finish";

/** `drainedAt`: of the drill's switch. */
export function nextDrillStep(drill: Drill, started: boolean, drainedAt: EpochMs | null, at: EpochMs): DrillStep {
  if (!started) return "start";
  if (drill.switch === null) return at >= drill.at + DRILL_LEAD_MS ? "throw" : "wait";
  return drainedAt !== null || at >= drill.switch.at + DRILL_MOST_MS ? "finish" : "wait";
}

/** The figures of a drill. A run that could not be asked, or did nothing, leaves a figure unknown. */
export function drillFigures(thrownAt: EpochMs, drainedAt: EpochMs | null, runs: readonly (DrilledRun | null)[]): DrillFigures {
  const known = runs.filter((run) => run !== null);
  const pauses = known.map(({ pausedAt }) => pausedAt).filter((at) => at !== null);
  const calls = known.map(({ lastCallAt }) => lastCallAt).filter((at) => at !== null);
  const isWhole = known.length === runs.length && runs.length > 0;
  const since = (at: EpochMs): number => Math.max(0, at - thrownAt);
  return {
    revoked_ms: isWhole && pauses.length === runs.length ? since(Math.max(...pauses)) : null,
    last_dispatch_ms: isWhole && calls.length > 0 ? since(Math.max(...calls)) : null,
    drained_ms: drainedAt === null ? null : since(drainedAt),
  };
}

/** The drill as HTTP shows it. */
export const drillView = ({ id, at, scope, runs, figures }: Drill): DrillView => ({
  id,
  at: toRfc3339(at),
  scope: scope.kind === "all" ? "all" : `${scope.kind}:${scope.name}`,
  status: figures === null ? "running" : "done",
  runs: runs.length,
  revoked_ms: figures?.revoked_ms ?? null,
  last_dispatch_ms: figures?.last_dispatch_ms ?? null,
  drained_ms: figures?.drained_ms ?? null,
});
