/** `GET /v1/runs/{id}/explain`: why a run cost what it cost and took as long as it took. */
import { z } from "@hono/zod-openapi";
import { explainRun } from "../../use-cases/explain.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { Explanation } from "../schemas/figures.ts";

export function explainRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "get",
      path: "/v1/runs/{id}/explain",
      operationId: "explainRun",
      tag: "costs",
      summary: "Explains what a run cost and how long it took, from its journal",
      action: "run.read",
      params: { id: z.string() },
      answers: { 200: { description: "where money and time went", schema: Explanation } },
      refusals: ["conflict"],
      async handle({ params, ...call }) {
        const explained = await explainRun(ports, call, params.id);
        return explained.ok ? reply(200, explained.value) : explained;
      },
    }),
  ];
}
