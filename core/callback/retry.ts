/** When a callback that was not taken is sent again. The steps are Standard Webhooks' idea ("Deliverability"), the 24 hours those of docs/contract.md, "Runs". */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** After attempt 1, 2, …: 23 h 42 min 35 s in all, so that the last attempt is made within 24 hours of the first. */
const DELAYS_MS = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  1 * HOUR,
  2 * HOUR,
  4 * HOUR,
  6 * HOUR,
  10 * HOUR,
] as const;

/** How much of a delay chance may take away: callbacks that failed together come apart. */
const SPREAD = 0.1;

/** Maximum deliveries of one callback, the first included. */
export const CALLBACK_ATTEMPTS = DELAYS_MS.length + 1;

/**
 * Milliseconds to wait after failed attempt number `attempt` (from 1); null: that was the last one. `chance`, 0 to 1, makes the wait
 * up to a tenth shorter; an engine derives it from the message and the attempt, so that the same history gives the same times.
 */
export function callbackDelayMs(attempt: number, chance = 0): number | null {
  const delay = DELAYS_MS[attempt - 1];
  return delay === undefined ? null : Math.floor(delay * (1 - SPREAD * chance));
}
