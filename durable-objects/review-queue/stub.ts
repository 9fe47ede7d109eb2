/** How other rooms reach an org's review queue. */
import { stubsOf } from "../kit/stub.ts";
import type { ReviewQueue } from "./review-queue.ts";

/** An org's review queue. */
export const reviewQueueOf = stubsOf<
  ReviewQueue,
  | "open"
  | "decide"
  | "read"
  | "callOf"
  | "suggestionOf"
  | "askSuggestion"
  | "suggest"
  | "operationsOf"
  | "tallies"
  | "oversight"
  | "list"
  | "withdraw"
  | "confirm"
  | "depth"
  | "forget"
  | "listOf"
>();
/** What other rooms may ask the review queue. */
export type ReviewQueueRpc = ReturnType<typeof reviewQueueOf>;
