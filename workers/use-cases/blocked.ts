/** The record of what the guardrails refused: what was found and where, never the content. */
import type { FindingSummary } from "../../core/guardrail/finding.ts";
import type { Action } from "./access.ts";
import type { UseCasePorts } from "./ports.ts";
import { auditRecord } from "./record.ts";
import type { Requester } from "./requester.ts";

export async function recordBlocked(
  ports: UseCasePorts,
  by: Requester,
  action: Action,
  resource: string,
  findings: readonly FindingSummary[],
): Promise<void> {
  const data = {
    findings: findings.map(({ type, detector, count, pointer, rule }) => ({
      type,
      detector,
      count,
      pointer,
      ...(rule === undefined ? {} : { rule }),
    })),
  };
  const fact = {
    type: "guardrail.blocked",
    action,
    resource,
    decision: "deny",
    data,
    layer: "guard",
    asCaller: action === "run.start",
  } as const;
  await ports.store.audit.record(by.principal.org, auditRecord(ports, by, fact));
}
