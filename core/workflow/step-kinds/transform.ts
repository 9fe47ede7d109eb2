/** `transform`: a value computed from what the run has; it reaches nothing outside. */
import { MENTIONS_NOTHING, type StepKindRules } from "./rules.ts";

/** The rules of the kind `transform`. */
export const TRANSFORM: StepKindRules<"transform"> = {
  read: (form, common) => ({ kind: "transform", ...common, value: form.required("value") ?? null }),
  templates: ({ value }) => [{ at: "/value", template: value, when: "before" }],
  mentions: () => MENTIONS_NOTHING,
};
