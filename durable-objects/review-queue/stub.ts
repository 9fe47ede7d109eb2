/** How other rooms reach an org's review queue. */
import type { ReviewQueue } from "./review-queue.ts";

/** What the object answers. The stub's mapped type recurses through `Json` without end; this one does not. */
export type ReviewQueueRpc = Pick<ReviewQueue, "open" | "decide" | "read" | "list" | "withdraw" | "confirm" | "depth">;

export const reviewQueueOf = (namespace: DurableObjectNamespace<ReviewQueue>, org: string): ReviewQueueRpc =>
  namespace.getByName(org) as unknown as ReviewQueueRpc;
