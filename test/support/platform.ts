/**
 * The whole platform for test/scenario, as `workers/main.ts` composes it, with a scripted outside: the shop and the models are
 * doubles behind `fetch`. Nothing inside is replaced.
 */
import { definePlatform, type Outside } from "../../workers/platform.ts";

/** What the outside does in the current test. */
export const outside: { -readonly [K in keyof Outside]: Outside[K] } = {
  fetch: async () => new Response("nobody scripted this call", { status: 501 }),
  now: () => Date.now(),
  random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  log: (line) => (line["level"] === "error" ? console.log(JSON.stringify(line)) : undefined),
};

const { handler, ...objects } = definePlatform({
  fetch: (...request) => outside.fetch(...request),
  now: () => outside.now(),
  random: (bytes) => outside.random(bytes),
  log: (line) => outside.log(line),
});

export const {
  RunEngine,
  ReviewQueue,
  KillSwitch,
  Vault,
  ArchiveIndex,
  AuditLog,
  KeyRing,
  BudgetLedger,
  CircuitBreaker,
  Limits,
  KnowledgeIndex,
  MemoryStore,
  Sessions,
  Watch,
  Egress,
} = objects;
/** Bodies of messages that consumers of queues got, as JSON. */
export const queued: string[] = [];

export default {
  ...handler,
  queue: (batch: MessageBatch, env: Cloudflare.Env) => {
    queued.push(...batch.messages.map(({ body }) => JSON.stringify(body)));
    return handler.queue(batch as never, env);
  },
};
