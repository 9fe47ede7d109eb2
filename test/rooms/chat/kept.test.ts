/** Kept answers in front of a chat: what may be given, what may be kept, and what is never looked up. */
import { describe, expect, it } from "vitest";
import type { FreshAnswer, GivenAnswer } from "../../../core/cache/kept-answer.ts";
import type { Lookup } from "../../../core/cache/question.ts";
import { chatWorld, SMALL, says } from "../../support/doubles/chat-world.ts";
import { json } from "../../support/doubles/upstream.ts";

const ASK = { model: SMALL, messages: [{ role: "user", content: "What is six times seven?" }], bulkhead: { cache: "exact" } };
const kept = (cached: GivenAnswer["cached"]): GivenAnswer => ({
  output: "forty-two",
  cached,
  durationMs: 1,
  facts: { finish_reason: "stop" },
});

function world(
  answers: Parameters<typeof chatWorld>[0],
  found: { hit?: GivenAnswer; stale?: GivenAnswer; shares?: () => Promise<boolean> } = {},
) {
  const asked: Lookup[] = [];
  const keeps: FreshAnswer[] = [];
  const room = chatWorld(answers, {
    ...(found.shares === undefined ? {} : { sharesAnswers: found.shares }),
    kept: {
      find: async (lookup) => {
        asked.push(lookup);
        return {
          hit: found.hit ?? null,
          stale: async () => found.stale ?? null,
          keep: async (given) => {
            keeps.push(given);
          },
        };
      },
    },
  });
  return { ...room, room, asked, keeps };
}

describe("kept answers", () => {
  it.each([
    ["exact", "hit"],
    ["semantic", "semantic-hit"],
  ] as const)("[CHAT-8] cost nothing, and are on record: %s", async (cached, header) => {
    const { complete, upstream, room } = world([], { hit: kept(cached) });
    expect(await complete({ ...ASK, bulkhead: { cache: cached } })).toMatchObject({
      value: {
        body: { choices: [{ message: { content: "forty-two" }, finish_reason: "stop" }], usage: { total_tokens: 0 } },
        headers: { "bulkhead-cache": header, "bulkhead-cost-usd": "0", "bulkhead-attempts": "0" },
      },
    });
    expect([upstream.requests, room.calls]).toEqual([[], []]);
    expect(room.records.map(({ event_type }) => event_type)).toContain("model.routed");
  });

  it("are looked up where a request asks for it, and kept where nothing was found in them", async () => {
    const { complete, asked, keeps, settled } = world([says("forty-two")]);
    expect(await complete({ ...ASK, seed: 5, stop: ["."] })).toMatchObject({ value: { headers: { "bulkhead-cache": "miss" } } });
    await settled();
    expect(asked).toMatchObject([
      { model: SMALL, use: "exact", question: { chat: { settings: { seed: 5 }, stop: ["."], format: "text" } }, asker: { subject: "ada" } },
    ]);
    expect(keeps).toEqual([{ output: "forty-two", finish: "stop", findings: 0 }]);
  });

  it.each([
    ["the org says nothing", undefined, "ada"],
    ["the org cannot be asked", () => Promise.reject(new Error("out of reach")), "ada"],
    ["the org shares them", () => Promise.resolve(true), undefined],
  ] as const)("[CHAT-40] are their own user's where %s", async (_name, shares, user) => {
    const { complete, asked } = world([says("forty-two")], shares === undefined ? {} : { shares });
    await complete(ASK);
    expect(asked.map(({ question }) => question.chat?.["user"])).toEqual([user]);
  });

  it.each([
    ["nobody asks", { bulkhead: { cache: "none" } }],
    ["a person's data is in the question", { messages: [{ role: "user", content: "I am ada@acme.example" }] }],
    ["tools are offered", { tools: [{ type: "function", function: { name: "look" } }] }],
  ])("[CHAT-1] are not looked up where %s", async (_name, changes) => {
    const { complete, asked, keeps, settled } = world([says("hello")]);
    expect((await complete({ ...ASK, ...changes })).ok).toBe(true);
    await settled();
    expect([asked, keeps]).toEqual([[], []]);
  });

  it("[CHAT-1] are not kept where the answer holds a person's data", async () => {
    const { complete, keeps, settled } = world([says("ask eve@othershop.com")]);
    await complete(ASK);
    await settled();
    expect(keeps).toEqual([]);
  });

  it("past their time do where nobody answers, and say so", async () => {
    const { complete } = world([json({}, 500)], { stale: kept("stale") });
    expect(await complete(ASK)).toMatchObject({
      value: {
        body: { choices: [{ message: { content: "forty-two" } }] },
        headers: { "bulkhead-cache": "hit", "bulkhead-degraded": "stale" },
      },
    });
    const refused = world([json({ error: { code: "content_filter" } }, 400)], { stale: kept("stale") });
    expect(await refused.complete(ASK)).toMatchObject({ error: { code: "content_blocked" } });
  });
});
