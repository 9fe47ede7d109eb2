import type { BudgetLedgerPorts } from "../../../durable-objects/budget-ledger/budget-ledger.ts";
import { FAR } from "../far.ts";

/** What the outside world does to this room in the current test: tests replace what they script. */
export const budgetLedgerWorld: { -readonly [K in keyof BudgetLedgerPorts]: BudgetLedgerPorts[K] } = {
  now: () => FAR,
  random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  askRun: () => Promise.reject(new Error("unscripted: askRun")),
  notify: () => Promise.reject(new Error("unscripted: notify")),
  send: () => Promise.reject(new Error("unscripted: send")),
};
