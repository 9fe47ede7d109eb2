/** A review as the HTTP contract shows it (docs/contract.md, "People and control"). Placeholders stand where personal data was. */
import type { HandOverReason } from "../guardrail/hand-over/hand-over.ts";
import type { Json } from "../json.ts";
import type { RiskFactor } from "../risk/risk.ts";
import { orNullRfc3339, toRfc3339 } from "../time.ts";
import type { HandOverCase, HandOverMessage, ReviewRequest, ReviewStatus, Severity } from "./case.ts";
import type { ReviewContext } from "./context.ts";
import type { Case } from "./life.ts";

/** A review as HTTP shows it. */
export type ReviewView = {
  id: string;
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
  severity: Severity;
  status: ReviewStatus;
  /** The points sum to the score; a factor without points is a note. null: the case is from before risk. */
  risk: { score: number | null; factors: RiskFactor[] };
  /** `reasons`: ids of the policies that ask. */
  policy: { version: string | null; decision: string | null; reasons?: string[] };
  /** What people are shown beside the proposal. Absent in lists, and in cases from before it was kept. */
  context?: ReviewContext;
  /** SHA-256, hex, of the canonical JSON of what is shown (`ShownReview`): the audit entry of a decision names it. Absent in older cases. */
  shown?: string;
  /** What was asked for; `digest` covers it. */
  proposal: Json;
  digest: string;
  due_at: string;
  approvals_needed: number;
  /** The review that passed without a person and of which this is a sample: nothing waits for it. */
  sample_of?: string;
  /** It was planted, and nobody asked it. Shown once it is decided. */
  decoy?: true;
  /** Who decides, where the registry of approvers had an entry when the case was opened; with the next in line who have joined. */
  approvers?: { operation: string; roles: string[]; users: string[] };
  approvals: { by: string; at: string }[];
  /** `proposal` only of a `modify`: what was granted in place of what was asked for. */
  decision: { action: string; by: string; reason: string; at: string; proposal?: Json } | null;
  created_at: string;
  closed_at?: string | null;
};

/** What of a review a person decides by. It never changes, and `shown` is its digest. */
export type ShownReview = Pick<
  ReviewView,
  | "run"
  | "step"
  | "reason"
  | "trigger"
  | "priority"
  | "to"
  | "summary"
  | "conversation"
  | "risk"
  | "policy"
  | "context"
  | "proposal"
  | "digest"
>;

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

/** The review as a list shows it: without what a person reads of one review alone. */
export function reviewLine(state: Case): ReviewView {
  const { context: _context, ...line } = reviewView(state);
  return line;
}

/** A case as HTTP shows it. */
export function reviewView(state: Case): ReviewView {
  return {
    id: state.id,
    ...shownOf(state.request),
    ...(state.shown === undefined ? {} : { shown: state.shown }),
    ...(state.request.sampleOf === undefined ? {} : { sample_of: state.request.sampleOf }),
    ...(state.request.decoy === true && "closedAt" in state ? { decoy: true as const } : {}),
    severity: state.severity,
    status: state.status,
    due_at: toRfc3339(state.dueAt),
    approvals_needed: state.approvalsNeeded,
    ...approversView(state),
    approvals: state.approvals.map(({ by, at }) => ({ by, at: toRfc3339(at) })),
    decision: decisionView(state),
    created_at: toRfc3339(state.openedAt),
    closed_at: orNullRfc3339("closedAt" in state ? state.closedAt : null),
  };
}

function approversView({ request: { rule }, level }: Case): Pick<ReviewView, "approvers"> {
  if (rule === undefined) return {};
  const people = [rule, ...rule.next.slice(0, level ?? 0)];
  const all = (of: (one: (typeof people)[number]) => readonly string[]): string[] => [...new Set(people.flatMap(of))];
  return { approvers: { operation: rule.operation, roles: all(({ roles }) => roles), users: all(({ users }) => users) } };
}

const handOverView = (handOver: HandOverCase | undefined): Partial<ReviewView> =>
  handOver === undefined ? {} : { ...handOver, conversation: handOver.conversation.map((message) => ({ ...message })) };

const factorOf = (factor: RiskFactor | string): RiskFactor =>
  typeof factor === "string" ? { factor: "note", points: 0, why: factor } : factor;

function decisionView(state: Case): ReviewView["decision"] {
  if (!("decision" in state)) return null;
  const { action, by, reason, at, proposal } = state.decision;
  return { action, by, reason, at: toRfc3339(at), ...(action === "modify" ? { proposal } : {}) };
}
