/** Writes that were made and are not undone: what a run that did not complete leaves behind, and a person has to know of. */
import { own } from "../../json.ts";
import { mentionsOf } from "../../workflow/step-kinds.ts";
import type { Done } from "../machine/state.ts";
import type { Turn } from "../machine/turn.ts";
import { nodeDefinition } from "./node.ts";
import { isUndoable } from "./undo.ts";

/** Activity ids of the writes that were made and that nothing has undone so far. Those whose compensation failed are in `undone` already. */
export function leftBehind(turn: Pick<Turn, "state" | "birth">): string[] {
  const { undoing, done } = turn.state;
  const isHandled = (one: Done): boolean => undoing !== null && isUndoable(turn, one) && !undoing.includes(one.activity);
  return [...done].filter((one) => hasWritten(turn, one) && !isHandled(one)).map(({ activity }) => activity);
}

/** A tool that was not registered when the run started counts as one that writes. Journals of older code do not say it of an agent's calls. */
function hasWritten({ birth }: Pick<Turn, "birth">, { activity, node, wrote }: Done): boolean {
  if (activity !== node) return wrote === true;
  const [tool] = mentionsOf(nodeDefinition(birth.definition, node)).tools;
  return wrote ?? (tool !== undefined && !["read", "none"].includes(own(birth.toolEffects, tool.name) ?? "write"));
}
