/** Turns audit records on which somebody has to act into notices. Pure. */
import type { AuditRecord } from "../audit/record.ts";
import { isObject, type Json, own } from "../json.ts";
import type { Notice, NoticeSeverity } from "./notice.ts";

/** How urgent the severities of reviews are to those who are told. */
const URGENCY: { readonly [severity: string]: NoticeSeverity } = { critical: "critical", high: "warning", medium: "info" };

/** The fields of the record's data that its notice carries: names, codes and counts. */
const TOLD: { readonly [type: string]: readonly string[] } = {
  "review.requested": ["severity", "operation"],
  "review.escalated": ["severity", "operation"],
  "review.reminded": ["severity", "operation"],
  "review.expired": ["severity", "operation"],
  "escalation.raised": ["workflow", "priority"],
  "run.dead_lettered": ["code", "step", "undone"],
};

/** null: nobody is told. `workflow`: of the run that the record is of. The same record is the same notice, however often it comes. */
export function noticeOf(record: AuditRecord, workflow: string | null): Notice | null {
  const fields = own(TOLD, record.event_type);
  if (fields === undefined) return null;
  const from = isObject(record.data) ? record.data : {};
  const about = fields.flatMap((field): [string, Json][] => {
    const value = own(from, field);
    return value === undefined || value === null ? [] : [[field, value]];
  });
  const severity = URGENCY[String(own(from, "severity") ?? own(from, "priority") ?? "high")] ?? "warning";
  const where = workflow === null ? {} : { workflow };
  return {
    id: record.event_id,
    type: record.event_type,
    severity,
    data: { ...where, resource: record.resource, ...Object.fromEntries(about) },
  };
}
