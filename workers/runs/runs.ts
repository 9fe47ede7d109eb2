/** Runs as the ingress asks for them, each answered by its own object. Holds no state. */

import { refuse } from "../../core/errors/problem.ts";
import { withPrefix } from "../../core/ids.ts";
import { err, ok } from "../../core/result.ts";
import type { DeadLetterView, RunView } from "../../core/run/outside/view.ts";
import type { RunEngineRpc } from "../../durable-objects/run-engine/stub.ts";
import type { RunsPort } from "../ingress/ports.ts";

/** How long a redrive waits for the run it asked for. */
const HANDOVER_MS = 10_000;

/** `engine` gives a stub for each call: one that broke is not used again. */
export const runsFrom = (engine: (id: string) => RunEngineRpc): RunsPort => ({
  async start(start, stops, waitMs) {
    return engine(start.id).start(start, stops, waitMs);
  },
  async get(id) {
    return engine(id).view();
  },
  async events(id, after, waitMs) {
    return engine(id).events(after, waitMs);
  },
  async cancel(id, by, reason) {
    return engine(id).cancel(by, reason);
  },
  async trace(id) {
    return engine(id).spans();
  },
  async redrive(id, by, newId) {
    const marked = await engine(id).redrive(by, newId);
    if (!marked.ok) return marked;
    const born = await engine(newId).awaitBirth(HANDOVER_MS);
    return born === null ? err(refuse("overloaded", "the new run is being created; read it by its id in a moment")) : ok(born);
  },
  async signal(id, signal) {
    return engine(id).signal(signal);
  },
  async replay(id) {
    const replayed = await engine(id).replay();
    return replayed === null ? err(refuse("not_found", "there is no run with this id")) : ok(replayed);
  },
  async discard(id, by, reason) {
    const discarded = await engine(id).discard(by, reason);
    return discarded.ok ? ok(deadLetterOf(discarded.value)) : discarded;
  },
});

/** The dead letter that a run's end is. */
export function deadLetterOf(run: RunView): DeadLetterView {
  return {
    id: run.dead_letter?.id ?? withPrefix("dl", run.id),
    run: run.id,
    workflow: run.workflow,
    step: run.error?.step ?? null,
    reason: { code: run.error?.code ?? "internal", message: run.error?.message ?? "" },
    undone: run.dead_letter?.undone ?? [],
    status: run.dead_letter?.status ?? "open",
    created_at: run.ended_at ?? run.created_at,
  };
}
