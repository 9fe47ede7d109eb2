/**
 * How long tests wait for what must come. They wait for the event, never for a time in which it should have come: a machine that is busy
 * takes many times what an idle one does, and only what never comes costs the whole of this.
 */

/** Milliseconds. `expect.poll` has them from vitest.config.ts, where a test in workerd has four times as many. */
export const PATIENCE_MS = 30_000;
/** Milliseconds between two looks. */
const LOOK_EVERY_MS = 10;

/** Waits until `check` gives something true, and gives that; fails after {@link PATIENCE_MS}. What `check` throws, it throws. */
export async function until<T>(check: () => T | Promise<T>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited ${PATIENCE_MS} ms in vain for ${check}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
