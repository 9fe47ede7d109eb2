/** Reviews as the ingress asks for them, answered by the `ReviewQueue` of the org. */
import { hasIdForm } from "../../core/ids.ts";
import type { ReviewQueueRpc } from "../../durable-objects/review-queue/stub.ts";
import type { ReviewsPort } from "../ingress/ports.ts";

/** What is asked of an org's queue. */
export type QueuePort = Pick<ReviewQueueRpc, "decide" | "read" | "list">;

/** `queueOf` gives a stub for each call: one that broke is not used again. */
export const reviewsFrom = (queueOf: (org: string) => QueuePort): ReviewsPort => ({
  list: (org, status, page) => queueOf(org).list(status, page),
  async get(org, id) {
    return hasIdForm("rev", id) ? queueOf(org).read(id) : null;
  },
  decide: (org, id, decision) => queueOf(org).decide(id, decision),
});
