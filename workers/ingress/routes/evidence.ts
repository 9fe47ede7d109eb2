/** `GET /v1/runs/{id}/evidence`: everything there is of a run as one HTML file that checks itself. */
import { z } from "@hono/zod-openapi";
import { seesAllRuns } from "../../../core/access/principal.ts";
import { ok } from "../../../core/result.ts";
import { denied } from "../../use-cases/access.ts";
import { auditRecord } from "../../use-cases/record.ts";
import { findRun } from "../../use-cases/runs.ts";
import { type Endpoint, endpointsOf } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";

/** It is downloaded, never rendered here: the page runs a script, and no origin of ours is to lend it its name. */
const HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": "sandbox",
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-store",
};

export function evidenceRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "get",
      path: "/v1/runs/{id}/evidence",
      operationId: "getRunEvidence",
      tag: "evidence",
      summary: "Returns the run's evidence as an HTML file that verifies itself offline; for auditors, admins and the run's own user",
      action: "run.read",
      params: { id: z.string() },
      answers: { 200: { description: "the file, as an attachment", schema: z.string(), type: "text/html" } },
      async handle(call) {
        const found = await findRun(ports, call, call.params.id, "run.read");
        if (!found.ok) return found;
        const { view, id } = found.value;
        if (view.user !== call.principal.user) {
          const refusal = await denied(ports, call, "audit.read", { name: `run/${id}` });
          if (refusal !== null) return { ok: false, error: refusal };
        }
        const persons = call.principal.roles.some((role) => role === "auditor" || role === "admin");
        const host = new URL(ports.settings.publicUrl ?? call.request.url).host;
        const { html, sha256, complete } = await ports.evidence(view, host, { persons, workflow: seesAllRuns(call.principal) });
        if (call.request.method !== "HEAD") {
          const data = { sha256, bytes: new TextEncoder().encode(html).length, complete };
          const fact = { type: "evidence.exported", action: "evidence.export", resource: `run/${id}`, decision: "allow" as const, data };
          await ports.store.audit.record(view.org, auditRecord(ports, call, fact));
        }
        const disposition = { "Content-Disposition": `attachment; filename="evidence-${id}.html"` };
        return ok({ response: new Response(html, { headers: { ...HEADERS, ...disposition } }) });
      },
    }),
  ];
}
