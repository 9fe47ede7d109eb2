/** Bodies as agent frameworks and the official clients write them: taken, passed on where the model takes them, and otherwise named. */
import { describe, expect, it } from "vitest";
import { outwardIds } from "../../../core/chat/call-ids.ts";
import { chunksOf } from "../../../core/chat/completion.ts";
import { PASSABLE } from "../../../core/chat/official-fields.ts";
import { forNextTurn, joinOpaque, opaqueOf } from "../../../core/chat/opaque.ts";
import { type ChatRequest, readChatRequest } from "../../../core/chat/request.ts";
import { ignoredBy, upstreamBody } from "../../../core/chat/wire.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import { formatChunk } from "../../../core/model/stream/frame.ts";
import { distinctIds } from "../../../core/model-call/asked-calls.ts";

const ASK: JsonObject = { model: "acme/small-2026-01-01", messages: [{ role: "user", content: "hello" }] };
const NONE = { upstream_id: "small", parameters: {} };
const ALL = { upstream_id: "small", parameters: { passes: [...PASSABLE] } };

const read = (changes: JsonObject): ChatRequest => {
  const result = readChatRequest({ ...ASK, ...changes });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};
const bodyOf = (changes: JsonObject, entry: typeof NONE | typeof ALL = NONE): JsonObject =>
  upstreamBody(entry, { request: read(changes), corrections: [], maxTokens: 10, stream: false });
const sentMessages = (messages: Json, entry: typeof NONE | typeof ALL = NONE): JsonObject[] =>
  bodyOf({ messages }, entry)["messages"] as JsonObject[];
const refused = (changes: JsonObject): string[] => {
  const result = readChatRequest({ ...ASK, ...changes });
  return result.ok ? [] : result.error.map(({ path }) => path);
};

describe("an official field", () => {
  it.each([
    ["logit_bias", { "50256": -100 }],
    ["prompt_cache_key", "desk-1"],
    ["prompt_cache_retention", "24h"],
    ["safety_identifier", "u1"],
    ["verbosity", "low"],
    ["cache_control", { type: "ephemeral", ttl: "1h" }],
  ])("[CHAT-21] %s goes on to a model that takes it, and is named by the answer of any other", (name, value) => {
    expect(bodyOf({ [name]: value }, ALL)[name]).toEqual(value);
    expect(ignoredBy(read({ [name]: value }), ALL)).toEqual([]);
    expect(bodyOf({ [name]: value })).not.toHaveProperty(name);
    expect(ignoredBy(read({ [name]: value }), NONE)).toEqual([name]);
  });

  it.each([
    ["store", true],
    ["service_tier", "priority"],
    ["prediction", { type: "content", content: "x" }],
    ["user", "u1"],
    ["metadata", { a: "b" }],
  ])("[CHAT-21] %s goes to no model, and the answer names it", (name, value) => {
    expect(bodyOf({ [name]: value }, ALL)).not.toHaveProperty(name);
    expect(ignoredBy(read({ [name]: value }), ALL)).toEqual([name]);
  });

  it.each([
    ["store", false],
    ["service_tier", "auto"],
    ["service_tier", "default"],
    ["logit_bias", {}],
    ["metadata", {}],
    ["verbosity", null],
  ])("[CHAT-21] that asks for nothing is not named: %s %j", (name, value) => {
    expect(bodyOf({ [name]: value }, ALL)).not.toHaveProperty(name);
    expect(ignoredBy(read({ [name]: value }), NONE)).toEqual([]);
  });

  it.each([
    ["logit_bias", { word: 1 }],
    ["logit_bias", { "1": 101 }],
    ["logit_bias", []],
    ["verbosity", "loud"],
    ["prompt_cache_key", 1],
    ["prompt_cache_key", "k".repeat(513)],
    ["prompt_cache_retention", "forever"],
    ["store", "yes"],
    ["prediction", "x"],
    ["metadata", { a: 1 }],
    ["cache_control", { type: "ephemeral", note: "x", ttl: "2h" }],
  ])("[CHAT-21] is refused where it is none: %s %j", (name, value) => {
    expect(refused({ [name]: value })).toContain(`/${name}`);
  });
});

describe("a mark for the upstream's prompt cache", () => {
  const mark = { type: "ephemeral" };
  const part = (text: string, more: JsonObject = {}): JsonObject => ({ type: "text", text, ...more });

  it("[CHAT-21] goes on at the end of a message and of a tool", () => {
    const messages = [
      { role: "system", content: [part("a"), part("b", { cache_control: { ...mark, more: 1 } })] },
      { role: "user", content: "c", cache_control: mark },
    ];
    const tools = [{ type: "function", function: { name: "f" }, cache_control: mark }];
    const body = bodyOf({ messages, tools }, ALL);
    expect(body["messages"]).toEqual([
      { role: "system", content: [{ type: "text", text: "a\nb", cache_control: mark }] },
      { role: "user", content: [{ type: "text", text: "c", cache_control: mark }] },
    ]);
    expect(body["tools"]).toMatchObject([{ cache_control: mark }]);
    expect(ignoredBy(read({ messages, tools }), ALL)).toEqual([]);
    expect(JSON.stringify(bodyOf({ messages, tools }))).not.toContain("cache_control");
    expect(ignoredBy(read({ messages, tools }), NONE)).toEqual(["cache_control"]);
  });

  it("[CHAT-21] in the middle of a message has no place, and is named", () => {
    const messages = [{ role: "user", content: [part("a", { cache_control: mark }), part("b")] }];
    expect(sentMessages(messages, ALL)).toEqual([{ role: "user", content: "a\nb" }]);
    expect(ignoredBy(read({ messages }), ALL)).toEqual(["cache_control"]);
  });
});

const OPAQUE_FIELDS =
  `reasoning reasoning_content reasoning_details reasoning_opaque reasoning_text reasoning_signature thinking thinking_blocks signature
  thought_signature extra_content provider_specific_fields encrypted_content redacted_thinking phase citations`.split(/\s+/);

describe("an earlier answer sent back", () => {
  it("[CHAT-22] is taken where a framework copied all of it into its part, and what the model wants back goes to its place", () => {
    const call = { id: "call_1", type: "function", function: { name: "f", arguments: "{}" } };
    const part = {
      type: "text",
      text: "Looking.",
      role: "assistant",
      refusal: null,
      tool_calls: [call],
      reasoning_content: "hm",
      parsed: null,
      annotations: [],
    };
    const messages = [
      { role: "assistant", content: [part], tool_calls: [call] },
      { role: "tool", tool_call_id: "call_1", content: "x" },
    ];
    expect(sentMessages(messages)[0]).toEqual({ role: "assistant", content: "Looking.", reasoning_content: "hm", tool_calls: [call] });
    expect(refused({ messages: [{ role: "user", content: [part] }] })).toContain("/messages/0/content/0/tool_calls");
    expect(refused({ messages: [{ role: "assistant", content: [{ ...part, zorb: 1 }] }] })).toEqual(["/messages/0/content/0/zorb"]);
  });

  it("[CHAT-22] keeps what stands inside a call's function, and an id that holds a signature", () => {
    const id = `call_1__thought__${"aB3+/".repeat(200)}==`;
    const inside = { thought_signature: "AbCd", provider_specific_fields: { thought_signature: "AbCd" } };
    const message = {
      role: "assistant",
      content: null,
      tool_calls: [{ id, type: "function", function: { name: "f", arguments: "{}", ...inside }, extra_content: { s: 1 } }],
    };
    const sent = [message, { role: "tool", tool_call_id: id, content: "x" }];
    expect(sentMessages(sent)).toEqual(sent);
    expect(outwardIds([id], "run_1")).toEqual([id]);
    expect(distinctIds([id])).toEqual([id]);
    expect(opaqueOf(message.tool_calls[0] as JsonObject)).toEqual({ function: inside, extra_content: { s: 1 } });
  });

  it("[CHAT-22] takes nothing out that no guard can read", () => {
    const unread = { token_ids: [1], reasoning_tokens: [1], logprobs: {}, images: ["data:"], audio: {}, zorb: "x", content: "x" };
    expect(opaqueOf({ ...unread, reasoning: "", thinking: null, citations: [] })).toBeUndefined();
    expect(opaqueOf({ ...unread, annotations: [{ type: "url_citation" }] })).toEqual({ annotations: [{ type: "url_citation" }] });
    expect(forNextTurn({ annotations: [1], reasoning: "x" })).toEqual({ reasoning: "x" });
    expect(forNextTurn({ annotations: [1] })).toBeUndefined();
    expect(joinOpaque({ function: { a: 1 } }, { function: { signature: "x" } })).toEqual({ function: { a: 1, signature: "x" } });
  });

  it("[CHAT-22] is taken with what frameworks leave in its parts", () => {
    const said = (part: JsonObject): JsonObject => ({ role: "assistant", content: [{ type: "text", text: "Hello", ...part }] });
    const messages = [
      said({ role: "assistant", refusal: null }),
      said({ annotations: [] }),
      { role: "assistant", content: "Hello", refusal: null, annotations: [], audio: null, function_call: null },
    ];
    expect(sentMessages(messages)).toEqual(messages.map(() => ({ role: "assistant", content: "Hello" })));
    expect(ignoredBy(read({ messages }), NONE)).toEqual([]);
    const cited = [
      { role: "assistant", content: "Hello", annotations: [{ type: "url_citation", url_citation: { url: "https://x.example" } }] },
    ];
    expect(JSON.stringify(sentMessages(cited))).not.toContain("x.example");
    expect(ignoredBy(read({ messages: cited }), NONE)).toEqual(["annotations"]);
  });

  it.each(OPAQUE_FIELDS)("[CHAT-22] takes %s back to the model as it came, in a message and in a call", (name) => {
    const call = {
      id: "call_1",
      type: "function",
      function: { name: "f", arguments: "{}" },
      [name]: { google: { thought_signature: "AbCd" } },
    };
    const message = { role: "assistant", content: "b", [name]: "t", tool_calls: [call] };
    expect(sentMessages([message])).toEqual([message]);
  });
});

describe("names", () => {
  it("[CHAT-22] of speakers become safe and stay apart; a tool's message keeps its own", () => {
    const messages = [
      { role: "user", name: "Ada Löv", content: "1" },
      { role: "assistant", name: "Weather Desk", content: "2" },
      { role: "assistant", name: "Weather_Desk", content: "3" },
      { role: "assistant", name: "Weather Desk", content: "4" },
      { role: "user", name: "天气", content: "5" },
      { role: "user", name: "", content: "6" },
      { role: "tool", name: "get_weather", tool_call_id: "c", content: "7" },
      { role: "user", name: "a".repeat(200), content: "8" },
    ];
    expect(sentMessages(messages).map(({ name }) => name)).toEqual([
      "Ada_Lov",
      "Weather_Desk",
      "Weather_Desk_2",
      "Weather_Desk",
      undefined,
      undefined,
      "get_weather",
      "a".repeat(64),
    ]);
  });
});

describe("calls in a stream", () => {
  it("[CHAT-22] come one in a chunk: some frameworks read the first of each only", () => {
    const calls = ["a", "b"].map((name) => ({ id: `call_${name}`, name, arguments: "{}" }));
    const head = { id: "c", created: 1, model: "m", includeUsage: false };
    const chunks = chunksOf({ text: null, refusal: null, calls, finish: "tool_calls" }).map((chunk) => formatChunk(head, chunk));
    const deltas = chunks.flatMap(({ choices }) =>
      (choices as JsonObject[]).map(({ delta }) => (delta as JsonObject)["tool_calls"] ?? null),
    );
    expect(deltas).toMatchObject([null, [{ index: 0, id: "call_a" }], [{ index: 1, id: "call_b" }], null]);
    expect(deltas.map((delta) => (delta as Json[] | null)?.length)).toEqual([undefined, 1, 1, undefined]);
  });
});

describe("a choice of tools", () => {
  const tools = ["a", "b"].map((name) => ({ type: "function", function: { name } }));
  const named = (name: string): JsonObject => ({ type: "function", function: { name } });
  const allowed = (mode: string, ...list: Json[]): JsonObject => ({ type: "allowed_tools", allowed_tools: { mode, tools: list } });

  it("[CHAT-22] among allowed ones offers those alone", () => {
    const { tools: offered, toolChoice } = read({ tools, tool_choice: allowed("required", named("b")) });
    expect(offered.map(({ name }) => name)).toEqual(["b"]);
    expect(toolChoice).toBe("required");
    expect(read({ tools, tool_choice: allowed("auto") })).toMatchObject({ tools: [], toolChoice: null });
    const flat = { type: "allowed_tools", mode: "auto", tools: [{ type: "function", name: "a" }] };
    expect(read({ tools, tool_choice: flat })).toMatchObject({ tools: [{ name: "a" }], toolChoice: "auto" });
  });

  it.each([
    ["a tool that is not offered", allowed("auto", named("c"))],
    ["none that must be called", allowed("required")],
    ["no mode that is known", allowed("never", named("a"))],
    ["no list", { type: "allowed_tools", allowed_tools: { mode: "auto" } }],
  ])("[CHAT-22] among %s is refused", (_name, choice) => {
    expect(refused({ tools, tool_choice: choice })).toEqual(["/tool_choice"]);
  });

  it.each(["auto", "none"])("[CHAT-22] without tools is not sent: %s", (choice) => {
    expect(bodyOf({ tool_choice: choice, parallel_tool_calls: true })).not.toHaveProperty("tool_choice");
    expect(bodyOf({ tool_choice: choice, tools: [] })).not.toHaveProperty("tools");
  });
});
