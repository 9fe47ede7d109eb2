/**
 * The costs of a run's own calls, read off its journal, and what it costs beside them: people's decisions, and at its end the platform. A child
 * run reports its own; a moderation is paid, and reported, by a desk.
 */
import type { Failure } from "../run/calls/call.ts";
import type { Birth } from "../run/machine/birth.ts";
import type { RunEvent } from "../run/machine/event.ts";
import type { RunState } from "../run/machine/state.ts";
import type { CostCall, CostsOf } from "./call.ts";
import { decisionsOfPeople } from "./people.ts";
import { type RunUse, storageCost } from "./storage.ts";

/** The run's end is on record once: a redriven run is another run. */
const ENDS: ReadonlySet<RunEvent["type"]> = new Set(["run.completed", "run.failed", "run.cancelled", "run.dead_lettered"]);

/** `state`: after these events. null: nothing among them cost anything, or could have. */
export function costsOfRun(birth: Birth, state: RunState, events: readonly RunEvent[]): CostsOf | null {
  const calls = [
    ...events.flatMap((event) => costCall(event) ?? []),
    ...peopleOf(birth, state, events),
    ...events.flatMap((event) => (ENDS.has(event.type) ? platformOf(state, event) : [])),
  ];
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

const BESIDE = { ok: true, tokens_in: 0, tokens_out: 0 } as const;

function peopleOf({ people }: Birth, { handOver }: RunState, events: readonly RunEvent[]): CostCall[] {
  if (people === undefined) return [];
  return decisionsOfPeople(events, people, handOver?.at ?? null).map(({ seq, at, ms, microUsd }) => ({
    ...BESIDE,
    id: `people/${seq}`,
    at,
    kind: "people",
    name: "",
    micro_usd: microUsd,
    ms,
  }));
}

/** Once for each run, whatever happens to it after its end. */
function platformOf(state: RunState, { at }: RunEvent): CostCall[] {
  return [{ ...BESIDE, id: "storage", at, kind: "storage", name: state.status, micro_usd: storageCost(useOf(state)) }];
}

/** What the run did so far. */
export const useOf = ({ usage, clock, seq }: RunState): RunUse => ({
  calls: usage.modelCalls + usage.toolCalls,
  ranMs: clock.ranMs,
  events: seq,
});

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
