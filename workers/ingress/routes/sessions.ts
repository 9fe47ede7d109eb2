/** `/v1/sessions`: conversations of people, which runs are started in. */
import { z } from "@hono/zod-openapi";
import { deleteSession, readSession } from "../../use-cases/sessions.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { Session } from "../schemas/memory-views.ts";
import { userFilter } from "../schemas/names.ts";

const params = { id: z.string() };
const query = { subject: userFilter.optional() };
const tag = "memory";

export function sessionRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "get",
      path: "/v1/sessions/{id}",
      operationId: "getSession",
      tag,
      summary: "What was said in a session, and its runs under way",
      action: "memory.read",
      params,
      query,
      answers: { 200: { description: "the session", schema: Session } },
      async handle(call) {
        const found = await readSession(ports, call, { id: call.params.id, subject: call.query.subject ?? null });
        return found.ok ? reply(200, found.value) : found;
      },
    }),
    endpoint({
      method: "delete",
      path: "/v1/sessions/{id}",
      operationId: "deleteSession",
      tag,
      summary: "Forgets what was said in a session",
      action: "memory.write",
      params,
      query,
      answers: { 204: { description: "forgotten" } },
      async handle(call) {
        const gone = await deleteSession(ports, call, { id: call.params.id, subject: call.query.subject ?? null });
        return gone.ok ? reply(204, undefined) : gone;
      },
    }),
  ];
}
