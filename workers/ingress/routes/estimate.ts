/** `POST /v1/runs/estimate`: what a run would cost, before anybody starts it. What it looks up is `use-cases/estimate.ts`. */
import { z } from "@hono/zod-openapi";
import { estimate } from "../../use-cases/estimate.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { runRequest, StartBody } from "../start-request.ts";

const spread = z.object({ expected: z.number().int(), max: z.number().int() });
const EstimateView = z
  .object({
    usd: z.object({
      low: z.number().openapi({ description: "the cost will hardly be lower" }),
      expected: z.number(),
      max: z.number().openapi({ description: "the most that the run can cost; never more than its budget" }),
    }),
    tokens: spread,
    model_calls: spread,
    within_budget: z.boolean().openapi({ description: "false: the run may reach its cap before it ends" }),
  })
  .openapi("Estimate");

export function estimateRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "post",
      path: "/v1/runs/estimate",
      operationId: "estimateRun",
      longNumbersIn: "/input/",
      tag: "runs",
      summary: "Estimates what a run would cost; nothing is started and no model is called",
      action: "run.start",
      body: StartBody,
      answers: { 200: { description: "an interval of dollars, tokens and model calls", schema: EstimateView } },
      refusals: ["injection_detected"],
      async handle(call) {
        const request = runRequest(call.body, call.request);
        if (!request.ok) return request;
        const estimated = await estimate(ports, call, request.value);
        return estimated.ok ? reply(200, estimated.value) : estimated;
      },
    }),
  ];
}
