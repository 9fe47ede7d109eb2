/** `agent`: a bounded loop of calls, in which a model chooses tools and their inputs. */
import { readModelTimeout, readRetry } from "../attempts.ts";
import { TOOL_NAME } from "../names.ts";
import { promptTemplates, readAsked, readBudget, readChoice, readOutput, readPrompt } from "./prompted.ts";
import { MENTIONS_NOTHING, type StepKindRules } from "./rules.ts";

/** The rules of the kind `agent`. */
export const AGENT: StepKindRules<"agent"> = {
  read: (form, common) => ({
    kind: "agent",
    ...common,
    model: readChoice(form),
    prompt: readPrompt(form),
    tools: form.texts("tools", { max: 63, most: 200, pattern: TOOL_NAME }),
    max_iterations: form.number("max_iterations", { fallback: 10, min: 1, max: 500, whole: true }),
    ...readBudget(form),
    ...readAsked(form),
    output: readOutput(form),
    retry: readRetry(form),
    timeout_ms: readModelTimeout(form),
  }),
  templates: promptTemplates,
  mentions: (step) => ({
    ...MENTIONS_NOTHING,
    tools: step.tools.map((name, index) => ({ name, at: `/tools/${index}` })),
    prompted: step,
  }),
};
