/** Whether an upstream may be asked, for calls that are no run's (chats, embeddings): the same breakers and the same measure as for runs. */
import type { Failure, ModelOutcome } from "../../core/run/calls/call.ts";
import type { Breakers } from "../breaker/breaker.ts";
import type { Latencies } from "../breaker/latencies.ts";
import { upstreamKey } from "../breaker/upstream.ts";
import { healthIn } from "../breaker/with-breaker.ts";
import type { Facts, Health } from "../chat/ports.ts";

/** `gatewayUrl`: where models without a `base_url` of their own are. */
export function buildHealth(breakers: Breakers, latencies: Latencies, gatewayUrl: string | null): Health {
  return {
    async admit(entry, timeoutMs) {
      const key = upstreamKey(entry, gatewayUrl);
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
