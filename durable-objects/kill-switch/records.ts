/**
 * Throws and recoveries on record, each in the chain of the org whose person acted. One object serves all orgs, while a message
 * of the records queue is one org's: a row's id therefore begins with its org, and messages are split by it on their way out.
 */
import { type AuditActor, type AuditRecord, auditRecord, type RecordsMessage } from "../../core/audit/record.ts";
import type { JsonObject } from "../../core/json.ts";
import { scopeText } from "../../core/kill-switch/stops.ts";
import type { Switch } from "../../core/kill-switch/switch.ts";
import type { EpochMs } from "../../core/time.ts";
import type { Outbox } from "../kit/outbox.ts";

/** A throw, a request for recovery or a recovery, as it goes on record. */
export type SwitchFact = {
  readonly type: "kill_switch.thrown" | "kill_switch.recovery_requested" | "kill_switch.recovered" | "kill_switch.drilled";
  readonly org: string;
  readonly actor: AuditActor;
  readonly decision: AuditRecord["decision"];
  readonly data: JsonObject;
};

/** MUST be called inside the transaction of what the fact tells. */
export function putFact(outbox: Outbox, eventId: string, state: Switch, fact: SwitchFact, at: EpochMs): void {
  const record = auditRecord({
    id: eventId,
    at,
    type: fact.type,
    actor: fact.actor,
    action: fact.type,
    resource: `kill-switch/${state.id}`,
    decision: fact.decision,
    layer: fact.decision === "deny" ? "switch" : null,
    data: { scope: scopeText(state.scope), scope_org: state.scope.kind === "all" ? null : state.scope.org, ...fact.data },
  });
  outbox.put({ id: `${fact.org}/${eventId}`, records: [record] }, at);
}

/** Splits a message by org and sends each part. Rejects when one cannot be sent; the rows then leave again. */
export async function sendByOrg(message: RecordsMessage, send: (message: RecordsMessage) => Promise<void>): Promise<void> {
  for (const [org, rows] of Map.groupBy(message.rows, (row) => row.id.slice(0, row.id.indexOf("/")))) await send({ ...message, org, rows });
}
