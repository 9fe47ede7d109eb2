/** `GET /v1/workflows/{name}/versions/{v}/reach`: what a version can touch, and how that differs from another version. */
import { z } from "@hono/zod-openapi";
import { readReach } from "../../use-cases/reach.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { workflowName } from "../schemas/names.ts";
import { WorkflowReach } from "../schemas/reach-views.ts";

const version = z
  .string()
  .regex(/^[1-9]\d{0,8}$/)
  .openapi({ type: "integer", minimum: 1 });

export function reachRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "get",
      path: "/v1/workflows/{name}/versions/{v}/reach",
      operationId: "getWorkflowReach",
      tag: "workflows",
      summary: "Returns what a version can touch: systems, hosts, data classes, models, approvals; with `against`, how that differs",
      action: "workflow.read",
      params: { name: workflowName, v: version },
      query: { against: version.optional().openapi({ description: "a version of the same workflow to compare with" }) },
      answers: { 200: { description: "what is possible with what is registered today", schema: WorkflowReach } },
      async handle({ params: { name, v }, query: { against }, ...call }) {
        const asked = { name, version: Number(v), against: against === undefined ? null : Number(against) };
        const read = await readReach(ports, call, asked);
        if (!read.ok) return read;
        const { reach, against: compared, ...of } = read.value;
        return reply(200, {
          ...of,
          ...reach,
          ...(compared === null ? {} : { against: compared.version, ...compared.difference }),
        });
      },
    }),
  ];
}
