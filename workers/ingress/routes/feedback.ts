/** `POST /v1/runs/{id}/feedback`: what a person thinks of a run. */
import { z } from "@hono/zod-openapi";
import { ok } from "../../../core/result.ts";
import { giveFeedback } from "../../use-cases/give-feedback.ts";
import { type Endpoint, endpointsOf } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { repeatable, replyOf } from "../repeat.ts";
import { reasonText } from "../schemas/names.ts";
import { Feedback } from "../schemas/org-views.ts";
import { idempotencyHeader } from "../schemas/requests.ts";

const params = { id: z.string() };
const Body = z.strictObject({ score: z.number().min(-1).max(1), comment: reasonText.optional() }).openapi("GiveFeedback");

export function feedbackRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "post",
      path: "/v1/runs/{id}/feedback",
      operationId: "giveFeedback",
      tag: "runs",
      summary: "Rates a run from -1 to 1, with an optional comment; a second rating by the same person replaces the first",
      action: "run.feedback",
      params,
      headers: idempotencyHeader,
      body: Body,
      answers: {
        201: { description: "kept", schema: Feedback },
        200: { description: "replaced the person's earlier feedback", schema: Feedback },
      },
      refusals: ["conflict", "idempotency_key_reused", "injection_detected"],
      async handle(call) {
        const { score, comment } = call.body;
        const command = { run: call.params.id, score, comment: comment ?? null };
        const given = await giveFeedback(ports, call, command, repeatable(call, call.body));
        return given.ok ? ok(replyOf(given.value, given.value.feedback)) : given;
      },
    }),
  ];
}
