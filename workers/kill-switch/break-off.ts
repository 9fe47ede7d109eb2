/**
 * Calls under way end under a kill switch: within 30 s of its throw nothing is in flight (docs/contract.md, "People and control"). A call that
 * is nearly done gets some time; then its connection is closed, and its caller takes it for cut short. A call that has not left yet
 * does not leave. Stores nothing.
 */
import { type StopSubject, type Stops, stoppedBy } from "../../core/kill-switch/stops.ts";
import type { OpenCallBook } from "./open-calls.ts";

/** What breaking off needs from outside. */
export type BreakOffPorts = {
  /** At most two seconds old; throws when nobody can say. */
  readonly stops: () => Promise<Stops>;
  /** The call is in the isolate's register from before it leaves until it is closed. */
  readonly open: OpenCallBook["open"];
  readonly lookEveryMs?: number;
  readonly graceMs?: number;
};

const LOOK_EVERY_MS = 2_000;
/** Milliseconds. With a check every two seconds of a snapshot up to two seconds old, a call is broken off after 24 s at most. */
const GRACE_MS = 20_000;

/** Runs work that a kill switch may end. */
export type BreakOff = <T>(subject: StopSubject, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/**
 * The signal fires when the subject has been stopped for the time of grace, or when nobody could say for that long; at once when it is
 * stopped, or nobody can say, before the work begins. The work MUST then end without sending anything.
 */
export function defineBreakOff({ stops, open, lookEveryMs = LOOK_EVERY_MS, graceMs = GRACE_MS }: BreakOffPorts): BreakOff {
  const isHeld = async (subject: StopSubject): Promise<boolean> => {
    const current = await stops().catch(() => null);
    return current === null || stoppedBy(current, subject) !== null;
  };
  return async (subject, work) => {
    const controller = new AbortController();
    const call = open(subject);
    let heldLooks = 0;
    const look = async (): Promise<void> => {
      call.seen();
      heldLooks = (await isHeld(subject)) ? heldLooks + 1 : 0;
      if (heldLooks * lookEveryMs >= graceMs) controller.abort();
    };
    const watch = setInterval(() => void look(), lookEveryMs);
    try {
      if (await isHeld(subject)) controller.abort();
      return await work(controller.signal);
    } finally {
      clearInterval(watch);
      call.close();
    }
  };
}
