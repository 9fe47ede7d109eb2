/** How long upstreams took to answer in this isolate, lately: one number each, in memory only. */

import type { Measured } from "../../core/model/latency.ts";

/** What the last answer counts for beside all before it. */
const SHARE = 0.2;
/** Keys remembered; the oldest makes room. */
const CAPACITY = 1_000;

/** Times of answers, by upstream. */
export type Latencies = {
  note(key: string, ms: number): void;
  /** null: nothing was measured. */
  of(key: string): Measured | null;
};

/** One per isolate, made by the composition root. */
export function defineLatencies(): Latencies {
  const measured = new Map<string, Measured>();
  return {
    note(key, ms) {
      const before = measured.get(key);
      const after = before === undefined ? { ms, answers: 1 } : { ms: before.ms + SHARE * (ms - before.ms), answers: before.answers + 1 };
      measured.delete(key);
      measured.set(key, after);
      const oldest = measured.keys().next();
      if (measured.size > CAPACITY && !oldest.done) measured.delete(oldest.value);
    },
    of: (key) => measured.get(key) ?? null,
  };
}
