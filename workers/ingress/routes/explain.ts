/** `GET /v1/runs/{id}/explain`: why a run cost what it cost and took as long as it took. */
import { z } from "@hono/zod-openapi";
import { unknownId } from "../../../core/errors/unknown-name.ts";
import { typicalOf } from "../../../core/explain/typical.ts";
import { err } from "../../../core/result.ts";
import { findRunWithJournal } from "../../use-cases/runs.ts";
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
        const found = await findRunWithJournal(ports, call, params.id, "run.read");
        if (!found.ok) return found;
        const { id, view } = found.value;
        const typical = typicalOf(await ports.pastRuns(view.org, view.workflow, id));
        const explanation = await ports.runs(id).explain(typical);
        return explanation === null ? err(unknownId("run", params.id)) : reply(200, explanation);
      },
    }),
  ];
}
