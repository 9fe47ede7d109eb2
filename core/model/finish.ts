/** How an answer ended, in the words of OpenAI's format, from the words of whoever speaks it. Pure. */

/** `error`: the upstream broke off. */
export type Ending = "stop" | "length" | "tool_calls" | "content_filter" | "error";

const KNOWN: ReadonlyMap<string, Ending> = new Map([
  ...["stop", "end_turn", "stop_sequence", "eos", "eos_token", "stop_token", "complete", "completed", "done"].map(
    (word) => [word, "stop"] as const,
  ),
  ...[
    "length",
    "max_tokens",
    "model_length",
    "max_output_tokens",
    "max_length",
    "incomplete",
    "truncated",
    "model_context_window_exceeded",
  ].map((word) => [word, "length"] as const),
  ...["tool_calls", "tool_call", "tool_use", "function_call"].map((word) => [word, "tool_calls"] as const),
  ...[
    "content_filter",
    "content_filtered",
    "safety",
    "refusal",
    "recitation",
    "blocklist",
    "prohibited_content",
    "spii",
    "guardrail_intervened",
  ].map((word) => [word, "content_filter"] as const),
]);

/** Parts of words that nobody listed. A broken end is never taken for a whole one; where nothing is known of a word, the model came to an end. */
const PARTS: readonly (readonly [RegExp, Ending])[] = [
  [/error|fail|abort|cancel|timeout|malformed|overload|interrupt|unavailable|exhaust|resource|unexpected|network/, "error"],
  [/length|token|trunc|limit|context|incomplete/, "length"],
  [/filter|safety|block|refus|prohibit|moderat|guardrail|recitation/, "content_filter"],
  [/tool|function/, "tool_calls"],
];

/** null: nothing was said of the end. */
export function endingOf(said: unknown): Ending | null {
  if (typeof said !== "string" || said === "") return null;
  const word = said
    .slice(0, 64)
    .toLowerCase()
    .replace(/^finish_reason_/, "");
  return KNOWN.get(word) ?? PARTS.find(([pattern]) => pattern.test(word))?.[1] ?? "stop";
}

const RANK: readonly Ending[] = ["error", "length", "content_filter", "tool_calls", "stop"];

/** The end of an answer whose parts ended in different ways: a broken or cut part makes the whole broken or cut. null: nothing was said. */
export const mergedEnding = (parts: readonly (Ending | null)[]): Ending | null => RANK.find((ending) => parts.includes(ending)) ?? null;
