/**
 * Keeps an agent's conversation inside its model's window. The prompt and its slots always stay; so do the last turns, and earlier ones
 * whose tools' answers are still referred to. The rest is dropped and summarised by the cheapest model that may; the conversation says so.
 */
import { estimateTokens } from "../../model/estimate.ts";
import type { Message } from "../../model/message.ts";
import { roughTokens } from "../../model/route.ts";
import type { AgentStep } from "../../workflow/definition.ts";
import { asData, PLATFORM_RULES } from "../../workflow/prompt.ts";
import type { AgentState, AgentTurn } from "../machine/state.ts";
import { turnMessages } from "./turn-messages.ts";

/** Share of the window above which a conversation is cut before the model is asked. */
const FULL = 0.8;
const LAST_TURNS = 3;
/** Share of the window below which a rough count is enough. */
const CLEARLY_ROOM = 0.3;
/** Maximum tokens of a summary's answer; the step's own `max_tokens` may be lower. */
export const SUMMARY_TOKENS = 1_024;
/** Maximum UTF-16 units of one message that is summarised; the rest is cut, since the prompt of the summary must fit too. */
const UNITS_PER_MESSAGE = 4_000;

/** Indices of the turns to drop, those dropped before included; null: everything fits, or nothing more can go. */
export function turnsToDrop(agent: AgentState, step: AgentStep, messages: readonly Message[]): readonly number[] | null {
  const room = (agent.window ?? Number.POSITIVE_INFINITY) * FULL - step.model.max_tokens;
  if (roughTokens(messages) < room * CLEARLY_ROOM) return null;
  if (estimateTokens(messages, step.output, agent.tools) <= room) return null;
  const known = agent.condensed?.dropped ?? [];
  const last = agent.turns.slice(-LAST_TURNS);
  const said = JSON.stringify(last.map(({ text, calls }) => [text, calls.map(({ input }) => input)]));
  const dropped = agent.turns.flatMap((turn, index) => {
    const isDropped = known.includes(index) || (index < agent.turns.length - LAST_TURNS && !isReferredTo(turn, said));
    return isDropped ? [index] : [];
  });
  return dropped.length > known.length ? dropped : null;
}

/** Names that tell one thing from another: they have a digit, and are long enough not to be met by chance. */
const NAMES = /[\p{L}\p{N}][\p{L}\p{N}_-]*\d[\p{L}\p{N}_-]*/gu;
const SHORTEST_NAME = 4;

/** A name in a tool's answer of this turn occurs in what was said or asked since. */
function isReferredTo({ calls }: AgentTurn, said: string): boolean {
  const answers = JSON.stringify(calls.map(({ answer }) => (answer?.ok ? answer.output : null)));
  const names = new Set(Array.from(answers.matchAll(NAMES), ([name]) => name).filter((name) => name.length >= SHORTEST_NAME));
  return [...names].some((name) => said.includes(name));
}

/** The request for a summary. The words of models, tools and people that it contains are marked as data. */
export function summaryMessages(agent: AgentState, dropped: readonly number[]): Message[] {
  const known = agent.condensed?.dropped ?? [];
  const fresh = dropped.filter((index) => !known.includes(index));
  const turns = fresh.flatMap((index) => turnMessages(agent.turns.slice(index, index + 1)));
  const lines = turns.map(({ role, ...rest }) => `${role}: ${JSON.stringify(rest).slice(0, UNITS_PER_MESSAGE)}`);
  const before = agent.condensed?.summary ? [`earlier summary: ${agent.condensed.summary}`] : [];
  return [
    { role: "system", content: PLATFORM_RULES },
    {
      role: "system",
      content:
        "Summarise the part of a conversation between an agent and its tools that the user message holds, for the agent to go on with: what was asked, what was found (with ids, numbers and names exactly as they are), what was decided, what failed. Add nothing. At most 300 words.",
    },
    { role: "user", content: asData("conversation", [...before, ...lines].join("\n")) },
  ];
}

/** The message in the place of dropped turns. */
export function droppedNote({ dropped, summary }: NonNullable<AgentState["condensed"]>): Message {
  const told = summary === null ? "No summary of them could be made." : "A model summarised them; it may be wrong.";
  const data = summary === null ? "" : `\n${asData("summary", summary)}`;
  return { role: "user", content: `${dropped.length} earlier turns were left out to keep within the window. ${told}${data}` };
}
