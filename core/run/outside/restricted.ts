/**
 * Whether a run keeps something of class `restricted`. From its first such value on everything that it keeps counts: a prompt, an answer, an error may
 * hold it, and no value can lower its own class.
 */
import type { Label } from "../../label/label.ts";
import { classOfSession } from "../../session/session.ts";
import type { RunContext } from "../machine/birth.ts";
import type { RunState } from "../machine/state.ts";

/** What the run was born with, and everything that reached it: input, answers, signals, child runs, its session, what it recalled. Asked at every turn. */
export function keepsRestricted({ birth }: Pick<RunContext, "birth">, state: RunState): boolean {
  const { session, recalled, past } = state;
  return (
    isRestricted(past?.seen) ||
    isRestricted(birth.redrive?.past?.seen) ||
    isRestricted(birth.parent?.past?.seen) ||
    birth.inputLabels?.some(({ label }) => isRestricted(label)) === true ||
    isRestricted(recalled?.found?.label) ||
    (session?.content !== undefined && classOfSession(session.content) === "restricted")
  );
}

const isRestricted = (label: Pick<Label, "class"> | undefined): boolean => label?.class === "restricted";
