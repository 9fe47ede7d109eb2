/** Steps that start another workflow and will fail: there is none today, its input cannot fit, or it needs tools that this one does not list. */
import { workflowOfTool } from "../../tool/workflow-tool.ts";
import type { Definition } from "../definition.ts";
import { mentionsOf } from "../step-kinds.ts";
import { flawsOfInput } from "./constants.ts";
import { stepsOf } from "./places.ts";
import type { Surroundings, Warning } from "./warning.ts";

/** The warnings about the steps of kind `run`, and about tools that are workflows. */
export function childWarnings(definition: Definition, { workflow }: Surroundings): Warning[] {
  const tools = definition.tools.flatMap((tool, index): Warning[] => {
    const name = workflowOfTool(tool);
    const found = name === null ? null : workflow(name, null);
    return name === null || found === null ? [] : lacking(definition, name, found.tools, `/tools/${index}`);
  });
  return [...tools, ...ofSteps(definition, workflow)];
}

/** Tools of a child that its parent does not list. */
function lacking(definition: Definition, child: string, tools: readonly string[], path: string): Warning[] {
  const names = tools.filter((tool) => !definition.tools.includes(tool)).map((tool) => `\`${tool}\``);
  const message = `\`${child}\` lists tools that this workflow's \`tools\` do not list, so it cannot call them here: ${names.join(", ")}`;
  return names.length === 0 ? [] : [{ path, message }];
}

function ofSteps(definition: Definition, workflow: Surroundings["workflow"]): Warning[] {
  return stepsOf(definition).flatMap(({ step, path }): Warning[] => {
    const { child } = mentionsOf(step);
    if (child === null) return [];
    const { workflow: name, version, input } = child;
    const found = workflow(name, version);
    if (found === null) {
      const which = version === null ? `workflow \`${name}\`` : `version ${version} of the workflow \`${name}\``;
      return [
        { path: `${path}/${version === null ? "workflow" : "version"}`, message: `there is no ${which} yet; without it this step fails` },
      ];
    }
    return [
      ...lacking(definition, name, found.tools, `${path}/workflow`),
      ...flawsOfInput(found.input, input, `${path}/input`, "the workflow's input"),
    ];
  });
}
