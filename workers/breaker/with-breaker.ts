/** A model call behind its upstream's breaker: while it rests the call fails at once, and the run goes on to its next candidate. */
import type { ModelEntry } from "../../core/model/entry.ts";
import type { ModelCall, ModelOutcome } from "../../core/run/calls/call.ts";
import type { Breakers, CallOutcome } from "./breaker.ts";
import type { Latencies } from "./latencies.ts";

/** The upstream of a model of an org; null: no breaker (the rehearsal, an unknown model). */
export type FindUpstream = (
  org: string,
  model: string,
) => Promise<{ readonly key: string; readonly entry: Pick<ModelEntry, "latency_ms"> } | null>;

/** A caller that waits for less than this says nothing about the upstream when its time is over. */
const PATIENT_MS = 1_000;

export function withBreaker(
  breakers: Breakers,
  find: FindUpstream,
  callModel: (call: ModelCall) => Promise<ModelOutcome>,
  latencies: Pick<Latencies, "note">,
): (call: ModelCall) => Promise<ModelOutcome> {
  return async (call) => {
    const upstream = await find(call.context.org, call.model).catch(() => null);
    if (upstream === null) return callModel(call);
    const { key, entry } = upstream;
    const admission = await breakers.admit(key, call.timeoutMs);
    if (!admission.allowed) return resting(admission.retryAfterMs);
    const outcome = await callModel(call).catch(async (error: unknown) => {
      await breakers.report(key, "none", admission.probe);
      throw error;
    });
    const health = healthIn(outcome, call.timeoutMs, entry.latency_ms);
    if (health === "good") latencies.note(key, outcome.durationMs);
    await breakers.report(key, health, admission.probe);
    return outcome;
  };
}

/** The answer of an upstream that is not asked. */
export const resting = (retryAfterMs: number): ModelOutcome => ({
  result: {
    ok: false,
    failure: {
      class: "transient",
      code: "upstream_unavailable",
      message: "the model's upstream rests after many failures",
      retryAfterMs,
    },
  },
  usage: null,
  durationMs: 0,
  findings: [],
  upstream: { breaker: "open" },
});

/** What a call says about its upstream's health. `latencyMs`: how long the upstream is registered to take. */
export function healthIn({ result, upstream, cached }: ModelOutcome, timeoutMs: number, latencyMs: number | null): CallOutcome {
  if (cached !== undefined) return "none";
  // An answer is an answer, whatever the schema says of it.
  if (!("failure" in result)) return "good";
  const { class: kind, code } = result.failure;
  // An impatient caller must not make an upstream rest for everybody.
  if (code === "timeout") return timeoutMs >= Math.max(PATIENT_MS, latencyMs ?? 0) ? "bad" : "none";
  const status = Number(upstream["status"] ?? Number.NaN);
  if (status >= 500) return "bad";
  if (status >= 300) return "none"; // refused, redirected, limited: it lives, and said nothing about how well
  if (kind === "transient" && code === "upstream_unavailable") return "bad"; // no connection, cut short, not the format
  return status >= 200 ? "good" : "none"; // our guards refused what it said; without a status nothing left
}
