/** Which bodies show no sign that a model worked, so that nothing is held for them. */
import { expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { isNoAnswer, toldError } from "../../../core/model/told-error.ts";

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
