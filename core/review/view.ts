/** A review as the HTTP contract shows it (docs/contract.md, "People and control"). Placeholders stand where personal data was. */
import type { Json } from "../json.ts";
import { orNullRfc3339, toRfc3339 } from "../time.ts";
import type { ReviewStatus, Severity } from "./case.ts";
import type { Case } from "./life.ts";

/** A review as HTTP shows it. */
export type ReviewView = {
  id: string;
  run: string;
  step: string;
  severity: Severity;
  status: ReviewStatus;
  risk: { score: number | null; factors: string[] };
  policy: { version: string | null; decision: string | null };
  /** What was asked for; `digest` covers it. */
  proposal: Json;
  digest: string;
  due_at: string;
  approvals_needed: number;
  approvals: { by: string; at: string }[];
  /** `proposal` only of a `modify`: what was granted in place of what was asked for. */
  decision: { action: string; by: string; reason: string; at: string; proposal?: Json } | null;
  created_at: string;
  closed_at?: string | null;
};

/** A case as HTTP shows it. */
export function reviewView(state: Case): ReviewView {
  const { request } = state;
  return {
    id: state.id,
    run: request.run,
    step: request.step,
    severity: state.severity,
    status: state.status,
    risk: { score: request.risk.score, factors: [...request.risk.factors] },
    policy: { ...request.policy },
    proposal: request.proposal,
    digest: request.digest,
    due_at: toRfc3339(state.dueAt),
    approvals_needed: state.approvalsNeeded,
    approvals: state.approvals.map(({ by, at }) => ({ by, at: toRfc3339(at) })),
    decision: decisionView(state),
    created_at: toRfc3339(state.openedAt),
    closed_at: orNullRfc3339("closedAt" in state ? state.closedAt : null),
  };
}

function decisionView(state: Case): ReviewView["decision"] {
  if (!("decision" in state)) return null;
  const { action, by, reason, at, proposal } = state.decision;
  return { action, by, reason, at: toRfc3339(at), ...(action === "modify" ? { proposal } : {}) };
}
