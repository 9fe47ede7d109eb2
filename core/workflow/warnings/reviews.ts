/** Reviews whose result nothing reads: a reviewer who changes the proposal changes nothing that follows. */
import type { Definition } from "../definition.ts";
import { namesIn } from "../expression.ts";
import { expressionsOf } from "./places.ts";
import type { Warning } from "./warning.ts";

/** No expression reads the output of this step. */
export const isUnread = (definition: Definition, step: string): boolean =>
  !expressionsOf(definition).some(({ cel }) => namesIn(cel)?.steps.has(step));

/** A warning for each review whose outcome no expression reads. */
export function unreadReviews(definition: Definition): Warning[] {
  return Object.entries(definition.steps).flatMap(([id, { kind }]): Warning[] => {
    if (kind !== "review" || !isUnread(definition, id)) return [];
    const message = `nothing reads \`steps.${id}.output\`: a reviewer who changes the proposal changes nothing that follows`;
    return [{ path: `/steps/${id}/proposal`, message }];
  });
}
