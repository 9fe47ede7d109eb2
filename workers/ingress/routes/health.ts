/** `/v1/health/workflows` and `/v1/anomalies`: how workflows did lately, what is left of their error budgets, and what was out of the ordinary. */
import { budgetLeft } from "../../../core/health/budget.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { AnomalyList, WorkflowHealthList } from "../schemas/figures.ts";
import { instant, wholeNumber } from "../schemas/requests.ts";

const MOST_MINUTES = 10_080;
const DEFAULT_MINUTES = 60;
const minutes = wholeNumber(1, MOST_MINUTES, `is a whole number from 1 to ${MOST_MINUTES}`)
  .optional()
  .openapi({ type: "integer", minimum: 1, maximum: MOST_MINUTES, default: DEFAULT_MINUTES });
/** Workflows whose definitions are looked up for their `slo` in one answer, at a time. */
const TOGETHER = 20;

/** Without `since`, anomalies of so many ms are listed. */
const DEFAULT_SINCE_MS = 7 * 24 * 60 * 60_000;

export function healthRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "get",
      path: "/v1/anomalies",
      operationId: "listAnomalies",
      tag: "costs",
      summary: "Lists what was out of the ordinary in the org's workflows, newest first",
      action: "health.read",
      query: { since: instant.optional() },
      answers: {
        200: { description: "the anomalies first seen since then (by default in seven days), at most 1,000", schema: AnomalyList },
      },
      handle: async ({ principal: { org }, query, at }) =>
        reply(200, { data: [...(await ports.anomalies(org, query.since ?? at - DEFAULT_SINCE_MS))] }),
    }),
    endpoint({
      method: "get",
      path: "/v1/health/workflows",
      operationId: "getWorkflowHealth",
      tag: "costs",
      summary: "Returns how each workflow did in the last minutes",
      action: "health.read",
      query: { minutes },
      answers: { 200: { description: "workflows of which something ended or waits", schema: WorkflowHealthList } },
      async handle({ principal: { org }, query, at }) {
        const found = await ports.store.health.health(org, at - (query.minutes ?? DEFAULT_MINUTES) * 60_000);
        const data: (typeof WorkflowHealthList)["_output"]["data"] = [];
        for (let start = 0; start < found.length; start += TOGETHER) {
          const slice = found.slice(start, start + TOGETHER);
          const slos = await Promise.all(
            slice.map(async ({ workflow }) => (await ports.store.workflows.get(org, workflow, null))?.definition.slo),
          );
          for (const [index, { completed, ...figures }] of slice.entries()) {
            const slo = slos[index];
            const { runs } = figures;
            data.push({
              ...figures,
              success_rate: runs === 0 ? null : completed / runs,
              quality: null,
              ...(slo === undefined ? {} : { slo: { ...slo, budget_left: budgetLeft(slo, runs, completed) } }),
            });
          }
        }
        return reply(200, { data });
      },
    }),
  ];
}
