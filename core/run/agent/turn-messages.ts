/** An agent's turns as messages: what its model said and asked for, and what the tools answered. */
import type { Json } from "../../json.ts";
import type { Message } from "../../model/message.ts";
import type { AgentAnswer, AgentTurn } from "../machine/state.ts";

/** Each turn is a message of the model, followed by one message for each call that it asked for. */
export const turnMessages = (turns: readonly AgentTurn[]): Message[] =>
  turns.flatMap(({ text, calls, opaque: beside }): Message[] => [
    {
      role: "assistant",
      content: text,
      ...(beside === undefined ? {} : { opaque: beside }),
      toolCalls: calls.map(({ id, tool, input, opaque }) => ({ id, name: tool, input, ...(opaque === undefined ? {} : { opaque }) })),
    },
    ...calls.map(({ id, answer }): Message => ({ role: "tool", toolCallId: id, content: JSON.stringify(shown(answer)) })),
  ]);

function shown(answer: AgentAnswer | null): Json {
  if (answer === null) return null;
  if (answer.ok) return answer.output;
  const { code, message, field, error } = answer;
  return { error: error ?? code, message, ...(field === undefined ? {} : { field }) };
}
