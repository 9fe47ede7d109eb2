/** Near questions: what shares an answer, and what never does, with an embedding model that finds everything alike. */
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { MOST_NEAR } from "../../../core/cache/near-index.ts";
import type { ModelCall } from "../../../core/run/calls/call.ts";
import { renderMessages } from "../../../core/workflow/prompt.ts";
import { lookupOf } from "../../../workers/answer-cache/with-answer-cache.ts";
import { modelCall } from "../../support/doubles/calls.ts";
import { answered, answerWorld, keptTexts, quickest, says } from "../../support/worlds/answer-cache.ts";

const context = modelCall().context;
/** Everything is the same to it: what keeps questions apart is not the vector. */
const allAlike = () => [0.6, 0.8, 0];
const near = (content: string, changes: Partial<ModelCall> = {}): Partial<ModelCall> => ({
  cache: "semantic",
  schema: null,
  messages: says(content),
  ...changes,
});
const world = (vectors: (text: string) => readonly number[] | null = allAlike) => {
  const made = answerWorld();
  made.vectors = vectors;
  made.answers = [answered("Paris")];
  return made;
};

afterEach(async () => {
  for (const { name } of (await env.ANSWERS.list()).keys) await env.ANSWERS.delete(name);
});

it("[NEAR-10] a near question is answered from what was kept, for nothing", async () => {
  const { call, asked } = world();
  await call(near("What is the capital of France?"));
  const hit = await call(near("Please tell me the capital city of France"));
  expect(await quickest(() => call(near("Please tell me the capital city of France")))).toBeLessThan(50);
  expect(hit).toMatchObject({ cached: "semantic", usage: { input: 0, output: 0 }, result: { output: "Paris" } });
  expect(hit.upstream).toMatchObject({ embedding_model: "acme/embed-2026-01-01", embedding_tokens: "7" });
  expect(asked).toHaveLength(1);
  expect((await call(near("What is the capital of France?"))).cached).toBe("exact");
});

it("[NEAR-11] what must be equal is equal, however near", async () => {
  const { call, asked } = world();
  await call(near("refund A-7"));
  for (const other of ["refund A-8", "do not refund A-7", "refund A-7 twice"])
    expect((await call(near(other))).cached, other).toBeUndefined();
  expect(asked).toHaveLength(4);
});

it("[NEAR-12] below the threshold nothing is near", async () => {
  const at = (degrees: number) => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const { call } = world((text) => at(text.includes("city") ? 17.5 : text.includes("Which") ? 19 : 0)); // cosines 0.954 and 0.946
  await call(near("What is the capital of France?"));
  expect((await call(near("Which is the capital of France?"))).cached).toBeUndefined();
  const again = world((text) => at(text.includes("city") ? 17.5 : 0));
  expect((await again.call(near("What is the capital city of France?"))).cached).toBe("semantic");
});

it("[NEAR-13] without an embedding model it is exact", async () => {
  const { call, asked } = world(() => null);
  await call(near("What is the capital of France?"));
  expect((await call(near("What's the capital of France?"))).cached).toBeUndefined();
  expect((await call(near("What is the capital of France?"))).cached).toBe("exact");
  expect(asked).toHaveLength(2);
});

it("[NEAR-13] an embedding model that fails is no error, and an exact step never asks it", async () => {
  const failing = world(() => {
    throw new Error("away");
  });
  for (const text of ["What is the capital of France?", "What's the capital of France?"])
    expect((await failing.call(near(text))).result.ok).toBe(true);
  expect((await failing.call(near("What is the capital of France?"))).cached).toBe("exact");
  const exact = world();
  await exact.call(near("Where is it?", { cache: "exact" }));
  expect(exact.embedded).toEqual([]);
});

describe("[NEAR-14] only within one partition", () => {
  it.each<[string, Partial<ModelCall>]>([
    ["org", { context: { ...context, org: "rival" } }],
    ["model", { model: "acme/large-2026-01-01" }],
    ["instructions", { messages: says("What's the capital of France?", "Be long.") }],
    ["earlier turns", { messages: [...says("Hello"), { role: "user", content: "What's the capital of France?" }] }],
    ["schema", { schema: { name: "x", schema: true } }],
    ["length", { maxTokens: 9 }],
  ])("%s", async (_, changes) => {
    const { call } = world();
    await call(near("What is the capital of France?"));
    expect((await call(near("What's the capital of France?", changes))).cached).toBeUndefined();
  });

  it.each(["policyVersion", "guardVersion"] as const)("%s", async (name) => {
    const made = world();
    await made.call(near("What is the capital of France?"));
    made[name] = "next";
    expect((await made.call(near("What's the capital of France?"))).cached).toBeUndefined();
  });

  it("what a placeholder stands for", async () => {
    const made = world();
    made.answers = [answered("Done")];
    made.vault
      .set("run_a {{EMAIL_1}}", "ada@example.com")
      .set("run_b {{EMAIL_1}}", "bob@example.com")
      .set("run_c {{EMAIL_1}}", "ada@example.com");
    const ask = (run: string, text: string) => made.call(near(text, { context: { ...context, run } }));
    await ask("run_a", "Write to {{EMAIL_1}}");
    expect((await ask("run_b", "Please write to {{EMAIL_1}}")).cached).toBeUndefined();
    expect((await ask("run_c", "Please write to {{EMAIL_1}}.")).cached).toBe("semantic");
  });
});

describe("[NEAR-15] a workflow's question is its slots", () => {
  const asks = (ticket: string, template = "Answer this ticket briefly: {{ticket}}") =>
    near("", { messages: renderMessages({ instructions: "" }, { template, slots: { ticket: null } }, { ticket }) });

  it("the template is not embedded, and another template is another question", async () => {
    const { call, embedded } = world();
    await call(asks("What is the capital of France?"));
    expect((await call(asks("What's the capital of France?"))).cached).toBe("semantic");
    expect((await call(asks("What's the capital of France?", "Translate this ticket: {{ticket}}"))).cached).toBeUndefined();
    expect(embedded).toEqual(["What is the capital of France?", "What's the capital of France?", "What's the capital of France?"]);
  });

  it("a value in another slot is another fact", async () => {
    const trip = (from: string, to: string) =>
      near("", {
        messages: renderMessages({ instructions: "" }, { template: "{{from}} {{to}}", slots: { from: null, to: null } }, { from, to }),
      });
    const { call } = world();
    await call(trip("Paris", "Rome"));
    expect((await call(trip("Rome", "Paris"))).cached).toBeUndefined();
    expect((await call(trip("Paris Rome", ""))).cached).toBeUndefined();
  });
});

it("[NEAR-16] a near hit is judged again, and is not kept as an answer of its own", async () => {
  const made = world();
  await made.call(near("What is the capital of France?"));
  const before = (await env.ANSWERS.list()).keys.length;
  expect((await made.call(near("What's the capital of France?"))).cached).toBe("semantic");
  expect((await env.ANSWERS.list()).keys).toHaveLength(before);
  made.guard.onAdmit = (value) => ({ value, verdict: "flag", findings: [] });
  expect((await made.call(near("Which is the capital of France?"))).cached).toBeUndefined();
});

it("[NEAR-17] nothing that was asked lies in the index, and a forgotten person empties it", async () => {
  const made = world();
  await made.call(near("Please ask Annabelle about Kensington"));
  expect(await keptTexts()).not.toMatch(/annabelle|kensington|please/i);
  expect((await env.ANSWERS.list({ prefix: "near/v1/acme/" })).keys).toHaveLength(1);
  await made.cache.forget("acme", context.subject);
  expect((await env.ANSWERS.list()).keys).toEqual([]);
});

it(`[NEAR-18] ${MOST_NEAR} questions are looked through in no time, and no more are kept`, async () => {
  const vector = (text: string) => Array.from({ length: 1_536 }, (_, index) => Math.sin(index * (1 + (text.length % 7))));
  const { call, cache } = world(vector);
  await call(near("What is the capital of France?"));
  const [index] = (await env.ANSWERS.list({ prefix: "near/" })).keys;
  const kept = JSON.parse((await env.ANSWERS.get(index?.name ?? "")) ?? "{}");
  const [entry] = kept.entries;
  kept.entries = Array.from({ length: MOST_NEAR - 1 }, (_, number) => ({ ...entry, name: `answer/v1/acme/${number}` })).concat([entry]);
  await env.ANSWERS.put(index?.name ?? "", JSON.stringify(kept));
  const lookup = lookupOf(modelCall(near("Please tell me the capital city of France")));
  if (lookup === null) throw new Error("nothing is looked up");
  expect(await quickest(() => cache.find(lookup))).toBeLessThan(50);
  await call(near("What is the capital of Spain?"));
  expect(JSON.parse((await env.ANSWERS.get(index?.name ?? "")) ?? "{}").entries).toHaveLength(MOST_NEAR);
});
