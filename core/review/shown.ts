/**
 * What of a review a person decides by. A review changes what is shown only where a person changes its proposal; `shown` of a review is the
 * digest of it, and the audit entry of a decision names that. Pure.
 */
import { canonicalJson } from "../canonical-json.ts";
import type { HandOverReason } from "../guardrail/hand-over/hand-over.ts";
import type { Json } from "../json.ts";
import type { RiskFactor } from "../risk/risk.ts";
import type { HandOverCase, HandOverMessage, ReviewRequest } from "./case.ts";
import type { ReviewContext } from "./context.ts";

/** What of a review a person decides by, as HTTP shows it. */
export type ShownReview = {
  run: string;
  step: string;
  /** Why a person is asked. Absent: the case was opened before this was kept. */
  reason?: "step" | "policy" | "budget" | "guardrail" | "unknown_outcome" | "hand_over";
  /** Of a hand-over: why, how soon, who takes over, what happened so far, and what was said. */
  trigger?: HandOverReason;
  priority?: "normal" | "high";
  to?: string | null;
  summary?: string;
  conversation?: { role: HandOverMessage["role"]; text: string; step?: string }[];
  /** The points sum to the score; a factor without points is a note. null: the case is from before risk. */
  risk: { score: number | null; factors: RiskFactor[] };
  /** `reasons`: ids of the policies that ask. */
  policy: { version: string | null; decision: string | null; reasons?: string[] };
  /** What people are shown beside the proposal. Absent in lists, and in cases from before it was kept. */
  context?: ReviewContext;
  /** What was asked for; `digest` covers it. */
  proposal: Json;
  digest: string;
};

/** What of a request a person decides by. */
export function shownOf(request: ReviewRequest): ShownReview {
  const { version, decision, reasons } = request.policy;
  return {
    run: request.run,
    step: request.step,
    ...(request.reason === undefined ? {} : { reason: request.reason === "unknown-outcome" ? "unknown_outcome" : request.reason }),
    ...handOverView(request.handOver),
    risk: { score: request.risk.score, factors: request.risk.factors.map(factorOf) },
    policy: { version, decision, ...(reasons === undefined ? {} : { reasons: [...reasons] }) },
    ...(request.context === undefined ? {} : { context: request.context }),
    proposal: request.proposal,
    digest: request.digest,
  };
}

/** SHA-256, hex, of what people are shown of a request. */
export const shownDigest = (request: ReviewRequest, sha256: (text: string) => string): string =>
  sha256(canonicalJson(shownOf(request) as unknown as Json));

const handOverView = (handOver: HandOverCase | undefined): Partial<ShownReview> =>
  handOver === undefined ? {} : { ...handOver, conversation: handOver.conversation.map((message) => ({ ...message })) };

const factorOf = (factor: RiskFactor | string): RiskFactor =>
  typeof factor === "string" ? { factor: "note", points: 0, why: factor } : factor;
