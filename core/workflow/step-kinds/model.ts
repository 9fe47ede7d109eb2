/** `model`: one call of a model. */
import { readModelTimeout, readRetry } from "../attempts.ts";
import { promptTemplates, readAsked, readBudget, readChoice, readOutput, readPrompt } from "./prompted.ts";
import { MENTIONS_NOTHING, type StepKindRules } from "./rules.ts";

/** The rules of the kind `model`. */
export const MODEL: StepKindRules<"model"> = {
  read: (form, common) => ({
    kind: "model",
    ...common,
    model: readChoice(form),
    prompt: readPrompt(form),
    output: readOutput(form),
    cache: form.choice("cache", ["none", "exact", "semantic"] as const, "none"),
    ...readBudget(form),
    ...readAsked(form),
    async: form.boolean("async", false),
    retry: readRetry(form),
    timeout_ms: readModelTimeout(form),
  }),
  templates: promptTemplates,
  mentions: (step) => ({ ...MENTIONS_NOTHING, prompted: step }),
};
