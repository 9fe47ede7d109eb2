/** What models take of a request, and what their refusals teach. */
import { expect, it } from "vitest";
import type { Json, JsonObject } from "../../../core/json.ts";
import { fitBody, leftOutOf, lessonOf, refusedField, type Taken } from "../../../core/model/parameters.ts";
import { isStrictSchema } from "../../../core/model/strict-schema.ts";

const SCHEMA = { type: "object", properties: { name: { type: "string" } }, required: ["name"], additionalProperties: false };
const FORMAT = { type: "json_schema", json_schema: { name: "thing", schema: SCHEMA, strict: true } };
const TOOL = { type: "function", function: { name: "f", parameters: SCHEMA, strict: true } };
const BODY: JsonObject = { messages: [], max_tokens: 9, temperature: 0, parallel_tool_calls: true, response_format: FORMAT, tools: [TOOL] };
const { temperature: _t, ...NO_TEMPERATURE } = BODY;
const { parallel_tool_calls: _p, ...NO_PARALLEL } = BODY;
const { max_tokens: _m, ...NO_LIMIT } = BODY;
const PLAIN = {
  ...BODY,
  response_format: { type: "json_schema", json_schema: { name: "thing", schema: SCHEMA } },
  tools: [{ type: "function", function: { name: "f", parameters: SCHEMA } }],
};

it.each<[Taken, JsonObject]>([
  [{}, BODY],
  [{ temperature: true, json_schema: "strict", parallel_tool_calls: true, output_limit: "max_tokens" }, BODY],
  [{ temperature: false }, NO_TEMPERATURE],
  [{ parallel_tool_calls: false }, NO_PARALLEL],
  [{ output_limit: "max_completion_tokens" }, { ...NO_LIMIT, max_completion_tokens: 9 }],
  [{ json_schema: "plain" }, PLAIN],
])("[MODEL-9] a body is fitted to %o", (taken, fitted) => expect(fitBody(BODY, taken)).toEqual(fitted));

it("[MODEL-9] a model that takes no schema is told it in words", () => {
  const { response_format, messages } = fitBody(BODY, { json_schema: "none" });
  expect(response_format).toBeUndefined();
  expect(JSON.stringify(messages)).toContain("additionalProperties");
});

const refusal = (message: string, param: string | null = null, code: string | null = null): Json => ({ error: { message, param, code } });
it.each<[string, Json, Taken | null]>([
  [
    "max_tokens",
    refusal("Use max_completion_tokens instead.", "max_tokens", "unsupported_parameter"),
    { output_limit: "max_completion_tokens" },
  ],
  ["temperature", refusal("Only the default (1) value is supported.", "temperature", "unsupported_value"), { temperature: false }],
  ["temperature in words", refusal("Unsupported value: 'temperature' does not support 0 with this model."), { temperature: false }],
  ["another form", { detail: "temperature is not supported" }, { temperature: false }],
  ["parallel calls", refusal("Unknown parameter: 'parallel_tool_calls'."), { parallel_tool_calls: false }],
  ["strict", refusal("Extra inputs are not permitted: strict"), { json_schema: "plain" }],
  [
    "a strict format",
    refusal("'additionalProperties' is required to be supplied and to be false", "response_format"),
    { json_schema: "plain" },
  ],
  ["the size of a value", refusal("max_tokens is too large: 9. This model has at most 4.", "max_tokens", "invalid_value"), null],
  ["a parameter of the caller", refusal("seed is not supported", "seed", "unsupported_parameter"), null],
  ["nothing", null, null],
])("[MODEL-9] a refusal teaches: %s", (_, told, lesson) => expect(lessonOf(told, BODY)?.taken ?? null).toEqual(lesson));

const RICH: JsonObject = {
  model: "m",
  messages: [
    { role: "developer", content: "Be brief." },
    { role: "user", content: [{ type: "text", text: "Hi", cache_control: { type: "ephemeral" } }], name: "ada" },
    {
      role: "assistant",
      content: null,
      reasoning_content: "I look.",
      tool_calls: [
        { id: "a", type: "function", function: { name: "f", arguments: "{}", thought_signature: "x" }, extra_content: { s: 1 } },
      ],
    },
  ],
  stream: true,
  stream_options: { include_usage: true },
  max_tokens: 9,
  seed: 7,
  top_p: 0.5,
  stop: ["END"],
  reasoning_effort: "low",
  tools: [TOOL],
  response_format: { type: "json_schema", json_schema: { name: "thing", schema: SCHEMA } },
};
const forbidden = (...loc: (string | number)[]) => ({ type: "extra_forbidden", loc, msg: "Extra inputs are not permitted", input: "stop" });
it.each<[string, Json, Taken | null]>([
  ["OpenAI's unknown parameter", refusal("Unknown parameter: 'stream_options'.", "stream_options"), { refuses: ["stream_options"] }],
  ["an argument without a param", refusal("Unrecognized request argument supplied: stream_options"), { refuses: ["stream_options"] }],
  [
    "Mistral's list",
    { object: "error", message: { detail: [forbidden("body", "stream_options", "include_usage"), forbidden("body", "seed")] } },
    { refuses: ["stream_options", "seed"] },
  ],
  ["FastAPI's list", { detail: [forbidden("body", "messages", 1, "user", "name")] }, { refuses: ["messages.name"] }],
  [
    "a list inside a sentence",
    refusal("1 validation error: {'type': 'extra_forbidden', 'loc': ('body', 'top_p'), 'msg': 'Extra inputs are not permitted'}"),
    { refuses: ["top_p"] },
  ],
  ["a path in words", refusal("messages.1.user.name: Extra inputs are not permitted"), { refuses: ["messages.name"] }],
  [
    "Groq's words",
    refusal("'messages.1' : for 'role:user' the following must be satisfied[('messages.1' : property 'name' is unsupported)]"),
    { refuses: ["messages.name"] },
  ],
  [
    "reasoning of an earlier turn",
    refusal("reasoning_content is not supported by this model"),
    { refuses: ["messages.reasoning_content"] },
  ],
  ["a field of a call", refusal("Unknown parameter", "messages[2].tool_calls[0].extra_content"), { refuses: ["messages.extra_content"] }],
  [
    "a mark of a part",
    refusal("Extra inputs are not permitted", "messages.1.content.0.cache_control"),
    { refuses: ["messages.cache_control"] },
  ],
  [
    "a field of a call's function",
    refusal("Unknown parameter", "messages[2].tool_calls[0].function.thought_signature"),
    { refuses: ["messages.thought_signature"] },
  ],
  ["a short word", refusal("stop is not supported"), { refuses: ["stop"] }],
  ["the first of several names", refusal("Unsupported parameter: 'seed'. Supported: 'top_p', 'stop'."), { refuses: ["seed"] }],
  ["another contraction", refusal("This model doesn't support reasoning_effort"), { refuses: ["reasoning_effort"] }],
  ["a kind of format", refusal("This response_format type is unavailable now"), { json_schema: "none" }],
  [
    "a kind of format as plain text",
    "Failed to deserialize the JSON body into the target type: response_format.type `json_schema` is unavailable now",
    { json_schema: "none" },
  ],
  ["a format by its param, beside a strict tool", refusal("json_schema is not supported", "response_format"), { json_schema: "plain" }],
  [
    "the role",
    refusal("messages[0].role: unknown variant `developer`, expected one of `system`, `user`, `assistant`, `tool`"),
    { developer: false },
  ],
  [
    "the role in a list",
    { detail: [{ type: "literal_error", loc: ["body", "messages", 0, "role"], msg: "Input should be 'system', 'user' or 'tool'" }] },
    { developer: false },
  ],
  ["the messages", refusal("Unknown parameter: 'messages'.", "messages"), null],
  ["a tool's name", refusal("Unsupported value", "tools[0].function.name"), null],
  ["a call's name", { detail: [forbidden("body", "messages", 2, "tool_calls", 0, "function", "name")] }, null],
  ["the tools", { detail: [forbidden("body", "tools")] }, null],
  ["the model", refusal("Unknown model: m", "model"), null],
  ["a value that does not fit", refusal("top_p must be at most 0.1", "top_p", "invalid_value"), null],
  ["a word of English", refusal("The request is not supported: please stop."), null],
])("[MODEL-9] a refusal is read in every shape: %s", (_, told, lesson) => expect(lessonOf(told, RICH)?.taken ?? null).toEqual(lesson));

const CHATTY: JsonObject = {
  messages: [],
  max_tokens: 2_048,
  temperature: 0,
  top_p: 0.5,
  presence_penalty: 1,
  frequency_penalty: 1,
  reasoning_effort: "low",
  stop: ["END"],
};
const OWN = ["max_tokens", "temperature"];
const NO_DEFAULT: Taken = { default_temperature: false };
const NONE: Taken = { temperature: false };
it.each<[string, Taken | null, Taken | null]>([
  ["invalid temperature: only 1 is allowed for this model", NONE, NONE],
  ["invalid temperature: only 0.6 is allowed for this model", NONE, NONE],
  ["temperature must be greater than 0", NO_DEFAULT, null],
  ["Invalid 'temperature': must be a strictly positive float", NO_DEFAULT, null],
  ["Temperature: 0 is not a valid value", NO_DEFAULT, null],
  ["max_tokens: 2048 > 1024, which is the maximum allowed number of output tokens for this model", { default_limit: 1_024 }, null],
  ["Invalid max_tokens value, the valid range of max_tokens is [1, 1024]", { default_limit: 1_024 }, null],
  ["maxOutputTokens is too large: 2048. This model supports at most 512 completion tokens", { default_limit: 512 }, null],
  ["This model's maximum context length is 1024 tokens. However, you requested 2048 (max_tokens)", null, null],
  ["Model grok-4 does not support parameter presencePenalty.", { refuses: ["presence_penalty"] }, { refuses: ["presence_penalty"] }],
  ["Model grok-4 does not support parameter reasoningEffort.", { refuses: ["reasoning_effort"] }, { refuses: ["reasoning_effort"] }],
  ["Unsupported parameter: Frequency Penalty", { refuses: ["frequency_penalty"] }, { refuses: ["frequency_penalty"] }],
  ["topP is not implemented", { refuses: ["top_p"] }, { refuses: ["top_p"] }],
  ["`stopSequences` is not supported", { refuses: ["stop"] }, { refuses: ["stop"] }],
  ["Argument not supported on this model: stop", { refuses: ["stop"] }, { refuses: ["stop"] }],
  ["frequency_penalty is not enabled for this model", { refuses: ["frequency_penalty"] }, { refuses: ["frequency_penalty"] }],
  ["top_p is not allowed to be greater than 0.4", null, null],
  ["presence_penalty cannot be set to 1: the range is -0.5 to 0.5", null, null],
])("[MODEL-9] a refusal in a provider's own words, of what nobody asked for and of what the caller did: %s", (message, ours, callers) => {
  expect(lessonOf(refusal(message), CHATTY, OWN)?.taken ?? null).toEqual(ours);
  expect(lessonOf(refusal(message), CHATTY)?.taken ?? null).toEqual(callers);
});

it.each<[string, Json]>([
  ["OpenAI's param in other spelling", refusal("Unsupported parameter", "presencePenalty")],
  ["a path of another wire", refusal("Unknown parameter", "generationConfig.presencePenalty")],
])("[MODEL-9] %s", (_, told) => expect(lessonOf(told, CHATTY)?.taken).toEqual({ refuses: ["presence_penalty"] }));

it("[MODEL-9] what is refused beside something else is left out of this request alone, the platform's own first", () => {
  const both = refusal("`temperature` and `top_p` cannot both be specified for this model. Please use only one.");
  expect(lessonOf(both, CHATTY, OWN)).toEqual({ taken: NO_DEFAULT, isOnce: false });
  expect(lessonOf(both, CHATTY)).toEqual({ taken: NONE, isOnce: true });
  const thinking = refusal("`temperature` may only be set to 1 when thinking is enabled. Please consult our documentation.");
  expect(lessonOf(thinking, CHATTY, OWN)).toEqual({ taken: NO_DEFAULT, isOnce: false });
  expect(lessonOf(thinking, CHATTY)).toEqual({ taken: NONE, isOnce: true });
});

it("[MODEL-9] a refusal of the value that a caller chose says nothing of other values", () => {
  const effort = refusal(
    "Unsupported value: 'reasoning_effort' does not support 'xhigh' with this model. Supported values are: 'low', 'medium'.",
    "reasoning_effort",
  );
  expect(lessonOf(effort, CHATTY)).toEqual({ taken: { refuses: ["reasoning_effort"] }, isOnce: true });
  const warm = refusal(
    "Unsupported value: 'temperature' does not support 1.9 with this model. Supported values are 0 to 1.",
    "temperature",
  );
  expect(lessonOf(warm, CHATTY)).toEqual({ taken: NONE, isOnce: true });
  expect(lessonOf(warm, CHATTY, OWN)).toEqual({ taken: NO_DEFAULT, isOnce: false });
  const fixed = refusal("Unsupported value: 'temperature' does not support 0.3. Only the default (1) value is supported.", "temperature");
  expect(lessonOf(fixed, CHATTY)).toEqual({ taken: NONE, isOnce: false });
});

it("[MODEL-9] a list that complains of a default's value", () => {
  const told = { detail: [{ type: "greater_than", loc: ["body", "temperature"], msg: "Input should be greater than 0", input: 0 }] };
  expect(lessonOf(told, CHATTY, OWN)?.taken).toEqual(NO_DEFAULT);
  expect(lessonOf(told, CHATTY)).toBeNull();
});

it("[MODEL-9] defaults that a model refuses are left out or made smaller, and the caller's values stay", () => {
  const taken: Taken = { default_temperature: false, default_limit: 100 };
  const { temperature: _own, ...rest } = CHATTY;
  expect(fitBody(CHATTY, taken, OWN)).toEqual({ ...rest, max_tokens: 100 });
  expect(fitBody({ ...CHATTY, max_tokens: 50 }, taken, ["max_tokens"])).toEqual({ ...CHATTY, max_tokens: 50 });
  expect(fitBody(CHATTY, taken)).toEqual(CHATTY);
  expect(fitBody(CHATTY, { ...taken, output_limit: "max_completion_tokens" }, OWN)).toMatchObject({ max_completion_tokens: 100 });
});

it.each<[Json, readonly string[] | null]>([
  [refusal("Invalid schema for function 'f': …", "tools[0].function.parameters"), ["tools", "0", "function", "parameters"]],
  [refusal("x", "tools[0].function.secret_of_another"), ["tools", "0", "function"]],
  [refusal("x", "other_side"), null],
  [refusal("topP is out of range"), ["top_p"]],
  [{ detail: [{ loc: ["body", "seed"], msg: "Input should be less than 9" }] }, ["seed"]],
  [refusal("The request is odd"), null],
  [null, null],
])("[CHAT-9] the field that a refusal is about: %j", (told, field) => expect(refusedField(told, RICH)).toEqual(field));

it("[MODEL-9] what is refused is left out, the caller's part of it is named, and the rest stays", () => {
  const refuses = [
    "stream_options",
    "seed",
    "stop",
    "messages.name",
    "messages.cache_control",
    "messages.extra_content",
    "messages.thought_signature",
    "logit_bias",
  ];
  const taken: Taken = { refuses, developer: false };
  const fitted = fitBody(RICH, taken);
  const { stream_options: _o, seed: _s, stop: _e, messages: _w, ...rest } = RICH;
  expect(fitted).toEqual({
    ...rest,
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: [{ type: "text", text: "Hi" }] },
      {
        role: "assistant",
        content: null,
        reasoning_content: "I look.",
        tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: "{}" } }],
      },
    ],
  });
  expect(leftOutOf(RICH, taken)).toEqual(["seed", "stop", "name", "cache_control", "extra_content", "thought_signature"]);
});

it("[MODEL-9] a refusal of what was not sent teaches nothing", () => {
  expect(lessonOf(refusal("not supported", "temperature"), NO_TEMPERATURE)).toBeNull();
  expect(lessonOf(refusal("json_schema is not supported", "response_format"), PLAIN)?.taken).toEqual({ json_schema: "none" });
});

it.each<[string, Json, boolean]>([
  ["all fields required and closed", SCHEMA, true],
  ["an optional field", { ...SCHEMA, required: [] }, false],
  ["an open object", { type: "object", properties: {} }, false],
  ["an open object inside", { ...SCHEMA, properties: { name: { type: "object", properties: {} } } }, false],
  ["an open item", { ...SCHEMA, properties: { name: { type: "array", items: { type: "object" } } } }, false],
  ["a choice", { ...SCHEMA, properties: { name: { anyOf: [{ type: "string" }, { type: "null" }] } } }, true],
  ["a definition", { ...SCHEMA, properties: { name: { $ref: "#/$defs/n" } }, $defs: { n: SCHEMA } }, true],
  ["an open definition", { ...SCHEMA, $defs: { n: { type: "object" } } }, false],
  ["a list", { type: "array", items: SCHEMA }, false],
  ["a keyword beyond it", { ...SCHEMA, properties: { name: { allOf: [{ type: "string" }] } } }, false],
  ["a field without a type", { ...SCHEMA, properties: { name: {} } }, false],
  ["anything", true, false],
])("[MODEL-9] strict takes %s: %s", (_, schema, strict) => expect(isStrictSchema(schema)).toBe(strict));
