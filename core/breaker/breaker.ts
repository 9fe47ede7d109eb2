/**
 * A circuit breaker: closed → open → half-open, from outcomes that its callers tell. Pure: times and chance come in with the
 * question. Knows nothing of who calls, and of what is called.
 */
import { unreachable } from "../result.ts";
import type { EpochMs } from "../time.ts";

/** Failures within the window that open it (docs/routing.md). */
export const FAILURES_TO_OPEN = 10;
/** Failures count for this long. */
export const WINDOW_MS = 60_000;
/** Good probes that close it. */
export const GOOD_TO_CLOSE = 2;
/** How long it stays open: doubles with each probe that fails, up to the cap; then a half less to a half more by chance. */
export const OPEN_MS = { first: 10_000, cap: 300_000 } as const;
/** Milliseconds after which a call that was refused because a probe is in flight may ask again. */
export const PROBING_MS = 1_000;

/** PERSISTED: in the body of the row of `breaker` (upstream.ts). */
export type BreakerState =
  /** `failures`: when the last ones happened, oldest first; none older than the window when it was written. */
  | { readonly v: 1; readonly phase: "closed"; readonly failures: readonly EpochMs[] }
  /** `trips`: how often it opened since it was last closed. */
  | { readonly v: 1; readonly phase: "open"; readonly until: EpochMs; readonly trips: number }
  | {
      readonly v: 1;
      readonly phase: "half-open";
      readonly trips: number;
      readonly good: number;
      /** Number of the last probe let through; 0: none yet. */
      readonly probe: number;
      /** That probe counts as lost after this; null: it came back. */
      readonly probeUntil: EpochMs | null;
    };

/**
 * `bad`: transport error, timeout, 5xx. `none`: says nothing about the upstream's health (429, another 4xx, a caller that went
 * away); a probe's place is free again.
 */
export type CallOutcome = "good" | "bad" | "none";

/** Whether a call may go out. `probe`: the number of the trial call that this is; to be told with its outcome. */
export type Admission =
  | { readonly allowed: true; readonly probe: number | null }
  | { readonly allowed: false; readonly retryAfterMs: number };

/** What holds for everybody for a while. `unsure`: ask before each call. */
export type BreakerView = "closed" | "unsure" | { readonly restingMs: number };

/** A breaker that lets every call through. */
export const CLOSED: BreakerState = { v: 1, phase: "closed", failures: [] };

/** `probeMs`: how long this call takes at most, if it is let through as a probe. */
export function admit(state: BreakerState, at: EpochMs, probeMs: number): { readonly state: BreakerState; readonly admission: Admission } {
  switch (state.phase) {
    case "closed":
      return { state, admission: { allowed: true, probe: null } };
    case "open":
      if (at < state.until) return { state, admission: { allowed: false, retryAfterMs: state.until - at } };
      return sendProbe({ v: 1, phase: "half-open", trips: state.trips, good: 0, probe: 0, probeUntil: null }, at, probeMs);
    case "half-open":
      if (state.probeUntil !== null && at < state.probeUntil) {
        return { state, admission: { allowed: false, retryAfterMs: Math.min(PROBING_MS, state.probeUntil - at) } };
      }
      return sendProbe(state, at, probeMs);
    default:
      return unreachable(state);
  }
}

type HalfOpen = Extract<BreakerState, { phase: "half-open" }>;

/** Probes are numbered by time: the number of one that was given up never comes again. */
function sendProbe(state: HalfOpen, at: EpochMs, probeMs: number): { readonly state: BreakerState; readonly admission: Admission } {
  const probe = Math.max(at, state.probe + 1);
  return { state: { ...state, probe, probeUntil: at + probeMs }, admission: { allowed: true, probe } };
}

/**
 * The end of a call. `chance` in [0, 1) spreads the end of a rest. While it rests only the probe counts: what comes from calls that
 * went out before, or from a probe that was given up, changes nothing.
 */
export function report(state: BreakerState, outcome: CallOutcome, probe: number | null, at: EpochMs, chance: number): BreakerState {
  switch (state.phase) {
    case "closed":
      // A probe of an earlier rest that comes back late is a call like any other.
      return outcome === "bad" ? fail(state.failures, at, chance) : state;
    case "open":
      return state;
    case "half-open": {
      if (probe === null || probe !== state.probe || state.probeUntil === null) return state;
      if (outcome === "bad") return opened(state.trips + 1, at, chance);
      const good = outcome === "good" ? state.good + 1 : state.good;
      return good >= GOOD_TO_CLOSE ? CLOSED : { ...state, good, probeUntil: null };
    }
    default:
      return unreachable(state);
  }
}

function fail(earlier: readonly EpochMs[], at: EpochMs, chance: number): BreakerState {
  const failures = [...earlier.filter((time) => at - time < WINDOW_MS), at];
  return failures.length >= FAILURES_TO_OPEN ? opened(1, at, chance) : { v: 1, phase: "closed", failures };
}

/** Open for its rest number `trips` (from 1). */
export const opened = (trips: number, at: EpochMs, chance: number): BreakerState => ({
  v: 1,
  phase: "open",
  until: at + restMs(trips, chance),
  trips,
});

/** How long the rest number `trips` (from 1) lasts. */
export function restMs(trips: number, chance: number): number {
  const base = Math.min(OPEN_MS.cap, OPEN_MS.first * 2 ** (trips - 1));
  return Math.floor(base * (0.5 + chance));
}

/** The state as other isolates keep it for a second. */
export function viewOf(state: BreakerState, at: EpochMs): BreakerView {
  if (state.phase === "closed") return "closed";
  return state.phase === "open" && at < state.until ? { restingMs: state.until - at } : "unsure";
}
