/** `/v1/routes`: which models answer for a task, and in which order they are tried. */

import { z } from "@hono/zod-openapi";
import { type Refusal, refuse } from "../../../core/errors/problem.ts";
import { MOST_NAMES, unknownName } from "../../../core/errors/unknown-name.ts";
import { checkTaskRoute, STRATEGIES, type TaskRoute } from "../../../core/model/task-route.ts";
import { err } from "../../../core/result.ts";
import { auditRecord } from "../../use-cases/record.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { listOf } from "../schemas/answers.ts";
import { ModelRouteBody } from "../schemas/manifests.ts";
import { taskName } from "../schemas/names.ts";
import { pageOf, pageQuery } from "../schemas/requests.ts";

const Route = z
  .object({
    task: z.string(),
    models: z.array(z.object({ id: z.string(), weight: z.number().optional() })),
    strategy: z.enum(STRATEGIES),
  })
  .openapi("ModelRoute");

const params = { task: taskName };

export function modelRouteRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "put",
      path: "/v1/routes/{task}",
      operationId: "putRoute",
      tag: "models",
      summary: "Sets which models answer for a task, and in which order they are tried",
      action: "model.write",
      params,
      body: ModelRouteBody,
      answers: { 200: { description: "the route", schema: Route } },
      async handle(call) {
        const { org } = call.principal;
        const { task } = call.params;
        const known = new Set((await ports.models(org)).map(({ id }) => id));
        const checked = checkTaskRoute(task, call.body, known);
        if (!checked.ok) return err(refuse("invalid_request", "the route is invalid", checked.error));
        const route = checked.value;
        const resource = `route/${task}`;
        const data = { strategy: route.strategy, models: route.models.map((model) => ({ ...model })) };
        const record = auditRecord(ports, call, { type: "route.set", action: "model.write", resource, decision: "allow", data });
        await ports.store.routes.put(org, route, record);
        return reply(200, shown(route));
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/routes",
      operationId: "listRoutes",
      tag: "models",
      summary: "Lists the org's routes, by task",
      action: "model.read",
      query: pageQuery,
      answers: { 200: { description: "a page of routes", schema: listOf(Route) } },
      async handle({ principal, query }) {
        const { data, next_cursor } = await ports.store.routes.list(principal.org, pageOf(query));
        return reply(200, { data: data.map(shown), next_cursor });
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/routes/{task}",
      operationId: "getRoute",
      tag: "models",
      summary: "Returns the org's route for a task",
      action: "model.read",
      params,
      answers: { 200: { description: "the route", schema: Route } },
      async handle({ principal, params: { task } }) {
        const route = await ports.store.routes.get(principal.org, task);
        return route === null ? err(await unknownRoute(ports, principal.org, task)) : reply(200, shown(route));
      },
    }),
    endpoint({
      method: "delete",
      path: "/v1/routes/{task}",
      operationId: "deleteRoute",
      tag: "models",
      summary: "Removes the org's route; the task's models are then tried cheapest first",
      action: "model.write",
      params,
      answers: { 204: { description: "removed" } },
      async handle(call) {
        const { task } = call.params;
        const resource = `route/${task}`;
        const record = auditRecord(ports, call, { type: "route.removed", action: "model.write", resource, decision: "allow" });
        const removed = await ports.store.routes.remove(call.principal.org, task, record);
        return removed ? reply(204, undefined) : err(await unknownRoute(ports, call.principal.org, task));
      },
    }),
  ];
}

/** Weights that nobody gave are 1; where they count for nothing they are as they were sent. */
const shown = ({ task, models, strategy }: TaskRoute) => ({
  task,
  models: models.map(({ id, weight }) => (strategy === "weighted" || weight !== undefined ? { id, weight: weight ?? 1 } : { id })),
  strategy,
});

/** "there is no route `chatt`; did you mean `chat`?" */
async function unknownRoute(ports: IngressPorts, org: string, task: string): Promise<Refusal> {
  const { data } = await ports.store.routes.list(org, { limit: MOST_NAMES, cursor: null });
  return unknownName(
    "route",
    task,
    data.map((route) => route.task),
  );
}
