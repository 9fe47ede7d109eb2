/**
 * What was said, as attributes of a run's spans: inputs, prompts, answers, tool arguments and results, redacted, and only where the org wants
 * them. The names are the GenAI conventions'; `olderNames` adds those of 1.36.
 */
import type { Json, JsonObject } from "../../json.ts";

/** How the spans are made. */
export type TraceOptions = {
  /** What a digest of the journal stands for, redacted; null: nothing that was said goes along. */
  readonly content: ((sha256: string) => Json | undefined) | null;
  /** The conventions of 1.36 beside the current ones. */
  readonly olderNames: boolean;
};

/** Names and numbers alone, by the current conventions. */
export const BARE: TraceOptions = { content: null, olderNames: false };

/** Attributes by the older conventions, where they are asked for. */
export const older = <Given extends unknown[]>(
  { olderNames }: TraceOptions,
  names: (...given: Given) => JsonObject,
  ...given: Given
): JsonObject => (olderNames ? names(...given) : {});

/** A value that the journal itself holds, under `name`. */
export const saidValue = ({ content }: TraceOptions, name: string, value: Json): JsonObject =>
  content === null ? {} : { [name]: JSON.stringify(value) };

/** What a digest of the journal stands for, under `name`. */
export function saidBy(options: TraceOptions, name: string, sha256: string | null | undefined): JsonObject {
  const value = contentOf(options, sha256);
  return value === undefined ? {} : { [name]: JSON.stringify(value) };
}

/** `gen_ai.input.messages` is JSON in a string, as the conventions allow where a type has no structure. */
export function saidPrompt(options: TraceOptions, sha256: string | undefined): JsonObject {
  const messages = (contentOf(options, sha256) as { readonly messages?: readonly Json[] } | undefined)?.messages;
  if (!Array.isArray(messages)) return {};
  return {
    "gen_ai.input.messages": JSON.stringify(messages.map(toldMessage)),
    ...(options.olderNames ? { "gen_ai.prompt": JSON.stringify(messages) } : {}),
  };
}

/** A model's answer as one message of the assistant. */
export function saidAnswer(options: TraceOptions, sha256: string | null | undefined): JsonObject {
  const answer = contentOf(options, sha256);
  if (answer === undefined) return {};
  const content = typeof answer === "string" ? answer : JSON.stringify(answer);
  const message = { role: "assistant", parts: [{ type: "text", content }] };
  return { "gen_ai.output.messages": JSON.stringify([message]), ...(options.olderNames ? { "gen_ai.completion": content } : {}) };
}

const contentOf = ({ content }: TraceOptions, sha256: string | null | undefined): Json | undefined =>
  content === null || !sha256 ? undefined : content(sha256);

/** A message as the current conventions write it down. */
function toldMessage(message: Json): Json {
  const { role, content, ...rest } = message as JsonObject;
  const text = typeof content === "string" ? content : content === undefined || content === null ? "" : JSON.stringify(content);
  const more = Object.keys(rest).length === 0 ? [] : [{ type: "generic", content: JSON.stringify(rest) }];
  return { role: role ?? "user", parts: [...(text === "" ? [] : [{ type: "text", content: text }]), ...more] };
}
