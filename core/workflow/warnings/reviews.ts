/** Reviews whose result nothing reads: a reviewer who changes the proposal changes nothing that follows. */
import type { Definition } from "../definition.ts";
import { namesIn } from "../expression.ts";
import { expressionsOf } from "./places.ts";
import type { Warning } from "./warning.ts";

export function unreadReviews(definition: Definition): Warning[] {
  const read = new Set(expressionsOf(definition).flatMap(({ cel }) => [...(namesIn(cel)?.steps ?? [])]));
  return Object.entries(definition.steps).flatMap(([id, { kind }]): Warning[] => {
    if (kind !== "review" || read.has(id)) return [];
    const message = `nothing reads \`steps.${id}.output\`: a reviewer who changes the proposal changes nothing that follows`;
    return [{ path: `/steps/${id}/proposal`, message }];
  });
}
