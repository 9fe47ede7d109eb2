/** A fact about a case as an audit record. The reason that a person wrote stays with the case: the chain holds names and digests only. */
import type { AuditRecord } from "../audit/record.ts";
import { type EpochMs, toRfc3339 } from "../time.ts";
import type { Case, CaseFact } from "./life.ts";

export function reviewRecord(eventId: string, state: Case, fact: CaseFact, at: EpochMs): AuditRecord {
  const { request } = state;
  return {
    event_id: eventId,
    timestamp: toRfc3339(at),
    trace_id: request.traceId,
    event_type: fact.type,
    actor: fact.actor,
    action: fact.type,
    resource: `run/${request.run}/${request.step}`,
    decision: fact.decision,
    policy_version: request.policy.version,
    risk_score: request.risk.score,
    data: { review: state.id, activity: request.activity, digest: request.digest, ...fact.data },
  };
}
