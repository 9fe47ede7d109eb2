/** What upstreams taught by refusing a parameter, so that each is asked in vain once. In memory of the isolate, and bounded. */
import type { ModelEntry, ModelParameters } from "../../core/model/entry.ts";
import { type Taken, withLesson } from "../../core/model/parameters.ts";

/** Models remembered; the oldest goes first. */
const MOST_MODELS = 500;

/** Which parameters each model takes. */
export type Lessons = {
  /** What the model takes: as it is registered, and what its upstream taught beside that. */
  readonly takenBy: (org: string, entry: ModelEntry) => ModelParameters & Taken;
  readonly learn: (org: string, entry: ModelEntry, lesson: Taken) => void;
};

/** Begins with nothing but what models are registered with. */
export function openLessons(): Lessons {
  const known = new Map<string, Taken>();
  const keyOf = (org: string, { id, base_url, upstream_id }: ModelEntry): string => JSON.stringify([org, id, base_url, upstream_id]);
  return {
    takenBy: (org, entry) => ({ ...entry.parameters, ...known.get(keyOf(org, entry)) }),
    learn(org, entry, lesson) {
      const key = keyOf(org, entry);
      const before = known.get(key) ?? {};
      const oldest = known.keys().next().value;
      if (!known.has(key) && known.size >= MOST_MODELS && oldest !== undefined) known.delete(oldest);
      known.set(key, withLesson(before, lesson));
    },
  };
}
