/**
 * Calls under way end under a kill switch: within 30 s of its throw nothing is in flight (docs/contract.md, "People and control"). A call that
 * is nearly done gets some time; then its connection is closed, and its caller takes it for cut short. Stores nothing.
 */
import { type StopSubject, type Stops, stoppedBy } from "../../core/kill-switch/stops.ts";

/** What breaking off needs from outside. */
export type BreakOffPorts = {
  /** At most two seconds old; throws when nobody can say. */
  readonly stops: () => Promise<Stops>;
  readonly lookEveryMs?: number;
  readonly graceMs?: number;
};

const LOOK_EVERY_MS = 2_000;
/** Milliseconds. With a check every two seconds of a snapshot up to two seconds old, a call is broken off after 24 s at most. */
const GRACE_MS = 20_000;

/** Runs work that a kill switch may end. */
export type BreakOff = <T>(subject: StopSubject, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/** The signal fires when the subject has been stopped for the time of grace. A switch that cannot be read breaks nothing off: nothing new leaves meanwhile. */
export function defineBreakOff({ stops, lookEveryMs = LOOK_EVERY_MS, graceMs = GRACE_MS }: BreakOffPorts): BreakOff {
  return async (subject, work) => {
    const controller = new AbortController();
    let stoppedLooks = 0;
    const look = async (): Promise<void> => {
      stoppedLooks = stoppedBy(await stops(), subject) === null ? 0 : stoppedLooks + 1;
      if (stoppedLooks * lookEveryMs >= graceMs) controller.abort();
    };
    const watch = setInterval(() => void look().catch(() => undefined), lookEveryMs);
    try {
      return await work(controller.signal);
    } finally {
      clearInterval(watch);
    }
  };
}
