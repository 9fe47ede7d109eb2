/** How other rooms reach an org's ledger. */
import { stubsOf } from "../kit/stub.ts";
import type { BudgetLedger } from "./budget-ledger.ts";

/** An org's ledger. */
export const budgetLedgerOf = stubsOf<BudgetLedger, "lease" | "note" | "setCaps" | "view" | "confirm" | "recall">();
/** What other rooms may ask the ledger. */
export type BudgetLedgerRpc = ReturnType<typeof budgetLedgerOf>;
