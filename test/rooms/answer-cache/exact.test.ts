/** Kept answers of models, word for word: what is found, what is not, and what never lies there. */
import { env } from "cloudflare:workers";
import { createHmac } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { FRESH_MS, KEPT_MS } from "../../../core/cache/kept-answer.ts";
import type { ModelCall, ModelOutcome } from "../../../core/run/calls/call.ts";
import { correctionMessages } from "../../../core/workflow/prompt.ts";
import { keptValues, subjectTag } from "../../../workers/answer-cache/kept-values.ts";
import { TOOL_RESULTS } from "../../../workers/answer-cache/ports.ts";
import { CONTEXT, modelCall } from "../../support/doubles/calls.ts";
import { hangs } from "../../support/doubles/upstream.ts";
import { answered, answerWorld, failed, keptTexts, quickest, says } from "../../support/worlds/answer-cache.ts";

const context = modelCall().context;
const outputOf = ({ result }: ModelOutcome) => ("output" in result ? result.output : null);

afterEach(async () => {
  for (const { name } of (await env.ANSWERS.list()).keys) await env.ANSWERS.delete(name);
});

it("[CACHE-1] the same question is answered once, for nothing, and in no time", async () => {
  const world = answerWorld();
  expect((await world.call()).cached).toBeUndefined();
  const hit = await world.call({ context: { ...context, run: "run_02", user: "bob", subject: "bob", key: "run_02/classify" } });
  expect(await quickest(() => world.call())).toBeLessThan(50);
  expect(hit).toMatchObject({
    cached: "exact",
    usage: { input: 0, output: 0, cachedInput: 0 },
    result: { output: { category: "shipping" } },
  });
  expect(world.asked).toHaveLength(1);
});

it("[CACHE-2] nothing is looked up or kept for a step that does not say so", async () => {
  const world = answerWorld();
  for (const _ of [1, 2]) await world.call({ cache: "none" });
  expect([world.asked.length, await keptTexts()]).toEqual([2, ""]);
});

describe("[CACHE-3] another question is another question", () => {
  const schema = { name: "classify", schema: { type: "object" } } as const;
  it.each<[string, Partial<ModelCall>]>([
    ["org", { context: { ...context, org: "rival" } }],
    ["model", { model: "acme/large-2026-01-01" }],
    ["words", { messages: says("Classify this ticket: my parcel arrived.") }],
    ["instructions", { messages: says("Classify this ticket: my parcel never arrived.", "Be long.") }],
    ["turns", { messages: [...modelCall().messages, { role: "assistant", content: "hm" }, { role: "user", content: "go on" }] }],
    ["schema", { schema }],
    ["length", { maxTokens: 255 }],
    ["temperature", { temperature: 0.1 }],
    ["tools", { tools: [{ name: "orders.get", description: "", input: {} }] }],
    ["a field that this room does not know", { seed: 4 } as Partial<ModelCall>],
  ])("%s", async (_, changes) => {
    const world = answerWorld();
    await world.call();
    await world.call(changes);
    expect(world.asked).toHaveLength(2);
  });

  it.each(["policyVersion", "guardVersion", "upstreamId"] as const)("[CACHE-4] asked under another %s", async (name) => {
    const world = answerWorld();
    await world.call();
    world[name] = "next";
    await world.call();
    expect(world.asked).toHaveLength(2);
    await world.call();
    expect(world.asked).toHaveLength(2);
  });

  it("a time limit, another step and another workflow make no difference", async () => {
    const world = answerWorld();
    await world.call();
    await world.call({ timeoutMs: 77, context: { ...context, activity: "other", workflow: "other", version: 9 } });
    expect(world.asked).toHaveLength(1);
  });
});

describe("[CACHE-5] placeholders", () => {
  const asks = { messages: says("Where do I write to {{EMAIL_1}}?"), schema: null } as const;
  const of = (run: string) => ({ ...asks, context: { ...CONTEXT, run } });

  it("share an answer only where they stand for the same value, which lies nowhere", async () => {
    const world = answerWorld();
    world.answers = [answered("Write to {{EMAIL_1}}.")];
    world.vault
      .set("run_a {{EMAIL_1}}", "ada@example.com")
      .set("run_b {{EMAIL_1}}", "bob@example.com")
      .set("run_c {{EMAIL_1}}", "ada@example.com");
    await world.call(of("run_a"));
    expect((await world.call(of("run_b"))).cached).toBeUndefined();
    expect((await world.call(of("run_c"))).cached).toBe("exact");
    expect(world.asked).toHaveLength(2);
    expect(await keptTexts()).toContain("Write to {{EMAIL_1}}.");
    expect(await keptTexts()).not.toMatch(/example\.com/);
  });

  it("that only the answer has are not kept: they mean something else, or nothing, in the next run", async () => {
    const world = answerWorld();
    world.answers = [answered("Write to {{EMAIL_2}}.")];
    world.vault.set("run_a {{EMAIL_1}}", "ada@example.com");
    for (const _ of [1, 2]) await world.call(of("run_a"));
    expect([world.asked.length, await keptTexts()]).toEqual([2, ""]);
  });

  it("when the vault is out of reach the model is asked, and nothing is kept", async () => {
    const world = answerWorld({ vault: { open: async () => Promise.reject(new Error("away")) } });
    for (const _ of [1, 2]) await world.call(asks);
    expect([world.asked.length, await keptTexts()]).toEqual([2, ""]);
  });
});

describe("[CACHE-6] only good and whole answers are kept", () => {
  const found = [{ type: "EMAIL", detector: "email", count: 1, score: 1, pointer: "" }] as const;
  it.each<[string, ModelOutcome]>([
    ["a failure", failed()],
    ["a refusal", failed("safety")],
    ["an answer that breaks its schema", answered(null, { result: { ok: false, invalid: { answer: "x", errors: ["no"] } } })],
    [
      "a wish for tools",
      answered(null, { result: { ok: true, asks: { text: null, calls: [{ id: "1", name: "orders.get", input: {} }] } } }),
    ],
    ["an answer that was cut", answered("half an", { upstream: { finish_reason: "length" } })],
    ["an answer that nobody calls whole", answered("half an", { upstream: {} })],
    ["an answer with a finding", answered("as you like", { findings: found })],
    ["an answer of a quarter of a megabyte", answered("x".repeat(256 * 1024))],
  ])("%s is not", async (_, outcome) => {
    const world = answerWorld();
    world.answers = [outcome];
    for (const _ of [1, 2]) expect(await world.call({ schema: null })).toEqual(outcome);
    expect([world.asked.length, await keptTexts()]).toEqual([2, ""]);
  });

  it("nor is what was asked for again with the errors", async () => {
    const world = answerWorld();
    const messages = correctionMessages(
      modelCall().messages,
      { answer: "no", errors: ["/category: is missing"] },
      { json: true, tools: false },
    );
    for (const _ of [1, 2]) await world.call({ messages });
    expect([world.asked.length, await keptTexts()]).toEqual([2, ""]);
  });
});

describe("[CACHE-7] a hit is judged by today's rules", () => {
  it("in the run that is given it; what the guard finds is dropped, and the model is asked", async () => {
    const world = answerWorld();
    await world.call();
    world.guard.onAdmit = (value) => ({ value, verdict: "flag", findings: [] });
    expect((await world.call({ context: { ...context, run: "run_02" } })).cached).toBeUndefined();
    expect(world.guard.admitted).toMatchObject([
      { channel: "model_output", origin: "model", value: { category: "shipping" }, context: { run: "run_02" } },
    ]);
    expect(world.asked).toHaveLength(2);
  });

  it("a guard that is away lets nothing through", async () => {
    const world = answerWorld();
    await world.call();
    world.guard.onAdmit = () => Promise.reject(new Error("away"));
    expect((await world.call()).cached).toBeUndefined();
    expect(world.asked).toHaveLength(2);
  });

  it.each([
    ["another form", { category: "weather" }],
    ["no form", "shipping"],
    ["a foreign placeholder", { category: "{{EMAIL_1}}" }],
  ])("what somebody changed in the store to %s is not given", async (_, output) => {
    const world = answerWorld();
    await world.call();
    const [key] = (await env.ANSWERS.list()).keys;
    const kept = JSON.parse((await env.ANSWERS.get(key?.name ?? "")) ?? "{}");
    kept.answers[0].output = output;
    await env.ANSWERS.put(key?.name ?? "", JSON.stringify(kept));
    expect(outputOf(await world.call())).toEqual({ category: "shipping" });
    expect(world.asked).toHaveLength(2);
  });

  it.each(["{", "null", "[]", '{"v":2,"answers":[]}', '{"v":1,"answers":[{"model":3}]}'])("%s in the store is nothing", async (text) => {
    const world = answerWorld();
    await world.call();
    for (const { name } of (await env.ANSWERS.list()).keys) await env.ANSWERS.put(name, text);
    expect(outputOf(await world.call())).toEqual({ category: "shipping" });
    expect(world.asked).toHaveLength(2);
  });
});

describe("[CACHE-8] past its time", () => {
  it("an answer is not given instead of a call", async () => {
    const world = answerWorld();
    await world.call();
    world.now += FRESH_MS - 1;
    expect((await world.call()).cached).toBe("exact");
    world.now += 1;
    expect((await world.call()).cached).toBeUndefined();
  });

  it("it is given where everything else failed, and says so; after its last day it is gone", async () => {
    const world = answerWorld();
    world.answers = [answered({ category: "shipping" }), failed()];
    await world.call();
    world.now += FRESH_MS;
    expect((await world.call({ isLastResort: false })).result.ok).toBe(false);
    expect(await world.call({ isLastResort: true })).toMatchObject({ cached: "stale", result: { output: { category: "shipping" } } });
    world.now += KEPT_MS - FRESH_MS;
    expect((await world.call({ isLastResort: true })).result.ok).toBe(false);
  });

  it("the last rung takes what a better model said", async () => {
    const world = answerWorld();
    world.answers = [answered({ category: "refund" }), failed()];
    await world.call();
    expect(await world.call({ model: "acme/tiny-2026-01-01", isLastResort: true })).toMatchObject({
      cached: "stale",
      result: { output: { category: "refund" } },
    });
  });

  it.each(["permanent", "safety"] as const)("a %s failure stays one", async (kind) => {
    const world = answerWorld();
    world.answers = [answered({ category: "shipping" }), failed(kind)];
    await world.call();
    world.now += FRESH_MS;
    expect((await world.call({ isLastResort: true })).result).toMatchObject({ ok: false, failure: { class: kind } });
  });

  it("a stale answer is judged, too, and what the failed call used is still counted", async () => {
    const world = answerWorld();
    const usage = { input: 7, output: 3, cachedInput: 0 };
    world.answers = [answered({ category: "shipping" }), { ...failed(), usage }];
    await world.call();
    world.now += FRESH_MS;
    expect(await world.call({ isLastResort: true })).toMatchObject({ cached: "stale", usage });
    world.guard.onAdmit = () => ({ value: null, verdict: "block", findings: [] });
    expect((await world.call({ isLastResort: true })).result.ok).toBe(false);
  });
});

describe("[CACHE-9] a store that is out of reach is no error of the call", () => {
  const away = { get: async () => Promise.reject(new Error("away")), put: async () => Promise.reject(new Error("away")) };
  const silent = { get: hangs, put: hangs };
  it.each([
    ["away", away],
    ["silent", silent],
  ])("%s", async (_, broken) => {
    const { keptValues } = await import("../../../workers/answer-cache/kept-values.ts");
    const log: unknown[] = [];
    const world = answerWorld({ values: keptValues(broken as unknown as KVNamespace, (line) => log.push(line)) });
    const startedAt = performance.now();
    expect(outputOf(await world.call())).toEqual({ category: "shipping" });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(log).toContainEqual({ level: "warn", event: "answers.out_of_reach", deed: "get", error: expect.any(String) });
  });
});

it("[CACHE-10] what was kept for a person is dropped when the person is forgotten, and nothing else", async () => {
  const world = answerWorld();
  await world.call({ context: { ...context, subject: "yvonne" } });
  await world.call({ context: { ...context, subject: "zoltan" }, messages: says("Another ticket") });
  await world.call({ context: { ...context, subject: "yvonne", org: "rival" } });
  expect(await keptTexts()).not.toMatch(/yvonne|zoltan/);
  expect(await world.cache.forget("acme", "yvonne")).toBe(1);
  await world.call();
  await world.call({ messages: says("Another ticket") });
  await world.call({ context: { ...context, org: "rival" } });
  expect(world.asked).toHaveLength(4);
});

it("[CACHE-10] answers that tools gave about a person go with the models', and are counted", async () => {
  const mac = async (text: string) => createHmac("sha256", "the key of a test").update(text).digest("hex");
  const values = keptValues(env.ANSWERS, () => undefined);
  for (const subject of ["yvonne", "zoltan"])
    await values.put(`${TOOL_RESULTS}acme/${subject}`, { v: 1 }, 60_000, { subjects: [await subjectTag(mac, "acme", subject)] });
  const world = answerWorld();
  await world.call({ context: { ...context, subject: "yvonne" } });
  expect(await world.cache.forget("acme", "yvonne")).toBe(2);
  expect((await env.ANSWERS.list()).keys.map(({ name }) => name)).toEqual([`${TOOL_RESULTS}acme/zoltan`]);
});

it("[CACHE-11] nobody reads from a name what was asked, or by whom", async () => {
  const world = answerWorld();
  await world.call();
  const [key] = (await env.ANSWERS.list()).keys;
  expect(key?.name).toMatch(/^answer\/v1\/acme\/[0-9a-f]{64}$/);
  expect(key?.metadata).toEqual({ subjects: [expect.stringMatching(/^[0-9a-f]{32}$/)] });
});
