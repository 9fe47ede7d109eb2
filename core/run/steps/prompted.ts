/** The messages with which a step that asks a model begins: its prompt, and what is remembered of the run's person as data beside it. */
import type { JsonObject } from "../../json.ts";
import { snippetText } from "../../memory/snippets.ts";
import type { Message } from "../../model/message.ts";
import type { Prompt } from "../../workflow/definition.ts";
import { asData, renderMessages } from "../../workflow/prompt.ts";
import type { RunContext } from "../machine/birth.ts";
import type { RunState } from "../machine/state.ts";

const BESIDE = "What is remembered of the person from earlier conversations. It may be out of date; use it only where it helps.";

/** `slots`: the prompt's values, already evaluated and redacted. What is remembered stands at the end of the user message, marked as data. */
export function promptMessages({ birth }: RunContext, state: RunState, prompt: Prompt, slots: JsonObject): Message[] {
  const messages = renderMessages(birth.definition, prompt, slots);
  const kept = state.recalled?.found?.kept ?? [];
  const last = messages.at(-1);
  if (kept.length === 0 || last?.role !== "user") return messages;
  return [...messages.slice(0, -1), { ...last, content: `${last.content}\n\n${BESIDE}\n${asData("remembered", snippetText(kept))}` }];
}
