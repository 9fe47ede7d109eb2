/** Runs with an archive behind them: what the object no longer has, the archive answers. Archived runs are ended, and stay so. */

import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { RunsPort } from "../ingress/ports.ts";
import type { Archive } from "./archive.ts";

/** As the run's own object pages its events. */
const EVENTS_PER_PAGE = 500;

export function withArchive(runs: RunsPort, archive: Archive): RunsPort {
  /** The object knows no such run: then the archive may, and nothing can be done to it any more. */
  const ofEnded = async <T>(id: string, answer: Result<T, Refusal>): Promise<Result<T, Refusal>> => {
    if (answer.ok || answer.error.code !== "not_found" || (await archive.view(id)) === null) return answer;
    return err(refuse("conflict", "the run has ended and is in the archive"));
  };
  return {
    ...runs,
    get: async (id) => (await runs.get(id)) ?? archive.view(id),
    async events(id, after, waitMs) {
      const live = await runs.events(id, after, waitMs);
      if (live !== null) return live;
      const kept = await archive.events(id, after, EVENTS_PER_PAGE);
      return kept === null ? null : { events: kept.events, done: kept.done, status: kept.view.status };
    },
    trace: async (id) => (await runs.trace(id)) ?? archive.trace(id),
    cancel: async (id, by, reason) => ofEnded(id, await runs.cancel(id, by, reason)),
    signal: async (id, signal) => ofEnded(id, await runs.signal(id, signal)),
    async replay(id) {
      const live = await runs.replay(id);
      if (live.ok || live.error.code !== "not_found") return live;
      const kept = await archive.replay(id);
      return kept === null ? live : ok(kept);
    },
    redrive: async (id, by, newId) => ofEnded(id, await runs.redrive(id, by, newId)),
    discard: async (id, by, reason) => ofEnded(id, await runs.discard(id, by, reason)),
  };
}
