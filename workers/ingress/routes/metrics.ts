/** `GET /metrics`: the platform's numbers in Prometheus' text format, for its admins and what scrapes it. */
import { z } from "@hono/zod-openapi";
import { ok } from "../../../core/result.ts";
import { type Endpoint, endpointsOf } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";

/** Prometheus exposition format 0.0.4. */
const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export function metricsRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "get",
      path: "/metrics",
      operationId: "getMetrics",
      tag: "platform",
      summary: "Returns the platform's metrics in Prometheus' text format",
      action: "metrics.read",
      answers: { 200: { description: "metrics", schema: z.string(), type: "text/plain" } },
      async handle() {
        return ok({ response: new Response(await ports.metrics(), { headers: { "Content-Type": CONTENT_TYPE } }) });
      },
    }),
  ];
}
