/** How other rooms reach an org's review queue. */
import { stubsOf } from "../kit/stub.ts";
import type { ReviewQueue } from "./review-queue.ts";

export const reviewQueueOf = stubsOf<ReviewQueue, "open" | "decide" | "read" | "list" | "withdraw" | "confirm" | "depth">();
export type ReviewQueueRpc = ReturnType<typeof reviewQueueOf>;
