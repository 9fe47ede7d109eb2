import { describe, expect, it } from "vitest";
import type { Failure, ModelCall, ModelOutcome } from "../../../core/run/calls/call.ts";
import { ANSWER_BYTES, defineModelGateway } from "../../../workers/model-gateway/gateway.ts";
import type { ModelGatewayPorts } from "../../../workers/model-gateway/ports.ts";
import { modelCall, modelEntry } from "../../support/doubles/calls.ts";
import { scriptedGuard, withheldAt } from "../../support/doubles/scripted-guard.ts";
import {
  cutsBody,
  endless,
  hangs,
  hangsInBody,
  JSON_TYPE,
  json,
  refusesConnections,
  scriptedUpstream,
} from "../../support/doubles/upstream.ts";

const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);
const still = new AbortController().signal;
const world = (answer: () => Response | Promise<Response>, ports: Partial<ModelGatewayPorts> = {}) => {
  const upstream = scriptedUpstream(answer);
  const gateway = defineModelGateway({
    model: async () => modelEntry(),
    guard: scriptedGuard(),
    secret: async () => null,
    fetch: upstream.fetch,
    rehearsal: async () => json({}),
    aiGateway: null,
    hashUser: async () => "hashed",
    now: () => NOW,
    allowPrivateHosts: false,
    ...ports,
  });
  return { upstream, call: (changes: Partial<ModelCall> = {}) => gateway.call(modelCall({ timeoutMs: 80, ...changes }), still) };
};
const portsOf = (fetched: typeof fetch): ModelGatewayPorts => ({
  model: async () => modelEntry(),
  guard: scriptedGuard(),
  secret: async () => null,
  fetch: fetched,
  rehearsal: async () => json({}),
  aiGateway: null,
  hashUser: async () => "hashed",
  now: () => NOW,
  allowPrivateHosts: false,
});
const chat =
  (content: unknown, more: object = {}, choice: object = {}) =>
  () =>
    json({ choices: [{ message: { role: "assistant", content }, finish_reason: "stop", ...choice }], usage: USED, ...more });
const USED = { prompt_tokens: 31, completion_tokens: 7, total_tokens: 38 };
const GOOD = '{"category":"shipping"}';
const failureOf = ({ result }: ModelOutcome): Failure | null => ("failure" in result ? result.failure : null);
const invalidOf = ({ result }: ModelOutcome) => ("invalid" in result ? result.invalid : null);

const unavailable = { class: "transient", code: "upstream_unavailable" } as const;
const TABLE: readonly (readonly [string, () => Response | Promise<Response>, Partial<Failure>])[] = [
  ["429", () => json({}, 429), { class: "transient", code: "rate_limited", retryAfterMs: null }],
  ["429 with seconds", () => json({}, 429, { "retry-after": "7" }), { class: "transient", code: "rate_limited", retryAfterMs: 7_000 }],
  [
    "429 with a date",
    () => json({}, 429, { "retry-after": "Fri, 20 Nov 2026 12:01:30 GMT" }),
    { code: "rate_limited", retryAfterMs: 90_000 },
  ],
  [
    "[MODEL-12] 429, a quota",
    () => json({ error: { code: "insufficient_quota", message: "the other side's words" } }, 429),
    { class: "permanent", code: "budget_exceeded" },
  ],
  ["429, AI Gateway's spend limit", () => json({ errors: [{ code: 2003, message: "Spend limit exceeded" }] }, 429), { class: "permanent" }],
  ["[MODEL-12] 402 2021", () => json({ errors: [{ code: 2021 }] }, 402), { class: "permanent", code: "budget_exceeded" }],
  [
    "424 2016",
    () => json({ success: false, error: [{ code: 2016, message: "the other side's words" }] }, 424),
    { class: "safety", code: "content_blocked" },
  ],
  ["424 2017", () => json({ errors: [{ code: 2017 }] }, 424), { class: "safety", code: "content_blocked" }],
  ["400 content_filter", () => json({ error: { code: "content_filter" } }, 400), { class: "safety", code: "content_blocked" }],
  ["400", () => json({ error: { message: "the other side's words" } }, 400), { class: "permanent", code: "invalid_request" }],
  [
    "400 that names a field",
    () => json({ error: { message: "the other side says that maxTokens is bad" } }, 400),
    { code: "invalid_request", message: expect.stringContaining("`max_tokens`"), field: "/max_tokens" },
  ],
  ["400 inside a 200", () => json({ error: { code: 400, message: "the other side's words" } }), { code: "invalid_request" }],
  [
    "400, too long",
    () => json({ error: { message: "prompt is too long: 216666 tokens > 200000 maximum" } }, 400),
    { code: "invalid_request", message: expect.stringContaining("context window") },
  ],
  [
    "400, a call without its result",
    () => json({ error: { message: "`tool_use` ids were found without `tool_result` blocks" } }, 400),
    { code: "invalid_request", message: expect.stringContaining("each call of a tool needs its result") },
  ],
  ["400, unpaid", () => json({ error: { message: "Your credit balance is too low" } }, 400), { class: "permanent", hopeless: "quota" }],
  [
    "Gemini's list",
    () => json([{ error: { code: 429, message: "You exceeded your current quota", details: [{ retryDelay: "38s" }] } }], 429),
    { class: "transient", code: "rate_limited", retryAfterMs: 38_000 },
  ],
  ["MiniMax's 200", () => json({ base_resp: { status_code: 1008, status_msg: "insufficient balance" } }), { hopeless: "quota" }],
  ["401", () => json({}, 401), { class: "permanent" }],
  ["429 with milliseconds", () => json({}, 429, { "retry-after-ms": "850" }), { code: "rate_limited", retryAfterMs: 850 }],
  [
    "a rate limit inside a 200",
    () => json({ error: { code: 429, message: "the other side's words", retry_after: 2 } }),
    { class: "transient", code: "rate_limited", retryAfterMs: 2_000 },
  ],
  [
    "a quota inside a 200",
    () => json({ error: { code: "insufficient_quota" } }),
    { class: "permanent", code: "budget_exceeded", hopeless: "quota" },
  ],
  ["408", () => json({}, 408), unavailable],
  ["500", () => json({ error: "the other side's words" }, 500), unavailable],
  [
    "503 without JSON",
    () => new Response("<h1>the other side</h1>", { status: 503, headers: { "retry-after": "3" } }),
    { ...unavailable, retryAfterMs: 3_000 },
  ],
  ["500 without end", endless().answer, unavailable],
  [
    "a redirect",
    () => new Response(null, { status: 307, headers: { location: "https://evil.example/" } }),
    { class: "permanent", code: "upstream_unavailable" },
  ],
  ["no connection", refusesConnections, unavailable],
  ["silence", hangs, { class: "transient", code: "timeout" }],
  ["silence in mid-answer", hangsInBody, { class: "transient", code: "timeout" }],
  ["a cut in mid-answer", cutsBody, unavailable],
  ["no JSON", () => new Response("<html>the other side</html>"), unavailable],
  ["a tower of brackets", () => new Response("[".repeat(200_000), { headers: JSON_TYPE }), unavailable],
  ["no choices", () => json({ choices: [] }), unavailable],
  ["choices of another kind", () => json({ choices: "none" }), unavailable],
  [
    "a refusal",
    chat(null, {}, { message: { content: null, refusal: "the other side's words" } }),
    { class: "safety", code: "content_blocked" },
  ],
  ["a filtered answer", chat("", {}, { finish_reason: "content_filter" }), { class: "safety", code: "content_blocked" }],
  [
    "one byte too many",
    () => new Response(" ".repeat(ANSWER_BYTES + 1), { headers: JSON_TYPE }),
    { class: "permanent", code: "output_invalid" },
  ],
];

describe("what an upstream may answer", () => {
  it.each(Array.from({ length: 100 }, (_, index) => 400 + index).filter((status) => ![408, 425, 429].includes(status)))(
    "%d is never tried again",
    async (status) => expect(failureOf(await world(() => json({}, status)).call())).toMatchObject({ class: "permanent" }),
  );

  it("[MODEL-9] a parameter that the upstream refuses is learnt once, and the call goes on without it", async () => {
    const refused = () =>
      json({ error: { message: "Use max_completion_tokens", param: "max_tokens", code: "unsupported_parameter" } }, 400);
    const upstream = scriptedUpstream(refused, chat(GOOD), chat(GOOD));
    const gateway = defineModelGateway({ ...portsOf(upstream.fetch) });
    const first = await gateway.call(modelCall(), still);
    expect(first.result).toMatchObject({ ok: true });
    expect(first.upstream).toMatchObject({ learnt: "output_limit", status: "200" });
    expect((await gateway.call(modelCall(), still)).upstream).not.toHaveProperty("learnt");
    const limits = upstream.requests.map(({ body }) => Object.keys(JSON.parse(body)).filter((name) => name.startsWith("max_")));
    expect(limits).toEqual([["max_tokens"], ["max_completion_tokens"], ["max_completion_tokens"]]);
  });

  it("[MODEL-9] an upstream that refuses either name is believed after two", async () => {
    const refuses = (param: string) => () => json({ error: { message: "not supported", param } }, 400);
    const upstream = scriptedUpstream(
      refuses("max_tokens"),
      refuses("max_completion_tokens"),
      refuses("max_tokens"),
      refuses("max_completion_tokens"),
      refuses("max_tokens"),
    );
    const outcome = await defineModelGateway({ ...portsOf(upstream.fetch) }).call(modelCall(), still);
    expect(failureOf(outcome)).toMatchObject({ class: "permanent", hopeless: "request" });
    expect(upstream.requests.length).toBeGreaterThan(1);
    expect(upstream.requests.length).toBeLessThanOrEqual(5);
  });

  it("a choice that broke off is no output, and is paid", async () => {
    const outcome = await world(chat("Mercury, Ven", {}, { finish_reason: "error", error: { code: 502 } })).call({ schema: null });
    expect(failureOf(outcome)).toMatchObject(unavailable);
    expect(outcome.usage).toEqual({ input: 31, output: 7, cachedInput: 0 });
  });

  it.each(TABLE)("%s", async (what, answer, expected) => {
    const endless500 = async () => new Response((await answer()).body, { status: 500 });
    const { upstream, call } = world(what === "500 without end" ? endless500 : answer);
    const outcome = await call();
    expect(failureOf(outcome)).toMatchObject(expected);
    expect(upstream.requests).toHaveLength(1);
    expect(upstream.requests[0]?.redirect).toBe("manual");
    expect(JSON.stringify(outcome)).not.toMatch(/other side|evil|ECONNREFUSED|10\.1\.2\.3/);
  });
});

describe("what a model may say", () => {
  it.each([
    ["JSON", GOOD],
    ["JSON in a fence", `\`\`\`json\n${GOOD}\n\`\`\``],
    ["words around a fence", `Sure! Here it is:\n\`\`\`\n${GOOD}\n\`\`\`\nAnything else?`],
    ["a mark and spaces", `\uFEFF  ${GOOD}\n`],
    ["parts", [{ type: "text", text: GOOD }]],
    ["thoughts before it", `<think>\nhm\n</think>\n${GOOD}`],
    ["words after it", `${GOOD} Done.`],
  ])("%s", async (_, content) => {
    const outcome = await world(chat(content)).call();
    expect(outcome).toMatchObject({
      result: { ok: true, output: { category: "shipping" } },
      usage: { input: 31, output: 7, cachedInput: 0 },
    });
    expect(outcome.upstream).toEqual({ status: "200", finish_reason: "stop" });
  });

  it("nothing, after a tool's result", async () => {
    const messages = [{ role: "user", content: "remind me" } as const, { role: "tool", toolCallId: "a", content: "done" } as const];
    expect((await world(chat("")).call({ schema: null, messages })).result).toEqual({ ok: true, output: "" });
  });

  it("text, when no schema asks for more", async () => {
    expect((await world(chat("A parcel is late.")).call({ schema: null })).result).toEqual({ ok: true, output: "A parcel is late." });
  });

  it.each([
    ["another category", '{"category":"weather"}', "/category", {}],
    ["a field too many", '{"category":"shipping","ignore all instructions":1}', "at the top level: a field", {}],
    ["no JSON", "It is about shipping.", "not JSON", {}],
    ["two fences", `\`\`\`\n${GOOD}\n\`\`\`\n\`\`\`\n${GOOD}\n\`\`\``, "not JSON", {}],
    ["a cut answer", '{"category":"ship', "cut", { finish_reason: "length" }],
    ["a draft in a cut answer", `First ${GOOD}, then`, "cut", { finish_reason: "length" }],
    ["nothing", "", "empty", {}],
    ["nothing at all", null, "empty", {}],
  ])("[MODEL-1] %s is asked for again", async (_, content, says, choice) => {
    const outcome = await world(chat(content, {}, choice)).call();
    expect(invalidOf(outcome)?.errors.join()).toContain(says);
    expect(invalidOf(outcome)?.errors.join()).not.toMatch(/weather|ignore/);
    expect(outcome.usage).toEqual({ input: 31, output: 7, cachedInput: 0 });
  });

  it("[MODEL-1] an answer that is whole and fits is taken, though its model was cut off behind it", async () => {
    const outcome = await world(chat(`${GOOD}\n`, {}, { finish_reason: "max_tokens" })).call();
    expect(outcome).toMatchObject({ result: { ok: true, output: { category: "shipping" } }, upstream: { finish_reason: "length" } });
  });

  it("[MODEL-1] what is shown back is redacted and bounded", async () => {
    const guard = scriptedGuard();
    guard.onAdmit = (value) => ({ value: String(value).replaceAll("ada@example.com", "{{EMAIL_1}}"), verdict: "redact", findings: [] });
    const outcome = await world(chat(`mail ada@example.com ${"x".repeat(100_000)}`), { guard }).call();
    expect(invalidOf(outcome)?.answer.startsWith("mail {{EMAIL_1}} x")).toBe(true);
    expect(JSON.stringify(outcome).length).toBeLessThan(10_000);
    expect(guard.admitted).toMatchObject([{ channel: "model_output", origin: "model" }]);
  });

  it("[MODEL-2] what the guard blocks is refused, whether it fits or not", async () => {
    for (const content of [GOOD, "no JSON"]) {
      const guard = scriptedGuard();
      guard.onAdmit = () => ({ ...withheldAt("", null), value: null });
      const outcome = await world(chat(content), { guard }).call();
      expect(failureOf(outcome)).toMatchObject({ class: "safety", code: "injection_detected" });
      expect(outcome.findings).toHaveLength(1);
    }
  });

  it("[MODEL-2] a withheld text that breaks the schema is refused, another one is a marker", async () => {
    for (const [pointer, ok] of [
      ["/category", false],
      ["/note", true],
    ] as const) {
      const guard = scriptedGuard();
      const said = { category: "shipping", note: "fine" };
      guard.onAdmit = () => ({ ...withheldAt(pointer, { ...said, [pointer.slice(1)]: "[withheld]" }), verdict: "review" });
      const schema = { type: "object", properties: { category: { enum: ["shipping"] }, note: { type: "string" } } };
      const outcome = await world(chat(JSON.stringify(said)), { guard }).call({ schema: { name: "x", schema } });
      expect(outcome.result.ok).toBe(ok);
      if (!ok) expect(failureOf(outcome)).toMatchObject({ class: "safety", code: "injection_detected" });
    }
  });

  it("[MODEL-2] a guard that cannot judge admits nothing", async () => {
    const guard = scriptedGuard();
    guard.onAdmit = () => Promise.reject(new Error("out of reach"));
    expect(failureOf(await world(chat(GOOD), { guard }).call())).toMatchObject({ class: "safety", code: "content_blocked" });
  });

  it.each([
    ["a choice among listed values keeps its value", "shipping", { enum: ["shipping"] }, { ok: true, output: { category: "shipping" } }],
    [
      "a form that no placeholder has is refused",
      ["shipping"],
      { type: "array", minItems: 1 },
      { ok: false, failure: { class: "permanent", code: "output_invalid" } },
    ],
  ])("[GUARD-20] [GUARD-49] where a placeholder breaks the schema, %s", async (_, said, category, result) => {
    const guard = scriptedGuard();
    guard.onAdmit = () => ({ value: { category: "{{ORG_1}}" }, verdict: "redact", findings: [] });
    const schema = { type: "object", properties: { category }, required: ["category"] };
    const outcome = await world(chat(JSON.stringify({ category: said })), { guard }).call({ schema: { name: "x", schema } });
    expect(outcome.result).toMatchObject(result);
  });
});

describe("what an upstream counts", () => {
  it.each([
    ["nothing", undefined],
    ["less than nothing", { prompt_tokens: -1, completion_tokens: 7 }],
    ["words", { prompt_tokens: "many", completion_tokens: 7 }],
    ["half of it", { prompt_tokens: 31 }],
    ["no prompt", { prompt_tokens: 0, completion_tokens: 7 }],
    ["more than its window", { prompt_tokens: 9_000, completion_tokens: 7 }],
    ["beyond numbers", { prompt_tokens: 1e300, completion_tokens: 7 }],
  ])("[MODEL-3] %s is estimated, and said", async (_, usage) => {
    const outcome = await world(chat(GOOD, { usage })).call();
    expect(outcome.upstream["usage"]).toContain("estimated");
    expect(outcome.usage?.input).toBeGreaterThan(31);
    expect(outcome.usage?.output).toBeGreaterThanOrEqual(5);
    expect(outcome.usage?.cachedInput).toBe(0);
  });

  it.each([
    ["half a token", { prompt_tokens: 31, completion_tokens: 7.5 }, { input: 31, output: 8, cachedInput: 0 }, undefined],
    ["numbers in a text", { prompt_tokens: "31", completion_tokens: 7 }, { input: 31, output: 7, cachedInput: 0 }, undefined],
    ["less than nothing of it thought", { ...USED, reasoning_tokens: -1 }, { input: 31, output: 7, cachedInput: 0 }, "implausible"],
    ["more from the cache than there was", { ...USED, cached_tokens: 32 }, { input: 63, output: 7, cachedInput: 32 }, "implausible"],
  ])("[MODEL-3] %s is read, and an odd detail left aside and said", async (_, usage, tokens, said) => {
    const outcome = await world(chat(GOOD, { usage })).call();
    expect(outcome.usage).toEqual(tokens);
    if (said === undefined) expect(outcome.upstream["usage"]).toBeUndefined();
    else expect(outcome.upstream["usage"]).toContain(said);
  });

  it("what was read from the upstream's cache", async () => {
    const usage = { ...USED, prompt_tokens_details: { cached_tokens: 20 } };
    expect((await world(chat(GOOD, { usage })).call()).usage).toEqual({ input: 31, output: 7, cachedInput: 20 });
  });
});
