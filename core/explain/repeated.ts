/** Questions that a model had answered in the same run before, word for word: what an exact cache would have answered for nothing. Pure. */
import type { MicroUsd } from "../money.ts";
import type { RunEvent } from "../run/machine/event.ts";

/** One paid answer to a question that was answered before. */
export type RepeatedQuestion = { readonly step: string; readonly model: string; readonly microUsd: MicroUsd; readonly ms: number };

/** In the order of the journal. Attempts of one call are no repetition, and neither is what a kept answer answered. */
export function repeatedQuestions(events: readonly RunEvent[]): RepeatedQuestion[] {
  const answered = new Set<string>();
  const asked = new Map<string, string>();
  return events.flatMap((event): RepeatedQuestion[] => {
    if (event.type === "model.calling" && event.data.prompt_sha256 !== undefined)
      asked.set(event.data.activity, `${event.data.model} ${event.data.prompt_sha256}`);
    if (event.type !== "model.called" || !event.data.ok || event.data.cached !== undefined) return [];
    const question = asked.get(event.data.activity);
    if (question === undefined) return [];
    const isRepeated = answered.has(question);
    answered.add(question);
    const { model, spent, duration_ms: ms } = event.data;
    return isRepeated ? [{ step: event.step ?? "", model, microUsd: spent.micro_usd, ms }] : [];
  });
}
