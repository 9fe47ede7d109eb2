/** What is to be remembered of an ended run (a definition's `memory.remember`): a summary of it, or the facts that its person stated. */
import { isObject, type Json } from "../../json.ts";
import { join, type Label, OWN } from "../../label/label.ts";
import { joined } from "../../label/labels.ts";
import { factsIn, type StatedFact } from "../../memory/facts.ts";
import { hasSeenOwnAlone, isPersonsWord } from "../../memory/recall.ts";
import { condensed, SUMMARY_SHARE } from "../../session/summary.ts";
import type { RunContext } from "../machine/birth.ts";
import { isFinal, type RunState } from "../machine/state.ts";
import { labelsIn } from "../steps/labels.ts";
import { labelBeyond, wordsOfRun } from "./said.ts";

/** One text to be remembered. `key`: the same for the same run and text. */
export type ToKeep = {
  readonly key: string;
  readonly tier: "episodic" | "semantic";
  readonly text: string;
  readonly label: Label;
} & Partial<Pick<StatedFact, "fact">>;

/** Maximum facts of one run. */
const MOST_FACTS = 20;

/** The run has ended, and what is to be remembered of it is not stored yet. Of a run that did not complete nothing is remembered. */
export const owesMemory = ({ birth: { definition } }: RunContext, state: RunState): boolean =>
  isFinal(state) && state.status === "completed" && state.remembered === undefined && (definition.memory?.remember ?? "off") !== "off";

/** What is to be remembered, in order; empty: nothing that lasts was said. */
export function toKeep(context: RunContext, state: RunState): readonly ToKeep[] {
  const words = conversationOf(context, state);
  const { id, definition } = context.birth;
  if (definition.memory?.remember === "facts") {
    // A person states facts of themselves; what anybody else says of them is none, whoever passes it on as theirs.
    const own = words.filter(({ role, label }) => role === "user" && isPersonsWord(label));
    const label = own.reduce((sofar, one) => join(sofar, one.label), OWN);
    return factsIn(own.map(({ content }) => content).join("\n"))
      .slice(0, MOST_FACTS)
      .map(({ text, fact }, index) => ({ key: `${id}/fact/${index}`, tier: "semantic", text, label, fact }));
  }
  // What strangers said is left out where the rest can be told without it: it would keep the whole in quarantine.
  const own = words.filter(({ label }) => hasSeenOwnAlone(label));
  const told = own.length > 0 ? own : words;
  const length = words.reduce((sum, { content }) => sum + content.length, 0);
  const { text } = condensed(
    told.map(({ content }) => content),
    Math.floor(length * SUMMARY_SHARE),
  );
  if (text.trim() === "") return [];
  return [{ key: `${id}/summary`, tier: "episodic", text, label: told.reduce((sofar, one) => join(sofar, one.label), OWN) }];
}

/** What was said in the run: in the definition's words, or its input and its output. */
function conversationOf(context: RunContext, state: RunState) {
  const said = wordsOfRun(context, state);
  if (said.length > 0) return said;
  const { birth } = context;
  const input = labelBeyond(birth, joined(labelsIn(context, state, { cel: "input" })));
  return [
    { role: "user", content: textIn(birth.input), label: input },
    { role: "assistant", content: textIn(state.output), label: labelBeyond(birth, joined(state.outputLabels ?? [])) },
  ].filter(({ content }) => content !== "");
}

function textIn(value: Json): string {
  if (typeof value === "string") return value;
  const parts = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  return parts
    .map(textIn)
    .filter((text) => text !== "")
    .join("\n");
}
