/**
 * `/v1/users/{id}`: what is held of a person, and its erasure; `id` is the `subject` of runs. `/v1/erasures/{id}`: what became of an erasure,
 * which leads to no person once it is complete.
 */
import { z } from "@hono/zod-openapi";
import { speaksForUser } from "../../../core/access/person.ts";
import type { AuditRecord } from "../../../core/audit/record.ts";
import { refuse } from "../../../core/errors/problem.ts";
import { unknownId } from "../../../core/errors/unknown-name.ts";
import { hasIdForm } from "../../../core/ids.ts";
import type { ErasureView } from "../../../core/person/erasure.ts";
import { err, ok } from "../../../core/result.ts";
import { errorLine } from "../../kit/thrown.ts";
import { denied } from "../../use-cases/access.ts";
import { auditRecord } from "../../use-cases/record.ts";
import type { Requester } from "../../use-cases/requester.ts";
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
        const { org } = principal;
        // Whom the platform does not know, or not any more, is not named: their name would get a new pseudonym.
        const named = (await ports.personExports.isKnown(org, subject)) ? subject : null;
        const data = { subject: named, values: ownOnly ? "from_input" : "all", after: asked.cursor ?? null };
        const fact = { type: "person.exported", action: "person.export", resource: "person", decision: "allow", data } as const;
        const isOwn = principal.user === subject && speaksForUser(principal);
        if (ownOnly && !isOwn) return err(refuse("forbidden", NOT_THEIRS));
        const record = auditRecord(ports, call, { ...fact, asCaller: isOwn });
        const isErased = isOwn && (await ports.erasures.underWay(org, subject)) !== null;
        await ports.store.audit.record(org, isErased ? ofNobody(record) : record);
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
      operationId: "getErasureUnderWay",
      tag: "evidence",
      summary: "Returns how far the erasure of a person is while it is under way; afterwards it is found by its own id alone",
      action: "person.export",
      params,
      answers: { 200: { description: "the erasure", schema: Erasure } },
      async handle(call) {
        const refusal = await denied(ports, call, "person.export", { owner: call.params.id, name: "person" });
        if (refusal !== null) return err(refusal);
        const view = await ports.erasures.underWay(call.principal.org, call.params.id);
        if (view === null) return err(refuse("not_found", NONE_UNDER_WAY));
        await erasureWasRead(ports, call, view, call.principal.user === call.params.id);
        return reply(200, view);
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/erasures/{id}",
      operationId: "getErasure",
      tag: "evidence",
      summary: "Returns what became of an erasure; it does not say whose it was",
      action: "person.export",
      params: { id: z.string().max(64).openapi({ description: "the id that `DELETE /v1/users/{id}` answered with" }) },
      answers: { 200: { description: "the erasure", schema: Erasure } },
      async handle(call) {
        const refusal = await denied(ports, call, "person.export", { owner: "", name: "erasure" });
        if (refusal !== null) return err(refusal);
        const { id } = call.params;
        const view = hasIdForm("era", id) ? await ports.erasures.get(call.principal.org, id) : null;
        if (view === null) return err(unknownId("erasure", id));
        await erasureWasRead(ports, call, view, false);
        return reply(200, view);
      },
    }),
  ];
}

/** An export has the person's own data in clear. */
const NOT_THEIRS =
  "a key that another person made exports nothing of its user: the person does, or somebody with the role `auditor` or `admin`";

/** The same whether the person was erased or never there. */
const NONE_UNDER_WAY = "no erasure of this person is under way; one that is complete is found by its id: GET /v1/erasures/{id}";

/** The record without who acted: a person whose erasure is under way would get a new pseudonym by it. */
const ofNobody = (record: AuditRecord): AuditRecord => ({ ...record, actor: { type: "system", id: "erasure" } });

/** `isOwn`: the person asks about themselves. */
async function erasureWasRead(ports: IngressPorts, by: Requester, { id, org, status }: ErasureView, isOwn: boolean): Promise<void> {
  const fact = { type: "person.erasure_read", action: "person.export", resource: `erasure/${id}`, decision: "allow" } as const;
  const record = auditRecord(ports, by, { ...fact, data: { status } });
  await ports.store.audit.record(org, isOwn ? ofNobody(record) : record);
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
