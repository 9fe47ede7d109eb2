/** `/v1/alerts` and `/v1/incidents`: what fires, what went wrong, and who looks after it. */
import { z } from "@hono/zod-openapi";
import type { AlertView } from "../../../core/alert/watch.ts";
import { failedRun, INCIDENT_STATUSES, incidentView, LEAD_MS } from "../../../core/incident/incident.ts";
import { ok } from "../../../core/result.ts";
import { changeIncident, openIncident, readIncident } from "../../use-cases/incidents.ts";
import { computedPage } from "../computed-list.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { repeatable, replyOf } from "../repeat.ts";
import { listOf } from "../schemas/answers.ts";
import { Alerts, Incident, WholeIncident } from "../schemas/incident-views.ts";
import { userName } from "../schemas/names.ts";
import { idempotencyHeader, pageOf, pageQuery } from "../schemas/requests.ts";

const owner = userName;
const NewIncident = z
  .strictObject({
    title: z.string().min(1).max(300).default("opened by hand"),
    severity: z.enum(["info", "warning", "critical"]).default("warning"),
    owner: owner.optional(),
  })
  .openapi("OpenIncident");
/** An incident can be sent back as it was shown: what nobody changes has to be as it is, what the platform derives is left out. */
const own = z.unknown().optional().openapi({ description: "the incident's own: it is not changed" });
const shown = z.unknown().optional().openapi({ description: "of answers: it is not read" });
const Change = z
  .strictObject({
    owner: owner.nullable().optional(),
    status: z.enum(INCIDENT_STATUSES).optional(),
    postmortem: z.string().max(20_000).nullable().optional(),
    ...{ id: own, title: own, severity: own, source: own, opened_by: own, opened_at: own },
    ...{ resolved_at: shown, timeline: shown, runs: shown },
  })
  .openapi("ChangeIncident");
const params = { id: z.string() };
/** In which order alerts are listed. */
const ALERTS = {
  keyOf: ({ rule, workflow }: AlertView) => `${rule}/${workflow ?? ""}`,
  newestFirst: false,
  form: /^[a-z0-9-]{1,63}\/[\x21-\x7e]{0,100}$/,
} as const;
/** Failed runs that are shown beside an incident. */
const MOST_RUNS = 50;

export function incidentRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "get",
      path: "/v1/alerts",
      operationId: "listAlerts",
      tag: "control",
      summary: "Lists the alerts that fire, since when and with what value",
      action: "alert.read",
      query: pageQuery,
      answers: { 200: { description: "a page of the alerts, by rule and workflow", schema: Alerts } },
      async handle({ principal, query }) {
        const page = computedPage(await ports.alerts(principal.org), ALERTS, pageOf(query));
        return page.ok ? reply(200, { ...page.value, data: [...page.value.data] }) : page;
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/incidents",
      operationId: "listIncidents",
      tag: "control",
      summary: "Lists the org's incidents, newest first",
      action: "incident.read",
      query: pageQuery,
      answers: { 200: { description: "a page of incidents", schema: listOf(Incident) } },
      async handle({ principal, query }) {
        const { data, next_cursor } = await ports.store.incidents.list(principal.org, pageOf(query));
        return reply(200, { data: data.map(incidentView), next_cursor });
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/incidents",
      operationId: "openIncident",
      tag: "control",
      summary: "Opens an incident; a kill, a critical alert and a broken audit log open one by themselves",
      action: "incident.write",
      headers: idempotencyHeader,
      body: NewIncident,
      bodyForm: "optional",
      answers: { 201: { description: "the incident", schema: Incident } },
      refusals: ["idempotency_key_reused", "injection_detected"],
      async handle(call) {
        const { title, severity, owner: named } = call.body;
        const opened = await openIncident(ports, call, { title, severity, owner: named ?? null }, repeatable(call, call.body));
        if (!opened.ok) return opened;
        return ok(replyOf({ outcome: "created" as const, replayed: opened.value.replayed }, incidentView(opened.value.incident)));
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/incidents/{id}",
      operationId: "getIncident",
      tag: "control",
      summary: "Returns an incident with its timeline out of the audit log, and the runs that failed in its time",
      action: "incident.read",
      params,
      answers: { 200: { description: "the incident", schema: WholeIncident } },
      async handle({ params: { id }, ...call }) {
        const read = await readIncident(ports, call, id);
        if (!read.ok) return read;
        const { incident, timeline } = read.value;
        const until = incident.resolvedAt ?? call.at;
        const failed = await ports.store.failedRuns(incident.org, incident.openedAt - LEAD_MS, until, MOST_RUNS);
        return reply(200, { ...incidentView(incident), timeline: [...timeline], runs: failed.map(failedRun) });
      },
    }),
    endpoint({
      method: "put",
      path: "/v1/incidents/{id}",
      operationId: "changeIncident",
      tag: "control",
      summary: "Names the owner, moves the status on, or writes the post-mortem",
      action: "incident.write",
      params,
      body: Change,
      answers: { 200: { description: "the incident", schema: Incident } },
      refusals: ["injection_detected"],
      async handle({ params: { id }, ...call }) {
        const { owner: named, status, postmortem, resolved_at: _, timeline: __, runs: ___, ...asIs } = call.body;
        const change = {
          ...(named === undefined ? {} : { owner: named }),
          ...(status === undefined ? {} : { status }),
          ...(postmortem === undefined ? {} : { postmortem }),
        };
        const changed = await changeIncident(ports, call, id, change, asIs);
        return changed.ok ? reply(200, incidentView(changed.value)) : changed;
      },
    }),
  ];
}
