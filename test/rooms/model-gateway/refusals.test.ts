/** An upstream that refuses a field: the call goes on without it, the next one does not send it, and the caller hears which were its own. */
import { expect, it } from "vitest";
import type { JsonObject } from "../../../core/json.ts";
import { defineModelGateway } from "../../../workers/model-gateway/gateway.ts";
import { modelCall, modelEntry } from "../../support/doubles/calls.ts";
import { chatWorld, DONE, delta, SMALL, says, streams, usageFrame } from "../../support/doubles/chat-world.ts";
import { scriptedGuard } from "../../support/doubles/scripted-guard.ts";
import { json, scriptedUpstream } from "../../support/doubles/upstream.ts";

const refusal = (message: string, param: string | null = null, status = 400) =>
  json({ error: { message, type: "invalid_request_error", param } }, status);
const forbids = (...loc: readonly (string | number)[]) =>
  json(
    { object: "error", message: { detail: [{ type: "extra_forbidden", loc: ["body", ...loc], msg: "Extra inputs are not permitted" }] } },
    422,
  );
const SCHEMA = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const TOOL = { type: "function", function: { name: "f", parameters: SCHEMA } };
const FORMAT = { type: "json_schema", json_schema: { name: "place", schema: SCHEMA } };
const DEEPSEEK = "This response_format type is unavailable now";

/** Told in a 200, as some gateways do, whole or as the first event of a stream. */
const TOLD = {
  error: { message: "Unsupported parameter: 'temperature' is not supported with this model.", param: "temperature", code: 400 },
};
it.each<[string, boolean, () => Response, () => Response, string]>([
  ["whole", false, () => json(TOLD), () => says("Oslo."), "1"],
  ["a stream's whole answer", true, () => json(TOLD), () => streams([delta("Oslo."), DONE]).response, "1"],
  [
    "a stream's first event",
    true,
    () => streams([`data: ${JSON.stringify(TOLD)}\n\n`]).response,
    () => streams([delta("Oslo."), DONE]).response,
    "2",
  ],
])("[MODEL-9] a refusal inside a 200 teaches, too: %s", async (_, stream, refused, good, attempts) => {
  const world = chatWorld([refused, good, good]);
  const ask = { model: SMALL, messages: [USER], temperature: 0.3, stream };
  const told = await world.complete(ask);
  if (!told.ok) throw new Error(JSON.stringify(told.error));
  const { headers } = told.value;
  const header = (name: string) => (headers instanceof Headers ? headers.get(name) : headers[name]);
  expect([header("bulkhead-attempts"), header("bulkhead-ignored")]).toEqual([attempts, "temperature"]);
  if (told.value instanceof Response) expect(await told.value.text()).toContain("Oslo.");
  await world.complete(ask);
  const sent = world.upstream.requests.map(({ body }) => (JSON.parse(body) as JsonObject)["temperature"]);
  expect(sent).toEqual([0.3, undefined, undefined]);
});

it("[MODEL-9] a stream whose upstream refuses without end is asked for a bounded number of times", async () => {
  const flip = (param: string) => () =>
    streams([`data: ${JSON.stringify({ error: { message: "not supported", param, code: 400 } })}\n\n`]).response;
  const world = chatWorld(Array.from({ length: 20 }, (_, index) => flip(index % 2 === 0 ? "max_tokens" : "max_completion_tokens")));
  expect(await world.complete({ model: SMALL, messages: [USER], stream: true })).toMatchObject({
    ok: false,
    error: { code: "invalid_request" },
  });
  expect(world.upstream.requests).toHaveLength(4);
});

it("[MODEL-9] what a run sends of its own accord goes, whatever is wrong with it, and is remembered", async () => {
  const refusals = ["max_tokens: 2048 > 1024, which is the maximum allowed number of output tokens", "temperature must be greater than 0"];
  const upstream = scriptedUpstream(...refusals.map((message) => () => refusal(message)), says("Oslo."), says("Oslo."));
  const gateway = defineModelGateway({
    model: async () => modelEntry(),
    guard: scriptedGuard(),
    secret: async () => null,
    fetch: upstream.fetch,
    rehearsal: async () => json({}),
    aiGateway: null,
    hashUser: async () => "hashed",
    now: () => 0,
    allowPrivateHosts: false,
  });
  const call = modelCall({ schema: null, maxTokens: 2_048, temperature: 0 });
  expect(await gateway.call(call, new AbortController().signal)).toMatchObject({ result: { ok: true } });
  expect(await gateway.call(call, new AbortController().signal)).toMatchObject({ result: { ok: true } });
  const sent = upstream.requests.map(({ body }) => JSON.parse(body) as JsonObject);
  expect(sent.map(({ max_tokens, temperature }) => [max_tokens, temperature])).toEqual([
    [2_048, 0],
    [1_024, 0],
    [1_024, undefined],
    [1_024, undefined],
  ]);
});

it("[MODEL-9] what is refused beside something else is left out once", async () => {
  const both = "`temperature` and `top_p` cannot both be specified for this model.";
  const world = chatWorld([refusal(both), says("Oslo."), says("Oslo.")]);
  const asked = { model: SMALL, messages: [USER], temperature: 0.3 };
  expect(await world.complete({ ...asked, top_p: 0.5 })).toMatchObject({ ok: true });
  await world.complete(asked);
  const sent = world.upstream.requests.map(({ body }) => JSON.parse(body) as JsonObject);
  expect(sent.map(({ temperature, top_p }) => [temperature, top_p])).toEqual([
    [0.3, 0.5],
    [undefined, 0.5],
    [0.3, undefined],
  ]);
});

it.each([
  "tool_choice 'required' is not supported in thinking mode",
  "The tool_choice parameter does not support being set to required or object in thinking mode",
  "deepseek-reasoner does not support this tool_choice",
  "Thinking mode does not support this tool_choice",
])("[MODEL-9] a choice of tools that the model does not take is left out for this request: %s", async (words) => {
  const calls = {
    role: "assistant",
    content: null,
    tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: '{"city":"Oslo"}' } }],
  };
  const world = chatWorld([refusal(words), says(null, {}, { message: calls, finish_reason: "tool_calls" }), says("Oslo.")]);
  const asked = { model: SMALL, messages: [USER], tools: [TOOL] };
  const reply = await world.complete({ ...asked, tool_choice: "required" });
  expect(reply).toMatchObject({ ok: true, value: { headers: { "bulkhead-ignored": "tool_choice" } } });
  expect(await world.complete({ ...asked, tool_choice: "auto" })).toMatchObject({ ok: true });
  const sent = world.upstream.requests.map(({ body }) => JSON.parse(body) as JsonObject);
  expect(sent.map(({ tool_choice }) => tool_choice)).toEqual(["required", undefined, "auto"]);
});

type Row = readonly [what: string, refused: () => Response, ask: JsonObject, gone: (body: JsonObject) => unknown, ignored: string | null];
const first = (body: JsonObject): JsonObject => (body["messages"] as JsonObject[])[0] ?? {};
const USER: JsonObject = { role: "user", content: "Where is it?" };
const ROWS: readonly Row[] = [
  ["seed", () => refusal("Unknown parameter: 'seed'.", "seed"), { seed: 7 }, ({ seed }) => seed, "seed"],
  ["top_p as a 422", () => forbids("top_p"), { top_p: 0.5 }, ({ top_p }) => top_p, "top_p"],
  ["stop", () => refusal("stop is not supported with this model"), { stop: ["END"] }, ({ stop }) => stop, "stop"],
  [
    "reasoning_effort",
    () => refusal("Unrecognized request argument supplied: reasoning_effort"),
    { reasoning_effort: "low" },
    (body) => body["reasoning_effort"],
    "reasoning_effort",
  ],
  [
    "temperature",
    () => refusal("Unsupported parameter", "temperature"),
    { temperature: 0.3 },
    ({ temperature }) => temperature,
    "temperature",
  ],
  [
    "a speaker's name",
    () => forbids("messages", 0, "user", "name"),
    { messages: [{ ...USER, name: "ada" }] },
    (body) => first(body)["name"],
    "name",
  ],
  [
    "reasoning of an earlier turn",
    () => refusal("Unknown parameter: 'messages[0].reasoning_content'.", "messages[0].reasoning_content"),
    { messages: [{ role: "assistant", content: "Here.", reasoning_content: "I look." }, USER] },
    (body) => first(body)["reasoning_content"],
    "reasoning_content",
  ],
  [
    "reasoning that DeepSeek does not take back",
    () =>
      refusal(
        "The reasoning_content is an intermediate result for display purposes only and will not be included in the context for inference. Please remove the reasoning_content from your message to reduce network traffic.",
      ),
    { messages: [{ role: "assistant", content: "Here.", reasoning_content: "I look." }, USER] },
    (body) => first(body)["reasoning_content"],
    "reasoning_content",
  ],
  [
    "the choice of a tool",
    () => refusal("Unsupported parameter: 'tool_choice' is not supported with this model.", "tool_choice"),
    { tools: [TOOL], tool_choice: "auto" },
    ({ tool_choice }) => tool_choice,
    "tool_choice",
  ],
  [
    "the role developer",
    () => refusal("messages[0].role: unknown variant `developer`, expected one of `system`, `user`, `assistant`, `tool`"),
    { messages: [{ role: "developer", content: "Be brief." }, USER] },
    (body) => (first(body)["role"] === "system" ? undefined : first(body)["role"]),
    null,
  ],
  ["a schema", () => refusal(DEEPSEEK), { response_format: FORMAT }, (body) => body["response_format"], null],
  [
    "a schema, in plain words",
    () => new Response("Failed to deserialize the JSON body: response_format.type `json_schema` is unavailable now", { status: 422 }),
    { response_format: FORMAT },
    (body) => body["response_format"],
    null,
  ],
];
const GOOD = '{"city":"Oslo"}';
const streamed = () => streams([delta(GOOD, "stop"), usageFrame, DONE]).response;

it.each(ROWS.flatMap((row) => [false, true].map((stream) => [row[0], stream, row] as const)))(
  "[MODEL-9] %s, streamed %s: a chat goes on without it, once and for all",
  async (_what, stream, [, refused, ask, gone, ignored]) => {
    // What is held to a form is not streamed from the upstream.
    const good = stream && ask["response_format"] === undefined ? streamed : () => says(GOOD);
    const world = chatWorld([refused, good, good]);
    const body: JsonObject = { model: SMALL, messages: [USER], stream, ...ask };
    for (let turn = 0; turn < 2; turn++) {
      const reply = await world.complete(body);
      if (!reply.ok) throw new Error(JSON.stringify(reply.error));
      const { value } = reply;
      const headers = value instanceof Response ? Object.fromEntries(value.headers) : value.headers;
      expect(JSON.stringify(value instanceof Response ? await value.text() : value.body)).toContain("Oslo");
      expect(headers["bulkhead-ignored"] ?? null).toBe(ignored);
      await world.settled();
    }
    const sent = world.upstream.requests.map((request) => JSON.parse(request.body) as JsonObject);
    expect(sent.map((one) => gone(one) !== undefined)).toEqual([true, false, false]);
    expect(JSON.stringify(sent[1]?.["messages"])).toContain("Where is it?");
    // One call is charged once, and the refusal costs nothing.
    expect(world.calls).toMatchObject([{ spent: { microUsd: 45, tokens: 38 } }, { spent: { microUsd: 45, tokens: 38 } }]);
    expect(JSON.stringify(world.records)).toContain('"learnt"');
  },
);

it.each<[string, () => Response]>([
  ["a param", () => refusal("Unknown parameter: 'stream_options'.", "stream_options")],
  ["words", () => refusal("Unrecognized request argument supplied: stream_options")],
  ["a 422", () => forbids("stream_options", "include_usage")],
])(
  "[MODEL-9] stream_options refused by %s: the stream comes without it, its usage is estimated, and no caller is told",
  async (_, refused) => {
    const silent = () => streams([delta("Hello world."), delta("", "stop"), DONE]).response;
    const world = chatWorld([refused, silent, silent]);
    for (let turn = 0; turn < 2; turn++) {
      const reply = await world.complete({ model: SMALL, messages: [USER], stream: true, stream_options: { include_usage: true } });
      if (!reply.ok || !(reply.value instanceof Response)) throw new Error("it is no stream");
      expect(reply.value.headers.get("bulkhead-ignored")).toBeNull();
      expect(await reply.value.text()).toContain('"total_tokens"');
      await world.settled();
    }
    expect(world.upstream.requests.map(({ body }) => "stream_options" in JSON.parse(body))).toEqual([true, false, false]);
    expect(world.calls).toHaveLength(2);
    for (const { spent, worst } of world.calls) {
      expect(spent?.tokens).toBeGreaterThan(2);
      expect(spent?.tokens).toBeLessThan(worst.tokens);
    }
  },
);

it("[MODEL-9] several fields are learnt one by one within a call", async () => {
  const refuses = (name: string) => () => refusal(`Unknown parameter: '${name}'.`, name);
  const names = ["stream_options", "seed", "top_p", "stop", "reasoning_effort"];
  const world = chatWorld([...names.map(refuses), streamed]);
  const ask = { seed: 1, top_p: 0.5, stop: "END", reasoning_effort: "low" };
  const reply = await world.complete({ model: SMALL, messages: [USER], stream: true, ...ask });
  expect(reply.ok && reply.value instanceof Response && reply.value.headers.get("bulkhead-ignored")).toBe(
    "reasoning_effort, seed, stop, top_p",
  );
});

it("[MODEL-9] a run's call and one beside it both go on", async () => {
  const upstream = scriptedUpstream(
    ...[DEEPSEEK, DEEPSEEK].map((words) => () => refusal(words)),
    () => says(GOOD),
    () => says(GOOD),
  );
  const gateway = defineModelGateway({
    model: async () => modelEntry(),
    guard: scriptedGuard(),
    secret: async () => null,
    fetch: upstream.fetch,
    rehearsal: async () => json({}),
    aiGateway: null,
    hashUser: async () => "hashed",
    now: () => 0,
    allowPrivateHosts: false,
  });
  const call = modelCall({ schema: { name: "place", schema: SCHEMA } });
  const outcomes = await Promise.all([1, 2].map(() => gateway.call(call, new AbortController().signal)));
  expect(outcomes).toMatchObject([{ result: { ok: true, output: { city: "Oslo" } } }, { result: { ok: true, output: { city: "Oslo" } } }]);
});
