/** A workflow as a tool: `workflow.NAME` in a definition's `tools`, or a registered tool of kind `workflow`. Calling it starts a child run. */
import type { Definition } from "../workflow/definition.ts";
import { mentionsOf, workOf } from "../workflow/step-kinds.ts";
import type { ToolEffect, ToolManifest } from "./manifest.ts";

/** No registered tool's name begins with it. */
export const WORKFLOW_TOOL = "workflow.";

/** The workflow that a tool's name stands for; null: it stands for none. */
export const workflowOfTool = (name: string): string | null => (name.startsWith(WORKFLOW_TOOL) ? name.slice(WORKFLOW_TOOL.length) : null);

/** The tool that a workflow is. `effect`: what its runs may do outside. */
export const toolOfWorkflow = ({ name, description, input }: Definition, version: number, effect: ToolEffect): ToolManifest => ({
  name: `${WORKFLOW_TOOL}${name}`,
  version,
  description,
  effect,
  kind: "workflow",
  workflow: { name },
  input,
  output: true,
  timeout_ms: 30_000, // of a call that waits for an answer: a child run has its own `limits.seconds`
  idempotency: "key",
  scopes: [],
  approval: "policy",
  guarded: [],
  personal_data: {},
  sensitivity: "internal",
  allow: null,
});

/** Everything that a run of the workflow may call: tools by name, and workflows that its steps start, as tools. */
export const calledBy = ({ tools, steps }: Definition): readonly string[] => [
  ...new Set([
    ...tools,
    ...Object.values(steps).flatMap((step) =>
      workOf(step).flatMap((inner) => {
        const { child } = mentionsOf(inner.step);
        return child === null ? [] : [`${WORKFLOW_TOOL}${child.workflow}`];
      }),
    ),
  ]),
];
