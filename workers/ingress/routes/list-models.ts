/** `GET /v1/models` and one of them, in OpenAI's format: the models that this org may name. */
import { z } from "@hono/zod-openapi";
import { refuse } from "../../../core/errors/problem.ts";
import { didYouMean } from "../../../core/errors/unknown-name.ts";
import type { ModelEntry, ModelParameters } from "../../../core/model/entry.ts";
import type { Taken } from "../../../core/model/parameters.ts";
import { err } from "../../../core/result.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { modelPart } from "../schemas/names.ts";
import { ModelParametersView } from "../schemas/views.ts";

const Price = z
  .object({ input: z.number(), output: z.number() })
  .openapi({ description: "dollars per million tokens; for a model that only `MODEL` names, `MODEL_PRICE` or a cautious estimate" });
const ListedModel = z
  .object({
    id: z.string(),
    object: z.literal("model"),
    created: z.number().int(),
    owned_by: z.string(),
    price: Price,
    parameters: ModelParametersView.openapi({
      description: "what it takes: as it is registered, and what its upstream taught by refusing a parameter (remembered until a restart)",
    }),
  })
  .openapi("ListedModel");

const listed = ({ id, price }: ModelEntry, { passes, refuses, ...parameters }: ModelParameters & Taken): z.infer<typeof ListedModel> => ({
  id,
  object: "model",
  created: 0, // pinned versions: when one was made is in its name, if anywhere
  owned_by: id.slice(0, id.indexOf("/")),
  price: { input: price.input, output: price.output },
  parameters: {
    ...(passes === undefined ? {} : { passes: [...passes] }),
    ...parameters,
    ...(refuses === undefined ? {} : { refuses: [...refuses] }),
  },
});

export function listModelRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "get",
      path: "/v1/models",
      operationId: "listModels",
      tag: "chat",
      summary: "Lists the org's models in OpenAI's format",
      action: "model.read",
      answers: {
        200: {
          description: "every model that a request may name",
          schema: z.object({ object: z.literal("list"), data: z.array(ListedModel) }).openapi("ModelList"),
        },
      },
      async handle({ principal }) {
        const models = await ports.models(principal.org);
        return reply(200, { object: "list", data: models.map((model) => listed(model, ports.takenBy(principal.org, model))) });
      },
    }),
    endpointsOf(ports)({
      method: "get",
      path: "/v1/models/{provider}/{name}",
      operationId: "retrieveModel",
      tag: "chat",
      summary: "Returns a model in OpenAI's format; the slash in the id may be written as `%2F`",
      action: "model.read",
      params: { provider: modelPart, name: modelPart },
      answers: { 200: { description: "the model", schema: ListedModel } },
      async handle({ principal, params }) {
        const id = `${params.provider}/${params.name}`;
        const models = await ports.models(principal.org);
        const found = models.find((model) => model.id === id);
        if (found !== undefined) return reply(200, listed(found, ports.takenBy(principal.org, found)));
        const near = didYouMean(
          id,
          models.map((model) => model.id),
        );
        return err(refuse("not_found", `there is no model \`${id}\`${near}; \`GET /v1/models\` lists the existing ones`));
      },
    }),
  ];
}
