/** What models take of a request, and what their refusals teach. */
import { expect, it } from "vitest";
import type { Json, JsonObject } from "../../../core/json.ts";
import { fitBody, lessonOf, type Taken } from "../../../core/model/parameters.ts";
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
])("[MODEL-9] a refusal teaches: %s", (_, told, lesson) => expect(lessonOf(told, BODY)).toEqual(lesson));

it("[MODEL-9] a refusal of what was not sent teaches nothing", () => {
  expect(lessonOf(refusal("not supported", "temperature"), NO_TEMPERATURE)).toBeNull();
  expect(lessonOf(refusal("json_schema is not supported", "response_format"), PLAIN)).toEqual({ json_schema: "none" });
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
