/** What if each step had used the cheapest model that its route allowed: the same tokens at another price, and nothing else. Pure. */
import type { ModelCandidate } from "../model/entry.ts";
import { costOf } from "../model-call/cost.ts";
import type { MicroUsd } from "../money.ts";
import type { RunEvent } from "../run/machine/event.ts";

/** What would have been cheaper in a step, and what it would have saved. */
export type CheaperModel = { readonly what: string; readonly step: string; readonly saved: MicroUsd };

/** The largest saving first. */
export function cheaperModels(events: readonly RunEvent[]): CheaperModel[] {
  const routed = new Map<string, readonly ModelCandidate[]>();
  const saved = new Map<string, CheaperModel>();
  for (const event of events) {
    if (event.type === "model.routed") routed.set(event.data.activity, event.data.candidates);
    if (event.type !== "model.called" || event.data.spent.micro_usd === 0) continue;
    const { model, spent, activity } = event.data;
    const usage = { input: spent.tokens_in, output: spent.tokens_out, cachedInput: 0 };
    const prices = (routed.get(activity) ?? []).map((candidate) => ({ id: candidate.id, microUsd: costOf(candidate, usage).microUsd }));
    const cheapest = prices.toSorted((a, b) => a.microUsd - b.microUsd)[0];
    if (cheapest === undefined || cheapest.id === model || cheapest.microUsd >= spent.micro_usd) continue;
    const step = event.step ?? "";
    const key = `${step} ${model} ${cheapest.id}`;
    const before = saved.get(key)?.saved ?? 0;
    saved.set(key, {
      what: `\`${step}\` on ${cheapest.id} instead of ${model}`,
      step,
      saved: before + spent.micro_usd - cheapest.microUsd,
    });
  }
  return [...saved.values()].toSorted((a, b) => b.saved - a.saved);
}
