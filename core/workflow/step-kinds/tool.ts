/** `tool`: one call of a tool, with an input that the definition fixes. */
import { readRetry, readToolTimeout } from "../attempts.ts";
import type { Compensate } from "../definition.ts";
import type { Form } from "../form.ts";
import { TOOL_NAME } from "../names.ts";
import { MENTIONS_NOTHING, type StepKindRules } from "./rules.ts";

/** The rules of the kind `tool`. */
export const TOOL: StepKindRules<"tool"> = {
  read: (form, common) => ({
    kind: "tool",
    ...common,
    tool: form.text("tool", { max: 63, pattern: TOOL_NAME }),
    input: form.json("input") ?? {},
    async: form.boolean("async", false),
    retry: readRetry(form),
    timeout_ms: readToolTimeout(form),
    compensate: readCompensate(form),
  }),
  templates: ({ input, compensate }) => [
    { at: "/input", template: input, when: "before" },
    ...(compensate === null ? [] : [{ at: "/compensate/input", template: compensate.input, when: "after" } as const]),
  ],
  mentions: ({ tool, compensate }) => ({ ...MENTIONS_NOTHING, tools: [{ name: tool, at: "/tool" }], compensate }),
};

function readCompensate(form: Form): Compensate | null {
  const inner = form.form("compensate");
  if (inner === null) return null;
  const compensate: Compensate = {
    tool: inner.text("tool", { max: 63, pattern: TOOL_NAME }),
    input: inner.json("input") ?? {},
    retry: readRetry(inner),
    timeout_ms: readToolTimeout(inner),
  };
  inner.close();
  return compensate;
}
