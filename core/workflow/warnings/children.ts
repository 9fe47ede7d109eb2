/** Steps that start another workflow and will fail: there is none today, its input cannot fit, or it needs tools that this one does not list. */
import type { Definition } from "../definition.ts";
import { mentionsOf } from "../step-kinds.ts";
import { flawsOfInput } from "./constants.ts";
import { stepsOf } from "./places.ts";
import type { Surroundings, Warning } from "./warning.ts";

/** The warnings about the steps of kind `run`. */
export function childWarnings(definition: Definition, { workflow }: Surroundings): Warning[] {
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
    const lacking = found.tools.filter((tool) => !definition.tools.includes(tool)).map((tool) => `\`${tool}\``);
    const message = `\`${name}\` lists tools that this workflow's \`tools\` do not list, so it cannot call them here: ${lacking.join(", ")}`;
    return [
      ...(lacking.length === 0 ? [] : [{ path: `${path}/workflow`, message }]),
      ...flawsOfInput(found.input, input, `${path}/input`, "the workflow's input"),
    ];
  });
}
