/**
 * `/v1/budgets`: what an org, a user, a workflow or the whole deployment may spend, and what is spent. The org's ledger keeps both; of
 * the deployment a ledger of its own.
 */
import type { Principal } from "../../../core/access/principal.ts";
import type { Caps } from "../../../core/budget/account.ts";
import { type BudgetScope, DEPLOYMENT_LEDGER } from "../../../core/budget/lease.ts";
import type { BudgetView } from "../../../core/budget/view.ts";
import { type Refusal, refuse } from "../../../core/errors/problem.ts";
import { unknownName } from "../../../core/errors/unknown-name.ts";
import { fromUsd } from "../../../core/money.ts";
import type { Page, PageRequest } from "../../../core/page.ts";
import { err } from "../../../core/result.ts";
import { edgeRule, forbid } from "../../use-cases/access.ts";
import { auditRecord } from "../../use-cases/record.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { Budget, Budgets, budgetScope, PutBudget } from "../schemas/budget-views.ts";
import { pageOf, pageQuery } from "../schemas/requests.ts";

/** The list's cursor is the last scope that was shown. */
const CURSOR = /^(deployment|org|user:[^\s/]{1,128}|workflow:[a-z0-9-]{1,63})$/;

const WORKFLOW = "workflow:";

const microUsd = (usd: number | null | undefined): number | null => (usd === null || usd === undefined ? null : fromUsd(usd));

export function budgetRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "put",
      path: "/v1/budgets/{scope}",
      operationId: "putBudget",
      tag: "budgets",
      summary: "Replaces the caps of the org, of a user, of every user without caps of their own, of a workflow or of the deployment",
      action: "budget.write",
      params: { scope: budgetScope },
      body: PutBudget,
      answers: { 200: { description: "the caps, and what counts against them", schema: Budget } },
      async handle(call) {
        const { usd_per_day, usd_per_month, tokens_per_month, usd_per_run } = call.body;
        const caps: Caps = {
          usd_per_day: microUsd(usd_per_day),
          usd_per_month: microUsd(usd_per_month),
          tokens_per_month: tokens_per_month ?? null,
          usd_per_run: microUsd(usd_per_run),
        };
        const scope = call.params.scope as BudgetScope;
        const { principal } = call;
        if (scope === "deployment" && !principal.platformAdmin)
          return err(
            await forbid(
              ports,
              call,
              "budget.write",
              "budget/deployment",
              "only the platform's admin caps the deployment",
              edgeRule("platform_admin"),
            ),
          );
        const unknown = await unknownWorkflow(ports, principal.org, scope);
        if (unknown !== null) return err(unknown);
        const record = auditRecord(ports, call, {
          type: "budget.changed",
          action: "budget.write",
          resource: `budget/${scope}`,
          decision: "allow",
          data: {
            usd_per_day: usd_per_day ?? null,
            usd_per_month: usd_per_month ?? null,
            tokens_per_month: tokens_per_month ?? null,
            usd_per_run: usd_per_run ?? null,
          },
        });
        const ledger = scope === "deployment" ? DEPLOYMENT_LEDGER : principal.org;
        return reply(200, await ports.budgets(ledger).setCaps(ledger, scope, caps, record));
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/budgets",
      operationId: "listBudgets",
      tag: "budgets",
      summary: "Every scope that has a cap or has spent something: what is spent, leased and left; the deployment is the platform admin's",
      action: "budget.read",
      query: pageQuery,
      answers: { 200: { description: "the budgets, by scope", schema: Budgets } },
      async handle({ principal, query }) {
        const page = pageOf(query);
        if (page.cursor !== null && !CURSOR.test(page.cursor)) {
          const errors = [{ path: "query.cursor", message: "is not a cursor returned by this list" }];
          return err(refuse("invalid_request", "the query is invalid", errors));
        }
        return reply(200, await lines(ports, principal, page));
      },
    }),
  ];
}

/** A cap on a workflow that does not exist would bind nothing, and look as if it did. Whether there is such a user is not known here. */
async function unknownWorkflow({ store }: IngressPorts, org: string, scope: BudgetScope): Promise<Refusal | null> {
  if (!scope.startsWith(WORKFLOW)) return null;
  const name = scope.slice(WORKFLOW.length);
  if ((await store.workflows.get(org, name, null)) !== null) return null;
  return unknownName("workflow", name, await store.workflows.names(org));
}

/** The deployment's line comes first, as its name does. */
async function lines(ports: IngressPorts, { org, platformAdmin }: Principal, page: PageRequest): Promise<Page<BudgetView>> {
  if (!platformAdmin || page.cursor !== null) return ports.budgets(org).view(org, page);
  const [deployment, own] = await Promise.all([
    ports.budgets(DEPLOYMENT_LEDGER).view(DEPLOYMENT_LEDGER, { cursor: null, limit: 1 }),
    ports.budgets(org).view(org, page),
  ]);
  const data = [...deployment.data, ...own.data];
  if (data.length <= page.limit) return { data, next_cursor: own.next_cursor };
  return { data: data.slice(0, page.limit), next_cursor: data[page.limit - 1]?.scope ?? null };
}
