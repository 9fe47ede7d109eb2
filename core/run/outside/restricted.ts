/**
 * Whether a run keeps something of class `restricted`. From its first such value on everything that it keeps counts: a prompt, an answer, an error may
 * hold it, and no value can lower its own class.
 */
import { classOfSession } from "../../session/session.ts";
import { wholePast } from "../fold/past.ts";
import type { RunContext } from "../machine/birth.ts";
import type { RunState } from "../machine/state.ts";

/** What the run was born with, and everything that reached it: input, answers, signals, child runs, its session, what it recalled. */
export function keepsRestricted(context: Pick<RunContext, "birth">, state: RunState): boolean {
  const { session, recalled } = state;
  return (
    wholePast(context, state).seen.class === "restricted" ||
    recalled?.found?.label.class === "restricted" ||
    (session?.content !== undefined && classOfSession(session.content) === "restricted")
  );
}
