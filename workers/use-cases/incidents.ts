/** Incidents: opened by a person or by what went wrong, looked after, resolved; with the time around them out of the audit log. */
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { unknownId } from "../../core/errors/unknown-name.ts";
import { hasIdForm, mintId } from "../../core/ids.ts";
import {
  changedIncident,
  type Incident,
  type IncidentChange,
  incidentView,
  LEAD_MS,
  type TimelineEntry,
} from "../../core/incident/incident.ts";
import type { NoticeSeverity } from "../../core/notice/notice.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { claim, type Repeatable } from "./idempotency.ts";
import { keptText } from "./kept-text.ts";
import type { UseCasePorts } from "./ports.ts";
import { auditRecord } from "./record.ts";
import type { Requester } from "./requester.ts";

/** A new incident, by a person. */
export type OpenIncident = { readonly title: string; readonly severity: NoticeSeverity; readonly owner: string | null };

/** Opens one. Title and post-mortem are kept without personal data. */
export async function openIncident(
  ports: UseCasePorts,
  by: Requester,
  command: OpenIncident,
  repeat: Repeatable,
): Promise<Result<{ readonly incident: Incident; readonly replayed: boolean }, Refusal>> {
  const { org, user } = by.principal;
  const title = keptText(ports, command.title, "/title");
  if (!title.ok) return title;
  const claimed = await claim<"created">(ports, by, repeat, mintId("inc", by.at, ports.random(10)));
  if (!claimed.ok) return claimed;
  const { id, replayed, settle } = claimed.value;
  const kept = replayed === null ? null : await ports.store.incidents.get(org, id);
  if (kept !== null) return ok({ incident: kept, replayed: true });
  const incident: Incident = {
    ...{ id, org, source: id, title: title.value, severity: command.severity, status: "open", owner: command.owner },
    ...{ postmortem: null, openedBy: user, openedAt: by.at, resolvedAt: null, timeline: null },
  };
  const data = { incident: id, severity: incident.severity, opened_by: user };
  const fact = { type: "incident.opened", action: "incident.write", resource: `incident/${id}`, decision: null, data } as const;
  const isNew = await ports.store.incidents.open(incident, auditRecord(ports, by, fact));
  await settle("created");
  // A first try may have opened it and not come to say so: what stands is the answer. Whoever heard of it knows it by its `dedup`.
  const stands = isNew ? incident : ((await ports.store.incidents.get(org, id)) ?? incident);
  tell(ports, stands, "incident.opened");
  return ok({ incident: stands, replayed: false });
}

/** Changes owner, status or post-mortem. What is resolved keeps its timeline. `asIs`: other fields of the view, each of which must be as it is. */
export async function changeIncident(
  ports: UseCasePorts,
  by: Requester,
  id: string,
  change: IncidentChange,
  asIs: Readonly<Record<string, unknown>> = {},
): Promise<Result<Incident, Refusal>> {
  const { org } = by.principal;
  const before = await find(ports, org, id);
  if (before === null) return err(unknownId("incident", id));
  const others = Object.entries(incidentView(before)).filter(([field, value]) => Object.hasOwn(asIs, field) && asIs[field] !== value);
  const errors = others.map(([field]) => ({ path: `/${field}`, message: "cannot be changed: leave it out, or send it as it is" }));
  if (errors.length > 0) return err(refuse("invalid_request", "the incident is invalid", errors));
  const text = change.postmortem == null ? null : keptText(ports, change.postmortem, "/postmortem");
  if (text !== null && !text.ok) return text;
  const changed = changedIncident(before, text === null ? change : { ...change, postmortem: text.value }, by.at);
  const isResolvedNow = changed.status === "resolved" && before.status !== "resolved";
  const timeline = isResolvedNow ? await timelineOf(ports, changed, by.at) : changed.timeline;
  const incident: Incident = { ...changed, timeline };
  if (incident.status === "resolved" && incident.owner === null)
    return err(
      refuse("invalid_request", "the incident is invalid", [
        { path: "/owner", message: "is missing: who resolves an incident names its owner" },
      ]),
    );
  const data = { incident: id, status: incident.status, owner: incident.owner, has_postmortem: incident.postmortem !== null };
  const fact = { type: "incident.changed", action: "incident.write", resource: `incident/${id}`, decision: null, data } as const;
  await ports.store.incidents.change(incident, auditRecord(ports, by, fact));
  if (isResolvedNow) tell(ports, incident, "incident.resolved");
  return ok(incident);
}

/** The incident, with what the audit log says of its time. */
export async function readIncident(
  ports: UseCasePorts,
  by: Requester,
  id: string,
): Promise<Result<{ readonly incident: Incident; readonly timeline: readonly TimelineEntry[] }, Refusal>> {
  const incident = await find(ports, by.principal.org, id);
  if (incident === null) return err(unknownId("incident", id));
  return ok({ incident, timeline: incident.timeline ?? (await timelineOf(ports, incident, by.at)) });
}

const find = async (ports: UseCasePorts, org: string, id: string): Promise<Incident | null> =>
  hasIdForm("inc", id) ? ports.store.incidents.get(org, id) : null;

const timelineOf = (ports: UseCasePorts, { org, openedAt, resolvedAt }: Incident, at: number): Promise<TimelineEntry[]> =>
  ports.timeline(org, openedAt - LEAD_MS, resolvedAt ?? at);

function tell(ports: UseCasePorts, { id, org, severity, owner }: Incident, type: "incident.opened" | "incident.resolved"): void {
  const notice = {
    id: mintId("evt", ports.now(), ports.random(10)),
    type,
    severity,
    dedup: `incident/${id}`,
    data: { incident: id, severity, owner },
  };
  ports.alert(org, type === "incident.resolved" ? { ...notice, resolves: true } : notice);
}
