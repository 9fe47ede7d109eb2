/** What a run owes its session: to ask for its turn, to let the next go on while a person is asked, to say its last word. */
import { isHeld } from "../hand-over/state.ts";
import type { Birth } from "./birth.ts";
import { isFinal, type RunState } from "./state.ts";

/** The run takes its turn in a session. A child run does so through the run that started it. */
export const takesTurns = ({ session, parent }: Pick<Birth, "session" | "parent">): boolean => session !== undefined && parent === null;

/** Nothing is done in the run until a person says so. */
const waitsForPerson = (state: RunState): boolean =>
  state.hold !== undefined ||
  (state.status === "waiting" &&
    (isHeld(state) || Object.values(state.activities).some(({ review }) => review !== null && review.id !== null)));

/** What is to be told to the session now; null: nothing. */
export function owedToSession(birth: Birth, state: RunState): "enter" | "step_aside" | "leave" | null {
  if (!takesTurns(birth) || state.seq === 0) return null;
  const { session } = state;
  if (isFinal(state)) return session?.phase === "left" ? null : "leave";
  if (state.stopping !== null) return null;
  if (waitsForPerson(state)) return session === undefined || session.phase === "in" ? "step_aside" : null;
  return state.status === "queued" && session?.content === undefined ? "enter" : null;
}
