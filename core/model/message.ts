/** One call of a model, provider-neutral: OpenAI's chat format is the one upstream wire. */
import type { JsonSchema } from "../workflow/definition.ts";

export type Message =
  | { readonly role: "system" | "user"; readonly content: string }
  | { readonly role: "assistant"; readonly content: string | null };

export type ModelRequest = {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly maxTokens: number;
  readonly temperature: number;
  /** Sent as `response_format: {type: "json_schema"}`. */
  readonly schema: { readonly name: string; readonly schema: JsonSchema } | null;
};

export type TokenUsage = { readonly input: number; readonly output: number; readonly cachedInput: number };
