/** Runs with an archive behind them: what the object no longer has, the archive answers. Archived runs are ended, and stay so. */

import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { err, type Result } from "../../core/result.ts";
import type { RunObject, RunsPort } from "../use-cases/ports.ts";
import type { Archive } from "./archive.ts";

/** As the run's own object pages its events. */
const EVENTS_PER_PAGE = 500;

/** `live`: the run's own object. */
export function withArchive(live: (id: string) => RunObject, archive: Archive): RunsPort {
  return (id, org) => {
    /** The object knows no such run: then the archive may, and nothing can be done to it any more. */
    const ofEnded = async <T>(answer: Result<T, Refusal>): Promise<Result<T, Refusal>> => {
      if (answer.ok || answer.error.code !== "not_found" || (await archive.view(org, id)) === null) return answer;
      return err(refuse("conflict", "the run has ended and is in the archive"));
    };
    return {
      start: (...given) => live(id).start(...given),
      awaitBirth: (waitMs) => live(id).awaitBirth(waitMs),
      view: async () => (await live(id).view()) ?? archive.view(org, id),
      async news(after, waitMs) {
        const news = await live(id).news(after, waitMs);
        if (news !== null) return news;
        const next = await archive.events(org, id, after, 1);
        return next === null ? null : { hasMore: next.events.length > 0, status: next.view.status };
      },
      async events(after) {
        const page = await live(id).events(after);
        if (page !== null) return page;
        const kept = await archive.events(org, id, after, EVENTS_PER_PAGE);
        return kept === null ? null : { events: [...kept.events], done: kept.done, status: kept.view.status };
      },
      stepOutput: async (step) => (await live(id).stepOutput(step)) ?? archive.stepOutput(org, id, step),
      starters: () => live(id).starters(),
      spans: async () => (await live(id).spans()) ?? archive.trace(org, id),
      explain: async (typical) => (await live(id).explain(typical)) ?? archive.explain(org, id, typical),
      context: async () => (await live(id).context()) ?? archive.context(org, id),
      replay: async () => (await live(id).replay()) ?? archive.replay(org, id),
      cancel: async (...given) => ofEnded(await live(id).cancel(...given)),
      pause: async (...given) => ofEnded(await live(id).pause(...given)),
      resume: async (...given) => ofEnded(await live(id).resume(...given)),
      signal: async (signal) => ofEnded(await live(id).signal(signal)),
      redrive: async (...given) => ofEnded(await live(id).redrive(...given)),
      discard: async (...given) => ofEnded(await live(id).discard(...given)),
    };
  };
}
