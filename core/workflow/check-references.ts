/** What steps say of others: the tools they call, the steps they name, the workflow they start. */
import type { Definition, Step } from "./definition.ts";
import { type Errors, shortName } from "./form.ts";
import { TOOL_NAME } from "./names.ts";

export type ToolsKnown = {
  /** Names of registered tools. */
  readonly tools: ReadonlySet<string>;
  /** What tools do, where it is known: a compensation must not be attached to a tool that changes nothing. */
  readonly toolFacts?: { readonly [tool: string]: { readonly effect: "none" | "read" | "write" } };
};

/** Nothing is called that the definition does not list, and nothing is listed that is not registered. */
export function checkTools({ tools, steps }: Pick<Definition, "tools" | "steps">, known: ToolsKnown, errors: Errors): void {
  for (const [index, tool] of tools.entries()) {
    if (!known.tools.has(tool)) errors.add(`/tools/${index}`, `there is no tool \`${tool}\``);
  }
  const checkTool = (tool: string, path: string): void => {
    if (TOOL_NAME.test(tool) && !tools.includes(tool)) errors.add(path, `the tool \`${tool}\` is not in this workflow's \`tools\``);
  };
  for (const { step, path } of work(steps)) {
    if (step.kind === "agent") for (const [index, tool] of step.tools.entries()) checkTool(tool, `${path}/tools/${index}`);
    if (step.kind !== "tool") continue;
    checkTool(step.tool, `${path}/tool`);
    if (step.compensate === null) continue;
    checkTool(step.compensate.tool, `${path}/compensate/tool`);
    const effect = known.toolFacts?.[step.tool]?.effect;
    if (effect === "read" || effect === "none")
      errors.add(`${path}/compensate`, `the tool \`${step.tool}\` writes nothing that could be undone`);
    const undoing = known.toolFacts?.[step.compensate.tool]?.effect;
    if (undoing === "read" || undoing === "none")
      errors.add(`${path}/compensate/tool`, `the tool \`${step.compensate.tool}\` writes nothing and so undoes nothing`);
  }
}

/** Every step that another one names exists, and answers for one failure at most; no workflow starts itself. */
export function checkNames({ name, steps }: Pick<Definition, "name" | "steps">, ids: ReadonlySet<string>, errors: Errors): void {
  for (const { step, path } of work(steps)) {
    // Through others a workflow may come to itself: that ends at the depth that runs may be nested.
    if (step.kind === "run" && step.workflow === name && name !== "") errors.add(`${path}/workflow`, "a workflow cannot run itself");
  }
  const rescues = new Map<string, string>();
  for (const [id, step] of Object.entries(steps)) {
    for (const [index, need] of step.needs.entries()) {
      if (!ids.has(need)) errors.add(`/steps/${id}/needs/${index}`, `there is no step \`${need}\``);
    }
    if (step.on_error === null || "value" in step.on_error) continue;
    const rescuer = step.on_error.step;
    const path = `/steps/${id}/on_error/step`;
    if (!ids.has(rescuer)) errors.add(path, `there is no step \`${shortName(rescuer)}\``);
    const other = rescues.get(rescuer);
    if (other !== undefined) errors.add(path, `the step \`${rescuer}\` already answers for the failure of \`${other}\``);
    rescues.set(rescuer, id);
  }
}

type Placed = { readonly step: Step; readonly path: string };

/** Every step, and what each `map` does for its items. */
function work(steps: Definition["steps"]): readonly Placed[] {
  return Object.entries(steps).flatMap(([id, step]): Placed[] => {
    const path = `/steps/${id}`;
    const inner = step.kind === "map" ? [{ step: step.step, path: `${path}/step` }] : [];
    return [{ step, path }, ...inner];
  });
}
