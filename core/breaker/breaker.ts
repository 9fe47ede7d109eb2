/**
 * A circuit breaker: closed → open → half-open, from outcomes that its callers tell. Pure: times and chance come in with the
 * question. Knows nothing of who calls, and of what is called.
 */
import { unreachable } from "../result.ts";
import type { EpochMs } from "../time.ts";

/** Failures within the window that open the breaker of a model's upstream (docs/routing.md). */
export const FAILURES_TO_OPEN = 10;
/** Failures count for this long. */
export const WINDOW_MS = 60_000;
/** Good probes that close it. */
export const GOOD_TO_CLOSE = 2;
/** How long it stays open: doubles with each probe that fails, up to the cap; then a half less to a half more by chance. */
export const OPEN_MS = { first: 10_000, cap: 300_000 } as const;

/** When a breaker opens, for how long, and when it closes. */
export type BreakerRule = {
  /** Failures within the window that open it. */
  readonly failures: number;
  /** Failures count for this long, in milliseconds. */
  readonly windowMs: number;
  /** Good probes that close it. */
  readonly good: number;
  /**
   * How long it stays open, in milliseconds: doubles with each probe that fails, up to the cap; of that the share `least`, and up to
   * `spread` more by chance.
   */
  readonly rest: { readonly firstMs: number; readonly capMs: number; readonly least: number; readonly spread: number };
};

/** The rule of models' upstreams (docs/routing.md). */
export const UPSTREAM_RULE: BreakerRule = {
  failures: FAILURES_TO_OPEN,
  windowMs: WINDOW_MS,
  good: GOOD_TO_CLOSE,
  rest: { firstMs: OPEN_MS.first, capMs: OPEN_MS.cap, least: 0.5, spread: 1 },
};
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
export function report(
  state: BreakerState,
  outcome: CallOutcome,
  probe: number | null,
  at: EpochMs,
  chance: number,
  rule: BreakerRule = UPSTREAM_RULE,
): BreakerState {
  switch (state.phase) {
    case "closed":
      // A probe of an earlier rest that comes back late is a call like any other.
      return outcome === "bad" ? fail(state.failures, at, chance, rule) : state;
    case "open":
      return state;
    case "half-open": {
      if (probe === null || probe !== state.probe || state.probeUntil === null) return state;
      if (outcome === "bad") return opened(state.trips + 1, at, chance, rule);
      const good = outcome === "good" ? state.good + 1 : state.good;
      return good >= rule.good ? CLOSED : { ...state, good, probeUntil: null };
    }
    default:
      return unreachable(state);
  }
}

function fail(earlier: readonly EpochMs[], at: EpochMs, chance: number, rule: BreakerRule): BreakerState {
  const failures = [...earlier.filter((time) => at - time < rule.windowMs), at];
  return failures.length >= rule.failures ? opened(1, at, chance, rule) : { v: 1, phase: "closed", failures };
}

/** Open for its rest number `trips` (from 1). */
export const opened = (trips: number, at: EpochMs, chance: number, rule: BreakerRule = UPSTREAM_RULE): BreakerState => ({
  v: 1,
  phase: "open",
  until: at + restMs(trips, chance, rule),
  trips,
});

/** How long the rest number `trips` (from 1) lasts. */
export function restMs(trips: number, chance: number, { rest }: BreakerRule = UPSTREAM_RULE): number {
  const base = Math.min(rest.capMs, rest.firstMs * 2 ** (trips - 1));
  return Math.floor(base * (rest.least + rest.spread * chance));
}

/** The state as other isolates keep it for a second. */
export function viewOf(state: BreakerState, at: EpochMs): BreakerView {
  if (state.phase === "closed") return "closed";
  return state.phase === "open" && at < state.until ? { restingMs: state.until - at } : "unsure";
}
