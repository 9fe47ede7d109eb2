/** `/v1/sessions`: conversations of people, which runs are started in. */
import { z } from "@hono/zod-openapi";
import { deleteSession, readSession } from "../../use-cases/sessions.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { userFilter } from "../schemas/names.ts";

const time = z.iso.datetime();
const Session = z
  .object({
    id: z.string(),
    subject: z.string(),
    messages: z.array(z.object({ role: z.enum(["user", "assistant"]), content: z.string(), run: z.string(), at: time })),
    summary: z
      .object({ text: z.string(), messages: z.number().int() })
      .nullable()
      .openapi({ description: "what became of the oldest messages, and how many they were" }),
    runs: z
      .array(z.object({ run: z.string(), state: z.enum(["waiting", "speaking", "apart"]) }))
      .openapi({ description: "those under way, in their order; `apart`: it waits for a person, or did" }),
    created_at: time,
    updated_at: time,
    expires_at: time,
  })
  .openapi("Session");

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
