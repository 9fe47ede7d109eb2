/** The costs of a run's own calls, read off its journal. A child run reports its own; a moderation is paid, and reported, by a desk. */
import type { Failure } from "../run/calls/call.ts";
import type { Birth } from "../run/machine/birth.ts";
import type { RunEvent } from "../run/machine/event.ts";
import type { CostCall, CostsOf } from "./call.ts";

/** null: none of these events is the end of a call. */
export function costsOfRun(birth: Birth, events: readonly RunEvent[]): CostsOf | null {
  const calls = events.flatMap((event) => costCall(event) ?? []);
  if (calls.length === 0) return null;
  return {
    run: birth.id,
    user: birth.user,
    workflow: birth.definition.name,
    version: birth.version,
    session: birth.session ?? null,
    trace: birth.traceId,
    metadata: birth.metadata,
    calls,
  };
}

function costCall(event: RunEvent): CostCall | null {
  const common = { id: String(event.seq), at: event.at };
  const why = (failure: Failure | undefined) => (failure === undefined ? {} : { code: failure.code });
  switch (event.type) {
    case "model.called": {
      const { model, ok, spent, cached, unasked } = event.data;
      if (cached !== undefined || unasked === true) return null;
      const { micro_usd, tokens_in, tokens_out } = spent;
      return {
        ...common,
        kind: "llm",
        name: model,
        ok,
        micro_usd,
        tokens_in,
        tokens_out,
        ms: event.data.duration_ms,
        ...why(event.data.failure),
      };
    }
    case "tool.answered": {
      const { tool, ok, cached, unasked, spent_micro_usd: micro_usd = 0 } = event.data;
      if (cached !== undefined || unasked === true) return null;
      return {
        ...common,
        kind: "tool",
        name: tool,
        ok,
        micro_usd,
        tokens_in: 0,
        tokens_out: 0,
        ms: event.data.duration_ms,
        ...why(event.data.failure),
      };
    }
    case "tool.looked_up": {
      const { tool, found, spent_micro_usd: micro_usd = 0 } = event.data;
      return {
        ...common,
        kind: "tool",
        name: tool,
        ok: found !== "unsure",
        micro_usd,
        tokens_in: 0,
        tokens_out: 0,
        ms: event.data.duration_ms,
        ...why(event.data.failure),
      };
    }
    default:
      return null;
  }
}
