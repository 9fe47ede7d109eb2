/** `/v1/inventory` and `/v1/compliance`: what really ran, and evidence for auditors of a framework. */
import { z } from "@hono/zod-openapi";
import { complianceExportView, FRAMEWORKS } from "../../../core/compliance/export.ts";
import { refuse } from "../../../core/errors/problem.ts";
import { unknownId, unknownName } from "../../../core/errors/unknown-name.ts";
import { hasIdForm, mintId } from "../../../core/ids.ts";
import { err, ok } from "../../../core/result.ts";
import { claim } from "../../use-cases/idempotency.ts";
import { auditRecord } from "../../use-cases/record.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { REPLAYED, repeatable } from "../repeat.ts";
import { listOf } from "../schemas/answers.ts";
import { ComplianceExport, InventoryItem } from "../schemas/compliance-views.ts";
import { instant } from "../schemas/names.ts";
import { cursor, DEFAULT_LIMIT, idempotencyHeader, limit, pageOf, pageQuery } from "../schemas/requests.ts";

/** A cursor is a place in the list, and says nothing that the list does not. */
const PLACE = /^[a-z]+ [^\s]{1,260} \d{0,10}$/;
const RETRY = { "Retry-After": "5" };

const Body = z
  .strictObject({ from: instant, to: instant })
  .openapi("AskComplianceExport", { description: "the period: `from` is in it, `to` is not" });

export function complianceRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "get",
      path: "/v1/inventory",
      operationId: "getInventory",
      tag: "evidence",
      summary: "Lists the models, tools and versions of workflows that really ran, with owner, data classes, cards and last use",
      action: "inventory.read",
      query: { limit, cursor },
      answers: { 200: { description: "a page of what ran", schema: listOf(InventoryItem) } },
      async handle({ principal, query }) {
        if (query.cursor !== undefined && !PLACE.test(query.cursor))
          return err(
            refuse("invalid_request", "the query is invalid", [{ path: "query.cursor", message: "is not a cursor returned by this list" }]),
          );
        const { data, next } = await ports.inventory(principal.org, query.cursor ?? null, query.limit ?? DEFAULT_LIMIT);
        return reply(200, { data, next_cursor: next });
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/compliance/{framework}",
      operationId: "exportCompliance",
      tag: "evidence",
      summary: "Begins an export of evidence for a framework: the audit log of a period, and what the controls ask for",
      action: "compliance.export",
      params: {
        framework: z
          .string()
          .max(64)
          .openapi({ enum: [...FRAMEWORKS] }),
      },
      headers: idempotencyHeader,
      body: Body,
      answers: { 202: { description: "the export, which is made in the background", schema: ComplianceExport } },
      refusals: ["idempotency_key_reused"],
      async handle(call) {
        const { principal, trace, at, body, params } = call;
        const framework = FRAMEWORKS.find((one) => one === params.framework);
        if (framework === undefined) {
          const { detail, ...refusal } = unknownName("framework", params.framework, FRAMEWORKS);
          return err({ ...refusal, detail: `${detail}; there are ${FRAMEWORKS.map((one) => `\`${one}\``).join(", ")}` });
        }
        const [fromAt, toAt] = [Date.parse(body.from), Date.parse(body.to)];
        if (fromAt >= toAt) return err(refuse("invalid_request", "the body is invalid", [{ path: "/to", message: "is not after `from`" }]));
        const claimed = await claim<"accepted">(ports, call, repeatable(call, body), mintId("exp", at, ports.random(10)));
        if (!claimed.ok) return claimed;
        const { id, replayed, settle } = claimed.value;
        const order = { id, org: principal.org, user: principal.user, traceId: trace.traceId, framework, fromAt, toAt };
        const begun = await ports.compliance.begin(order);
        if (replayed === null) await settle("accepted");
        call.waitUntil(begun.rest);
        return reply(202, complianceExportView(begun.export), replayed === null ? {} : REPLAYED);
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/compliance/exports",
      operationId: "listComplianceExports",
      tag: "evidence",
      summary: "Lists the org's exports of evidence, newest first",
      action: "compliance.export",
      query: pageQuery,
      answers: { 200: { description: "a page of exports", schema: listOf(ComplianceExport) } },
      async handle({ principal, query }) {
        const { data, next_cursor } = await ports.compliance.list(principal.org, pageOf(query));
        return reply(200, { data: data.map(complianceExportView), next_cursor });
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/compliance/exports/{id}",
      operationId: "getComplianceExport",
      tag: "evidence",
      summary: "Returns an export of evidence as a ZIP; while it is made, 202 says how far it is",
      action: "compliance.export",
      params: { id: z.string().max(64) },
      answers: {
        200: {
          description: "a ZIP: README.md names each control, what shows it and what the platform cannot show",
          schema: z.string(),
          type: "application/zip",
        },
        202: { description: "it is still being made", schema: ComplianceExport },
      },
      async handle(call) {
        const { principal, params } = call;
        const { id } = params;
        const found = hasIdForm("exp", id) ? await ports.compliance.get(principal.org, id) : null;
        if (found === null) return err(unknownId("export", id));
        if (found.status !== "completed") return reply(202, complianceExportView(found), RETRY);
        const fact = {
          type: "compliance.downloaded",
          action: "compliance.export",
          resource: `compliance/${id}`,
          decision: "allow",
        } as const;
        await ports.store.audit.record(principal.org, auditRecord(ports, call, fact));
        const headers = {
          "content-type": "application/zip",
          "content-disposition": `attachment; filename="${found.framework}-${id}.zip"`,
          "content-security-policy": "sandbox",
        };
        return ok({ response: new Response(ports.compliance.zip(found), { headers }) });
      },
    }),
  ];
}
