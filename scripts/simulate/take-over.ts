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
  const { setTimeout, clearTimeout } = globalThis;
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  const onRejection = (error: unknown): void => {
    if (!(error instanceof ObjectReset)) strayError(error);
  };
  process.on("unhandledRejection", onRejection);
  const later = (work: (...given: unknown[]) => void, delayMs = 0, ...given: unknown[]): Timer =>
    clock.after(delayMs, clock.current, () => work(...given));
  globalThis.setTimeout = later as unknown as typeof setTimeout;
  globalThis.clearTimeout = ((timer: Timer | undefined) => timer?.cancel?.()) as unknown as typeof clearTimeout;
  return () => {
    globalThis.setTimeout = setTimeout;
    globalThis.clearTimeout = clearTimeout;
    process.off("unhandledRejection", onRejection);
    for (const listener of listeners) process.on("unhandledRejection", listener);
  };
}
