/**
 * How old an answer already was when it came: RFC 9111 section 4.2.3, from the headers `Date` and `Age`. Pure; takes the time from
 * whoever asks. An answer that does not state its age counts as new.
 */
import type { EpochMs } from "../time.ts";

/** `Date` counts whole seconds (RFC 9110 section 5.6.7): what it says may be this much older than the answer is. */
const DATE_GRAIN_MS = 999;

/** Headers that say how old an answer is (RFC 9111). */
export type AgeHeaders = { readonly date: string | null; readonly age: string | null };

/** Milliseconds. `askedAt`: when the request left; the way there and back counts as age where a cache speaks of it. */
export function ageOnArrival({ date, age }: AgeHeaders, askedAt: EpochMs, arrivedAt: EpochMs): number {
  const madeAt = date === null ? Number.NaN : Date.parse(date);
  const apparent = Number.isFinite(madeAt) ? Math.max(0, arrivedAt - madeAt - DATE_GRAIN_MS) : 0;
  // RFC 9111 section 5.1: whole seconds; anything else is no age.
  const told = age !== null && /^\d{1,10}$/.test(age.trim()) ? Number(age.trim()) * 1_000 + Math.max(0, arrivedAt - askedAt) : 0;
  return Math.max(apparent, told);
}
