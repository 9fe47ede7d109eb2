/** A chat answered whole, whose upstream fails: what is tried again, who is asked instead, and what the client is told. */
import { describe, expect, it } from "vitest";
import { retryAfterSeconds } from "../../../core/errors/problem.ts";
import type { JsonObject } from "../../../core/json.ts";
import { BIG, chatWorld, RUN, SMALL, says } from "../../support/doubles/chat-world.ts";
import { ASK, answer, refusal } from "../../support/doubles/plain-chat.ts";
import { cutsBody, endless, hangs, hangsInBody, JSON_TYPE, json, refusesConnections } from "../../support/doubles/upstream.ts";

describe("upstream faults", () => {
  const FAULTS = [
    ["429", () => json({}, 429), "rate_limited", undefined],
    ["429 with Retry-After", () => json({}, 429, { "retry-after": "7" }), "rate_limited", 7],
    ["500", () => json({ error: "the other side's words" }, 500), "upstream_unavailable", undefined],
    ["a hang", hangs, "timeout", undefined],
    ["a hang in mid-answer", hangsInBody, "timeout", undefined],
    ["a cut in mid-answer", cutsBody, "upstream_unavailable", undefined],
    ["no connection", refusesConnections, "upstream_unavailable", undefined],
    ["malformed JSON", () => new Response('{"choices": [', { headers: JSON_TYPE }), "upstream_unavailable", undefined],
    ["an empty answer", () => new Response("", { headers: JSON_TYPE }), "upstream_unavailable", undefined],
    ["no choices", () => json({ choices: [] }), "upstream_unavailable", undefined],
    ["more than 5 MB", endless(1024 * 1024).answer, "output_invalid", undefined],
    ["5 MB that say that they are complete", () => says("x".repeat(5_000_000)), "output_invalid", undefined],
  ] as const;

  it.each(FAULTS)("[CHAT-3] %s: the next model answers, and says so", async (_name, fault) => {
    const world = chatWorld([fault, says("from the big one")]);
    const { message, headers, body } = answer(await world.complete(ASK));
    expect(message.content).toBe("from the big one");
    expect(body["model"]).toBe(BIG);
    expect(headers).toMatchObject({
      "bulkhead-attempts": "2",
      "bulkhead-degraded": "fallback",
      "bulkhead-model": BIG,
      "bulkhead-run": RUN,
    });
    await world.settled();
    expect(world.calls.map(({ call }) => call)).toEqual([`${RUN}/1`, `${RUN}/2`]);
    expect(world.health.map(({ failure }) => failure === null)).toEqual([false, true]);
  });

  it.each(FAULTS)("[CHAT-9] %s everywhere: an error in its own words, never a 500", async (_name, fault, code, retryAfterSeconds) => {
    const world = chatWorld([fault, fault]);
    const refused = refusal(await world.complete(ASK));
    expect(refused.code).toBe(code);
    expect(refused.retryAfterSeconds).toBe(retryAfterSeconds);
    expect(refused.detail).not.toContain("other side");
    await world.settled();
    expect(world.calls.length).toBeGreaterThan(0);
    expect(world.calls.filter(({ spent }) => spent === undefined)).toEqual([]);
  });

  const unfit = { code: "invalid_request", isHopeless: true };
  const unpaid = { code: "budget_exceeded", isHopeless: true };
  it.each<[string, () => Response, object]>([
    ["400", () => json({}, 400), unfit],
    ["400 that names a parameter", () => json({ error: { param: "seed" } }, 400), { ...unfit, detail: expect.stringContaining("`seed`") }],
    ["400 that names what nobody sent", () => json({ error: { param: "other side" } }, 400), unfit],
    [
      "400, too long",
      () => json({ error: { code: "context_length_exceeded" } }, 400),
      { ...unfit, detail: expect.stringContaining("context window") },
    ],
    ["413", () => json({}, 413), { ...unfit, detail: expect.stringContaining("context window") }],
    ["422", () => json({}, 422), unfit],
    ["402", () => json({}, 402), unpaid],
    ["429, a quota", () => json({ error: { code: "insufficient_quota" } }, 429, { "retry-after": "5" }), unpaid],
    ["200 that tells a quota", () => json({ error: { type: "insufficient_quota" } }), unpaid],
    ["200 that tells a bad request", () => json({ error: { code: 400, param: "seed" } }), unfit],
    ["401", () => json({}, 401), { code: "upstream_unavailable", isHopeless: true }],
    ["404", () => json({}, 404), { code: "upstream_unavailable", isHopeless: true }],
  ])("[CHAT-9] %s is told as what it is, without a promise", async (_name, fault, refused) => {
    const world = chatWorld([fault]);
    const told = refusal(await world.complete({ ...ASK, model: SMALL, seed: 7 }));
    expect(told).toMatchObject(refused);
    expect(retryAfterSeconds(told)).toBeNull();
    expect(told.detail).not.toContain("other side");
  });

  it("[CHAT-9] where one model was only busy, another try may go better", async () => {
    const world = chatWorld([() => json({}, 429, { "retry-after": "3" }), () => json({}, 400)]);
    expect(refusal(await world.complete(ASK))).toMatchObject({ code: "upstream_unavailable", retryAfterSeconds: 3 });
  });

  it.each<[string, () => Response, object]>([
    ["a rate limit", () => json({ error: { message: "the other side's words", code: 429 } }), { code: "rate_limited" }],
    [
      "a rate limit with its time",
      () => json({ error: { code: "rate_limit_exceeded", retry_after: 3 } }),
      { code: "rate_limited", retryAfterSeconds: 3 },
    ],
    [
      "a rate limit with Google's time",
      () => json({ error: { status: "RESOURCE_EXHAUSTED", details: [{ retryDelay: "37s" }] } }),
      { code: "rate_limited", retryAfterSeconds: 37 },
    ],
    ["a word", () => json({ error: "the other side's words" }), { code: "upstream_unavailable" }],
    ["another form", () => json({ object: "error", message: "the other side's words", code: 503 }), { code: "upstream_unavailable" }],
    ["a list", () => json({ errors: [{ code: 504 }] }), { code: "upstream_unavailable" }],
    ["a detail", () => json({ detail: "the other side's words" }), { code: "upstream_unavailable" }],
    ["a JSON text", () => json("the other side's words"), { code: "upstream_unavailable" }],
    ["nothing at all", () => new Response("", { headers: JSON_TYPE }), { code: "upstream_unavailable" }],
    ["a page", () => new Response("<html>the other side's words", { headers: JSON_TYPE }), { code: "upstream_unavailable" }],
    ["nothing, in an object", () => json({ choices: [], usage: null }), { code: "upstream_unavailable" }],
  ])("[CHAT-8] %s told inside a 200 is read as what it says, and nothing stays held", async (_name, fault, refused) => {
    const world = chatWorld([fault]);
    const told = refusal(await world.complete({ ...ASK, model: SMALL }));
    expect(told).toMatchObject(refused);
    expect(told.detail).not.toContain("other side");
    await world.settled();
    expect(world.calls).toMatchObject([{ spent: { microUsd: 0, tokens: 0 } }]);
  });

  const used = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
  const HUGE = `{"choices":[{"message":{"content":"x","n":1e400}}],"usage":${JSON.stringify(used)}}`;
  const LEGACY = { text: "the other side's words", finish_reason: "stop" };
  const COUNTED: readonly [string, () => Response][] = [
    ["no choices", () => json({ choices: [], usage: used })],
    ["null for choices", () => json({ choices: null, usage: used })],
    ["another format", () => json({ choices: [LEGACY], usage: used })],
    ["a choice without a message", () => json({ choices: [{ message: null }], usage: used })],
    ["an error", () => json({ error: { code: 503 }, usage: used })],
    ["a number that no double holds", () => new Response(HUGE, { headers: JSON_TYPE })],
  ];
  it.each(COUNTED)("[MODEL-3] what an answer counts is what it cost, though nothing of it can be read: %s", async (_name, fault) => {
    const world = chatWorld([fault]);
    expect(refusal(await world.complete({ ...ASK, model: SMALL })).detail).not.toContain("other side");
    await world.settled();
    expect(world.calls).toMatchObject([{ spent: { microUsd: 120, tokens: 110 } }]);
  });
  it.each([
    ["no count", { choices: [LEGACY] }],
    ["a count without output beside words", { choices: [LEGACY], usage: { prompt_tokens: 100, completion_tokens: 0 } }],
    ["a count that cannot be true", { choices: [LEGACY], usage: { prompt_tokens: 100, completion_tokens: 1e12 } }],
  ])("[MODEL-3] words that nobody can read stay held with %s", async (_name, body) => {
    const world = chatWorld([() => json(body)]);
    refusal(await world.complete({ ...ASK, model: SMALL }));
    await world.settled();
    expect(world.calls).toMatchObject([{ spent: null }]);
  });

  const ended =
    (reason: string, more: object = {}) =>
    () =>
      json({
        choices: [{ message: { content: "Mercury, Ven" }, finish_reason: reason, ...more }],
        usage: { prompt_tokens: 100, completion_tokens: 10 },
      });
  it.each([
    ["error", ended("error")],
    ["failed", ended("failed")],
    ["insufficient_system_resource", ended("insufficient_system_resource")],
    ["stop with an error beside it", ended("stop", { error: { code: 502 } })],
  ])("[CHAT-3] a choice that ended in %s is no answer, and is paid", async (_name, fault) => {
    const world = chatWorld([fault, says("from the big one")]);
    expect(answer(await world.complete(ASK)).message.content).toBe("from the big one");
    await world.settled();
    expect(world.calls[0]?.spent).toEqual({ microUsd: 120, tokens: 110 });
  });
  it.each(["length", "max_tokens", "model_length", "MAX_TOKENS", "max_output_tokens", "repetition", "zorb"])(
    "[CHAT-3] a choice that ended in %s is told as cut",
    async (reason) => {
      expect(answer(await chatWorld([ended(reason)]).complete({ ...ASK, model: SMALL })).finish_reason).toBe("length");
    },
  );

  it("[CHAT-6] after a tool's result there may be nothing left to say", async () => {
    const called = { id: "call_abc1", type: "function", function: { name: "weather", arguments: "{}" } };
    const messages = [...ASK.messages, { role: "assistant", content: null, tool_calls: [called] }];
    const world = chatWorld([says("")]);
    const done = await world.complete({
      ...ASK,
      model: SMALL,
      messages: [...messages, { role: "tool", tool_call_id: "call_abc1", content: "done" }],
    });
    expect(answer(done)).toMatchObject({ message: { content: "" }, finish_reason: "stop" });
    expect(world.upstream.requests).toHaveLength(1);
  });

  it("[CHAT-6] where what stops an answer may come first, an empty one is an answer", async () => {
    const world = chatWorld([says("")]);
    expect(answer(await world.complete({ ...ASK, model: SMALL, stop: ["\n"] }))).toMatchObject({
      message: { content: "" },
      finish_reason: "stop",
    });
    expect(world.upstream.requests).toHaveLength(1);
  });

  const WEATHER = {
    type: "function",
    function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } } } },
  };
  const thinking = (beside: object, ofCall: object = {}) =>
    json({
      choices: [
        {
          message: {
            content: null,
            ...beside,
            tool_calls: [{ id: "call_0", type: "function", function: { name: "weather", arguments: "{}" }, ...ofCall }],
          },
          finish_reason: "tool_calls",
        },
      ],
      usage: { prompt_tokens: 9, completion_tokens: 2 },
    });
  it("[CHAT-18] what a model wants back goes out and comes back unchanged, with its call's own id", async () => {
    const signed = { extra_content: { google: { thought_signature: "AbCd" } } };
    const beside = { reasoning_content: "I need the weather.", reasoning_details: [{ type: "encrypted", data: "e30=" }] };
    const world = chatWorld([thinking(beside, signed), says("sunny")]);
    const ask = { ...ASK, model: SMALL, tools: [WEATHER] };
    const { message } = answer(await world.complete(ask));
    expect(message).toMatchObject(beside);
    const [called] = message.tool_calls ?? [];
    expect(called).toMatchObject(signed);
    expect(called?.["id"]).not.toBe("call_0");
    const result = { role: "tool", tool_call_id: called?.["id"] ?? "", content: "sunny" };
    await world.complete({ ...ask, messages: [...ASK.messages, { role: "assistant", ...message } as JsonObject, result] });
    const sent = JSON.parse(world.upstream.requests[1]?.body ?? "{}").messages;
    expect(sent[1]).toMatchObject({ ...beside, tool_calls: [{ id: "call_0", ...signed }] });
    expect(sent[2]).toMatchObject({ tool_call_id: "call_0" });
  });

  it("[CHAT-18] so does what stands in a call's function and in its id, and the sources of an answer come out", async () => {
    const id = `call_1__thought__${"aB3+/".repeat(180)}==`;
    const inside = { name: "weather", arguments: "{}", thought_signature: "AbCd" };
    const annotations = [{ type: "url_citation", url_citation: { url: "https://weather.example/oslo", title: "Oslo" } }];
    const world = chatWorld([thinking({ annotations }, { id, function: inside }), says("sunny")]);
    const ask = { ...ASK, model: SMALL, tools: [WEATHER] };
    const { message } = answer(await world.complete(ask));
    expect(message).toMatchObject({ annotations, tool_calls: [{ id, function: inside }] });
    const result = { role: "tool", tool_call_id: id, content: "sunny" };
    await world.complete({ ...ask, messages: [...ASK.messages, { role: "assistant", ...message } as JsonObject, result] });
    const sent = JSON.parse(world.upstream.requests[1]?.body ?? "{}").messages;
    expect(sent[1]).toMatchObject({ tool_calls: [{ id, function: inside }] });
    expect(sent[1]).not.toHaveProperty("annotations");
    expect(sent[2]).toMatchObject({ tool_call_id: id });
  });

  it("[CHAT-47] personal data in an id of a call goes to no model, and the call keeps its result", async () => {
    const ids = [
      "max.muster@firma.de",
      "4111111111111111",
      "078-05-1120",
      "DE89370400440532013000",
      "bh_0123456789_4111-d1111-d1111-d1111",
    ];
    const plain = [
      "call_1",
      "call00001",
      "chatcmpl-tool-3f1c9a0b7d2e4c58",
      "019c2f4e-7b1a-7c3d-9e2f-5a6b7c8d9e0f",
      `c__${"aB3+/".repeat(180)}==`,
    ];
    const turn = (id: string) => [
      { role: "assistant", content: null, tool_calls: [{ id, type: "function", function: { name: "weather", arguments: "{}" } }] },
      { role: "tool", tool_call_id: id, content: `of ${plain.indexOf(id)}` },
    ];
    const world = chatWorld([says("sunny")]);
    const messages = [...ASK.messages, ...[...ids, ...plain].flatMap(turn)];
    expect(await world.complete({ ...ASK, model: SMALL, tools: [WEATHER], messages: messages as JsonObject[] })).toMatchObject({
      ok: true,
    });
    const sent = world.upstream.requests[0]?.body ?? "";
    for (const id of [...ids, "4111.1111"]) expect(sent).not.toContain(id);
    const out: JsonObject[] = JSON.parse(sent).messages.slice(ASK.messages.length);
    const pairs = out.flatMap(({ tool_calls: calls }, index) =>
      Array.isArray(calls) ? [[(calls[0] as JsonObject)["id"], out[index + 1]?.["tool_call_id"]]] : [],
    );
    expect(pairs.map(([call]) => call)).toEqual([...["call00002", "call00003", "call00004", "call00005", "call00006"], ...plain]);
    for (const [call, result] of pairs) expect(result).toBe(call);
  });

  it("[CHAT-18] personal data in it is redacted in words, and leaves out what is signed", async () => {
    const mail = "kim.lindqvist@nordwind-handel.com";
    const world = chatWorld([
      thinking(
        { reasoning_content: `Her address is ${mail} I think.`, reasoning_details: [{ text: mail }], signature: mail },
        { thought_signature: mail },
      ),
    ]);
    const { message } = answer(await world.complete({ ...ASK, model: SMALL, tools: [WEATHER] }));
    expect(JSON.stringify(message)).not.toContain(mail);
    expect(message).toMatchObject({ reasoning_content: expect.stringContaining("{{EMAIL_1}}") });
    expect(message).not.toHaveProperty("reasoning_details");
    expect(message).not.toHaveProperty("signature");
  });

  it("[CHAT-8] holds the worst case of a call that nobody told the cost of, and pays nothing for a refusal", async () => {
    const world = chatWorld([hangs, json({}, 500)]);
    await world.complete(ASK);
    await world.settled();
    expect(world.calls.map(({ spent }) => spent)).toEqual([null, { microUsd: 0, tokens: 0 }]);
  });

  it("passes over a model whose upstream rests, without paying", async () => {
    const world = chatWorld([says("hello")]);
    world.resting.add(SMALL);
    expect(answer(await world.complete(ASK)).headers).toMatchObject({ "bulkhead-model": BIG, "bulkhead-attempts": "1" });
    const both = chatWorld([]);
    both.resting.add(SMALL).add(BIG);
    expect(refusal(await both.complete(ASK))).toMatchObject({ code: "overloaded", retryAfterSeconds: 7 });
    await both.settled();
    expect(both.calls.map(({ spent }) => spent?.microUsd)).toEqual([0, 0]);
  });

  it("does not look for another model where the upstream's own guard refused", async () => {
    const world = chatWorld([json({ error: { code: "content_filter" } }, 400)]);
    expect(refusal(await world.complete(ASK)).code).toBe("content_blocked");
  });

  it("[CHAT-3] an answer without a word is paid for, and the next model answers; where there is none, it is asked for again", async () => {
    const world = chatWorld([says(""), says("from the big one")]);
    expect(answer(await world.complete(ASK)).headers).toMatchObject({ "bulkhead-model": BIG, "bulkhead-attempts": "2" });
    await world.settled();
    expect(world.calls.map(({ spent }) => (spent?.tokens ?? 0) > 0)).toEqual([true, true]);
    const alone = chatWorld([says(null), says(" "), says("at last")]);
    expect(answer(await alone.complete({ ...ASK, model: SMALL })).message.content).toBe("at last");
  });

  it("passes on that an answer was cut at its length", async () => {
    expect(answer(await chatWorld([says("and so", {}, { finish_reason: "length" })]).complete(ASK)).finish_reason).toBe("length");
  });

  it.each([
    ["absent", {}],
    ["nothing said", { usage: { prompt_tokens: 31, completion_tokens: 0 } }],
    ["nothing read", { usage: { prompt_tokens: 0, completion_tokens: 5 } }],
    ["negative", { usage: { prompt_tokens: -3, completion_tokens: 5 } }],
    ["more than the window", { usage: { prompt_tokens: 31, completion_tokens: 9e9 } }],
  ])("[CHAT-8] usage that is %s is estimated, never below what was said", async (_name, more) => {
    const words = "one two three four five six seven eight nine ten";
    const world = chatWorld([json({ choices: [{ message: { content: words }, finish_reason: "stop" }], ...more })]);
    const { usage } = answer(await world.complete(ASK)).body as { usage: { prompt_tokens: number; completion_tokens: number } };
    expect(usage.completion_tokens).toBeGreaterThanOrEqual(10);
    expect(usage.prompt_tokens).toBeGreaterThan(3);
    await world.settled();
    const worst = world.calls[0]?.worst.tokens ?? 0;
    expect(world.calls[0]?.spent?.tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
    expect(worst).toBeGreaterThanOrEqual(usage.prompt_tokens + usage.completion_tokens);
  });
});
