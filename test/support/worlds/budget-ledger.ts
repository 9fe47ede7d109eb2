import type { LeaseAnswer } from "../../../core/budget/lease.ts";
import type { BudgetLedgerPorts } from "../../../durable-objects/budget-ledger/budget-ledger.ts";
import { FAR } from "../far.ts";

/** The deployment has no caps. */
export const UNCAPPED: LeaseAnswer = {
  ok: true,
  lease: { microUsd: 0, tokens: 0 },
  until: FAR,
  pressure: 0,
  alerts: [],
  open: { microUsd: true, tokens: true },
};

/** What the outside world does to this room in the current test: tests replace what they script. */
export const budgetLedgerWorld: { -readonly [K in keyof BudgetLedgerPorts]: BudgetLedgerPorts[K] } = {
  now: () => FAR,
  random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  askRun: () => Promise.reject(new Error("unscripted: askRun")),
  notify: () => Promise.reject(new Error("unscripted: notify")),
  leaseOfDeployment: () => Promise.resolve(UNCAPPED),
  recall: () => Promise.reject(new Error("unscripted: recall")),
  send: () => Promise.reject(new Error("unscripted: send")),
};
