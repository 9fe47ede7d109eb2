/** `GET /v1/costs`: what calls cost, broken down. */
import { z } from "@hono/zod-openapi";
import { seesAllRuns } from "../../../core/access/principal.ts";
import { readCostQuestion } from "../../../core/costs/question.ts";
import { refuse } from "../../../core/errors/problem.ts";
import { err } from "../../../core/result.ts";
import { toRfc3339 } from "../../../core/time.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { Costs } from "../schemas/figures.ts";
import { instant } from "../schemas/requests.ts";

const by = z.string().max(1_000).openapi({
  example: "workflow,model",
  description: "names with commas between them: workflow, version, model, tool, user, session, day, metadata.KEY",
});

export function costRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "get",
      path: "/v1/costs",
      operationId: "listCosts",
      tag: "costs",
      summary: "Returns what calls cost, summed by the dimensions asked for; the role `caller` sees only its own",
      action: "run.read",
      query: { from: instant.optional(), to: instant.optional(), by: by.optional() },
      answers: { 200: { description: "the sums, the dearest first", schema: Costs } },
      async handle({ principal, query, at }) {
        const question = readCostQuestion(query, at);
        if (!question.ok) return err(refuse("invalid_request", "the query is invalid", question.error));
        const user = seesAllRuns(principal) ? null : principal.user;
        const answer = await ports.costs.ask(principal.org, user, question.value);
        if (answer.ok) return reply(200, { data: [...answer.value.data], total_usd: answer.value.total_usd });
        const since = toRfc3339(answer.error.since);
        const message = `is before ${since}: sessions, metadata and parts of days are kept from then on; ask for whole days without them`;
        return err(refuse("invalid_request", "the query is invalid", [{ path: "query.from", message }]));
      },
    }),
  ];
}
