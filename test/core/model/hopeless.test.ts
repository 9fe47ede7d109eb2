/** Refusals that no second try would help, in the words of many servers. */
import { expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { isTooLong, isUsedUp } from "../../../core/model/hopeless.ts";
import { toldError, toldWaitMs } from "../../../core/model/told-error.ts";

it.each([
  "prompt is too long: 216666 tokens > 200000 maximum",
  "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
  "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens",
  "the request exceeds the available context size. try increasing the context size or enable context shift",
  "Input is too long for requested model.",
  "Please reduce the length of the messages or completion.",
  "Too many tokens: the limit is 4096",
  "input length and `max_tokens` exceed context limit",
])("[CHAT-9] too long: %s", (text) => expect(isTooLong(text, [])).toBe(true));
it.each(["temperature must be at most 1", "Invalid schema for function 'f'", "messages: at least one message is required", ""])(
  "[CHAT-9] not too long: %s",
  (text) => expect(isTooLong(text, ["invalid_request_error"])).toBe(false),
);
it("[CHAT-9] too long by its code", () => expect(isTooLong("", ["exceed_context_size_error"])).toBe(true));

it.each<[string, string, readonly string[]]>([
  ["Anthropic", "Your credit balance is too low to access the Anthropic API.", []],
  ["Moonshot", "Your account is suspended", ["exceeded_current_quota_error"]],
  ["Z.ai", "\u4f59\u989d\u4e0d\u8db3\u6216\u65e0\u53ef\u7528\u8d44\u6e90\u5305,\u8bf7\u5145\u503c\u3002", ["1113"]],
  ["MiniMax", "insufficient balance", ["1008"]],
  ["OpenAI", "You exceeded your current quota, please check your plan", []],
])("[CHAT-9] used up, as %s says it", (_, message, codes) => expect(isUsedUp({ error: { message } }, codes, null)).toBe(true));
it("[CHAT-9] a quota that is renewed at a time is a rate", () => {
  expect(isUsedUp({ error: { message: "You exceeded your current quota. Please retry in 38s." } }, ["RESOURCE_EXHAUSTED"], 38_000)).toBe(
    false,
  );
  expect(isUsedUp({ error: { message: "Rate limit reached" } }, ["rate_limit_exceeded"], null)).toBe(false);
});

it("[CHAT-8] MiniMax tells errors of a 200 in `base_resp`, and Gemini in a list", () => {
  const minimax = (status_code: number, status_msg: string) => toldError({ base_resp: { status_code, status_msg } })?.status;
  expect([minimax(1008, "insufficient balance"), minimax(1002, "rate limit"), minimax(2013, "invalid params")]).toEqual([402, 429, 400]);
  expect([minimax(1004, "x"), minimax(1039, "x"), minimax(1001, "x"), minimax(9999, "x")]).toEqual([401, 429, 504, 502]);
  const whole = { id: "", choices: null, usage: { total_tokens: 0 }, base_resp: { status_code: 1002, status_msg: "rate limit" } };
  expect([toldError(whole)?.status, toldError({ ...whole, choices: [] })?.status]).toEqual([429, 429]);
  expect(toldError({ base_resp: { status_code: 0, status_msg: "success" }, choices: [] })).toBeNull();
  const gemini = [{ error: { code: 429, status: "RESOURCE_EXHAUSTED", details: [{ "@type": "RetryInfo", retryDelay: "38.5s" }] } }];
  expect(toldError(gemini)?.status).toBe(429);
  expect(toldWaitMs(gemini, 0)).toBe(38_500);
});

it.each<[number, Json]>([
  [429, { code: 429, msg: "x" }],
  [429, { code: "429", msg: "x", data: null }],
  [429, { detail: "Rate limit exceeded" }],
  [401, { detail: "Not authenticated" }],
  [401, { error: "Incorrect API key provided" }],
  [401, { success: false, errors: [{ code: 10_000, message: "Authentication error" }], result: null }],
  [429, { success: false, message: "Too many requests", choices: null }],
  [503, { error: { message: "The model is overloaded" } }],
  [404, { status: "failed", title: "Model not found", detail: "x" }],
  [422, { detail: [{ loc: ["body", "seed"], msg: "x", type: "extra_forbidden" }] }],
  [403, { error_code: 110, error_msg: "x", status: 403 }],
  [502, { detail: "something else" }],
])("[CHAT-8] %i in a 200: %j", (status, body) => expect(toldError(body)?.status).toBe(status));
it.each<[Json]>([
  [{ detail: "x", generated_text: "hi" }],
  [{ message: "hi" }],
  [{ code: 200, msg: "ok", data: { text: "rate limit" } }],
  [{ choices: [{ text: "rate limit" }], code: 429, msg: "x" }],
  [{ type: "ping" }],
  [{}],
])("[CHAT-8] no error: %j", (body) => expect(toldError(body)).toBeNull());
