/** Shapes of answers about alerts and incidents, for the OpenAPI document. */
import { z } from "@hono/zod-openapi";
import { INCIDENT_STATUSES } from "../../../core/incident/incident.ts";

const time = z.iso.datetime();
const severity = z.enum(["info", "warning", "critical"]);

/** The alerts that fire. */
export const Alerts = z
  .object({
    data: z.array(
      z.object({
        rule: z.string(),
        workflow: z.string().nullable(),
        severity,
        what: z.string(),
        since: time,
        value: z.number(),
        threshold: z.number(),
        unit: z.string(),
        runbook: z.string(),
      }),
    ),
    next_cursor: z.string().nullable(),
  })
  .openapi("Alerts");

const fields = {
  id: z.string(),
  title: z.string(),
  severity,
  status: z.enum(INCIDENT_STATUSES),
  source: z.string(),
  owner: z.string().nullable(),
  postmortem: z.string().nullable(),
  opened_by: z.string(),
  opened_at: time,
  resolved_at: time.nullable(),
};
/** An incident. */
export const Incident = z.object(fields).openapi("Incident");
/** An incident with what the audit log says of its time, and the runs that failed in it. */
export const WholeIncident = z
  .object({
    ...fields,
    timeline: z.array(
      z.object({
        at: time,
        type: z.string(),
        actor: z.string(),
        resource: z.string(),
        decision: z.string().nullable(),
        seq: z.number().int(),
        reason: z.string().optional(),
      }),
    ),
    runs: z.array(z.object({ id: z.string(), workflow: z.string(), status: z.string(), ended_at: time.nullable() })),
  })
  .openapi("WholeIncident");
