/** An answer in OpenAI's format (platform.openai.com/docs/api-reference/chat/object): whole, or as the chunks of a stream. */
import type { JsonObject } from "../json.ts";
import type { TokenUsage } from "../model/message.ts";
import type { ChatToolCall } from "./messages.ts";

export type Finish = "stop" | "length" | "tool_calls" | "content_filter";

/** What names an answer: the same in every chunk. */
export type CompletionHead = {
  /** `chatcmpl-…` */
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  /** The model that answered. */
  readonly model: string;
  readonly fingerprint: string | null;
};

export type Said = {
  readonly text: string | null;
  readonly refusal: string | null;
  readonly calls: readonly ChatToolCall[];
  readonly finish: Finish;
};

/** `run_…` → `chatcmpl-…`: one answer, one run. */
export const completionId = (run: string): string => `chatcmpl-${run.slice(run.indexOf("_") + 1)}`;

export function completion(head: CompletionHead, said: Said, usage: TokenUsage): JsonObject {
  const message = {
    role: "assistant",
    content: said.text,
    refusal: said.refusal,
    ...(said.calls.length === 0 ? {} : { tool_calls: said.calls.map(callOnTheWire) }),
  };
  return {
    ...headOf(head, "chat.completion"),
    choices: [{ index: 0, message, logprobs: null, finish_reason: said.finish }],
    usage: usageOnTheWire(usage),
  };
}

/** A whole answer as the chunks that a stream of it would have. The usage's own chunk is `usageChunk`. */
export function chunksOf(head: CompletionHead, said: Said): readonly JsonObject[] {
  const calls = said.calls.map((call, index) => ({ index, ...callOnTheWire(call) }));
  return [
    chunk(head, { role: "assistant", content: calls.length > 0 && said.text === null ? null : "", refusal: null }),
    ...(said.text === null || said.text === "" ? [] : [chunk(head, { content: said.text })]),
    ...(said.refusal === null ? [] : [chunk(head, { refusal: said.refusal })]),
    ...calls.map((call) => chunk(head, { tool_calls: [call] })),
    chunk(head, {}, said.finish),
  ];
}

export const chunk = (head: CompletionHead, delta: JsonObject, finish: Finish | null = null): JsonObject => ({
  ...headOf(head, "chat.completion.chunk"),
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
});

/** The last chunk with `stream_options.include_usage`: no choice, the usage, and what this platform adds to it. */
export const usageChunk = (head: CompletionHead, usage: TokenUsage, more: JsonObject): JsonObject => ({
  ...headOf(head, "chat.completion.chunk"),
  choices: [],
  usage: { ...usageOnTheWire(usage), ...more },
});

const headOf = ({ id, created, model, fingerprint }: CompletionHead, object: string): JsonObject => ({
  id,
  object,
  created,
  model,
  service_tier: "default",
  system_fingerprint: fingerprint,
});

export const usageOnTheWire = ({ input, output, cachedInput }: TokenUsage): JsonObject => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cachedInput },
});

const callOnTheWire = ({ id, name, arguments: given }: ChatToolCall): JsonObject => ({
  id,
  type: "function",
  function: { name, arguments: given },
});

/** A finish reason of an upstream as one of the format's; unknown words mean that the model came to an end. */
export function finishOf(said: string | null, calls: number): Finish {
  if (calls > 0) return "tool_calls";
  return said === "length" || said === "content_filter" ? said : "stop";
}
