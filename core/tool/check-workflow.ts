/** The fields that only a tool of kind `workflow` has: the workflow whose run a call is. */
import type { Form } from "../workflow/form.ts";
import { WORKFLOW_NAME } from "../workflow/names.ts";
import type { WorkflowBinding } from "./manifest.ts";

/** What a call of a workflow has in other ways: its own tools, limits and compensations. */
const ELSEWHERE = ["rate", "breaker", "fallback", "price", "cache_ms", "max_age_ms", "compensate", "personal_data"] as const;

/** Total: a field that is refused reads as its default. */
export function readWorkflow(form: Form): WorkflowBinding {
  for (const field of ELSEWHERE) {
    const value = form.json(field);
    if (value !== undefined && value !== null) form.refuse(field, `\`${field}\` belongs to the tools that the workflow calls`);
  }
  const workflow = form.form("workflow");
  if (workflow === null) {
    form.refuse("workflow", "`workflow` is missing");
    return { name: "" };
  }
  const name = workflow.text("name", { max: 63, pattern: WORKFLOW_NAME });
  workflow.close();
  return { name };
}
