/** A call of a model with kept answers in front of it: looks first, calls, keeps. Outermost: a hit needs neither breaker nor upstream. */
import type { ModelCall, ModelOutcome } from "../../core/run/calls/call.ts";
import type { AnswerCache } from "./answer-cache.ts";

export function withAnswerCache<Rest extends readonly unknown[]>(
  cache: Pick<AnswerCache, "find">,
  callModel: (call: ModelCall, ...rest: Rest) => Promise<ModelOutcome>,
): (call: ModelCall, ...rest: Rest) => Promise<ModelOutcome> {
  return async (call, ...rest) => {
    if (call.cache === "none") return callModel(call, ...rest);
    const found = await cache.find(call);
    if (found.hit !== null) return found.hit;
    const called = await callModel(call, ...rest);
    const outcome = { ...called, upstream: { ...called.upstream, ...found.facts } };
    if ("failure" in outcome.result) {
      const stale = call.isLastResort && outcome.result.failure.class === "transient" ? await found.stale() : null;
      // What the failed call did use is still to be paid.
      return stale === null
        ? outcome
        : { ...stale, usage: outcome.usage ?? stale.usage, durationMs: outcome.durationMs + stale.durationMs };
    }
    await found.keep(outcome);
    return outcome;
  };
}
