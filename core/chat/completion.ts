/** A whole answer in OpenAI's format (platform.openai.com/docs/api-reference/chat/object), and what a stream of it says. */
import type { JsonObject } from "../json.ts";
import { type Ending, mayLackItsEnd } from "../model/finish.ts";
import type { TokenUsage } from "../model/message.ts";
import { type ChunkHead, formatUsage, type SentChunk } from "../model/stream/frame.ts";
import type { ChatToolCall } from "./messages.ts";
import { callOnTheWire } from "./opaque.ts";

/** OpenAI's reasons for the end of an answer. */
export type Finish = "stop" | "length" | "tool_calls" | "content_filter";

/** What an answer says, guarded and with the caller's own values in it. */
export type Said = {
  readonly text: string | null;
  readonly refusal: string | null;
  readonly calls: readonly ChatToolCall[];
  readonly finish: Finish;
  /** What the model wants back in the next turn. */
  readonly opaque?: JsonObject;
};

/** `run_…` → `chatcmpl-…`: one answer, one run. */
export const completionId = (run: string): string => `chatcmpl-${run.slice(run.indexOf("_") + 1)}`;

/** The body of a whole answer. */
export function completion(head: Omit<ChunkHead, "includeUsage">, said: Said, usage: TokenUsage): JsonObject {
  const calls = said.calls.map(({ id, name, arguments: given, opaque }) => callOnTheWire(id, name, given, opaque));
  const message = {
    role: "assistant",
    content: said.text,
    refusal: said.refusal,
    ...said.opaque,
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  return {
    id: head.id,
    object: "chat.completion",
    created: head.created,
    model: head.model,
    service_tier: "default",
    system_fingerprint: head.fingerprint ?? null,
    choices: [{ index: 0, message, logprobs: null, finish_reason: said.finish }],
    usage: formatUsage(usage),
  };
}

/** An answer that is all there, as a stream would have said it: without the usage, which comes last. */
export const chunksOf = ({ text, refusal, calls, finish, opaque }: Said): readonly SentChunk[] => [
  { kind: "role", isSilent: text === null },
  ...(opaque === undefined ? [] : [{ kind: "opaque", fields: opaque } as const]),
  ...(text === null || text === "" ? [] : [{ kind: "text", text } as const]),
  ...(refusal === null ? [] : [{ kind: "refusal", text: refusal } as const]),
  ...calls.map((call, index) => ({ kind: "call", index, call }) as const),
  { kind: "finish", reason: finish },
];

/** How an answer ended that did not break off; an upstream that says nothing of it, or of calls that are not there, came to an end. */
export function finishOf(said: Ending | null, calls: number): Finish {
  if (mayLackItsEnd(said)) return "length";
  if (calls > 0) return "tool_calls";
  return said === "content_filter" ? said : "stop";
}
