/** The rooms alone, each with a scripted world: what test/rooms runs in workerd. The composed platform is tested in test/scenario. */
import {
  defineArchiveIndex,
  defineAuditLog,
  defineBudgetLedger,
  defineCircuitBreaker,
  defineKeyRing,
  defineKillSwitch,
  defineKnowledgeIndex,
  defineLimits,
  defineMemoryStore,
  defineReviewQueue,
  defineRunEngine,
  defineSessions,
  defineVault,
  defineWatch,
} from "../../durable-objects/index.ts";
import {
  auditLogWorld,
  budgetLedgerWorld,
  circuitBreakerWorld,
  keyRingWorld,
  killSwitchWorld,
  knowledgeIndexWorld,
  limitsWorld,
  memoryStoreWorld,
  reviewQueueWorld,
  runEngineWorld,
  sessionsWorld,
  vaultWorld,
  watchWorld,
} from "./worlds.ts";

export const RunEngine = defineRunEngine(() => runEngineWorld);
export const ReviewQueue = defineReviewQueue(() => reviewQueueWorld);
export const KillSwitch = defineKillSwitch(() => killSwitchWorld);
export const Vault = defineVault(() => vaultWorld);
export const ArchiveIndex = defineArchiveIndex();
export const AuditLog = defineAuditLog(() => auditLogWorld);
export const BudgetLedger = defineBudgetLedger(() => budgetLedgerWorld);
export const CircuitBreaker = defineCircuitBreaker(() => circuitBreakerWorld);
export const KnowledgeIndex = defineKnowledgeIndex(() => knowledgeIndexWorld);
export const MemoryStore = defineMemoryStore(() => memoryStoreWorld);
export const Sessions = defineSessions(() => sessionsWorld);
export const Watch = defineWatch(() => watchWorld);
export const Limits = defineLimits(() => limitsWorld);
export const KeyRing = defineKeyRing(() => keyRingWorld);

export default { fetch: () => new Response("test") } satisfies ExportedHandler;
