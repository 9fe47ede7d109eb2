/** `POST /v1/embeddings`, in OpenAI's format. */
import { z } from "@hono/zod-openapi";
import type { JsonObject } from "../../../core/json.ts";
import { type Endpoint, endpointsOf } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { describing } from "../schemas/answers.ts";
import { EmbeddingBody } from "../schemas/manifests.ts";
import { governed, MODEL_REFUSALS } from "./chat.ts";

export function embeddingRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "post",
      path: "/v1/embeddings",
      operationId: "createEmbeddings",
      tag: "chat",
      summary: "Embeds texts; personal data is redacted first",
      action: "chat.embed",
      body: EmbeddingBody,
      answers: {
        200: {
          description: "OpenAI's list of embeddings",
          schema: describing<JsonObject>(
            z.looseObject({ object: z.string(), data: z.array(z.looseObject({ index: z.number().int() })) }).openapi("EmbeddingList"),
          ),
        },
      },
      refusals: MODEL_REFUSALS,
      handle: (call) => governed(ports, call, (asked) => ports.chat.embed(asked)),
    }),
  ];
}
