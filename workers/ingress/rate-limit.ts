/**
 * Requests of a key in the last minute, counted in this isolate: an abuse brake, not a quota. A sliding window from two fixed
 * ones: the last window counts by the part of it that still lies within the minute. Memory is bounded.
 */
import type { EpochMs } from "../../core/time.ts";

const WINDOW_MS = 60_000;
/** docs/contract.md, "Conventions". */
export const DEFAULT_PER_MINUTE = 3_000;
/** Keys that are counted at a time; beyond it the one that was counted longest ago is forgotten. */
const MOST_KEYS = 10_000;

/** Counts requests per key in this isolate. */
export type RateLimit = {
  /** Counts one request of `key`; not allowed: the key made too many in the last minute. */
  take(key: string, at: EpochMs): { allowed: boolean; limit: number; remaining: number; resetSeconds: number };
};

type Count = { window: number; current: number; previous: number };

/** `perMinute`: requests of one key within a minute. `mostKeys`: keys that are remembered; the one used longest ago is dropped for a new one. */
export function defineRateLimit(perMinute: number = DEFAULT_PER_MINUTE, mostKeys: number = MOST_KEYS): RateLimit {
  const counts = new Map<string, Count>();
  return {
    take(key, at) {
      const count = moved(counts.get(key), Math.floor(at / WINDOW_MS));
      counts.delete(key); // set again below: the map's order is the order of last use
      counts.set(key, count);
      if (counts.size > mostKeys) counts.delete(counts.keys().next().value ?? key);
      const elapsed = (at % WINDOW_MS) / WINDOW_MS;
      const used = count.previous * (1 - elapsed) + count.current;
      const allowed = used + 1 <= perMinute;
      if (allowed) count.current++;
      return {
        allowed,
        limit: perMinute,
        remaining: Math.max(0, Math.floor(perMinute - used - (allowed ? 1 : 0))),
        resetSeconds: Math.ceil((WINDOW_MS - (at % WINDOW_MS)) / 1000),
      };
    },
  };
}

/** `RATE_LIMIT_PER_MINUTE` as a number; the default when it is absent or no whole number above zero. */
export function perMinuteFrom(variable: string | undefined): number {
  return /^[1-9]\d{0,8}$/.test(variable ?? "") ? Number(variable) : DEFAULT_PER_MINUTE;
}

function moved(count: Count | undefined, window: EpochMs): Count {
  if (count === undefined || window > count.window + 1) return { window, current: 0, previous: 0 };
  // A clock that steps back stays in the window it was in.
  return window <= count.window ? count : { window, current: 0, previous: count.current };
}
