/** Ids of calls in a conversation that a client sends: identifiers to the format, and a client's own words. One that holds personal data goes to no model. */
import { idInside, inwardIds } from "../../core/chat/call-ids.ts";
import type { ChatMessage } from "../../core/chat/messages.ts";

/** `clean`: whether the guard finds nothing in a text of the message at a place; throws where it refuses. */
export async function guardIds(
  messages: readonly ChatMessage[],
  clean: (path: string, text: string) => Promise<boolean>,
): Promise<readonly ChatMessage[]> {
  const inward = inwardIds(messages);
  const places = new Map<string, string>();
  for (const [index, message] of messages.entries())
    for (const [id, at] of idsOf(message)) if (!places.has(id)) places.set(id, `/messages/${index}${at}`);
  const given = new Map<string, string>();
  let count = 0;
  for (const [id, path] of places) {
    // As the upstream gets it, and as it would without the others.
    let isClean = true;
    for (const text of new Set([inward(id), idInside(id)])) isClean &&= await clean(path, text);
    if (isClean) continue;
    let name: string;
    do name = `call${String(++count).padStart(5, "0")}`;
    while (places.has(name));
    given.set(id, name);
  }
  return given.size === 0 ? messages : messages.map((message) => renamed(message, given));
}

function idsOf(message: ChatMessage): readonly (readonly [id: string, at: string])[] {
  if (message.role === "tool") return [[message.toolCallId, "/tool_call_id"]];
  return message.role === "assistant" ? message.toolCalls.map(({ id }, index) => [id, `/tool_calls/${index}/id`] as const) : [];
}

function renamed(message: ChatMessage, given: ReadonlyMap<string, string>): ChatMessage {
  const nameOf = (id: string): string => given.get(id) ?? id;
  if (message.role === "tool") return { ...message, toolCallId: nameOf(message.toolCallId) };
  return message.role === "assistant"
    ? { ...message, toolCalls: message.toolCalls.map((call) => ({ ...call, id: nameOf(call.id) })) }
    : message;
}
