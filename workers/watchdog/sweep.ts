/** The chores of the scheduled handler, each for itself: one that fails is in the log and holds up no other. */
import type { JsonObject } from "../../core/json.ts";

export type Chore = { readonly name: string; readonly run: () => Promise<JsonObject> };

export async function sweep(chores: readonly Chore[], log: (line: JsonObject) => void): Promise<void> {
  await Promise.all(
    chores.map(async ({ name, run }) => {
      try {
        const done = await run();
        if (Object.values(done).some((count) => count !== 0)) log({ level: "info", message: "sweep", chore: name, ...done });
      } catch (error) {
        log({
          level: "error",
          message: "a chore of the sweep failed",
          chore: name,
          error: error instanceof Error ? error.name : "unknown",
        });
      }
    }),
  );
}
