/** Which bodies show no sign that a model worked, so that nothing is held for them. */
import { expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { isNoAnswer, isNoText, isNoWork } from "../../../core/model/no-answer.ts";
import { toldError } from "../../../core/model/told-error.ts";

it.each<[Json]>([
  [{ detail: "rate limited" }],
  [{ detail: [{ loc: ["body"], msg: "field required", type: "missing" }] }],
  [{ title: "Too many", status: "paused", instance: "/x" }],
  [{ success: false, message: "later" }],
  [{}],
  [[]],
  [[{ detail: "x" }]],
  ["oops"],
  [null],
  [0],
  [false],
  [{ choices: [], usage: null, detail: "x" }],
  [{ choices: null }],
  [{ id: "x", object: "chat.completion", created: 1, model: "m", choices: [] }],
  [{ choices: null, usage: { prompt_tokens: 0, completion_tokens: 0, prompt_tokens_details: { cached_tokens: 0 } } }],
])("[MODEL-3] %j is no answer that anybody bills", (body) => expect(isNoAnswer(body)).toBe(true));

it.each<[string, Json]>([
  ["an answer", { choices: [{ message: { content: "hi" } }] }],
  ["one without a message", { choices: [{ text: "hi" }] }],
  ["a usage alone", { choices: [], usage: { prompt_tokens: 5 } }],
  ["Ollama's own format", { message: { role: "assistant", content: "hi" }, done: true }],
  ["a message in words' place", { message: { content: "hi" } }],
  ["Gemini's own format", { candidates: [{ content: {} }], usageMetadata: {} }],
  ["Anthropic's own format", { type: "message", content: [{ type: "text", text: "hi" }], usage: { output_tokens: 1 } }],
  ["text generation's format", { generated_text: "hi" }],
  ["the same in a list", [{ generated_text: "hi" }]],
  ["no vectors at all", { data: [] }],
  ["vectors", { data: [{ embedding: [1] }] }],
  ["a long text", "x".repeat(1_001)],
])("[MODEL-3] %s may have been paid for", (_, body) => {
  expect(isNoAnswer(body)).toBe(false);
  expect(toldError(body)).toBeNull();
});

it.each(["", "[DONE]", "{}", "null", '{"type":"ping"}', '{"choices":[],"prompt_filter_results":[{"prompt_index":0}]}'])(
  "[MODEL-3] an event of %j is no sign of work",
  (data) => expect(isNoWork(data)).toBe(true),
);
it.each([
  '{"choices":[{"delta":{"role":"assistant"}}]}',
  '{"type":"response.output_text.delta","delta":"hi"}',
  '{"type":"message_start","message":{"role":"assistant"}}',
  '"hi"',
  "hi",
  '{"choices":[{"delta":{"content":"h',
])("[MODEL-3] an event of %j may be one", (data) => expect(isNoWork(data)).toBe(false));

const PAGE = `\n<!DOCTYPE html><html><body>${"502 ".repeat(500)}`;
it.each(["", "  \n", "upstream connect error", PAGE])("[MODEL-3] %j is no text that a model wrote", (text) =>
  expect(isNoText(text)).toBe(true),
);
it.each(['{"choices":[{"mess', '["a', '"a', "x".repeat(1_001)])("[MODEL-3] %j may be one", (text) => expect(isNoText(text)).toBe(false));
