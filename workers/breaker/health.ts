/**
 * Whether a model's upstream may be asked, and how it went: one measure for all calls of models, whoever makes them. What came of a
 * call counts twice: for the upstream's breaker, and for how long it is expected to take.
 */
import type { ModelEntry } from "../../core/model/entry.ts";
import type { Failure } from "../../core/run/calls/call.ts";
import type { Breakers, CallOutcome } from "./breaker.ts";
import type { Latencies } from "./latencies.ts";
import { upstreamKey } from "./upstream.ts";

/** Small facts of the upstream, its `status` among them. */
type Facts = { readonly [name: string]: string };

/** Neither throws. */
export type Health = {
  admit(org: string, entry: ModelEntry, timeoutMs: number): Promise<Admitted | { readonly allowed: false; readonly retryAfterMs: number }>;
};

/** A call that is let through MUST be ended exactly once. */
export type Admitted = {
  readonly allowed: true;
  /** `failure` null: the upstream answered. */
  ended(failure: Failure | null, upstream: Facts, durationMs: number): Promise<void>;
  /** The call says nothing about the upstream: it broke on our side. */
  abandoned(): Promise<void>;
};

/** A caller that waits for less than this says nothing about the upstream when its time is over. */
const PATIENT_MS = 1_000;

/** Nothing leaves the Worker: there is no upstream to spare. */
const NO_UPSTREAM: Admitted = { allowed: true, ended: async () => undefined, abandoned: async () => undefined };

/** `gatewayUrl`: where models without a `base_url` of their own are; null: nowhere. */
export function defineHealth(breakers: Breakers, latencies: Pick<Latencies, "note">, gatewayUrl: string | null): Health {
  return {
    async admit(org, entry, timeoutMs) {
      const key = upstreamKey(entry, gatewayUrl);
      if (key === null) return NO_UPSTREAM;
      const admission = await breakers.admit(key, org, timeoutMs);
      if (!admission.allowed) return admission;
      return {
        allowed: true,
        async ended(failure, upstream, durationMs) {
          const health = healthIn(failure, upstream["status"], timeoutMs, entry.latency_ms);
          if (health === "good") latencies.note(key, durationMs);
          await breakers.report(key, org, health, admission.probe);
        },
        abandoned: () => breakers.report(key, org, "none", admission.probe),
      };
    },
  };
}

/**
 * What a call says about its upstream's health. `failure` null: there was an answer, whatever its schema says of it. `said`: the
 * upstream's HTTP status in digits; undefined: it gave none. `latencyMs`: how long the upstream is registered to take.
 */
export function healthIn(failure: Failure | null, said: string | undefined, timeoutMs: number, latencyMs: number | null): CallOutcome {
  if (failure === null) return "good";
  const { class: kind, code } = failure;
  if (code === "cancelled") return "none"; // its caller ended it, or was too slow to read it
  // An impatient caller must not make an upstream rest for everybody.
  if (code === "timeout") return timeoutMs >= Math.max(PATIENT_MS, latencyMs ?? 0) ? "bad" : "none";
  const status = Number(said ?? Number.NaN);
  if (status >= 500) return "bad";
  if (status >= 300) return "none"; // refused, redirected, limited: it lives, and said nothing about how well
  if (kind === "transient" && code === "upstream_unavailable") return "bad"; // no connection, cut short, not the format
  return status >= 200 ? "good" : "none"; // our guards refused what it said; without a status nothing left
}
