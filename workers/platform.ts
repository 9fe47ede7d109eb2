/**
 * Where the rooms meet (composition/): everything is made once per isolate and holds caches only; what must not be lost is in an
 * object, in D1 or in R2.
 */
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
  defineSandboxPool,
  defineSessions,
  defineToolSandbox,
  defineVault,
  defineWatch,
} from "../durable-objects/index.ts";
import { buildBackground } from "./composition/background.ts";
import { buildEdge } from "./composition/edge.ts";
import { objectPorts } from "./composition/objects.ts";
import type { Outside } from "./composition/outside.ts";
import { buildRooms } from "./composition/rooms.ts";
import { defineEgress } from "./egress/egress.ts";

export type { Outside };

function compose(env: Cloudflare.Env, outside: Outside) {
  const rooms = buildRooms(env, outside);
  const background = buildBackground(env, rooms);
  const { egressGates } = rooms;
  return { background, edge: buildEdge(env, rooms, background), ports: objectPorts(env, rooms), egressGates };
}

/** The classes and handlers of the Worker, for one outside. `workers/main.ts` brings the real one. */
export function definePlatform(outside: Outside) {
  let composed: ReturnType<typeof compose> | null = null;
  /** Once per isolate: the bindings of an isolate do not change. */
  const platformOf = (env: Cloudflare.Env): ReturnType<typeof compose> => {
    composed ??= compose(env, outside);
    return composed;
  };
  return {
    RunEngine: defineRunEngine((env) => platformOf(env).ports.runEngine),
    ReviewQueue: defineReviewQueue((env) => platformOf(env).ports.reviewQueue),
    KillSwitch: defineKillSwitch((env) => platformOf(env).ports.killSwitch),
    Vault: defineVault((env) => platformOf(env).ports.vault),
    ArchiveIndex: defineArchiveIndex(),
    AuditLog: defineAuditLog((env) => platformOf(env).ports.auditLog),
    KeyRing: defineKeyRing((env) => platformOf(env).ports.keyRing),
    BudgetLedger: defineBudgetLedger((env) => platformOf(env).ports.budgetLedger),
    KnowledgeIndex: defineKnowledgeIndex((env) => platformOf(env).ports.knowledgeIndex),
    MemoryStore: defineMemoryStore((env) => platformOf(env).ports.memoryStore),
    Sessions: defineSessions((env) => platformOf(env).ports.sessions),
    Watch: defineWatch((env) => platformOf(env).ports.watch),
    Limits: defineLimits((env) => platformOf(env).ports.limits),
    CircuitBreaker: defineCircuitBreaker((env) => platformOf(env).ports.circuitBreaker),
    Egress: defineEgress((env) => platformOf(env).egressGates),
    ToolSandbox: defineToolSandbox((env) => platformOf(env).ports.toolSandbox),
    SandboxPool: defineSandboxPool((env) => platformOf(env).ports.sandboxPool),
    handler: {
      fetch: (request, env, context) => platformOf(env).edge.fetch(request, context),
      queue: (batch, env) => platformOf(env).background.consume(batch),
      scheduled: (_event, env) => platformOf(env).background.sweep(),
    } satisfies ExportedHandler<Cloudflare.Env>,
  };
}
