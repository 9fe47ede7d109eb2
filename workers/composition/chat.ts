/** Chats and embeddings of apps, fitted to the rooms around them. */
import type { CallMemory } from "../../core/chat/call-memory.ts";
import { openStream } from "../../core/guardrail/stream/open-stream.ts";
import type { Failure, ModelOutcome } from "../../core/run/call.ts";
import { upstreamKey } from "../breaker/upstream.ts";
import { healthIn } from "../breaker/with-breaker.ts";
import { defineDesk } from "../budget/desk.ts";
import { defineChat } from "../chat/chat.ts";
import type { ChatPort, Facts, Health } from "../chat/ports.ts";
import { defineGuard } from "../guardrail/guard.ts";
import type { Guard } from "../guardrail/ports.ts";
import type { Rooms } from "./rooms.ts";

/** API.md, "Workflows": 120 s for an attempt of a model. */
const TIMEOUTS = { attemptMs: 120_000, idleMs: 30_000, streamMs: 600_000, watchMs: 5_000 };

export function buildChat(rooms: Rooms): ChatPort {
  const { objects, stops, store, broker, authority, models, answers, modelGateway } = rooms;
  const { now, random, log } = rooms.outside;
  return defineChat({
    now,
    random,
    log,
    timeouts: TIMEOUTS,
    mintRunId: broker.mintRunId,
    guardOver,
    openText: openStream,
    stops: () => stops.stops(),
    authorize: (question) => authority.authorize(question),
    models,
    desk: defineDesk({
      now,
      random,
      wait: (ms) => scheduler.wait(ms),
      note: async (org, note) => objects.budgetLedger(org).note(org, note),
    }),
    health: healthOf(rooms),
    kept: answers,
    upstream: modelGateway,
    record: (org, record) => store.audit.record(org, record),
  });
}

/** The pipeline that runs use, with the memory of one call in the vault's place. */
export const guardOver = (memory: CallMemory): Guard =>
  defineGuard({
    vault: {
      assign: async (_org, { origin, values }) => values.map(({ type, value }) => memory.assign(type, value, origin)),
      open: async (_org, { placeholders, inputOnly }) => placeholders.map((placeholder) => memory.valueOf(placeholder, inputOnly)),
    },
  });

/** The same breakers and the same measure of health as for runs. */
function healthOf({ breakers, latencies, settings }: Rooms): Health {
  return {
    async admit(entry, timeoutMs) {
      const key = upstreamKey(entry, settings.aiGateway?.url ?? null);
      if (key === null) return { allowed: true, ended: async () => undefined };
      const admission = await breakers.admit(key, timeoutMs);
      if (!admission.allowed) return admission;
      return {
        allowed: true,
        async ended(failure, upstream, durationMs) {
          const health = healthIn(outcomeOf(failure, upstream, durationMs), timeoutMs, entry.latency_ms);
          if (health === "good") latencies.note(key, durationMs);
          await breakers.report(key, health, admission.probe);
        },
      };
    },
  };
}

const outcomeOf = (failure: Failure | null, upstream: Facts, durationMs: number): ModelOutcome => ({
  result: failure === null ? { ok: true, output: null } : { ok: false, failure },
  usage: null,
  durationMs,
  findings: [],
  upstream,
});
