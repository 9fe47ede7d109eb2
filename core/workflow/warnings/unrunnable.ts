/** Tools that exist and that this deployment cannot run: every call of one fails. */
import type { Definition } from "../definition.ts";
import type { Surroundings, Warning } from "./warning.ts";

/** The warnings about listed tools that nothing here can run. */
export function unrunnableTools({ tools }: Definition, { unrunnable }: Surroundings): Warning[] {
  return tools.flatMap((name, index): Warning[] => {
    const why = unrunnable?.get(name);
    return why === undefined ? [] : [{ path: `/tools/${index}`, message: `every call of \`${name}\` fails: ${why}` }];
  });
}
