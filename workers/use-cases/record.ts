/** Audit records of what the edge does. Names, ids, digests and counts; never what a client wrote. */
import type { Principal } from "../../core/access/principal.ts";
import type { Layer } from "../../core/audit/layer.ts";
import { actingAs, isMereCaller } from "../../core/audit/persons.ts";
import { type AuditRecord, auditRecord as newRecord } from "../../core/audit/record.ts";
import { mintId } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import type { UseCasePorts } from "./ports.ts";
import type { Trace } from "./requester.ts";

/** What an audit record says. `decision` is `allow` when it is left out. */
export type Fact = {
  readonly type: string;
  readonly action: string;
  readonly resource: string;
  readonly decision?: AuditRecord["decision"];
  readonly policyVersion?: string | null;
  readonly data?: Json;
  /** What refused. */
  readonly layer?: Layer;
  /** What is recorded is about the caller, whatever their roles. Otherwise only somebody without any other role than `caller` gets a pseudonym. */
  readonly asCaller?: boolean;
};

/** The record of something that a caller did, with a new id and the time of now. */
export function auditRecord(
  ports: Pick<UseCasePorts, "now" | "random">,
  by: { readonly principal: Principal; readonly trace: Trace },
  fact: Fact,
): AuditRecord {
  const at = ports.now();
  return newRecord({
    id: mintId("evt", at, ports.random(10)),
    at,
    traceId: by.trace.traceId,
    type: fact.type,
    actor: actingAs(by.principal.user, fact.asCaller === true || isMereCaller(by.principal.roles)),
    action: fact.action,
    resource: fact.resource,
    decision: fact.decision ?? null,
    policyVersion: fact.policyVersion ?? null,
    data: fact.data ?? {},
    layer: fact.layer ?? null,
  });
}
