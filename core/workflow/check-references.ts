/** What steps refer to: the tools they call, the steps they name, the workflow they start. */
import { own } from "../json.ts";
import type { Definition, Step } from "./definition.ts";
import { type Errors, shortName } from "./form.ts";
import { TOOL_NAME } from "./names.ts";
import { rescuersIn } from "./on-error.ts";
import { mentionsOf, workOf } from "./step-kinds.ts";

/** What is known about the tools of an org. */
export type ToolsKnown = {
  /** Names of registered tools. */
  readonly tools: ReadonlySet<string>;
  /** What tools do, where it is known: a compensation must not be attached to a tool that changes nothing. */
  readonly toolFacts?: { readonly [tool: string]: { readonly effect: "none" | "read" | "write" } };
};

/** Nothing is called that the definition does not list, and nothing is listed that is not registered. No workflow is a tool of its own. */
export function checkTools({ name, tools, steps }: Pick<Definition, "name" | "tools" | "steps">, known: ToolsKnown, errors: Errors): void {
  for (const [index, tool] of tools.entries()) {
    if (tool === `workflow.${name}`) {
      errors.add(`/tools/${index}`, "a workflow cannot be a tool of its own");
      continue;
    }
    if (!known.tools.has(tool)) errors.add(`/tools/${index}`, `there is no tool \`${tool}\``);
  }
  const checkTool = (tool: string, path: string): void => {
    if (TOOL_NAME.test(tool) && !tools.includes(tool)) errors.add(path, `the tool \`${tool}\` is not in this workflow's \`tools\``);
  };
  const writesNothing = (tool: string): boolean => ["read", "none"].includes(own(known.toolFacts ?? {}, tool)?.effect ?? "write");
  for (const { step, path } of work(steps)) {
    const called = mentionsOf(step).tools;
    const { compensate } = mentionsOf(step);
    for (const { name, at } of called) checkTool(name, `${path}${at}`);
    if (compensate === null) continue;
    checkTool(compensate.tool, `${path}/compensate/tool`);
    for (const { name } of called.filter((tool) => writesNothing(tool.name)))
      errors.add(`${path}/compensate`, `the tool \`${name}\` writes nothing that could be undone`);
    if (writesNothing(compensate.tool))
      errors.add(`${path}/compensate/tool`, `the tool \`${compensate.tool}\` writes nothing and so undoes nothing`);
  }
}

/** Every step that another one names exists, and answers for one failure at most; no workflow starts itself. */
export function checkNames({ name, steps }: Pick<Definition, "name" | "steps">, ids: ReadonlySet<string>, errors: Errors): void {
  for (const { step, path } of work(steps)) {
    // A workflow may still reach itself through others: that ends at the maximum depth of nested runs.
    if (mentionsOf(step).child?.workflow === name && name !== "") errors.add(`${path}/workflow`, "a workflow cannot run itself");
  }
  const rescues = new Map<string, string>();
  for (const [id, step] of Object.entries(steps)) {
    for (const [index, need] of step.needs.entries()) {
      if (!ids.has(need)) errors.add(`/steps/${id}/needs/${index}`, `there is no step \`${need}\``);
    }
    for (const { id: rescuer, path: at } of rescuersIn(step.on_error)) {
      const path = `/steps/${id}${at}`;
      if (!ids.has(rescuer)) errors.add(path, `there is no step \`${shortName(rescuer)}\``);
      const other = rescues.get(rescuer);
      if (other !== undefined && other !== id) {
        errors.add(path, `the step \`${rescuer}\` already answers for the failure of \`${other}\``);
      }
      rescues.set(rescuer, id);
    }
  }
}

/** Every step, and what each does for its items, with its JSON Pointer. */
const work = (steps: Definition["steps"]): readonly { readonly step: Step; readonly path: string }[] =>
  Object.entries(steps).flatMap(([id, step]) => workOf(step).map((inner) => ({ step: inner.step, path: `/steps/${id}${inner.at}` })));
