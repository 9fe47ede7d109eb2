/** Reviews as the ingress asks for them, answered by the `ReviewQueue` of the org. */
import { hasIdForm } from "../../core/ids.ts";
import type { ReviewQueue } from "../../durable-objects/review-queue/review-queue.ts";
import type { ReviewsPort } from "../ingress/ports.ts";

/** What is asked of an org's queue; its stub has these. */
export type QueuePort = {
  [Verb in "decide" | "read" | "list"]: (...args: Parameters<ReviewQueue[Verb]>) => Promise<Awaited<ReturnType<ReviewQueue[Verb]>>>;
};

export const reviewsFrom = (queueOf: (org: string) => QueuePort): ReviewsPort => ({
  list: (org, status, page) => queueOf(org).list(status, page),
  async get(org, id) {
    return hasIdForm("rev", id) ? queueOf(org).read(id) : null;
  },
  decide: (org, id, decision) => queueOf(org).decide(id, decision),
});
