/**
 * One deadline over everything that a call waits for. What is waited for may ignore its signal (a guard, a credential, a
 * transport that hangs), so the wait itself ends, not only the request.
 */

/** Thrown by `within` when the time is up (`timeout`) or the caller gave up (`cancelled`). */
export class DeadlineError extends Error {
  readonly reason: "timeout" | "cancelled";

  constructor(reason: "timeout" | "cancelled") {
    super(reason);
    this.reason = reason;
  }
}

/** A time limit over several awaits. */
export type Deadline = {
  /** From its start, in milliseconds. */
  readonly timeoutMs: number;
  /** For `fetch`: fires when the time is up or the caller gives up. */
  readonly signal: AbortSignal;
  /** The work's result, or a `DeadlineError`, whichever comes first. */
  readonly within: <T>(work: Promise<T>) => Promise<T>;
  /** MUST be called when the call is over, whatever its outcome. */
  readonly end: () => void;
};

/** Starts now. `caller`: gives up earlier when it fires. */
export function startDeadline(timeoutMs: number, caller: AbortSignal): Deadline {
  const controller = new AbortController();
  let reason: "timeout" | "cancelled" = "timeout";
  const cancel = () => {
    reason = "cancelled";
    controller.abort(new DeadlineError(reason));
  };
  const timer = setTimeout(() => controller.abort(new DeadlineError("timeout")), timeoutMs);
  if (caller.aborted) cancel();
  else caller.addEventListener("abort", cancel, { once: true });
  const over = new Promise<never>((_, reject) => {
    const fail = () => reject(new DeadlineError(reason));
    if (controller.signal.aborted) fail();
    else controller.signal.addEventListener("abort", fail, { once: true });
  });
  over.catch(() => undefined); // nobody may be waiting when the time is up
  return {
    timeoutMs,
    signal: controller.signal,
    within: (work) => {
      work.catch(() => undefined); // the loser of the race ends unobserved
      return Promise.race([work, over]);
    },
    end: () => {
      clearTimeout(timer);
      caller.removeEventListener("abort", cancel);
    },
  };
}
