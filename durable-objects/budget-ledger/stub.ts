/** How other rooms reach an org's ledger. */
import { stubsOf } from "../kit/stub.ts";
import type { BudgetLedger } from "./budget-ledger.ts";

export const budgetLedgerOf = stubsOf<BudgetLedger, "lease" | "note" | "setCaps" | "view" | "confirm">();
export type BudgetLedgerRpc = ReturnType<typeof budgetLedgerOf>;
