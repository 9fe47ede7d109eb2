import { ROLES, type Role } from "../../core/access/principal.ts";
import type { Layer } from "../../core/audit/layer.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import type { JsonObject } from "../../core/json.ts";
import { errorName, logLine } from "../../core/telemetry/log-line.ts";
import type { UseCasePorts } from "./ports.ts";
import { auditRecord } from "./record.ts";
import type { Requester } from "./requester.ts";

/** Actions as policies name them. */
export type Action =
  | `run.${"start" | "read" | "cancel" | "pause" | "resume" | "signal" | "feedback"}`
  | `workflow.${"read" | "write"}`
  | `tool.${"read" | "write" | "test" | "approve"}`
  | `model.${"read" | "write"}`
  | `chat.${"complete" | "embed"}`
  | "secret.write"
  | `key.${"read" | "write" | "rotate"}`
  | "self.read"
  | `org.${"read" | "write"}`
  | `policy.${"read" | "write" | "activate"}`
  | `budget.${"read" | "write"}`
  | `review.${"read" | "decide" | "decide_named" | "oversight"}`
  | `approver.${"read" | "write"}`
  | `dead_letter.${"read" | "redrive" | "discard"}`
  | `override.${"ask" | "approve" | "read"}`
  | `memory.${"read" | "write" | "release"}`
  | `collection.${"read" | "write" | "release" | "search"}`
  | `incident.${"read" | "write"}`
  | "alert.read"
  | `kill.${"throw" | "read" | "recover"}`
  | `audit.${"read" | "verify"}`
  | `person.${"export" | "erase"}`
  | "inventory.read"
  | "compliance.export"
  | "guardrail.check"
  | "metrics.read"
  | "health.read"
  | "anomaly.read"
  | "credential.introspect";

/** Who asks, and under which trace. */
export type Asked = Pick<Requester, "principal" | "trace">;
type AccessPorts = Pick<UseCasePorts, "access" | "store" | "now" | "random" | "log">;

/**
 * null: permitted. `owner`: the user whose thing it is; without one the question is about things of the caller's own.
 * The type of the resource is the first word of the action. `detail`: what a no says, where the roles that the policies name are not the whole of it.
 */
export async function denied(
  ports: AccessPorts,
  asked: Asked,
  action: Action,
  about: { readonly owner?: string; readonly attributes?: JsonObject; readonly name?: string; readonly detail?: string | undefined } = {},
): Promise<Refusal | null> {
  const { principal } = asked;
  const type = action.slice(0, action.indexOf("."));
  const resource = { type, org: principal.org, owner: about.owner ?? principal.user, attributes: about.attributes ?? {} };
  const answer = decide(ports, asked, action, resource);
  if (answer.decision === "allow") return null;
  const detail = about.detail ?? `this caller may not do \`${action}\`${whoMay(ports, asked, action, resource)}`;
  return forbid(ports, asked, action, about.name ?? type, detail, answer);
}

/** The same question where a no is no attempt and leaves no record: whether somebody may do it to what is nobody's. */
export const mayToEverybodys = (ports: AccessPorts, asked: Asked, action: Action): boolean => {
  const type = action.slice(0, action.indexOf("."));
  return decide(ports, asked, action, { type, org: asked.principal.org, owner: "", attributes: {} }).decision === "allow";
};

/** "; the roles `developer` and `admin` may", or nothing where a role alone does not help. */
function whoMay(ports: AccessPorts, asked: Asked, action: Action, resource: Parameters<UseCasePorts["access"]["decide"]>[2]): string {
  const { principal, trace } = asked;
  const may = (role: Role) => decide(ports, { principal: { ...principal, roles: [role] }, trace }, action, resource).decision === "allow";
  const roles = ROLES.filter(may).map((role) => `\`${role}\``);
  const last = roles.pop();
  if (last === undefined) return "";
  return roles.length === 0 ? `; the role ${last} may` : `; the roles ${roles.join(", ")} and ${last} may`;
}

/** A denial, on record in the org that the request acts in. */
export async function forbid(
  ports: AccessPorts,
  asked: Asked,
  action: Action,
  resource: string,
  detail: string,
  {
    policyVersion,
    reasons,
    layer = "policy",
  }: { readonly policyVersion: string | null; readonly reasons: readonly string[]; readonly layer?: Layer },
): Promise<Refusal> {
  const data = { reasons: [...reasons] };
  const fact = { type: "policy.decided", action, resource, decision: "deny", policyVersion, data, layer } as const;
  await ports.store.audit.record(asked.principal.org, auditRecord(ports, asked, fact));
  return refuse("forbidden", detail);
}

/** The refusal, on record when it is that a second person has to do it: who tried to be two people is evidence. */
export async function onRecordIfOnePerson(
  ports: Pick<AccessPorts, "store" | "now" | "random">,
  asked: Asked,
  action: Action,
  resource: string,
  refusal: Refusal,
): Promise<Refusal> {
  if (refusal.code !== "second_person_required") return refusal;
  const { credential, root } = asked.principal;
  const data = { reasons: ["second_person_required"], credential, root };
  const fact = { type: "policy.decided", action, resource, decision: "deny", data, layer: "people" } as const;
  await ports.store.audit.record(asked.principal.org, auditRecord(ports, asked, fact));
  return refusal;
}

/** Why, where the edge itself decides: rules of the contract (docs/contract.md, "Who calls") that are not the policy's to change. */
export const edgeRule = (name: string) => ({ policyVersion: null, reasons: [name], layer: "identity" }) as const;

/** A policy that cannot be evaluated denies. */
function decide(
  ports: AccessPorts,
  { principal, trace }: Asked,
  action: Action,
  resource: Parameters<UseCasePorts["access"]["decide"]>[2],
): { decision: string; policyVersion: string | null; reasons: readonly string[] } {
  try {
    return ports.access.decide(principal, action, resource);
  } catch (error) {
    ports.log(logLine("policy.failed", { policy_version: null, action, error: errorName(error), trace_id: trace.traceId }));
    return { decision: "deny", policyVersion: null, reasons: ["policy_unavailable"] };
  }
}
