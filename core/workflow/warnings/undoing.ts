/** Tools whose calls their own manifest says how to undo, with a tool that does not exist: an agent's call of them is not undone. */
import type { Definition } from "../definition.ts";
import { mentionsOf } from "../step-kinds.ts";
import { stepsOf } from "./places.ts";
import type { Surroundings, Warning } from "./warning.ts";

/** The warnings about `compensate` in the manifests of the tools that the definition calls. */
export function undoingWarnings(definition: Definition, { tools, undoing }: Surroundings): Warning[] {
  if (undoing === undefined) return [];
  return stepsOf(definition).flatMap(({ step, path }): Warning[] => {
    const { tools: called, compensate } = mentionsOf(step);
    if (compensate !== null) return [];
    return called.flatMap(({ name, at }) => {
      const undoes = tools.get(name)?.compensate?.tool;
      if (undoes === undefined || undoing.has(undoes)) return [];
      return [
        { path: `${path}${at}`, message: `\`${name}\` is undone with \`${undoes}\`, and there is no such tool: nothing undoes this call` },
      ];
    });
  });
}
