/** What a notice leaves behind: an entry of the audit log for an alert, and the incident that it opens. */
import { type AuditRecord, auditRecord } from "../../core/audit/record.ts";
import { mintId } from "../../core/ids.ts";
import { type Incident, incidentOf } from "../../core/incident/incident.ts";
import { type Notice, tidyData, workflowOf } from "../../core/notice/notice.ts";
import type { EpochMs } from "../../core/time.ts";

/** What opening an incident needs. */
export type OpenIncidentPorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  /** False: what opened it has opened it before. */
  readonly incidents: { readonly open: (incident: Incident, record: AuditRecord) => Promise<boolean> };
  readonly tell: (org: string, notice: Notice) => Promise<unknown>;
};

/** An alert or an anomaly that begins or ends, as an entry of its org's chain. Its id is the notice's: the same notice is one entry. */
export const alertRecord = ({ id, type, data }: Notice, at: EpochMs): AuditRecord =>
  auditRecord({
    ...{ id: `evt_${id.slice(id.indexOf("_") + 1)}`, at, type, actor: { type: "system", id: "watch" }, action: type },
    ...{ resource: `alert/${String(tidyData(data)["rule"] ?? tidyData(data)["metric"] ?? "")}`, decision: null, data: tidyData(data) },
  });

/** Opens the incident of a notice, once, and tells of it. */
export async function openIncidentOf({ now, random, incidents, tell }: OpenIncidentPorts, org: string, notice: Notice): Promise<void> {
  const at = now();
  const incident = incidentOf(notice, org, mintId("inc", at, random(10)), at);
  const workflow = workflowOf(notice.data);
  const about = workflow === null ? {} : { workflow };
  const data = { incident: incident.id, severity: incident.severity, opened_by: "system", source: notice.type, ...about };
  const id = mintId("evt", at, random(10));
  const fact = {
    type: "incident.opened",
    actor: { type: "system", id: "watch" },
    action: "incident.write",
    resource: `incident/${incident.id}`,
  } as const;
  const isNew = await incidents.open(incident, auditRecord({ id, at, ...fact, decision: null, data }));
  if (isNew) await tell(org, { id, type: "incident.opened", severity: incident.severity, dedup: `incident/${incident.id}`, data });
}
