/**
 * Puts the runtime's timers on virtual time while a seed runs, and gives them back after it. A promise that a dead object leaves
 * rejected behind is noted, as the platform would log it, and ends nothing.
 */
import type { Clock } from "./clock.ts";

/** Thrown by the storage of an object that is gone. */
export class ObjectReset extends Error {
  override readonly name = "ObjectReset";
}

type Timer = { cancel(): void };

/** `strayError`: a promise that nobody awaited rejected with something that no crash explains. */
export function takeOver(clock: Clock, strayError: (error: unknown) => void): () => void {
  const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  const onRejection = (error: unknown): void => {
    if (!(error instanceof ObjectReset)) strayError(error);
  };
  process.on("unhandledRejection", onRejection);
  const later = (work: (...given: unknown[]) => void, delayMs = 0, ...given: unknown[]): Timer =>
    clock.after(delayMs, clock.current, () => work(...given));
  const again = (work: () => void, everyMs: number): Timer => {
    const owner = clock.current;
    let entry = clock.after(everyMs, owner, tick);
    function tick(): void {
      entry = clock.after(everyMs, owner, tick);
      work();
    }
    return { cancel: () => entry.cancel() };
  };
  const cancel = (timer: Timer | undefined): void => timer?.cancel?.();
  globalThis.setInterval = again as unknown as typeof setInterval;
  globalThis.clearInterval = cancel as unknown as typeof clearInterval;
  globalThis.clearTimeout = cancel as unknown as typeof clearTimeout;
  globalThis.setTimeout = later as unknown as typeof setTimeout;
  return () => {
    globalThis.setTimeout = setTimeout;
    globalThis.clearTimeout = clearTimeout;
    globalThis.setInterval = setInterval;
    globalThis.clearInterval = clearInterval;
    process.off("unhandledRejection", onRejection);
    for (const listener of listeners) process.on("unhandledRejection", listener);
  };
}
