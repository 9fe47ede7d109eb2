/** What if each step had used the fastest model that its route allowed: what is registered of it, blended with what was measured, and nothing else. Pure. */
import type { ModelCandidate } from "../model/entry.ts";
import type { RunEvent } from "../run/machine/event.ts";

/** What would have been faster in a step than `model`, and by how many ms. */
export type FasterModel = { readonly what: string; readonly step: string; readonly model: string; readonly savedMs: number };

/**
 * In the order of the journal. A model whose latency nobody knows is never called faster; one that was expected to be slower is not blamed on the
 * route when its rival answered late.
 */
export function fasterModels(events: readonly RunEvent[]): FasterModel[] {
  const routed = new Map<string, readonly ModelCandidate[]>();
  const saved = new Map<string, FasterModel>();
  for (const event of events) {
    if (event.type === "model.routed") routed.set(event.data.activity, event.data.candidates);
    if (event.type !== "model.called" || !event.data.ok || event.data.cached !== undefined) continue;
    const { model, activity, duration_ms: took } = event.data;
    const candidates = routed.get(activity) ?? [];
    const expected = candidates.find(({ id }) => id === model)?.latency_ms ?? took;
    const known = candidates.flatMap(({ id, latency_ms: ms }) => (id === model || ms === undefined ? [] : [{ id, ms }]));
    const fastest = known.toSorted((a, b) => a.ms - b.ms)[0];
    if (fastest === undefined || fastest.ms >= Math.min(expected, took)) continue;
    const step = event.step ?? "";
    const key = `${step} ${model} ${fastest.id}`;
    saved.set(key, {
      what: `\`${step}\` on ${fastest.id} instead of ${model}`,
      step,
      model,
      savedMs: (saved.get(key)?.savedMs ?? 0) + took - fastest.ms,
    });
  }
  return [...saved.values()];
}
