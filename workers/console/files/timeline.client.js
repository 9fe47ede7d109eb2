/** Where a run's time went: for each step, the part of the run in which it was under way. Pure. */

/** The narrowest bar that is still seen, in parts of 1000. */
const LEAST = 6;

/**
 * For each step id `{start, width, ms}` in parts of 1000 of the run's whole time, or null before it starts. A step that has not
 * ended lasts until `now`, and so does a run.
 */
export function timelineOf(run, now) {
  const from = Date.parse(run.started_at ?? run.created_at);
  const to = Math.max(run.ended_at === null ? now : Date.parse(run.ended_at), from + 1);
  const place = (at) => Math.min(1000, Math.max(0, ((at - from) / (to - from)) * 1000));
  const bars = new Map();
  for (const step of run.steps) {
    if (step.started_at === null) {
      bars.set(step.id, null);
      continue;
    }
    const startedAt = Date.parse(step.started_at);
    const endedAt = step.ended_at === null ? to : Date.parse(step.ended_at);
    const start = Math.min(place(startedAt), 1000 - LEAST);
    bars.set(step.id, { start, width: Math.max(LEAST, place(endedAt) - start), ms: Math.max(0, endedAt - startedAt) });
  }
  return bars;
}
