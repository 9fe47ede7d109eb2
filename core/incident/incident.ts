/** Incidents: what went wrong, who looks after it, and how it ended. A kill, a critical alert or a broken audit log opens one. Pure. */
import { isObject, type Json, own } from "../json.ts";
import { type Notice, type NoticeSeverity, tidyData, titleOf } from "../notice/notice.ts";
import { type EpochMs, orNullRfc3339, toRfc3339 } from "../time.ts";

/** Where an incident stands. */
export const INCIDENT_STATUSES = ["open", "investigating", "resolved"] as const;
/** One of them. */
export type IncidentStatus = (typeof INCIDENT_STATUSES)[number];

/** PERSISTED: a row of `incidents`. */
export type Incident = {
  /** `inc_…` */
  readonly id: string;
  readonly org: string;
  /** What opened it; two that come from one thing are one incident. */
  readonly source: string;
  readonly title: string;
  readonly severity: NoticeSeverity;
  readonly status: IncidentStatus;
  /** A user of the org; null: nobody yet. */
  readonly owner: string | null;
  /** Scrubbed of personal data before it comes here. */
  readonly postmortem: string | null;
  /** A user, or `system`. */
  readonly openedBy: string;
  readonly openedAt: EpochMs;
  readonly resolvedAt: EpochMs | null;
  /** Kept when it is resolved, since the log's window moves on; null: it is read from the audit log. */
  readonly timeline: readonly TimelineEntry[] | null;
};

/** A moment of an incident, out of the audit log. */
export type TimelineEntry = {
  at: string;
  type: string;
  actor: string;
  resource: string;
  decision: string | null;
  seq: number;
  /** Why a switch was thrown, or is to be lifted; scrubbed of personal data. Absent: of everything else. */
  reason?: string;
};

/** An incident as HTTP shows it. */
export type IncidentView = {
  id: string;
  title: string;
  severity: NoticeSeverity;
  status: IncidentStatus;
  source: string;
  owner: string | null;
  postmortem: string | null;
  opened_by: string;
  opened_at: string;
  resolved_at: string | null;
};

/** What a change may say. Absent: it stays. */
export type IncidentChange = { readonly owner?: string | null; readonly status?: IncidentStatus; readonly postmortem?: string | null };

/** How long before its opening an incident's timeline begins, in ms: what led to it. */
export const LEAD_MS = 10 * 60_000;

/** True for what opens an incident. The alert that says that a switch is active adds nothing to the throw itself. */
export function opensIncident({ type, severity, resolves, data }: Notice): boolean {
  if (resolves === true) return false;
  if (type === "kill_switch.thrown" || type.startsWith("audit.")) return true;
  return type === "alert.firing" && severity === "critical" && tidyData(data)["rule"] !== "kill-switch";
}

/** The incident that a notice opens. */
export const incidentOf = (notice: Notice, org: string, id: string, at: EpochMs): Incident => ({
  ...{ id, org, source: notice.dedup ?? notice.id, title: titleOf(notice), severity: notice.severity ?? "critical", status: "open" },
  ...{ owner: null, postmortem: null, openedBy: "system", openedAt: at, resolvedAt: null, timeline: null },
});

/** The incident after a change. */
export function changedIncident(incident: Incident, change: IncidentChange, at: EpochMs): Incident {
  const status = change.status ?? incident.status;
  const resolvedAt = status !== "resolved" ? null : (incident.resolvedAt ?? at);
  return {
    ...incident,
    status,
    resolvedAt,
    owner: change.owner === undefined ? incident.owner : change.owner,
    postmortem: change.postmortem === undefined ? incident.postmortem : change.postmortem,
    timeline: status === "resolved" ? incident.timeline : null,
  };
}

/** The incident as HTTP shows it. */
export const incidentView = ({
  id,
  title,
  severity,
  status,
  source,
  owner,
  postmortem,
  openedBy,
  openedAt,
  resolvedAt,
}: Incident): IncidentView => ({
  ...{ id, title, severity, status, source, owner, postmortem, opened_by: openedBy },
  opened_at: toRfc3339(openedAt),
  resolved_at: orNullRfc3339(resolvedAt),
});

/** Types of entries that belong to every timeline within its time. A run's own steps do not: there may be thousands. */
export const TIMELINE_TYPES = [
  ...["kill_switch.thrown", "kill_switch.recovery_requested", "kill_switch.recovered", "alert.firing", "alert.cleared"],
  ...["audit.forked", "audit.broken", "audit.key_rotated", "audit.key_not_introduced"],
  ...[
    "incident.opened",
    "incident.changed",
    "workflow.registered",
    "workflow.traffic",
    "tool.registered",
    "model.registered",
    "policy.activated",
  ],
  ...["policies.activated", "org.changed", "override.requested", "override.approved", "run.dead_lettered", "run.unstuck", "budget.alert"],
] as const;

/** An entry of the audit log as a moment of a timeline; null: it is none. */
export function timelineEntry(entry: Json): TimelineEntry | null {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return null;
  const { timestamp, event_type: type, actor, resource, decision, seq, data } = entry;
  const who = typeof actor === "object" && actor !== null && !Array.isArray(actor) ? String(actor["id"] ?? "") : "";
  if (typeof timestamp !== "string" || typeof type !== "string") return null;
  return {
    at: timestamp,
    type,
    actor: who,
    resource: String(resource ?? ""),
    decision: typeof decision === "string" ? decision : null,
    seq: Number(seq),
    ...reasonOf(type, data),
  };
}

function reasonOf(type: string, data: Json | undefined): Pick<TimelineEntry, "reason"> {
  const reason = type.startsWith("kill_switch.") && isObject(data) ? own(data, "reason") : undefined;
  return typeof reason === "string" && reason !== "" ? { reason } : {};
}

/** A run that failed in an incident's time, without what it was given or made. */
export type FailedRun = { id: string; workflow: string; status: string; ended_at: string | null };

/** A line of the run index as an incident shows it. */
export function failedRun(line: Json): FailedRun {
  const { id, workflow, status, ended_at: endedAt } = isObject(line) ? line : {};
  return { id: String(id), workflow: String(workflow), status: String(status), ended_at: typeof endedAt === "string" ? endedAt : null };
}
