/** How an answer ended, in the words of OpenAI's format, from the words of whoever speaks it. Pure. */

/** `error`: the upstream broke off. `unknown`: it ended for a reason that nobody knows, so that nobody can say that it is whole. */
export type Ending = "stop" | "length" | "tool_calls" | "content_filter" | "error" | "unknown";

/**
 * Parts of the words that servers have for an end; the first that fits counts, so that what tells of a broken, cut or blocked answer comes
 * before what tells of a whole one.
 */
const PARTS: readonly (readonly [RegExp, Ending])[] = [
  [
    /error|fail|abort|cancel|timed?_?out|malformed|overload|interrupt|unavailable|exhaust|resource|unexpected|network|preempt|load_?shed|evict|crash|kill|disconnect|missing/,
    "error",
  ],
  [
    /filter|safety|unsafe|sensitive|block|refus|prohibit|moderat|guard|recitation|spii|armor|harm|violat|polic(?:y|ies)|censor|copyright/,
    "content_filter",
  ],
  [/length|max|trunc|limit|context|incomplete|cut_?off|tokens/, "length"],
  [/too_?many|repeti|pause/, "unknown"],
  [/^(?:tool|function)/, "tool_calls"],
  [/^(?:(?:model|natural|normal|user)_?)?(?:stop|eos|eot|eom|end|complete|done|finish|success|ok$)/, "stop"],
];

/** null: nothing was said of the end. */
export function endingOf(said: unknown): Ending | null {
  if (typeof said !== "string" || said === "") return null;
  const word = said
    .slice(0, 64)
    .toLowerCase()
    .replace(/^finish_reason_/, "");
  return PARTS.find(([pattern]) => pattern.test(word))?.[1] ?? (/unspecified|^(?:null|none)$/.test(word) ? null : "unknown");
}

const RANK: readonly Ending[] = ["error", "length", "content_filter", "unknown", "tool_calls", "stop"];

/** Whether an answer that ended so may lack its end. */
export const mayLackItsEnd = (ending: string | null | undefined): boolean => ending === "length" || ending === "unknown";

/** The end of an answer whose parts ended in different ways: a broken or cut part makes the whole broken or cut. null: nothing was said. */
export const mergedEnding = (parts: readonly (Ending | null)[]): Ending | null => RANK.find((ending) => parts.includes(ending)) ?? null;
