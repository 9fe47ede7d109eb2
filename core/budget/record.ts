/** What the ledger does by itself, on record: alerts, and leases that it took back. Names and amounts, nothing else. */
import { type AuditRecord, auditRecord } from "../audit/record.ts";
import type { JsonObject } from "../json.ts";
import { toUsd } from "../money.ts";
import type { EpochMs } from "../time.ts";
import type { Amount } from "./amount.ts";
import type { Holder } from "./holder.ts";
import type { BudgetAlert } from "./lease.ts";

/** The data of a budget alert in webhooks and audit entries. Amounts are dollars, or tokens where the cap is one of tokens. */
export function alertData(alert: BudgetAlert, holder: Pick<Holder, "id" | "workflow">): JsonObject {
  const isTokens = alert.cap.startsWith("tokens");
  const shown = (value: number): number => (isTokens ? value : toUsd(value));
  const { scope, cap, percent, period, spent, limit } = alert;
  const ofRun = { run: holder.id, ...(holder.workflow === null ? {} : { workflow: holder.workflow }) };
  return { scope, cap, percent, period, spent: shown(spent), limit: shown(limit), ...(period === null ? ofRun : {}) };
}

/** The record of a cap that reached one of `ALERT_PERCENTS`. */
export const alertRecord = (id: string, alert: BudgetAlert, holder: Holder, at: EpochMs): AuditRecord =>
  auditRecord({
    id,
    at,
    actor: BY_LEDGER,
    type: "budget.alert",
    action: "budget.alert",
    resource: `budget/${alert.scope}`,
    data: alertData(alert, holder),
  });

/** `returned` went back without its holder's doing. */
export const returnRecord = (id: string, holder: Holder, returned: Amount, inDoubt: Amount, at: EpochMs): AuditRecord =>
  auditRecord({
    id,
    at,
    actor: BY_LEDGER,
    type: "budget.lease_returned",
    action: "budget.take_back",
    resource: `budget/holder/${holder.id}`,
    data: {
      user: holder.user,
      workflow: holder.workflow,
      ...(holder.id.startsWith("run_") ? { run: holder.id } : {}),
      returned_usd: toUsd(returned.microUsd),
      returned_tokens: returned.tokens,
      held_usd: toUsd(inDoubt.microUsd),
      held_tokens: inDoubt.tokens,
    },
  });

const BY_LEDGER = { type: "system", id: "budget-ledger" } as const;
