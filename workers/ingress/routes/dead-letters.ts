/** `/v1/dead-letters`: runs that ended badly, and what people do with them. */
import { z } from "@hono/zod-openapi";
import type { Json, JsonObject } from "../../../core/json.ts";
import { ok } from "../../../core/result.ts";
import { discard, redrive } from "../../use-cases/dead-letters.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { repeatable, replyOf } from "../repeat.ts";
import { listOf } from "../schemas/answers.ts";
import { reasonText } from "../schemas/names.ts";
import { idempotencyHeader, jsonObject, pageOf, pageQuery } from "../schemas/requests.ts";
import { DeadLetter, Run } from "../schemas/views.ts";

const params = { id: z.string() };

const Redrive = z
  .strictObject({
    from: z
      .string()
      .max(63)
      .optional()
      .openapi({ description: "the step from which on everything is done again; completed steps before it are kept" }),
    changes: jsonObject.optional().openapi({ description: "by step: the input with which it starts, in place of its definition's" }),
  })
  .openapi("Redrive");

export function deadLetterRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "get",
      path: "/v1/dead-letters",
      operationId: "listDeadLetters",
      tag: "people",
      summary: "Lists the org's dead letters, newest first",
      action: "dead_letter.read",
      query: { ...pageQuery, status: z.enum(["open", "redriven", "discarded"]).optional() },
      answers: { 200: { description: "a page of dead letters", schema: listOf(DeadLetter) } },
      handle: async ({ principal, query }) => reply(200, await ports.store.deadLetters.list(principal.org, pageOf(query), query.status)),
    }),
    endpoint({
      method: "post",
      path: "/v1/dead-letters/{id}/redrive",
      operationId: "redriveDeadLetter",
      tag: "people",
      summary: "Starts a new run that continues where this one ended",
      action: "dead_letter.redrive",
      params,
      headers: idempotencyHeader,
      body: Redrive,
      bodyForm: "optional",
      answers: { 202: { description: "the new run", schema: Run } },
      refusals: ["conflict", "kill_switch_active", "idempotency_key_reused", "injection_detected"],
      async handle(call) {
        const sent = (call.body ?? {}) as { readonly from?: string; readonly changes?: JsonObject };
        const redriven = await redrive(ports, call, { deadLetter: call.params.id, ...sent }, repeatable(call, sent as Json));
        if (!redriven.ok) return redriven;
        const { run } = redriven.value;
        const reply = replyOf(redriven.value, run);
        return ok({ ...reply, headers: { Location: `/v1/runs/${run.id}`, ...reply.headers } });
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/dead-letters/{id}/discard",
      operationId: "discardDeadLetter",
      tag: "people",
      summary: "Closes a dead letter without doing anything",
      action: "dead_letter.discard",
      params,
      body: z.strictObject({ reason: reasonText }),
      answers: { 200: { description: "the dead letter, discarded", schema: DeadLetter } },
      refusals: ["conflict", "injection_detected"],
      async handle(call) {
        const discarded = await discard(ports, call, { deadLetter: call.params.id, reason: call.body.reason });
        return discarded.ok ? reply(200, discarded.value) : discarded;
      },
    }),
  ];
}
