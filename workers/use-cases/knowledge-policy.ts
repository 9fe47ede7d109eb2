/** Whether the org's own policies let somebody search or fill a collection over HTTP. */
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import type { JsonObject } from "../../core/json.ts";
import type { UseCasePorts } from "./ports.ts";
import { auditRecord } from "./record.ts";
import type { Requester } from "./requester.ts";

/** null: they let them. A refusal is on record, with the question as the policies were asked it. */
export async function barredFromCollection(
  ports: UseCasePorts,
  by: Requester,
  action: "knowledge.search" | "knowledge.write",
  collection: string,
): Promise<Refusal | null> {
  const { org, user, roles } = by.principal;
  // Policies may depend on its epoch: one that cannot be read is a refusal.
  const stops = await ports.killSwitch.stops().catch(() => null);
  if (stops === null) return refuse("overloaded", "the kill switch cannot be read; no collection is searched or changed until it can");
  const { decision, policyVersion, reasons, asked } = await ports.mayKnow(
    { caller: { org, user, roles }, action, collection },
    stops.epoch,
  );
  if (decision === "allow") return null;
  const data = { reasons: [...reasons], ...(asked === undefined ? {} : { asked: asked as unknown as JsonObject }) };
  const resource = `collection/${collection}`;
  const fact = { type: "policy.decided", action, resource, decision: "deny", policyVersion, data, layer: "policy" } as const;
  await ports.store.audit.record(org, auditRecord(ports, by, { ...fact, asCaller: true }));
  const verb = action === "knowledge.search" ? "search" : "change";
  return refuse("policy_denied", `the org's policies do not let this caller ${verb} the collection (${reasons.join(", ")})`);
}
