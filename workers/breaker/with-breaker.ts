/** A run's call of a model behind its upstream's breaker: while it rests the call fails at once, and the run goes on to its next candidate. */
import type { ModelEntry } from "../../core/model/entry.ts";
import { restingFailure } from "../../core/model-call/resting.ts";
import type { ModelCall, ModelOutcome } from "../../core/run/calls/call.ts";
import type { Health } from "./health.ts";

/** `find`: the registered model; null, or a throw: nobody knows it, and the call says so itself. */
export function withBreaker(
  health: Health,
  find: (org: string, model: string) => Promise<ModelEntry | null>,
  callModel: (call: ModelCall) => Promise<ModelOutcome>,
): (call: ModelCall) => Promise<ModelOutcome> {
  return async (call) => {
    const entry = await find(call.context.org, call.model).catch(() => null);
    if (entry === null) return callModel(call);
    const admission = await health.admit(call.context.org, entry, call.timeoutMs);
    if (!admission.allowed) return resting(admission.retryAfterMs);
    const outcome = await callModel(call).catch(async (error: unknown) => {
      await admission.abandoned();
      throw error;
    });
    const { result, upstream, durationMs, cached } = outcome;
    // A kept answer says nothing about today's upstream.
    if (cached !== undefined) await admission.abandoned();
    else await admission.ended("failure" in result ? result.failure : null, upstream, durationMs);
    return outcome;
  };
}

/** Nobody was asked, so nothing was used. */
const resting = (retryAfterMs: number): ModelOutcome => ({
  result: { ok: false, failure: restingFailure(retryAfterMs) },
  usage: null,
  durationMs: 0,
  findings: [],
  upstream: { breaker: "open" },
});
