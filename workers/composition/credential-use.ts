/** The record of an unusual use of a tool's credential (core/limits/credential-use.ts). Names the host and the scopes, never a credential. */
import { type AuditRecord, auditRecord } from "../../core/audit/record.ts";
import { mintId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Unusual, UnusualKind } from "../../core/limits/credential-use.ts";
import type { IntendedUse } from "../credential-broker/credential-use.ts";
import type { Outside } from "./outside.ts";

/** By the kind of use: what its entry is called. */
const FACTS = {
  burst: { type: "credential.burst" },
  new_destination: { type: "credential.new_destination" },
  new_scope: { type: "credential.new_scope" },
} as const satisfies Record<UnusualKind, { readonly type: string }>;

/** The record of one such use. */
export function recordOfUse(
  { context, tool }: IntendedUse,
  { kind, refused, destinations, scopes, count, usual }: Unusual,
  at: number,
  random: Outside["random"],
): AuditRecord {
  const what: JsonObject = {
    ...(destinations === undefined ? {} : { destinations: [...destinations] }),
    ...(scopes === undefined ? {} : { scopes: [...scopes] }),
    ...(count === undefined || usual === undefined ? {} : { count, usual }),
  };
  return auditRecord({
    id: mintId("evt", at, random(10)),
    at,
    traceId: context.traceId,
    ...FACTS[kind],
    actor: { type: "agent", id: context.run },
    action: "credential.make",
    resource: `run/${context.run}/${context.activity}`,
    decision: refused ? "deny" : "allow",
    data: { workflow: context.workflow, tool, ...what },
    ...(refused ? { layer: "credential" } : {}),
  });
}
