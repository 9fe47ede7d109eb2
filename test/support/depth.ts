/**
 * How much of what repeats a test takes: `npm test` a part that says the same of every fault known so far, `npm run check:deep -- repeated`
 * the whole. The files that import this one are what that check runs.
 */
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** The whole of each repetition is asked for. */
    readonly isDeep: boolean;
  }
}

/** `part` in `npm test`, `whole` in the deep check: a count of runs, seeds or requests, a length of texts, or a list of either. */
export const often = <T>(part: T, whole: T): T => (inject("isDeep") ? whole : part);
