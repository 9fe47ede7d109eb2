/**
 * What the review queue tells the run that waits. Delivered at least once and in no promised order: the run takes the decision
 * of the case it waits for once, and an escalation that comes after it is history.
 */
import type { EpochMs } from "../time.ts";
import type { ReviewDecision, Severity } from "./case.ts";

/** PERSISTED: rows of the queue's delivery table. */
export type ReviewMessage =
  | { readonly kind: "review.decided"; readonly decision: ReviewDecision & { readonly activity: string } }
  | {
      readonly kind: "review.escalated";
      readonly id: string;
      readonly activity: string;
      readonly severity: Severity;
      readonly at: EpochMs;
    };
