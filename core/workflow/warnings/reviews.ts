/** What later expressions read of a review's proposal. A change of anything else changes nothing that follows. */
import { escapeToken } from "../../json.ts";
import { parse } from "../cel/parse.ts";
import { readsIn } from "../cel/reads.ts";
import type { Definition } from "../definition.ts";
import { expressionsOf } from "./places.ts";
import type { Warning } from "./warning.ts";

/** JSON Pointers into the proposal of a `review` step, `""` being all of it. None: whatever is changed in it changes nothing. */
export function readOfProposal(definition: Definition, step: string): readonly string[] {
  const found = new Set<string>();
  for (const { cel } of expressionsOf(definition)) {
    const parsed = parse(cel);
    if (!parsed.ok || !parsed.value.steps.has(step)) continue;
    for (const { root, fields } of readsIn(parsed.value.root)) {
      const [id, , word, ...rest] = fields;
      if (root === "steps" && id === step && (word === undefined || word === "proposal"))
        found.add(rest.map((token) => `/${escapeToken(token)}`).join(""));
    }
  }
  return [...found];
}

/** No expression reads the proposal of this step. */
export const isUnread = (definition: Definition, step: string): boolean => readOfProposal(definition, step).length === 0;

/** A warning for each review whose proposal no expression reads. */
export function unreadReviews(definition: Definition): Warning[] {
  return Object.entries(definition.steps).flatMap(([id, { kind }]): Warning[] => {
    if (kind !== "review" || !isUnread(definition, id)) return [];
    const message = `nothing reads \`steps.${id}.output.proposal\`: a reviewer who changes the proposal changes nothing that follows`;
    return [{ path: `/steps/${id}/proposal`, message }];
  });
}
