/** The chores of the scheduled handler, each for itself: one that fails is in the log and holds up no other. */
import type { JsonObject } from "../../core/json.ts";
import type { ChoreName } from "../../core/keeping/work.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";

/** Does its work and answers counts for the log. Safe at any time, also twice at once. */
export type Chore = () => Promise<JsonObject>;
/** A chore that core/keeping names and nobody brings does not compile. */
export type Chores = { readonly [C in ChoreName]: Chore };

/** Runs all chores side by side. Resolves when each has ended; never rejects. */
export async function sweep(chores: { readonly [name: string]: Chore }, log: Log): Promise<void> {
  await Promise.all(
    Object.entries(chores).map(async ([chore, run]) => {
      try {
        const counts = await run();
        if (Object.values(counts).some((count) => count !== 0)) log(logLine("sweep.done", { chore, counts }));
      } catch (error) {
        log(logLine("sweep.failed", { chore, error: errorName(error) }));
      }
    }),
  );
}
