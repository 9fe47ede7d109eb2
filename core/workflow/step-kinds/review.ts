/** `review`: a person is asked to approve, change or reject a proposal. */
import { MENTIONS_NOTHING, type StepKindRules } from "./rules.ts";

/** The rules of the kind `review`. */
export const REVIEW: StepKindRules<"review"> = {
  read: (form, common) => ({
    kind: "review",
    ...common,
    severity: form.choice("severity", ["critical", "high", "medium"] as const, "medium"),
    proposal: form.json("proposal") ?? null,
  }),
  templates: ({ proposal }) => [{ at: "/proposal", template: proposal, when: "before" }],
  mentions: () => MENTIONS_NOTHING,
};
