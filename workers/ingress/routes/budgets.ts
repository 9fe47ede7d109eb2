/** `/v1/budgets`: what an org, a user or a workflow may spend, and what is spent. The org's ledger keeps both. */
import type { Caps } from "../../../core/budget/account.ts";
import type { BudgetScope } from "../../../core/budget/lease.ts";
import { fromUsd } from "../../../core/money.ts";
import { auditRecord } from "../../use-cases/record.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { Budget, Budgets, budgetScope, PutBudget } from "../schemas/budget-views.ts";
import { pageOf, pageQuery } from "../schemas/requests.ts";

const microUsd = (usd: number | null | undefined): number | null => (usd === null || usd === undefined ? null : fromUsd(usd));

export function budgetRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "put",
      path: "/v1/budgets/{scope}",
      operationId: "putBudget",
      tag: "budgets",
      summary: "Replaces the caps of the org, of a user or of a workflow",
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
        const { scope } = call.params;
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
        return reply(200, await ports.budgets(call.principal.org).setCaps(call.principal.org, scope as BudgetScope, caps, record));
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/budgets",
      operationId: "listBudgets",
      tag: "budgets",
      summary: "Every scope that has a cap or has spent something: what is spent, leased and left",
      action: "budget.read",
      query: pageQuery,
      answers: { 200: { description: "the budgets, by scope", schema: Budgets } },
      handle: async ({ principal, query }) => reply(200, await ports.budgets(principal.org).view(principal.org, pageOf(query))),
    }),
  ];
}
