/** What a chat request may say: as OpenAI's clients write it, and everything that is refused by name. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readChatRequest } from "../../../core/chat/request.ts";
import type { Json, JsonObject } from "../../../core/json.ts";

const ASK: JsonObject = { model: "acme/small-2026-01-01", messages: [{ role: "user", content: "hello" }] };
const read = (changes: JsonObject) => readChatRequest({ ...ASK, ...changes });
const pathsOf = (changes: JsonObject): string[] => {
  const result = read(changes);
  return result.ok ? [] : result.error.map(({ path }) => path);
};
const value = (changes: JsonObject) => {
  const result = read(changes);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

describe("a request", () => {
  it("[CHAT-14] always has a limit, and a temperature where one is asked for", () => {
    expect(value({})).toMatchObject({
      limit: { tokens: 2048, field: "max_tokens" },
      temperature: null,
      stream: false,
      format: { kind: "text" },
    });
    expect(value({ max_completion_tokens: 5 }).limit).toMatchObject({ tokens: 5, field: "max_completion_tokens" });
    expect(value({ max_tokens: 5, max_completion_tokens: 5 }).limit).toMatchObject({ tokens: 5, field: "max_tokens" });
  });

  it.each([
    ["acme/small-2026-01-01", { model: "acme/small-2026-01-01", task: null }],
    ["task:write", { model: null, task: "write" }],
    ["gpt-4o", { model: null, task: null }],
    ["task:Not A Task", { model: null, task: null }],
  ])("names a model or a task: %s", (model, wish) => expect(value({ model }).wish).toEqual(wish));

  it("takes what the `openai` package and the AI SDK send", () => {
    const sent: JsonObject = {
      model: "acme/small-2026-01-01",
      messages: [
        { role: "system", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "a" },
            { type: "text", text: "b" },
          ],
        },
        {
          role: "assistant",
          content: null,
          refusal: null,
          annotations: [],
          tool_calls: [{ id: "call_1", type: "function", function: { name: "f", arguments: "{}" } }],
        },
        { role: "tool", tool_call_id: "call_1", content: [{ type: "text", text: "done" }] },
        { role: "assistant", content: "ok", refusal: null, parsed: { a: 1 } },
      ],
      max_tokens: null,
      temperature: null,
      n: 1,
      user: null,
      metadata: { a: "b" },
      logprobs: false,
      store: false,
      service_tier: "auto",
      reasoning_effort: "low",
      presence_penalty: 0,
      frequency_penalty: 0,
      seed: 3,
      stop: "\n",
      top_p: 1,
      stream: true,
      stream_options: { include_usage: true },
      tools: [
        {
          type: "function",
          function: {
            name: "f",
            description: "d",
            strict: true,
            parameters: { $schema: "http://json-schema.org/draft-07/schema#", type: "object", properties: {}, additionalProperties: false },
          },
        },
      ],
      tool_choice: { type: "function", function: { name: "f" } },
      parallel_tool_calls: false,
      response_format: {
        type: "json_schema",
        json_schema: { name: "n", strict: true, schema: { $schema: "http://json-schema.org/draft-07/schema#", type: "object" } },
      },
      bulkhead: { complexity: "hard", max_latency_ms: 500, min_quality: 1, cache: "exact" },
    };
    const result = readChatRequest(sent);
    expect(result.ok ? null : result.error).toBeNull();
    if (!result.ok) return;
    expect(result.value).toMatchObject({
      includeUsage: true,
      stop: ["\n"],
      toolChoice: { name: "f" },
      wishes: { cache: "exact", model: { complexity: "hard" } },
    });
    expect(result.value.messages[1]).toEqual({ role: "user", content: "a\nb", name: null });
    expect(result.value.settings).toEqual({
      top_p: 1,
      seed: 3,
      presence_penalty: 0,
      frequency_penalty: 0,
      reasoning_effort: "low",
      parallel_tool_calls: false,
    });
  });

  it.each([
    ["no model", { model: null }, "/model"],
    ["no messages", { messages: null }, "/messages"],
    ["an empty list", { messages: [] }, "/messages"],
    ["an unknown role", { messages: [{ role: "robot", content: "x" }] }, "/messages/0/role"],
    ["a user without words", { messages: [{ role: "user" }] }, "/messages/0/content"],
    ["an assistant that says nothing", { messages: [{ role: "assistant", content: null }] }, "/messages/0/content"],
    ["a tool's answer to no call", { messages: [{ role: "tool", content: "x" }] }, "/messages/0/tool_call_id"],
    ["an image", { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }] }, "/messages/0/content/0/type"],
    ["sound", { messages: [{ role: "user", content: [{ type: "input_audio", input_audio: {} }] }] }, "/messages/0/content/0/type"],
    ["a field of a message", { messages: [{ role: "user", content: "x", mood: "good" }] }, "/messages/0/mood"],
    ["an unknown field", { wings: 2 }, "/wings"],
    ["several choices", { n: 2 }, "/n"],
    ["log probabilities", { logprobs: true }, "/logprobs"],
    ["another modality", { modalities: ["text", "audio"] }, "/modalities"],
    ["no tokens", { max_tokens: 0 }, "/max_tokens"],
    ["two limits", { max_tokens: 5, max_completion_tokens: 6 }, "/max_tokens"],
    ["heat", { temperature: 3 }, "/temperature"],
    ["five stops", { stop: ["a", "b", "c", "d", "e"] }, "/stop"],
    ["old functions", { functions: [] }, "/functions"],
    ["a tool's name", { tools: [{ type: "function", function: { name: "a b" } }] }, "/tools/0/function/name"],
    ["a tool twice", { tools: [0, 1].map(() => ({ type: "function", function: { name: "a" } })) }, "/tools/1/function/name"],
    [
      "parameters that are no schema",
      { tools: [{ type: "function", function: { name: "a", parameters: { type: "thing" } } }] },
      "/tools/0/function/parameters/type",
    ],
    ["a choice without tools", { tool_choice: "required" }, "/tool_choice"],
    [
      "a choice of another tool",
      { tools: [{ type: "function", function: { name: "a" } }], tool_choice: { type: "function", function: { name: "b" } } },
      "/tool_choice",
    ],
    [
      "a format without a schema",
      { response_format: { type: "json_schema", json_schema: { name: "x" } } },
      "/response_format/json_schema/schema",
    ],
    ["stream options without a stream", { stream_options: { include_usage: true } }, "/stream_options"],
    ["a wish that is none", { bulkhead: { speed: 1 } }, "/bulkhead/speed"],
  ] as const)("[CHAT-14] refuses %s, and says where", (_name, changes, path) => {
    expect(pathsOf(changes as unknown as JsonObject)).toContain(path);
  });

  it("[CHAT-14] is read without a throw, whatever it is", () => {
    const any = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;
    const fields = ["messages", "tools", "tool_choice", "response_format", "stop", "stream_options", "bulkhead", "metadata", "n"];
    const raw = fc.dictionary(fc.constantFrom("model", ...fields), any) as fc.Arbitrary<JsonObject>;
    fc.assert(
      fc.property(raw, (body) => typeof readChatRequest(body).ok === "boolean"),
      { numRuns: 300 },
    );
  });
});
