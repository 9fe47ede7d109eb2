/** What an ended run says in its session: the words of its person and of its workflow, as its definition has them. */
import { cutTo } from "../../guardrail/rules/sentences.ts";
import type { Json } from "../../json.ts";
import { ANOTHER, join, type Label } from "../../label/label.ts";
import { joined } from "../../label/labels.ts";
import { MESSAGE_UNITS, type Said, type SessionRole } from "../../session/session.ts";
import { evaluate } from "../../workflow/expression.ts";
import { type Birth, isUsersOwnWord, type RunContext } from "../machine/birth.ts";
import type { RunState } from "../machine/state.ts";
import { scopeOfRun } from "../machine/turn.ts";
import { labelsIn } from "../steps/labels.ts";

/**
 * Words that cannot be evaluated, because a step was skipped, say, are not said. A run that did not complete has no answer; one that never
 * had its turn said nothing.
 */
export const saidIn = (context: RunContext, state: RunState): readonly Said[] =>
  state.session?.content === undefined ? [] : wordsOfRun(context, state);

/** The words of an ended run, whether it is in a session or not. */
export function wordsOfRun(context: RunContext, state: RunState): readonly Said[] {
  const words = context.birth.definition.session ?? {};
  const roles: readonly SessionRole[] = state.status === "completed" ? ["user", "assistant"] : ["user"];
  return roles.flatMap((role) => {
    const template = words[role];
    if (template === undefined) return [];
    const value = evaluate(template, scopeOfRun(context, state, state.output));
    const content = value.ok ? wordsOf(value.value) : "";
    if (content === "") return [];
    const said = joined(labelsIn(context, state, template, { output: state.outputLabels ?? [] }));
    return [{ role, content, label: labelBeyond(context.birth, said) }];
  });
}

/** The label of what leaves the run for its person's session or memory: words that came with a key that another person made are not their own there. */
export const labelBeyond = (birth: Birth, label: Label): Label => (isUsersOwnWord(birth) ? label : join(label, ANOTHER));

const wordsOf = (value: Json): string =>
  value === null ? "" : cutTo(typeof value === "string" ? value : JSON.stringify(value), MESSAGE_UNITS);
