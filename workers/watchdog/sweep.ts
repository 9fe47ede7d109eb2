/** The chores of the scheduled handler, each for itself: one that fails is in the log and holds up no other. */
import type { JsonObject } from "../../core/json.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";

export type Chore = { readonly name: string; readonly run: () => Promise<JsonObject> };

export async function sweep(chores: readonly Chore[], log: Log): Promise<void> {
  await Promise.all(
    chores.map(async ({ name, run }) => {
      try {
        const done = await run();
        if (Object.values(done).some((count) => count !== 0)) log(logLine("sweep.done", { chore: name, counts: done }));
      } catch (error) {
        log(logLine("sweep.failed", { chore: name, error: errorName(error) }));
      }
    }),
  );
}
