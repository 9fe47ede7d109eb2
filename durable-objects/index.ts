/** The single writers: every class that wrangler.toml names, as factories that take their ports. */
export { defineArchiveIndex } from "./archive-index/archive-index.ts";
export { type AuditLogPorts, defineAuditLog } from "./audit-log/audit-log.ts";
export { type BudgetLedgerPorts, defineBudgetLedger } from "./budget-ledger/budget-ledger.ts";
export { type CircuitBreakerPorts, defineCircuitBreaker } from "./circuit-breaker/circuit-breaker.ts";
export { defineKeyRing, type KeyRingPorts } from "./key-ring/key-ring.ts";
export { defineKillSwitch, type KillSwitchPorts } from "./kill-switch/kill-switch.ts";
export { defineKnowledgeIndex, type KnowledgeIndexPorts } from "./knowledge-index/knowledge-index.ts";
export { defineLimits, type LimitsPorts } from "./limits/limits.ts";
export { defineMemoryStore, type MemoryStorePorts } from "./memory-store/memory-store.ts";
export { defineReviewQueue, type ReviewQueuePorts } from "./review-queue/review-queue.ts";
export { defineRunEngine, type RunEnginePorts } from "./run-engine/run-engine.ts";
export { defineSandboxPool, type SandboxPoolPorts } from "./sandbox-pool/sandbox-pool.ts";
export { defineSessions, type SessionsPorts } from "./sessions/sessions.ts";
export { defineToolSandbox, type ToolSandboxPorts } from "./tool-sandbox/tool-sandbox.ts";
export { defineVault, type VaultPorts } from "./vault/vault.ts";
export { defineWatch, type WatchPorts } from "./watch/watch.ts";
