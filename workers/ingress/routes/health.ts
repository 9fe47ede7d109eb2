/** `/v1/health/workflows` and `/v1/anomalies`: how workflows did lately, what is left of their error budgets, and what was out of the ordinary. */
import type { AnomalyView } from "../../../core/anomaly/anomaly.ts";
import { budgetLeft } from "../../../core/health/budget.ts";
import { computedPage } from "../computed-list.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { AnomalyList, WorkflowHealthList } from "../schemas/figures.ts";
import { instant, pageOf, pageQuery, wholeNumber } from "../schemas/requests.ts";

/** The longest window in minutes, seven days: its runs are read one by one. A longer one is cut to it, and the answer says so. */
const MOST_MINUTES = 10_080;
const DEFAULT_MINUTES = 60;
const minutes = wholeNumber(1, Number.MAX_SAFE_INTEGER, "is a whole number from 1")
  .optional()
  .openapi({
    type: "integer",
    minimum: 1,
    default: DEFAULT_MINUTES,
    description: `the window; of one longer than ${MOST_MINUTES} minutes the last ${MOST_MINUTES} are answered, and \`minutes\` says so`,
  });
/** Workflows whose definitions are looked up for their `slo` in one answer, at a time. */
const TOGETHER = 20;

/** Without `since`, anomalies of so many ms are listed. */
const DEFAULT_SINCE_MS = 7 * 24 * 60 * 60_000;

/** In which order anomalies are listed. */
const ANOMALIES = {
  keyOf: ({ at, metric, workflow }: AnomalyView) => `${at}/${metric}/${workflow}`,
  newestFirst: true,
  form: /^[0-9TZ:.-]{20,30}\/[a-z_]{1,30}\/[\x21-\x7e]{1,100}$/,
} as const;

export function healthRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "get",
      path: "/v1/anomalies",
      operationId: "listAnomalies",
      tag: "costs",
      summary: "Lists what was out of the ordinary in the org's workflows, newest first",
      action: "anomaly.read",
      query: { ...pageQuery, since: instant.optional() },
      answers: {
        200: { description: "a page of the anomalies first seen since then (by default in seven days)", schema: AnomalyList },
      },
      async handle({ principal: { org }, query, at }) {
        const page = computedPage(await ports.anomalies(org, query.since ?? at - DEFAULT_SINCE_MS), ANOMALIES, pageOf(query));
        return page.ok ? reply(200, { ...page.value, data: [...page.value.data] }) : page;
      },
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
        const window = Math.min(query.minutes ?? DEFAULT_MINUTES, MOST_MINUTES);
        const found = await ports.store.health.health(org, at - window * 60_000);
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
        return reply(200, { minutes: window, data });
      },
    }),
  ];
}
