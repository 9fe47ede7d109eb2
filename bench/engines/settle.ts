/** Waits until an engine has nothing more to do: records on their way, objects that leave memory. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Engine } from "./engine.ts";

const LOOK_EVERY_MS = 1_000;
/** Below this share of one core an engine rests. */
const RESTING = 0.03;

/** At least `leastMs` (idle objects leave memory after 10 s, and that is work, too), at most `mostMs`. */
export async function settle(engine: Engine, leastMs: number, mostMs = 60_000): Promise<void> {
  const from = performance.now();
  for (let before = engine.cpuMs(); performance.now() - from < mostMs; before = engine.cpuMs()) {
    await sleep(LOOK_EVERY_MS);
    const busy = (engine.cpuMs() - before) / LOOK_EVERY_MS;
    if (busy < RESTING && performance.now() - from >= leastMs) return;
  }
}
