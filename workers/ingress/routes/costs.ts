/** `GET /v1/costs`: what calls cost, broken down. */
import { z } from "@hono/zod-openapi";
import { seesAllRuns } from "../../../core/access/principal.ts";
import { outcomesOf } from "../../../core/costs/outcomes.ts";
import { readCostQuestion } from "../../../core/costs/question.ts";
import { type Refusal, refuse } from "../../../core/errors/problem.ts";
import { err } from "../../../core/result.ts";
import { type EpochMs, toRfc3339 } from "../../../core/time.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { Costs, Outcomes } from "../schemas/figures.ts";
import { instant } from "../schemas/requests.ts";

const by = z.string().max(1_000).openapi({
  example: "workflow,model",
  description: "names with commas between them: workflow, version, model, tool, user, session, day, cost_type, metadata.KEY",
});

const include = z.string().max(100).openapi({
  example: "storage,people",
  description:
    "names with commas between them: storage (the platform's own cost, estimated), people (what their decisions cost), runs (runs that ended)",
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
      query: { from: instant.optional(), to: instant.optional(), by: by.optional(), include: include.optional() },
      answers: { 200: { description: "the sums, the dearest first", schema: Costs } },
      async handle({ principal, query, at }) {
        const question = readCostQuestion(query, at);
        if (!question.ok) return err(refuse("invalid_request", "the query is invalid", question.error));
        const user = seesAllRuns(principal) ? null : principal.user;
        const answer = await ports.costs.ask(principal.org, user, question.value);
        return answer.ok ? reply(200, { ...answer.value, data: [...answer.value.data] }) : err(tooOld(answer.error.since));
      },
    }),
    endpointsOf(ports)({
      method: "get",
      path: "/v1/costs/outcomes",
      operationId: "listOutcomes",
      tag: "costs",
      summary: "Returns what the runs of each workflow were worth beside what they cost; the role `caller` sees only its own runs",
      action: "run.read",
      query: { from: instant.optional(), to: instant.optional() },
      answers: { 200: { description: "workflows, the dearest first", schema: Outcomes } },
      async handle({ principal, query, at }) {
        const question = readCostQuestion({ ...query, by: "workflow", include: "storage,people,runs" }, at);
        if (!question.ok) return err(refuse("invalid_request", "the query is invalid", question.error));
        const user = seesAllRuns(principal) ? null : principal.user;
        const answer = await ports.costs.ask(principal.org, user, question.value);
        if (!answer.ok) return err(tooOld(answer.error.since));
        const { costs } = await ports.store.orgs.settings(principal.org);
        return reply(200, { data: outcomesOf(answer.value.data, costs) });
      },
    }),
  ];
}

function tooOld(from: EpochMs): Refusal {
  const since = toRfc3339(from);
  const message = `is before ${since}: sessions, metadata and parts of days are kept from then on; ask for whole days without them`;
  return refuse("invalid_request", "the query is invalid", [{ path: "query.from", message }]);
}
