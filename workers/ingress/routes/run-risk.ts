/** `GET /v1/runs/{id}/risk`: the risk of the run's riskiest call so far, factor by factor. */

import { z } from "@hono/zod-openapi";
import { NO_RISK } from "../../../core/risk/risk.ts";
import { findRun } from "../../use-cases/runs.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { Risk } from "../schemas/risk-views.ts";

export function runRiskRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "get",
      path: "/v1/runs/{id}/risk",
      operationId: "getRunRisk",
      tag: "runs",
      summary: "Returns the risk of the run's riskiest call so far; the points of its factors sum to the score",
      action: "run.read",
      params: { id: z.string() },
      answers: { 200: { description: "the risk; 0 while no call of a tool was decided", schema: Risk } },
      async handle({ params, ...call }) {
        const found = await findRun(ports, call, params.id, "run.read");
        if (!found.ok) return found;
        const { score, factors } = found.value.view.risk ?? NO_RISK;
        return reply(200, { score, factors: [...factors] });
      },
    }),
  ];
}
