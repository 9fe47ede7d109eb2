/** What a run paid or waited for to no use: attempts that failed, answers that were not good enough, the same reading call or question twice, results that nobody read. */
import { own } from "../json.ts";
import type { MicroUsd } from "../money.ts";
import type { Birth } from "../run/machine/birth.ts";
import type { RunEvent } from "../run/machine/event.ts";
import { repeatedQuestions } from "./repeated.ts";

/** One kind of waste in one step. */
export type Waste = {
  readonly what: string;
  readonly kind: "retry" | "correction" | "repeat" | "unused";
  readonly microUsd: MicroUsd;
  readonly ms: number;
};

/** What answers are called that did not fit their schema or broke a rule, whether they were asked for again or given up. */
export const notGoodEnough = (model: string, step: string): string => `answers of ${model} that were not good enough, in \`${step}\``;

/** The dearest first, then the longest. */
export function wasteOf(birth: Birth, events: readonly RunEvent[]): Waste[] {
  const found = new Map<string, { what: string; kind: Waste["kind"]; microUsd: number; ms: number }>();
  const add = (kind: Waste["kind"], what: string, microUsd: number, ms: number): void => {
    const known = found.get(what) ?? { what, kind, microUsd: 0, ms: 0 };
    found.set(what, { ...known, microUsd: known.microUsd + microUsd, ms: known.ms + ms });
  };
  /** Of each activity the call that is under way, and how often this input was sent before. */
  const calls = new Map<string, { readonly isRepeat: boolean; readonly effect: string }>();
  const inputs = new Set<string>();
  const perStep = new Map<string, { microUsd: number; ms: number; reads: boolean; completed: boolean }>();
  for (const event of events) {
    const step = event.step ?? "";
    switch (event.type) {
      case "tool.called": {
        const { activity, tool, effect, input_digest, attempt, repeated } = event.data;
        const key = `${tool} ${input_digest}`;
        const isFirst = !inputs.has(key);
        inputs.add(key);
        calls.set(activity, { isRepeat: !isFirst && effect !== "write" && attempt === 1 && repeated !== true, effect });
        break;
      }
      case "tool.answered": {
        const { activity, tool, ok, cached, unasked, duration_ms: ms, spent_micro_usd: microUsd = 0 } = event.data;
        if (cached !== undefined || unasked === true) break;
        const sent = calls.get(activity);
        const known = perStep.get(step) ?? { microUsd: 0, ms: 0, reads: true, completed: false };
        perStep.set(step, {
          ...known,
          microUsd: known.microUsd + microUsd,
          ms: known.ms + ms,
          reads: known.reads && sent?.effect !== "write",
        });
        if (!ok) add("retry", `failed attempts of tool ${tool} in \`${step}\``, microUsd, ms);
        else if (sent?.isRepeat) add("repeat", `the same call of tool ${tool} again, in \`${step}\``, microUsd, ms);
        break;
      }
      case "model.called": {
        const { model, ok, cached, unasked, correction, duration_ms: ms, spent } = event.data;
        if (cached !== undefined || unasked === true) break;
        if (correction !== undefined) add("correction", notGoodEnough(`model ${model}`, step), spent.micro_usd, ms);
        else if (!ok) add("retry", `failed attempts of model ${model} in \`${step}\``, spent.micro_usd, ms);
        break;
      }
      case "step.completed": {
        const known = perStep.get(step);
        if (known !== undefined) perStep.set(step, { ...known, completed: true });
        break;
      }
    }
  }
  for (const { step, model, microUsd, ms } of repeatedQuestions(events))
    add("repeat", `the same question to model ${model} again, in \`${step}\``, microUsd, ms);
  for (const [step, { microUsd, ms, reads, completed }] of perStep)
    if (completed && reads && own(birth.definition.steps, step)?.kind === "tool" && !isRead(birth, step))
      add("unused", `the result of \`${step}\`, which nothing reads`, microUsd, ms);
  return [...found.values()].toSorted((a, b) => b.microUsd - a.microUsd || b.ms - a.ms);
}

/** True where the definition mentions the step's output anywhere outside the step. A mention in a text counts too: nobody is blamed wrongly. */
function isRead({ definition }: Birth, step: string): boolean {
  const { [step]: _self, ...others } = definition.steps;
  const text = JSON.stringify([others, definition.output, definition.on_budget]);
  return (
    text.includes(`steps.${step}.`) ||
    text.includes(`steps.${step})`) ||
    text.includes(`steps["${step}"`) ||
    text.includes(`steps[\\"${step}\\"`) ||
    text.includes(`steps['${step}'`)
  );
}
