/** A fact about a case as an audit record. The reason that a person wrote stays with the case: the chain holds names and digests only. */
import { type AuditRecord, auditRecord } from "../audit/record.ts";
import { canonicalJson } from "../canonical-json.ts";
import type { EpochMs } from "../time.ts";
import { type Case, type CaseFact, underReview } from "./life.ts";

/** The audit record of a fact about a case. */
export function reviewRecord(eventId: string, state: Case, fact: CaseFact, at: EpochMs, sha256: (text: string) => string): AuditRecord {
  const { request } = state;
  return auditRecord({
    id: eventId,
    at,
    traceId: request.traceId,
    type: fact.type,
    actor: fact.actor,
    action: fact.type,
    resource: `run/${request.run}/${request.step}`,
    decision: fact.decision,
    layer: fact.decision === "deny" ? "people" : null,
    policyVersion: request.policy.version,
    riskScore: request.risk.score,
    data: {
      ...(request.workflow === undefined ? {} : { workflow: request.workflow }),
      ...{ review: state.id, activity: request.activity, digest: underReview(state).digest },
      ...(state.shown === undefined ? {} : { shown: state.change?.shown ?? state.shown }),
      ...(state.change === undefined ? {} : { changed_from: request.digest, changed_by: state.change.by }),
      // What was granted in place of what was asked for.
      ...("decision" in state && state.decision.action === "modify" ? { granted: sha256(canonicalJson(state.decision.proposal)) } : {}),
      ...fact.data,
    },
  });
}
