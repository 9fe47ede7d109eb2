/** Whether the org's own policies let somebody start a workflow. */
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import type { JsonObject } from "../../core/json.ts";
import type { UseCasePorts } from "./ports.ts";
import { auditRecord } from "./record.ts";
import type { Requester } from "./requester.ts";
import { type RunRequest, subjectOf } from "./run-request.ts";

/** null: they let them. A refusal is on record, with the question as the policies were asked it. */
export async function barredByPolicy(ports: UseCasePorts, by: Requester, request: RunRequest, killEpoch: number): Promise<Refusal | null> {
  const { org, user, roles } = by.principal;
  const own = subjectOf(by, request) === user;
  const { workflow } = request;
  const { decision, policyVersion, reasons, asked } = await ports.mayStart({ caller: { org, user, roles }, workflow, own }, killEpoch);
  if (decision === "allow") return null;
  const data = { reasons: [...reasons], ...(asked === undefined ? {} : { asked: asked as unknown as JsonObject }) };
  const fact = {
    type: "policy.decided",
    action: "run.start",
    resource: `workflow/${workflow}`,
    decision: "deny",
    policyVersion,
    data,
    layer: "policy",
    asCaller: true,
  } as const;
  await ports.store.audit.record(org, auditRecord(ports, by, fact));
  return refuse("policy_denied", `the org's policies do not let this caller start \`${workflow}\` (${reasons.join(", ")})`);
}
