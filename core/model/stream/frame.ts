/**
 * The stream that our own clients read: OpenAI's `chat.completion.chunk` objects as server-sent events. The order is OpenAI's: the
 * role first, deltas, the finish reason, then the usage with empty `choices` when it was asked for, then `[DONE]`.
 */
import { callOnTheWire } from "../../chat/opaque.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { TokenUsage } from "../message.ts";

/** What all chunks of one answer have in common. */
export type ChunkHead = {
  readonly id: string;
  /** Unix time in seconds. */
  readonly created: number;
  readonly model: string;
  /** `stream_options.include_usage`: every chunk but the last then has `usage: null`. */
  readonly includeUsage: boolean;
  /** Left out where undefined. */
  readonly fingerprint?: string;
};

/** One tool call as a client gets it: checked, whole, in one piece. `arguments` is a JSON text. */
export type SentCall = { readonly id: string; readonly name: string; readonly arguments: string; readonly opaque?: JsonObject };

/** One chunk that our clients receive. */
export type SentChunk =
  /** `isSilent`: no words follow, only calls or a refusal; a client then has `null` for them, as in a whole answer. */
  | { readonly kind: "role"; readonly isSilent?: boolean }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "refusal"; readonly text: string }
  /** What the model wants back in the next turn. */
  | { readonly kind: "opaque"; readonly fields: JsonObject }
  /** One chunk for each call, as OpenAI sends them: some clients read the first of a chunk only. `index`: from 0 within the answer. */
  | { readonly kind: "call"; readonly index: number; readonly call: SentCall }
  | { readonly kind: "finish"; readonly reason: string }
  | { readonly kind: "usage"; readonly usage: TokenUsage };

/** The last frame of every stream. */
export const DONE_FRAME = "data: [DONE]\n\n";

/** The chunk in OpenAI's form. */
export function formatChunk(head: ChunkHead, chunk: SentChunk): JsonObject {
  const common: JsonObject = {
    id: head.id,
    object: "chat.completion.chunk",
    created: head.created,
    model: head.model,
    ...(head.fingerprint === undefined ? {} : { system_fingerprint: head.fingerprint }),
  };
  if (chunk.kind === "usage") return { ...common, choices: [], usage: formatUsage(chunk.usage) };
  const choice: JsonObject = {
    index: 0,
    delta: deltaOf(chunk),
    logprobs: null,
    finish_reason: chunk.kind === "finish" ? chunk.reason : null,
  };
  return { ...common, choices: [choice], ...(head.includeUsage ? { usage: null } : {}) };
}

/** OpenAI's `usage` object, the same in whole answers and in streams. */
export const formatUsage = ({ input, output, cachedInput, reasoning }: TokenUsage): JsonObject => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cachedInput },
  ...(reasoning === undefined ? {} : { completion_tokens_details: { reasoning_tokens: reasoning } }),
});

/** One event: JSON has no raw line breaks, so one `data` line holds it. */
export const formatFrame = (body: Json): string => `data: ${JSON.stringify(body)}\n\n`;

function deltaOf(chunk: Exclude<SentChunk, { kind: "usage" }>): JsonObject {
  switch (chunk.kind) {
    case "role":
      return { role: "assistant", content: chunk.isSilent === true ? null : "" };
    case "text":
      return { content: chunk.text };
    case "refusal":
      return { refusal: chunk.text };
    case "opaque":
      return chunk.fields;
    case "call": {
      const { id, name, arguments: text, opaque } = chunk.call;
      return { tool_calls: [{ index: chunk.index, ...callOnTheWire(id, name, text, opaque) }] };
    }
    case "finish":
      return {};
  }
}
