/** What use cases ask of other rooms. `workers/composition` fits them together; tests may fit others. */
import type { ReviewQueueRpc } from "../../durable-objects/review-queue/stub.ts";
import type { RunEngineRpc } from "../../durable-objects/run-engine/stub.ts";

/** One run, live or archived: what is read of it and done to it. */
export type RunObject = Pick<
  RunEngineRpc,
  "start" | "awaitBirth" | "view" | "events" | "cancel" | "spans" | "redrive" | "discard" | "signal" | "replay"
>;

/** A stub for each call: one that broke stays broken. */
export type RunsPort = (id: string) => RunObject;

/** An org's review queue; a stub for each call. */
export type ReviewsPort = (org: string) => Pick<ReviewQueueRpc, "decide" | "read" | "list">;
