/** `POST /v1/guardrails/check`: the pipeline that runs use, on its own. Nothing is kept. */
import { z } from "@hono/zod-openapi";
import { type Inspection, inspectLong } from "../../../core/guardrail/pipeline.ts";
import { turn } from "../../../kit/turn.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { GuardrailResults } from "../schemas/views.ts";

const MOST_TEXTS = 100;

export function guardrailRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "post",
      path: "/v1/guardrails/check",
      operationId: "checkTexts",
      tag: "guardrails",
      summary: "Checks texts with the guardrails",
      action: "guardrail.check",
      body: z
        .strictObject({
          texts: z.array(z.string()).max(MOST_TEXTS),
          channel: z.enum(["user", "tool_output", "model_output"]),
        })
        .openapi("CheckTexts"),
      answers: { 200: { description: "a result for each text, in order", schema: GuardrailResults } },
      handle: async ({ body }) => {
        const results: Inspection[] = [];
        for (const text of body.texts) {
          results.push(await inspectLong(text, body.channel, turn));
          await turn();
        }
        return reply(200, { results });
      },
    }),
  ];
}
