/** What a run needs from elsewhere before it can commit or be read, and what it says when that is out of reach. */
import { within } from "../../kit/bounded.ts";

/** Its `code` is what the edge makes 503 of: the same request may succeed in a moment. */
export class ValuesOutOfReach extends Error {
  override readonly name = "ValuesOutOfReach";
  readonly code = "overloaded";
}

/** Pauses between the attempts of one call. What then still fails is left to the alarm. */
const PAUSES_MS = [100, 500];
const ATTEMPT_MS = 5_000;

/** What `work` resolves with, at the third attempt at the latest. Throws `ValuesOutOfReach`; what no retry helps is thrown as it is. */
export async function persistently<T>(work: () => Promise<T>): Promise<T> {
  for (const pause of [...PAUSES_MS, null]) {
    try {
      return await within(ATTEMPT_MS, work());
    } catch (error) {
      if ((error as { readonly code?: unknown }).code === "seal_broken") throw error;
      if (pause !== null) await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  throw new ValuesOutOfReach("a value of the run cannot be reached");
}
