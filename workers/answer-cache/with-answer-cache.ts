/** A run's call of a model with kept answers in front of it: looks first, calls, keeps. Outermost: a hit needs neither breaker nor upstream. */
import type { GivenAnswer } from "../../core/cache/kept-answer.ts";
import type { Lookup } from "../../core/cache/question.ts";
import { NO_USAGE } from "../../core/model-call/usage.ts";
import type { ModelCall, ModelOutcome } from "../../core/run/calls/call.ts";
import type { AnswerCache } from "./answer-cache.ts";

/** The call with the cache in front of it. */
export function withAnswerCache<Rest extends readonly unknown[]>(
  cache: Pick<AnswerCache, "find">,
  callModel: (call: ModelCall, ...rest: Rest) => Promise<ModelOutcome>,
): (call: ModelCall, ...rest: Rest) => Promise<ModelOutcome> {
  return async (call, ...rest) => {
    const lookup = lookupOf(call);
    if (lookup === null) return callModel(call, ...rest);
    const found = await cache.find(lookup);
    if (found.hit !== null) return outcomeOf(found.hit);
    const called = await callModel(call, ...rest);
    const outcome = { ...called, upstream: { ...called.upstream, ...found.facts } };
    const { result, findings, upstream, usage, durationMs } = outcome;
    if ("failure" in result) {
      const stale = call.isLastResort && result.failure.class === "transient" ? await found.stale() : null;
      if (stale === null) return outcome;
      // What the failed call did use is still to be paid.
      return { ...outcomeOf(stale), usage: usage ?? NO_USAGE, durationMs: durationMs + stale.durationMs };
    }
    if ("output" in result && called.cached === undefined) {
      await found.keep({ output: result.output, finish: upstream["finish_reason"], findings: findings.length });
    }
    return outcome;
  };
}

/** null: the step takes no kept answer. */
export function lookupOf(call: ModelCall): Lookup | null {
  const { context, askedFor, model, timeoutMs: _timeoutMs, cache, isLastResort: _isLastResort, moderated: _moderated, ...question } = call;
  return cache === "none" ? null : { question, model, asker: { ...context, ...askedFor, began: true }, use: cache };
}

/** Nobody was asked, so nothing was spent. */
const outcomeOf = ({ output, cached, durationMs, facts }: GivenAnswer): ModelOutcome => ({
  result: { ok: true, output },
  usage: NO_USAGE,
  durationMs,
  findings: [],
  cached,
  upstream: facts,
});
