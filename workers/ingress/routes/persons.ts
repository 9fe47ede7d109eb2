/** `/v1/users/{id}`: what is held of a person, and its erasure. `id` is the `subject` of runs. */
import { z } from "@hono/zod-openapi";
import { refuse } from "../../../core/errors/problem.ts";
import { err, ok } from "../../../core/result.ts";
import { errorLine } from "../../kit/thrown.ts";
import { denied } from "../../use-cases/access.ts";
import { auditRecord } from "../../use-cases/record.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { userName } from "../schemas/names.ts";
import { Erasure, PersonExport } from "../schemas/person-views.ts";

/** Runs of one document, unless the client asks for fewer. */
const MOST_RUNS = 200;

const params = { id: userName.openapi({ description: "the `subject` of the runs about the person" }) };
const query = {
  limit: z.coerce.number().int().min(1).max(MOST_RUNS).optional().openapi({ description: "runs of this answer; 200 by default" }),
  cursor: z
    .string()
    .regex(/^[a-z]{2,8}_[0-9A-Za-z]{1,64}$/, "is not a cursor returned by this export")
    .optional(),
};

export function personRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "get",
      path: "/v1/users/{id}/export",
      operationId: "exportPerson",
      tag: "evidence",
      summary: "Returns what is held of a person (GDPR Art. 15); a caller gets it of themselves",
      action: "person.export",
      params,
      query,
      answers: {
        200: { description: "everything that is kept of the runs about the person, with their own data put in", schema: PersonExport },
      },
      async handle(call) {
        const { principal, trace, query: asked } = call;
        const { id: subject } = call.params;
        const refusal = await denied(ports, call, "person.export", { owner: subject, name: "person" });
        if (refusal !== null) return err(refusal);
        const ownOnly = !principal.roles.some((role) => role === "auditor" || role === "admin");
        const data = { values: ownOnly ? "from_input" : "all", after: asked.cursor ?? null };
        const { org } = principal;
        const resource = `person/${await ports.erasures.digest(org, subject)}`;
        const fact = { type: "person.exported", action: "person.export", resource, decision: "allow", data } as const;
        await ports.store.audit.record(org, auditRecord(ports, call, fact));
        const order = { org, subject, ownOnly, after: asked.cursor ?? "", limit: asked.limit ?? MOST_RUNS };
        const body = streamOf(ports.personExports.pieces(order), (error) => {
          ports.log(errorLine("request.failed", error, trace.traceId, "/v1/users/{id}/export"));
        });
        const headers = { "content-type": "application/json", "content-disposition": 'attachment; filename="export.json"' };
        return ok({ status: 200, response: new Response(body, { headers }) });
      },
    }),
    endpoint({
      method: "delete",
      path: "/v1/users/{id}",
      operationId: "erasePerson",
      tag: "evidence",
      summary:
        "Erases a person (GDPR Art. 17): destroys their key, deletes the content of the runs about them, and cancels those under way",
      action: "person.erase",
      params,
      answers: { 202: { description: "what is gone now, and what within 30 days", schema: Erasure } },
      async handle({ params: { id }, principal, trace, waitUntil }) {
        const { view, rest } = await ports.erasures.erase(principal.org, id, { user: principal.user, traceId: trace.traceId });
        waitUntil(rest);
        return reply(202, view);
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/users/{id}/erasure",
      operationId: "getErasure",
      tag: "evidence",
      summary: "Returns how far the newest erasure of a person is",
      action: "person.export",
      params,
      answers: { 200: { description: "the erasure", schema: Erasure } },
      async handle(call) {
        const refusal = await denied(ports, call, "person.export", { owner: call.params.id, name: "person" });
        if (refusal !== null) return err(refusal);
        const view = await ports.erasures.status(call.principal.org, call.params.id);
        return view === null ? err(refuse("not_found", "nobody asked for the erasure of this person")) : reply(200, view);
      },
    }),
  ];
}

/** A generator as a body: the next piece is made when the client has room for it. */
function streamOf(pieces: AsyncGenerator<string>, onError: (error: unknown) => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      } catch (error) {
        onError(error);
        controller.error(new Error("the export was interrupted"));
      }
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}
