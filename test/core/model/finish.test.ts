/** How answers end, in the words of many servers. */
import { expect, it } from "vitest";
import { finishOf } from "../../../core/chat/completion.ts";
import { type Ending, endingOf, mayLackItsEnd, mergedEnding } from "../../../core/model/finish.ts";

const WORDS: { readonly [E in Ending]: readonly string[] } = {
  stop: `stop STOP end_turn END_TURN stop_sequence eos eos_token stop_token complete COMPLETE completed done finished finish end end_of_text endoftext
    end_of_turn eot stop_words stop_str natural_stop user_stop success ok FINISH_REASON_STOP`.split(/\s+/),
  length: `length max_tokens MAX_TOKENS model_length max_output_tokens max_length incomplete truncated model_context_window_exceeded
    too_many_output_tokens context_length FINISH_REASON_MAX_TOKENS token_limit cutoff`.split(/\s+/),
  tool_calls: "tool_calls tool_call tool_use function_call TOOL_CALL".split(" "),
  content_filter:
    `content_filter content_filtered SAFETY refusal RECITATION BLOCKLIST PROHIBITED_CONTENT SPII guardrail_intervened sensitive
    MODEL_ARMOR IMAGE_SAFETY policy_violation unsafe`.split(/\s+/),
  error:
    `error failed network_error insufficient_system_resource MALFORMED_FUNCTION_CALL UNEXPECTED_TOOL_CALL aborted cancelled timeout load_shed
    preempted MISSING_THOUGHT_SIGNATURE server_error`.split(/\s+/),
  unknown: "repetition pause_turn OTHER LANGUAGE TOO_MANY_TOOL_CALLS NO_IMAGE zorb 7 executed".split(" "),
};
it.each(Object.entries(WORDS).flatMap(([ending, words]) => words.map((word) => [word, ending] as const)))(
  "[MODEL-11] %s is read as %s",
  (word, ending) => expect(endingOf(word)).toBe(ending),
);

it.each([null, undefined, "", 1, {}, "FINISH_REASON_UNSPECIFIED", "null", "none"])("[MODEL-11] %o says nothing of the end", (said) =>
  expect(endingOf(said)).toBeNull(),
);

it("[MODEL-11] an end that nobody knows is told as one that may lack something", () => {
  expect([finishOf("unknown", 0), finishOf("unknown", 1), finishOf("length", 1)]).toEqual(["length", "length", "length"]);
  expect([finishOf("stop", 0), finishOf(null, 0), finishOf("stop", 1), finishOf("content_filter", 0)]).toEqual([
    "stop",
    "stop",
    "tool_calls",
    "content_filter",
  ]);
  expect(["length", "unknown", "stop", null].map(mayLackItsEnd)).toEqual([true, true, false, false]);
  expect(mergedEnding(["stop", "unknown"])).toBe("unknown");
});
