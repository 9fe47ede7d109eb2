export { auditLogWorld } from "./worlds/audit-log.ts";
export { budgetLedgerWorld } from "./worlds/budget-ledger.ts";
export { circuitBreakerWorld } from "./worlds/circuit-breaker.ts";
export { keyRingWorld } from "./worlds/key-ring.ts";
export { killSwitchWorld } from "./worlds/kill-switch.ts";
export { reviewQueueWorld } from "./worlds/review-queue.ts";
export { runEngineWorld } from "./worlds/run-engine.ts";
export { vaultWorld } from "./worlds/vault.ts";
