/** Models that ask for tools: what goes out on the wire, and what of the answer is believed. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import type { ModelTool } from "../../../core/model/message.ts";
import type { Correction, Failure, ModelCall, ModelOutcome } from "../../../core/run/calls/call.ts";
import { correctionMessages } from "../../../core/workflow/prompt.ts";
import { defineModelGateway } from "../../../workers/model-gateway/gateway.ts";
import { toolNames } from "../../../workers/model-gateway/tool-names.ts";
import { modelCall, modelEntry } from "../../support/doubles/calls.ts";
import { scriptedGuard, withheldAt } from "../../support/doubles/scripted-guard.ts";
import { json, scriptedUpstream } from "../../support/doubles/upstream.ts";

const still = new AbortController().signal;
const tool = (name: string, description = ""): ModelTool => ({
  name,
  description,
  input: { type: "object", properties: { query: { type: "string" } } },
});
const TOOLS = [tool("kb.search", "Searches"), tool("desk.publish", "Publishes")];
const asked = (name: unknown, args: unknown, id: unknown = "call_a1"): object => ({
  id,
  type: "function",
  function: { name, arguments: args },
});
const answer = (calls: unknown, content: unknown = null, choice: object = {}) =>
  json({
    choices: [
      {
        message: { role: "assistant", content, tool_calls: calls },
        finish_reason: Array.isArray(calls) && calls.length === 0 ? "stop" : "tool_calls",
        ...choice,
      },
    ],
    usage: { prompt_tokens: 50, completion_tokens: 9 },
  });
const SECRET = "sk-own-4242";
const world = (response: Response, guard = scriptedGuard()) => {
  const upstream = scriptedUpstream(response);
  const gateway = defineModelGateway({
    model: async () => modelEntry({ secret: "own" }),
    guard,
    secret: async () => ({ value: SECRET, hosts: ["models.example"] }),
    fetch: upstream.fetch,
    rehearsal: async () => json({}),
    aiGateway: null,
    hashUser: async () => "hashed",
    now: () => 0,
    allowPrivateHosts: false,
  });
  const call = (changes: Partial<ModelCall> = {}) => gateway.call(modelCall({ tools: TOOLS, ...changes }), still);
  return { upstream, guard, call, sent: () => JSON.parse(upstream.requests[0]?.body ?? "") as { [field: string]: Json } };
};
const asksOf = ({ result }: ModelOutcome) => ("asks" in result ? result.asks : null);
const invalidOf = ({ result }: ModelOutcome) => ("invalid" in result ? result.invalid : null);
const failureOf = ({ result }: ModelOutcome): Failure | null => ("failure" in result ? result.failure : null);

describe("the request", () => {
  it("tells of the tools, with names that upstreams take, and of the form of the answer", async () => {
    const { call, sent } = world(answer([asked("kb_search", "{}")]));
    await call();
    expect(sent()["tools"]).toEqual([
      { type: "function", function: { name: "kb_search", description: "Searches", parameters: TOOLS[0]?.input } },
      { type: "function", function: { name: "desk_publish", description: "Publishes", parameters: TOOLS[1]?.input } },
    ]);
    expect(sent()).toHaveProperty("response_format");
  });

  it("has no `tools` when there are none", async () => {
    const { call, sent } = world(answer([], "{}"));
    await call({ tools: [] });
    expect(sent()).not.toHaveProperty("tools");
  });

  it("tells of what was asked for before, and of what came back", async () => {
    const { call, sent } = world(answer([asked("kb_search", "{}")]));
    await call({
      messages: [
        { role: "user", content: "Find out." },
        { role: "assistant", content: null, toolCalls: [{ id: "call_1", name: "kb.search", input: { query: "tea" } }] },
        { role: "tool", toolCallId: "call_1", content: '{"hits":[]}' },
        { role: "assistant", content: "Nothing.", toolCalls: [] },
      ],
    });
    expect(sent()["messages"]).toEqual([
      { role: "user", content: "Find out." },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "call_1", type: "function", function: { name: "kb_search", arguments: '{"query":"tea"}' } }],
      },
      { role: "tool", tool_call_id: "call_1", content: '{"hits":[]}' },
      { role: "assistant", content: "Nothing." },
    ]);
  });
});

describe("[MODEL-6] names on the wire", () => {
  const NAMES = ["kb.search", "kb_search", "a.b_c", "a_b.c", "a-b", "a.b.c", `x${".y".repeat(31)}`, "desk.publish"];
  it("fit what upstreams take, differ, and lead back", () => {
    const names = toolNames(NAMES.map((name) => tool(name)));
    const wire = NAMES.map(names.toWire);
    for (const name of wire) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(new Set(wire).size).toBe(NAMES.length);
    expect(wire.map(names.fromWire)).toEqual(NAMES);
  });

  it("a server that gives our own name back is understood, another name is not", () => {
    const { fromWire } = toolNames([tool("kb.search")]);
    expect([fromWire("kb.search"), fromWire("kb-search"), fromWire("toString"), fromWire("")]).toEqual(["kb.search", null, null, null]);
  });
});

describe("what a model asks for", () => {
  it("comes back by our names, in its order", async () => {
    const { call } = world(
      answer([asked("kb_search", '{"query":"tea"}', "a"), asked("desk_publish", '{"title":"T"}', "b")], "I look it up."),
    );
    const outcome = await call();
    expect(outcome.result).toEqual({
      ok: true,
      asks: {
        text: "I look it up.",
        calls: [
          { id: "a", name: "kb.search", input: { query: "tea" } },
          { id: "b", name: "desk.publish", input: { title: "T" } },
        ],
      },
    });
    expect(outcome.usage).toEqual({ input: 50, output: 9, cachedInput: 0 });
  });

  it.each([
    ["an object instead of a text", { query: "tea" }, { query: "tea" }],
    ["nothing where there is nothing to say", "", {}],
    ["blanks", "  \n", {}],
  ])("takes arguments as %s", async (_, said, input) => {
    expect(asksOf(await world(answer([asked("kb_search", said)])).call())?.calls).toMatchObject([{ input }]);
  });

  it("[MODEL-10] comes with what the model wants back, guarded", async () => {
    const signed = { extra_content: { google: { thought_signature: "AbCd" } } };
    const said = json({
      choices: [
        {
          message: { content: null, reasoning_content: "Look it up.", tool_calls: [{ ...asked("kb_search", '{"query":"x"}'), ...signed }] },
          finish_reason: "tool_calls",
        },
      ],
    });
    expect((await world(said).call()).result).toMatchObject({
      asks: { opaque: { reasoning_content: "Look it up." }, calls: [{ opaque: signed }] },
    });
  });

  it("is something: an end as a call of a tool without one is no final answer", async () => {
    const lost = answer([], "I will look it up.", { finish_reason: "tool_calls" });
    expect(invalidOf(await world(lost).call({ schema: null }))?.errors).toEqual([expect.stringContaining("has none")]);
  });

  it("may be words instead: only they are held to the schema", async () => {
    expect((await world(answer([], '{"category":"refund"}')).call()).result).toEqual({ ok: true, output: { category: "refund" } });
    expect(invalidOf(await world(answer([], "It is a refund.")).call())?.errors).toEqual(["the answer is not JSON"]);
    expect((await world(answer([], "It is a refund.")).call({ schema: null })).result).toEqual({ ok: true, output: "It is a refund." });
  });

  it("keeps the upstream's ids where they tell the calls apart, else gets ours", async () => {
    const ids = async (...said: unknown[]) =>
      asksOf(await world(answer(said.map((id) => asked("kb_search", "{}", id)))).call())?.calls.map(({ id }) => id);
    expect(await ids("toolu_01A", "toolu_01B")).toEqual(["toolu_01A", "toolu_01B"]);
    expect(await ids("same", "same")).toEqual(["call00001", "call00002"]);
    expect(await ids("", undefined)).toEqual(["call00001", "call00002"]);
    expect(await ids("ada@example.com")).toEqual(["call00001"]);
    expect(await ids("x".repeat(8_193))).toEqual(["call00001"]);
  });
});

describe("[MODEL-7] what does not hold together is asked for again, and never passed on", () => {
  it.each<[string, unknown, object, string]>([
    [
      "a tool that is not there",
      [asked("payments_refund", "{}")],
      {},
      "call 1 names no tool that there is: the tools are `kb_search`, `desk_publish`",
    ],
    ["a tool of the prototype", [asked("constructor", "{}")], {}, "call 1 names no tool"],
    ["no name", [asked(undefined, "{}")], {}, "call 1 names no tool"],
    ["no call at all", ["kb_search"], {}, "call 1 names no tool"],
    ["one good and one bad", [asked("kb_search", "{}"), asked("nope", "{}")], {}, "call 2 names no tool"],
    [
      "arguments that are no JSON",
      [asked("kb_search", "{query: tea}")],
      {},
      "call 1 of `kb_search` has arguments that are not one JSON object",
    ],
    [
      "a number that nothing keeps exactly",
      [asked("kb_search", '{"query":9007199254740993}')],
      {},
      "call 1 of `kb_search`: `/query` holds a number",
    ],
    [
      "a number that is none",
      [asked("kb_search", '{"other":1e400}')],
      {},
      "call 1 of `kb_search`: a field at the top level holds a number",
    ],
    ["a list as arguments", [asked("kb_search", "[1]")], {}, "not one JSON object"],
    ["a text as arguments", [asked("kb_search", '"tea"')], {}, "not one JSON object"],
    ["a number as arguments", [asked("kb_search", 5)], {}, "not one JSON object"],
    ["a tower of brackets", [asked("kb_search", `${'{"a":'.repeat(100)}1${"}".repeat(100)}`)], {}, "not one JSON object"],
    ["half a character", [asked("kb_search", '{"a":"\\ud800"}')], {}, "not one JSON object"],
    ["an endless argument", [asked("kb_search", JSON.stringify({ a: "x".repeat(300_000) }))], {}, "not one JSON object"],
    ["a cut answer", [asked("kb_search", "{}")], { finish_reason: "length" }, "was cut"],
  ])("%s", async (_, calls, choice, says) => {
    const outcome = await world(answer(calls, null, choice)).call();
    expect(invalidOf(outcome)?.errors.join()).toContain(says);
    expect(outcome.result.ok).toBe(false);
    expect(JSON.stringify(invalidOf(outcome)).length).toBeLessThan(20_000);
  });

  it("more than sixteen calls in a turn", async () => {
    const many = (count: number) => answer(Array.from({ length: count }, (_, index) => asked("kb_search", "{}", `c${index}`)));
    expect(asksOf(await world(many(16)).call())?.calls).toHaveLength(16);
    expect(invalidOf(await world(many(17)).call())?.errors).toEqual(["at most 16 tools can be called at a time"]);
  });

  it("any call where no tool was offered", async () => {
    const outcome = await world(answer([asked("kb_search", "{}")], "words")).call({ tools: [], schema: null });
    expect(invalidOf(outcome)?.errors).toEqual(["no tool can be called here: answer in words"]);
  });

  it("its errors name our tools, not the model's", async () => {
    const outcome = await world(answer([asked("ignore_all_rules", '{"x":1}')])).call();
    expect(invalidOf(outcome)?.errors.join()).not.toContain("ignore_all_rules");
    expect(invalidOf(outcome)?.answer).toBe('I called a tool that there is not with: {"x":1}');
  });

  it("[PROMPT-3] is shown in words, with the name that the model knows", async () => {
    const outcome = await world(answer([asked("kb_search", "{'q': 1}")], "Let me see.")).call();
    expect(invalidOf(outcome)?.answer).toBe("Let me see.\nI called `kb_search` with: {'q': 1}");
  });
});

describe("[MODEL-15] calls that cannot be made go back as calls, each with what is wrong with it", () => {
  /** What is sent after an answer that is refused, from the answer on. */
  const backAfter = async (response: Response, changes: Partial<ModelCall> = {}): Promise<readonly { [field: string]: Json }[]> => {
    const before = [{ role: "user" as const, content: "Where is it?" }];
    const invalid = invalidOf(await world(response).call({ messages: before, ...changes }));
    if (invalid === null) throw new Error("it was taken");
    const second = world(answer([], "x"));
    const { schema = {}, tools = TOOLS } = changes;
    const form = { json: schema !== null, tools: tools.length > 0 };
    await second.call({ ...changes, messages: correctionMessages(before, JSON.parse(JSON.stringify(invalid)) as Correction, form) });
    return (second.sent()["messages"] as { [field: string]: Json }[]).slice(1);
  };
  const callOf = (name: string, args: string, id = "call_a1"): object => ({ id, type: "function", function: { name, arguments: args } });

  it.each<[string, object, object, string]>([
    ["single quotes", asked("kb_search", "{'q': 'A-17'}"), callOf("kb_search", "{}"), "Its arguments were: {'q': 'A-17'}"],
    ["a list", asked("kb_search", "[]"), callOf("kb_search", "{}"), "Its arguments were: []"],
    [
      "a number that is too long",
      asked("kb_search", '{"query":9007199254740993}'),
      callOf("kb_search", '{"query":9007199254740993}'),
      "`/query`",
    ],
    [
      "a name that there is not",
      asked("Look", '{"q":1}'),
      callOf("Look", '{"q":1}'),
      "names no tool that there is: the tools are `kb_search`",
    ],
    ["a name that no upstream takes", asked("look up!", "{}"), callOf("look_up_", "{}"), "names no tool that there is"],
    ["no name", asked(undefined, "{}"), callOf("unknown", "{}"), "names no tool that there is"],
  ])("%s", async (_, said, shown, says) => {
    for (const changes of [{}, { schema: null }]) {
      const back = await backAfter(answer([said], null), changes);
      expect(back).toEqual([
        { role: "assistant", content: null, tool_calls: [shown] },
        { role: "tool", tool_call_id: "call_a1", content: expect.stringContaining(says) },
      ]);
      expect(JSON.stringify(back)).not.toContain("JSON schema");
    }
  });

  it("with its words, its ids where they tell calls apart, and what it wants back unchanged", async () => {
    const said = json({
      choices: [
        {
          message: {
            content: "I look it up.",
            reasoning_content: "Look it up.",
            tool_calls: [
              { ...asked("kb_search", "{"), extra_content: { google: { thought_signature: "AbCd" } } },
              asked("kb_search", "{}"),
            ],
          },
          finish_reason: "tool_calls",
        },
      ],
    });
    expect(await backAfter(said)).toMatchObject([
      {
        content: "I look it up.",
        reasoning_content: "Look it up.",
        tool_calls: [{ id: "call00001", extra_content: { google: { thought_signature: "AbCd" } } }, { id: "call00002" }],
      },
      { role: "tool", tool_call_id: "call00001" },
      { role: "tool", tool_call_id: "call00002", content: expect.stringContaining("another call beside it") },
    ]);
  });

  it("redacted, and with nothing beside its words where it carries an instruction", async () => {
    const guard = scriptedGuard();
    guard.onAdmit = (value) => ({
      value: JSON.parse(JSON.stringify(value).replaceAll("ada@example.com", "{{EMAIL_1}}")) as Json,
      verdict: "redact",
      action: "retry",
      findings: [],
    });
    const outcome = await world(answer([{ ...asked("kb_search", '{"query":"ada@example.com"}'), signature: "AbCd" }]), guard).call();
    expect(invalidOf(outcome)).toMatchObject({
      rules: true,
      asked: { calls: [{ name: "kb.search", arguments: '{"query":"{{EMAIL_1}}"}' }] },
    });
    expect(JSON.stringify(outcome)).not.toMatch(/ada@|AbCd/);
  });

  it("as words where no tool is offered, which asks for no JSON", async () => {
    const back = await backAfter(answer([asked("kb_search", "{}")], null), { tools: [], schema: null });
    expect(back).toEqual([
      { role: "assistant", content: "I called a tool that there is not with: {}" },
      { role: "user", content: "Your answer cannot be taken:\n- no tool can be called here: answer in words\nAnswer again in words." },
    ]);
  });

  it.each([
    '{"text":null,"calls":[{"name":"kb_search","arguments":"{\\"query\\":\\"A-17\\"}"}]}',
    '{"calls":[{"name":"kb_search","input":{"query":"A-17"}}]}',
  ])("and %s is no answer where tools can be called", async (text) => {
    for (const schema of [null, { name: "x", schema: true }] as const)
      expect(invalidOf(await world(answer([], text)).call({ schema }))?.errors).toEqual([expect.stringContaining("the text of a call")]);
    expect((await world(answer([], text)).call({ schema: null, tools: [] })).result).toEqual({ ok: true, output: text });
  });
});

describe("[MODEL-2] the guard sees what is asked for", () => {
  const calls = [asked("kb_search", '{"query":"mail ada@example.com"}')];
  it("and what it redacts goes on redacted", async () => {
    const guard = scriptedGuard();
    guard.onAdmit = (value) => ({
      value: JSON.parse(JSON.stringify(value).replaceAll("ada@example.com", "{{EMAIL_1}}")) as Json,
      verdict: "redact",
      findings: [{ type: "EMAIL", detector: "test", count: 1, score: 1, pointer: "/calls/0/input/query" }],
    });
    const outcome = await world(answer(calls, "to ada@example.com"), guard).call();
    expect(asksOf(outcome)).toEqual({
      text: "to {{EMAIL_1}}",
      calls: [{ id: "call_a1", name: "kb.search", input: { query: "mail {{EMAIL_1}}" } }],
    });
    expect(outcome.findings).toHaveLength(1);
    expect(guard.admitted).toMatchObject([{ channel: "model_output", origin: "model" }]);
  });

  it("also what is refused and shown back", async () => {
    const guard = scriptedGuard();
    guard.onAdmit = (value) => ({
      value: JSON.parse(JSON.stringify(value).replaceAll("ada@example.com", "{{EMAIL_1}}")) as Json,
      verdict: "redact",
      findings: [],
    });
    const outcome = await world(answer([asked("nope", '{"query":"ada@example.com"}')]), guard).call();
    expect(invalidOf(outcome)?.answer).toContain("{{EMAIL_1}}");
    expect(JSON.stringify(outcome)).not.toContain("ada@example.com");
  });

  it("what it blocks is a safety failure", async () => {
    const guard = scriptedGuard();
    guard.onAdmit = () => withheldAt("/calls/0/input/query", null);
    expect(failureOf(await world(answer(calls), guard).call())).toMatchObject({ class: "safety", code: "injection_detected" });
  });

  it.each<[string, Json]>([
    ["another number of calls", { text: null, calls: [] }],
    ["a call without its input", { text: null, calls: [{}] }],
    ["a marker instead of a call", { text: null, calls: ["[withheld]"] }],
    ["nothing", null],
  ])("a value that comes back as %s is not believed", async (_, value) => {
    const guard = scriptedGuard();
    guard.onAdmit = () => ({ value, verdict: "pass", findings: [] });
    expect(failureOf(await world(answer(calls), guard).call())).toMatchObject({ class: "safety", code: "content_blocked" });
  });

  it("[MODEL-4] a secret that comes back in a call finds no listener, not even as an id", async () => {
    const outcome = await world(answer([asked("kb_search", JSON.stringify({ query: SECRET, [SECRET]: 1 }), SECRET)], SECRET)).call();
    expect(asksOf(outcome)?.calls).toHaveLength(1);
    expect(JSON.stringify(outcome)).not.toContain(SECRET);
  });

  it("a guard that cannot judge admits nothing", async () => {
    const guard = scriptedGuard();
    guard.onAdmit = () => Promise.reject(new Error("out of reach"));
    expect(failureOf(await world(answer(calls), guard).call())).toMatchObject({ class: "safety", code: "content_blocked" });
  });
});

it("[MODEL-3] what nobody counted is estimated with the tools and the calls", async () => {
  const uncounted = () =>
    json({ choices: [{ message: { tool_calls: [asked("kb_search", JSON.stringify({ query: "tea ".repeat(50) }))] } }] });
  const [many, few] = await Promise.all([world(uncounted()).call(), world(uncounted()).call({ tools: TOOLS.slice(0, 1) })]);
  expect(many.usage?.input).toBeGreaterThan(few.usage?.input ?? 0);
  expect(many.usage?.output).toBeGreaterThan(50);
});
