/** `GET /metrics`: the platform's numbers in the format that the scrape prefers, for its admins and what scrapes it. */
import { z } from "@hono/zod-openapi";
import { ok } from "../../../core/result.ts";
import { EXPOSITION_TYPES, formatFor } from "../../../core/telemetry/prometheus.ts";
import { type Endpoint, endpointsOf } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";

export function metricsRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "get",
      path: "/metrics",
      operationId: "getMetrics",
      tag: "platform",
      summary: "Returns the platform's metrics in Prometheus' text format, or in OpenMetrics for who accepts it",
      action: "metrics.read",
      answers: { 200: { description: "metrics", schema: z.string(), type: "text/plain" } },
      async handle({ request }) {
        const format = formatFor(request.headers.get("Accept"));
        const headers = { "Content-Type": EXPOSITION_TYPES[format], Vary: "Accept" };
        return ok({ response: new Response(await ports.metrics(format), { headers }) });
      },
    }),
  ];
}
