/** Turns audit records on which somebody has to act into notices. Pure. */
import type { AuditRecord } from "../audit/record.ts";
import { isObject, type Json, own } from "../json.ts";
import { isOfDrill } from "../kill-switch/of-drill.ts";
import { type Notice, type NoticeSeverity, workflowOf } from "./notice.ts";

/** How urgent the severities of reviews are to those who are told. */
const URGENCY: { readonly [severity: string]: NoticeSeverity } = { critical: "critical", high: "warning", medium: "info" };

/** The fields of the record's data that its notice carries: names, codes and counts. */
const TOLD: { readonly [type: string]: readonly string[] } = {
  "review.requested": ["workflow", "review", "severity", "operation"],
  "review.escalated": ["workflow", "review", "severity", "operation"],
  "review.reminded": ["workflow", "review", "severity", "operation"],
  "review.expired": ["workflow", "review", "severity", "operation"],
  "escalation.raised": ["review", "workflow", "priority"],
  "credential.burst": ["workflow", "tool", "count", "usual"],
  "credential.new_destination": ["workflow", "tool", "destinations"],
  "credential.new_scope": ["workflow", "tool", "scopes"],
  "tool.drifted": ["proposed", "changed", "refused"],
  "run.dead_lettered": ["code", "step", "undone"],
  "run.failed": ["code", "step", "undone"],
  "run.cancelled": ["undone"],
};

/** What else is known of the run that a record is of. */
export type AboutRun = {
  readonly workflow: string;
  /** Set when its end is a dead letter. */
  readonly dead_letter?: { readonly id: string };
};

/** Ends of a run: of these people are told where the end is a dead letter, and only then. */
const ENDS: ReadonlySet<string> = new Set(["run.dead_lettered", "run.failed", "run.cancelled"]);

/** null: nobody is told. `run`: of which the record is; null: of none. The same record is the same notice, however often it comes. */
export function noticeOf(record: AuditRecord, run: AboutRun | null): Notice | null {
  const fields = own(TOLD, record.event_type);
  if (fields === undefined) return null;
  const from = isObject(record.data) ? record.data : {};
  const workflow = run?.workflow ?? workflowOf(from);
  if (workflow !== null && isOfDrill(workflow)) return null;
  if (own(from, "auto") === true) return null; // it passed without a person: nobody is needed
  const letter = ENDS.has(record.event_type) ? (run?.dead_letter ?? null) : null;
  if (letter === null && ENDS.has(record.event_type) && record.event_type !== "run.dead_lettered") return null;
  const about = fields.flatMap((field): [string, Json][] => {
    const value = own(from, field);
    return value === undefined || value === null ? [] : [[field, value]];
  });
  const severity = URGENCY[String(own(from, "severity") ?? own(from, "priority") ?? "high")] ?? "warning";
  const where = workflow === null ? {} : { workflow };
  const dead = letter === null ? {} : { dead_letter: letter.id };
  return {
    id: record.event_id,
    type: record.event_type,
    severity,
    data: { resource: record.resource, ...Object.fromEntries(about), ...where, ...dead },
  };
}
