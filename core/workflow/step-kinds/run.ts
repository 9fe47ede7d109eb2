/** `run`: a child run of another workflow of the org. The workflow need not exist yet: its version is looked up when the step runs. */
import { WORKFLOW_NAME } from "../names.ts";
import { MENTIONS_NOTHING, type StepKindRules } from "./rules.ts";

/** The rules of the kind `run`. */
export const RUN: StepKindRules<"run"> = {
  read: (form, common) => {
    const input = form.json("input");
    return {
      kind: "run",
      ...common,
      workflow: form.text("workflow", { max: 63, pattern: WORKFLOW_NAME }),
      version: form.numberOrNull("version", { min: 1, max: Number.MAX_SAFE_INTEGER, whole: true }),
      input: input === undefined ? {} : input,
    };
  },
  templates: ({ input }) => [{ at: "/input", template: input, when: "before" }],
  mentions: (step) => ({ ...MENTIONS_NOTHING, child: step }),
};
