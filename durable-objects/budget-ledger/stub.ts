/** How other rooms reach an org's ledger. */
import type { BudgetLedger } from "./budget-ledger.ts";

/** What the object answers. The stub's mapped type recurses through `Json` without end; this one does not. */
export type BudgetLedgerRpc = Pick<BudgetLedger, "lease" | "note" | "setCaps" | "view" | "confirm">;

export const budgetLedgerOf = (namespace: DurableObjectNamespace<BudgetLedger>, org: string): BudgetLedgerRpc =>
  namespace.getByName(org) as unknown as BudgetLedgerRpc;
