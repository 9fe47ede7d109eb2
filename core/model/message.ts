/** One call of a model, provider-neutral: OpenAI's chat format is the one upstream wire. */
import type { Json, JsonObject } from "../json.ts";
import type { JsonSchema } from "../workflow/definition.ts";

/** One message of a conversation with a model. */
export type Message =
  | { readonly role: "system" | "user"; readonly content: string }
  /** `toolCalls`: what the model asked for in this turn, when it asked for anything. `opaque`: what it wants back unchanged. */
  | {
      readonly role: "assistant";
      readonly content: string | null;
      readonly toolCalls?: readonly ModelToolCall[];
      readonly opaque?: JsonObject;
    }
  /** The answer to the tool call with this id. */
  | { readonly role: "tool"; readonly toolCallId: string; readonly content: string };

/** A tool as it is offered to a model. */
export type ModelTool = { readonly name: string; readonly description: string; readonly input: JsonSchema };

/**
 * What a model asks for. `input` is checked against the tool's schema by whoever carries it out. `said`: of a call that is only shown back, the text of
 * its arguments, in place of `input`.
 */
export type ModelToolCall = {
  readonly id: string;
  readonly name: string;
  readonly input: Json;
  readonly said?: string;
  readonly opaque?: JsonObject;
};

/** Of `input`, `cachedInput` came from the upstream's cache; of `output`, `reasoning` was thought and not said (absent: nobody told). */
export type TokenUsage = {
  readonly input: number;
  readonly output: number;
  readonly cachedInput: number;
  readonly reasoning?: number;
};
