/** One upstream's answer at the two doors of a model, the run's and the chat's: they read it, book it and correct it alike. */
import { expect, it } from "vitest";
import type { Json, JsonObject } from "../../../core/json.ts";
import { boundTokens, estimateTokens } from "../../../core/model/estimate.ts";
import type { Message, ModelTool } from "../../../core/model/message.ts";
import { costOf } from "../../../core/model-call/cost.ts";
import { defineModelGateway } from "../../../workers/model-gateway/gateway.ts";
import { modelCall, modelEntry } from "../../support/doubles/calls.ts";
import { chatWorld, SMALL } from "../../support/doubles/chat-world.ts";
import { scriptedGuard } from "../../support/doubles/scripted-guard.ts";
import { json, scriptedUpstream } from "../../support/doubles/upstream.ts";

const MESSAGES: Message[] = [{ role: "user", content: "How is the weather in Oslo?" }];
const TOOLS: ModelTool[] = [
  { name: "weather", description: "The weather of a city", input: { type: "object", properties: { city: { type: "string" } } } },
];
const ENTRY = modelEntry({ id: SMALL, upstream_id: "small", price: { input: 1, output: 2, cached_input: null } });

type Outcome = "said" | "calls" | "again" | "refused";
type Seen = { readonly outcome: Outcome; readonly microUsd: number | null; readonly tokens: number | null };

/** The one answer of an upstream; where it is asked again, it says something. */
type Answer = {
  readonly message: JsonObject;
  readonly finish?: string;
  readonly usage?: unknown;
  /** True: `TOOLS`. */
  readonly tools?: boolean | readonly ModelTool[];
  readonly more?: readonly JsonObject[];
  /** The response as it is, in place of all this. */
  readonly raw?: () => Response;
};
const body = ({ message, finish = "stop", usage, more = [], raw }: Answer) =>
  raw?.() ??
  json({
    choices: [{ message: { role: "assistant", ...message }, finish_reason: finish }, ...more],
    ...(usage === undefined ? {} : { usage }),
  });
const offeredBy = ({ tools = false }: Answer): readonly ModelTool[] => (tools === true ? TOOLS : tools === false ? [] : tools);
const GOOD = () => body({ message: { content: "Rain." }, usage: { prompt_tokens: 9, completion_tokens: 2 } });

async function byRun(answer: Answer): Promise<Seen & { readonly errors: readonly string[] }> {
  const gateway = defineModelGateway({
    model: async () => ENTRY,
    guard: scriptedGuard(),
    secret: async () => null,
    fetch: scriptedUpstream(body(answer)).fetch,
    rehearsal: async () => json({}),
    aiGateway: null,
    hashUser: async () => "hashed",
    now: () => 0,
    allowPrivateHosts: false,
  });
  const call = modelCall({ messages: MESSAGES, schema: null, tools: [...offeredBy(answer)] });
  const { result, usage } = await gateway.call(call, new AbortController().signal);
  const spent = usage === null ? null : costOf(ENTRY, usage);
  const errors = "invalid" in result ? result.invalid.errors : [];
  const outcome = "output" in result ? "said" : "asks" in result ? "calls" : "invalid" in result ? "again" : "refused";
  return { outcome, microUsd: spent?.microUsd ?? null, tokens: spent?.tokens ?? null, errors };
}

async function byChat(answer: Answer): Promise<Seen & { readonly correction: string }> {
  const world = chatWorld([body(answer), GOOD()]);
  world.order = [SMALL];
  const tools = offeredBy(answer).map(({ name, description, input }) => ({
    type: "function",
    function: { name, description, parameters: input },
  }));
  const result = await world.complete({
    model: SMALL,
    messages: MESSAGES as unknown as JsonObject[],
    ...(tools.length > 0 ? { tools } : {}),
  });
  await world.settled();
  const first = world.calls[0]?.spent ?? null;
  const again = world.upstream.requests.length > 1 ? JSON.stringify(JSON.parse(world.upstream.requests[1]?.body ?? "{}").messages) : "";
  const finish = JSON.stringify(result.ok && !(result.value instanceof Response) ? result.value.body["choices"] : null);
  const outcome = again !== "" ? "again" : finish.includes("content_filter") ? "refused" : finish.includes("tool_calls") ? "calls" : "said";
  return { outcome, microUsd: first?.microUsd ?? null, tokens: first?.tokens ?? null, correction: again };
}

const called = (given: Json, name = "weather") => ({
  content: null,
  tool_calls: [{ id: "call_1", type: "function", function: { name, arguments: given } }],
});
const calls = (given: string, name = "weather") => [{ name, arguments: given }];
const WORDS = { content: "It rains in Oslo." };
const boundOf = (text: string | null, asked: unknown, tools: boolean) => ({
  input: estimateTokens(MESSAGES, null, tools ? TOOLS : []),
  output: boundTokens(text ?? "") + (asked === null ? 0 : boundTokens(JSON.stringify(asked))),
  cachedInput: 0,
});
const USED = { prompt_tokens: 31, completion_tokens: 7 };
const TOLD = { input: 31, output: 7, cachedInput: 0 };
const OSLO = '{"city":"Oslo"}';
const bare = (asked: JsonObject) => ({ content: null, tool_calls: [{ type: "function", function: asked }] });
const OLD = { content: null, function_call: { name: "weather", arguments: OSLO } };
const NEEDS: readonly ModelTool[] = [
  {
    name: "weather",
    description: "The weather of a city",
    input: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
];

it.each<[string, Answer, Outcome, { input: number; output: number; cachedInput: number }]>([
  ["usage that is told", { message: WORDS, usage: USED }, "said", TOLD],
  ["usage that is absent", { message: WORDS }, "said", boundOf(WORDS.content, null, false)],
  ["half a usage", { message: WORDS, usage: { prompt_tokens: 31 } }, "said", boundOf(WORDS.content, null, false)],
  [
    "usage without a prompt",
    { message: WORDS, usage: { prompt_tokens: 0, completion_tokens: 7 } },
    "said",
    boundOf(WORDS.content, null, false),
  ],
  [
    "usage beyond the window",
    { message: WORDS, usage: { prompt_tokens: 31, completion_tokens: 1e9 } },
    "said",
    boundOf(WORDS.content, null, false),
  ],
  [
    "no output tokens beside words",
    { message: WORDS, usage: { ...USED, completion_tokens: 0 } },
    "said",
    boundOf(WORDS.content, null, false),
  ],
  [
    "no output tokens with nothing",
    { message: { content: "" }, usage: { ...USED, completion_tokens: 0 } },
    "again",
    { ...TOLD, output: 0 },
  ],
  [
    "cached tokens",
    { message: WORDS, usage: { ...USED, prompt_tokens_details: { cached_tokens: 30 } } },
    "said",
    { ...TOLD, cachedInput: 30 },
  ],
  ["a call", { message: called(OSLO), finish: "tool_calls", usage: USED, tools: true }, "calls", TOLD],
  ["a call without usage", { message: called(OSLO), finish: "tool_calls", tools: true }, "calls", boundOf(null, calls(OSLO), true)],
  [
    "no output tokens beside a call",
    { message: called(OSLO), finish: "tool_calls", usage: { ...USED, completion_tokens: 0 }, tools: true },
    "calls",
    boundOf(null, calls(OSLO), true),
  ],
  ["arguments behind none", { message: called(`{}${OSLO}`), finish: "tool_calls", usage: USED, tools: true }, "calls", TOLD],
  [
    "a call in a second choice",
    {
      message: { content: "I will look", tool_calls: [] },
      more: [{ index: 1, finish_reason: "tool_calls", message: called(OSLO) }],
      usage: USED,
      tools: true,
    },
    "calls",
    TOLD,
  ],
  ["arguments that are no JSON", { message: called("{city"), finish: "tool_calls", usage: USED, tools: true }, "again", TOLD],
  // Nothing is needed of this tool: null, no field and an empty text can only mean that nothing is given.
  ["null for arguments", { message: called(null), finish: "tool_calls", usage: USED, tools: true }, "calls", TOLD],
  ["null in a text for arguments", { message: called("null"), finish: "tool_calls", usage: USED, tools: true }, "calls", TOLD],
  ["no arguments at all", { message: bare({ name: "weather" }), finish: "tool_calls", usage: USED, tools: true }, "calls", TOLD],
  ["arguments as an object", { message: called({ city: "Oslo" }), finish: "tool_calls", usage: USED, tools: true }, "calls", TOLD],
  [
    "arguments in a fence",
    { message: called(`\`\`\`json\n${OSLO}\n\`\`\``), finish: "tool_calls", usage: USED, tools: true },
    "calls",
    TOLD,
  ],
  [
    "a call without an id",
    { message: bare({ name: "weather", arguments: OSLO }), finish: "tool_calls", usage: USED, tools: true },
    "calls",
    TOLD,
  ],
  ["a call as `function_call`", { message: OLD, finish: "function_call", usage: USED, tools: true }, "calls", TOLD],
  ...["functions.weather", "functions.weather:0", " weather", "weather<|channel|>commentary"].map(
    (name): [string, Answer, Outcome, typeof TOLD] => [
      `a tool called ${name}`,
      { message: called(OSLO, name), finish: "tool_calls", usage: USED, tools: true },
      "calls",
      TOLD,
    ],
  ),
  ["null for arguments that the tool needs", { message: called(null), finish: "tool_calls", usage: USED, tools: NEEDS }, "again", TOLD],
  ["null in a text for them", { message: called("null"), finish: "tool_calls", usage: USED, tools: NEEDS }, "again", TOLD],
  ["a list for arguments", { message: called("[]"), finish: "tool_calls", usage: USED, tools: true }, "again", TOLD],
  ["empty arguments, which mean none", { message: called(""), finish: "tool_calls", usage: USED, tools: true }, "calls", TOLD],
  ["a tool that was not offered", { message: called("{}", "delete_all"), finish: "tool_calls", usage: USED, tools: true }, "again", TOLD],
  ["a call where none was offered", { message: called("{}"), finish: "tool_calls", usage: USED }, "again", TOLD],
  ["an empty answer", { message: { content: "  " }, usage: USED }, "again", TOLD],
  ["an answer that the upstream filtered", { message: { content: null }, finish: "content_filter", usage: USED }, "refused", TOLD],
])("[MODEL-3] [MODEL-7] %s", async (_, answer, outcome, usage) => {
  const [run, chat] = [await byRun(answer), await byChat(answer)];
  const { microUsd, tokens } = costOf(ENTRY, usage);
  expect(run).toMatchObject({ outcome, microUsd, tokens });
  expect(chat).toMatchObject({ outcome, microUsd, tokens });
  expect(run.errors.length > 0).toBe(outcome === "again");
  // Calls as JSON in the model's own turn teach it to write its next ones as text.
  expect(chat.correction).not.toMatch(/\{\\*"(?:calls|text)\\*":/);
  for (const error of run.errors) expect(chat.correction).toContain(JSON.stringify(error).slice(1, -1));
});

const events = (...chunks: readonly unknown[]) =>
  chunks.map((chunk) => `data: ${typeof chunk === "string" ? chunk : JSON.stringify(chunk)}\n\n`);
const says = (delta: JsonObject, finish: string | null = null) => ({ choices: [{ index: 0, delta, finish_reason: finish }] });
const STREAMS: readonly [string, readonly string[], Outcome][] = [
  ["words", events(says({ content: "It rains " }), says({ content: "in Oslo." }, "stop"), { choices: [], usage: USED }, "[DONE]"), "said"],
  [
    "a call",
    events(says({ tool_calls: [{ index: 0, id: "c1", function: { name: "weather", arguments: OSLO } }] }, "tool_calls"), {
      choices: [],
      usage: USED,
    }),
    "calls",
  ],
];
it.each(STREAMS.flatMap((row) => ["text/event-stream", "application/json"].map((type) => [row[0], type, row] as const)))(
  "[CHAT-46] a stream that nobody asked for is read whole: %s as %s",
  async (_what, type, [, pieces, outcome]) => {
    const streamed: Answer = { message: {}, tools: true, raw: () => new Response(pieces.join(""), { headers: { "content-type": type } }) };
    const { microUsd, tokens } = costOf(ENTRY, TOLD);
    expect(await byRun(streamed)).toMatchObject({ outcome, microUsd, tokens });
    expect(await byChat(streamed)).toMatchObject({ outcome, microUsd, tokens });
  },
);

it("[CHAT-46] one that was cut, or tells an error, is none", async () => {
  const cut = events(says({ content: "It rains " }));
  const told = events({ error: { message: "busy", code: 503 } });
  for (const pieces of [cut, told])
    expect(await byRun({ message: {}, raw: () => new Response(pieces.join("")) })).toMatchObject({ outcome: "refused", tokens: null });
});

it("[MODEL-7] [CHAT-44] a call that was cut: a run, which would make it, asks again; a chat's caller gets it as cut", async () => {
  const cut: Answer = { message: called('{"city":"Os'), finish: "length", usage: USED, tools: true };
  expect(await byRun(cut)).toMatchObject({ outcome: "again" });
  expect(await byChat(cut)).toMatchObject({ outcome: "calls", correction: "" });
});

const DOUBTED: readonly [string, () => Response][] = [
  ["no choices", () => json({ choices: [], usage: USED })],
  ["another format", () => json({ choices: [{ text: "It rains.", finish_reason: "stop" }], usage: USED })],
  [
    "a broken event in a stream that nobody asked for",
    () => new Response(["data: {oops\n\n", ...events({ choices: [], usage: USED })].join("")),
  ],
  [
    "an error in a stream that nobody asked for",
    () => new Response(events({ error: { code: 503 } }, { choices: [], usage: USED }).join("")),
  ],
];
it.each(DOUBTED)("[MODEL-3] an answer that nobody can read costs what it counts at both doors: %s", async (_, raw) => {
  const { microUsd, tokens } = costOf(ENTRY, TOLD);
  expect(await byRun({ message: {}, raw })).toMatchObject({ outcome: "refused", microUsd, tokens });
  expect(await byChat({ message: {}, raw })).toMatchObject({ microUsd, tokens });
});
