/** `GET /v1/models`, in OpenAI's format: the models that this org may name. */
import { z } from "@hono/zod-openapi";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";

const Price = z
  .object({ input: z.number(), output: z.number() })
  .openapi({ description: "dollars per million tokens; of a model that only `MODEL` names, `MODEL_PRICE` or a cautious guess" });
const ListedModel = z.object({ id: z.string(), object: z.literal("model"), created: z.number().int(), owned_by: z.string(), price: Price });

export function listModelRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "get",
      path: "/v1/models",
      operationId: "listModels",
      tag: "chat",
      summary: "The org's models, as OpenAI lists them",
      action: "model.read",
      answers: {
        200: {
          description: "every model that a request may name",
          schema: z.object({ object: z.literal("list"), data: z.array(ListedModel) }).openapi("ModelList"),
        },
      },
      async handle({ principal }) {
        const models = await ports.models(principal.org);
        const data = models.map(({ id, price }) => ({
          id,
          object: "model" as const,
          created: 0, // pinned versions: when one was made is in its name, if anywhere
          owned_by: id.slice(0, id.indexOf("/")),
          price: { input: price.input, output: price.output },
        }));
        return reply(200, { object: "list", data });
      },
    }),
  ];
}
