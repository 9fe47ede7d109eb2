/** Whose word a value is beyond its run, over the composed platform: what somebody else says of a person, or with a key they made for them, is not the person's own. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../core/json.ts";
import { call, eventually, makeKey } from "../support/scenario/api.ts";
import { openWorld, type World } from "../support/scenario/world.ts";

const ORG = "worders";
const MAIL = "mara.lindt@example.com";
let world: World;
let mara: string;
let ada: string;
/** A key that ada made for mara. */
let fake: string;

const madeBy = async (maker: string, user: string, more: JsonObject = {}): Promise<string> => {
  const made = await call("POST", "/v1/api-keys", maker, { user, roles: ["caller"], ...more });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return String(made.body["key"]);
};
const define = async (definition: JsonObject) => {
  const made = await call("POST", "/v1/workflows", world.keys.developer, { input: { type: "object" }, output: null, ...definition });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
};
const run = async (workflow: string, input: Json, key = mara, more: JsonObject = {}): Promise<JsonObject> =>
  (await call("POST", "/v1/runs", key, { workflow, input, ...more }, { prefer: "wait=10" })).body;

beforeAll(async () => {
  world = await openWorld(ORG);
  mara = await makeKey(ORG, "mara", ["caller"]);
  ada = await makeKey(ORG, "ada", ["admin"]);
  fake = await madeBy(ada, "mara");
  const { name: _name, version: _version, ...manifest } = (await call("GET", "/v1/tools/orders.get", world.keys.developer)).body;
  const guarded = { ...manifest, guarded: ["/id"], approval: "never" };
  expect((await call("PUT", "/v1/tools/orders.look", world.keys.developer, guarded as JsonObject)).status).toBe(200);
  const saidBy = (text: string) => ({ id: { cel: `${text}.contains("e") ? "A-1001" : "A-1002"` } });
  await define({
    name: "pay",
    tools: ["memory.recall", "orders.look"],
    steps: {
      r: { kind: "tool", tool: "memory.recall", input: { query: { cel: "input.q" } } },
      p: { kind: "tool", tool: "orders.look", needs: ["r"], input: saidBy("steps.r.output.memories[0].text") },
    },
  });
  await define({
    name: "echo",
    output: { cel: "input.text" },
    session: { user: { cel: "input.text" }, assistant: "noted" },
    memory: { recall: "off", remember: "facts", max_tokens: 400 },
    steps: { a: { kind: "transform", value: { cel: "input.text" } } },
  });
  await define({
    name: "before",
    tools: ["orders.look"],
    session: { user: "again", assistant: "noted" },
    steps: { p: { kind: "tool", tool: "orders.look", input: saidBy("session.messages[0].content") } },
  });
  await define({
    name: "pass-on",
    tools: ["orders.get"],
    steps: {
      o: { kind: "tool", tool: "orders.get", input: { id: "A-1001" } },
      k: { kind: "run", needs: ["o"], workflow: "echo", input: { text: { cel: "'I live in ' + steps.o.output.id + '.'" } } },
      d: { kind: "run", workflow: "echo", input: { text: "I live in Developerville." } },
    },
  });
});

const remember = (text: string, key: string, more: JsonObject = {}) =>
  call("POST", "/v1/memories", key, { tier: "semantic", text, ...more });
/** What becomes of a call whose guarded field has the first memory that answers: `completed`, or `waiting` for a person. */
const guarded = async (q: string): Promise<unknown> => (await run("pay", { q }))["status"];

describe("what is remembered of a person", () => {
  it("[MEM-18] counts as their own word only if they said it themselves, or a key made `for_others` did; else it is untrusted and says who said it", async () => {
    const forOthers = await madeBy(ada, "helper", { for_others: true });
    const ways: readonly (readonly [string, string, JsonObject, JsonObject, string])[] = [
      ["walrus", mara, {}, { source: "person", trust: "trusted", author: "mara" }, "completed"],
      ["giraffe", forOthers, { subject: "mara" }, { source: "app", trust: "trusted", author: "helper" }, "completed"],
      ["zebra", fake, {}, { source: "other", trust: "untrusted", author: "ada" }, "waiting"],
      ["hippo", ada, { subject: "mara" }, { source: "other", trust: "untrusted", author: "ada" }, "waiting"],
    ];
    for (const [word, key, more, shown, status] of ways) {
      const made = await remember(`The payout account is ${word}.`, key, more);
      expect(made, word).toMatchObject({ status: 201, body: { ...shown, status: "active" } });
      expect([word, await guarded(word)]).toEqual([word, status]);
    }
  });

  it("[MEM-19] is the word of whoever words it now: another person's correction is untrusted, the person's own makes it theirs again", async () => {
    const { body } = await remember("The payout bank is kestrel.", mara);
    const put = (key: string, change: JsonObject) => call("PUT", `/v1/memories/${String(body["id"])}`, key, change);
    expect(await guarded("kestrel")).toBe("completed");
    // Pinned, with its words as they are: still the person's.
    expect(await put(ada, { text: "The payout bank is kestrel.", pinned: true })).toMatchObject({
      body: { trust: "trusted", author: "mara" },
    });
    expect(await put(ada, { text: "The payout bank is osprey." })).toMatchObject({
      status: 200,
      body: { source: "other", trust: "untrusted", author: "ada" },
    });
    expect(await guarded("osprey")).toBe("waiting");
    expect(await put(fake, { text: "The payout bank is falcon." })).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect(await put(mara, { text: "The payout bank is merlin." })).toMatchObject({
      body: { source: "person", trust: "trusted", author: "mara" },
    });
    expect(await guarded("merlin")).toBe("completed");
  });

  it("[MEM-20] has no fact from what a tool, a developer or somebody with another's key said, also when a child run is given it as input", async () => {
    const facts = async () =>
      ((await call("GET", "/v1/memories?q=live", mara)).body["data"] as JsonObject[]).flatMap(({ text, fact }) => (fact ? [text] : []));
    await run("pass-on", {});
    await run("echo", { text: "I live in Fakeville." }, fake);
    await run("echo", { text: "I live in Bern." });
    await expect.poll(facts).toEqual(["I live in Bern."]);
  });
});

it("[MEM-25] a run started with a key that another person made forgets nothing, and what it remembers waits in quarantine", async () => {
  const tool = (name: string, input: JsonObject) => ({ a: { kind: "tool", tool: name, input } });
  const steps = {
    keep: tool("memory.remember", { text: { cel: "input.text" } }),
    drop: tool("memory.forget", { id: { cel: "input.text" } }),
  };
  for (const [name, made] of Object.entries(steps))
    await define({ name, tools: ["memory.remember", "memory.forget"], output: { cel: "steps.a.output" }, steps: made });
  expect((await run("keep", { text: "Likes oak." }))["output"]).toMatchObject({ status: "active" });
  expect((await run("keep", { text: "Likes elm." }, fake))["output"]).toMatchObject({ status: "quarantined" });
  const found = async () => (await call("GET", "/v1/memories?q=likes", mara)).body["data"] as JsonObject[];
  expect((await found()).map(({ text, trust, author }) => [text, trust, author])).toEqual([
    ["Likes elm.", "untrusted", "ada"],
    ["Likes oak.", "trusted", "mara"],
  ]);
  for (const { id } of await found()) {
    expect(await run("drop", { text: String(id) }, fake)).toMatchObject({ status: "failed", error: { code: "policy_denied" } });
    expect((await run("drop", { text: String(id) }))["output"]).toEqual({ forgotten: true });
  }
  expect(await found()).toEqual([]);
});

it("[MEM-21] what was said in a session with a key that another person made is nobody's own word in the next run of it", async () => {
  for (const [session, key, status] of [
    ["own", mara, "completed"],
    ["fake", fake, "waiting"],
  ] as const) {
    await run("echo", { text: "Pay to the usual account." }, key, { session });
    await eventually(`/v1/sessions/${session}`, mara, (one) => JSON.stringify(one).includes("noted"));
    expect([session, (await run("before", {}, mara, { session }))["status"]]).toEqual([session, status]);
  }
});

describe("what a key that another person made for a user may do as that user", () => {
  it("[PERSON-6] shows none of the user's values: every GET of the interface, beside what the user's own key shows", async () => {
    const text = `Write to ${MAIL}, it has my order.`;
    const made = await remember(text, mara);
    const done = await run("echo", { text }, mara, { session: "talk" });
    await eventually("/v1/sessions/talk", mara, (one) => JSON.stringify(one).includes("noted"));
    const { body: api } = await call("GET", "/openapi.json", null);
    const ids: { readonly [start: string]: string } = {
      "/v1/runs/": String(done["id"]),
      "/v1/memories/": String(made.body["id"]),
      "/v1/sessions/": "talk",
      "/v1/users/": "mara",
    };
    const shows: string[] = [];
    const leaks: string[] = [];
    let asked = 0;
    for (const [path, operations] of Object.entries(api["paths"] as { [path: string]: JsonObject })) {
      if (operations["get"] === undefined) continue;
      const start = Object.keys(ids).find((one) => path.startsWith(one)) ?? "";
      const filled = path
        .replace("{id}", ids[start] ?? "x")
        .replace("{step}", "a")
        .replaceAll(/\{\w+\}/g, "x");
      const clear = async (key: string) => JSON.stringify((await call("GET", filled, key)).body).includes(MAIL);
      if (await clear(fake)) leaks.push(path);
      if (await clear(mara)) shows.push(path);
      asked++;
    }
    expect(leaks).toEqual([]);
    // What the user's own key shows, so that the question was asked of something.
    expect(shows.sort()).toEqual(["/v1/memories", "/v1/memories/{id}", "/v1/runs/{id}", "/v1/sessions/{id}", "/v1/users/{id}/export"]);
    expect(asked).toBeGreaterThan(60);
  });

  it("[PERSON-7] neither corrects nor deletes what is remembered, ends no session and exports nothing; reading is on record as by somebody else", async () => {
    const { body } = await remember(`Reach me at ${MAIL}.`, mara);
    const id = String(body["id"]);
    expect(await call("GET", `/v1/memories/${id}`, fake)).toMatchObject({ status: 200, body: { text: "Reach me at {{EMAIL_1}}." } });
    for (const [method, path, sent] of [
      ["PUT", `/v1/memories/${id}`, { pinned: true }],
      ["DELETE", `/v1/memories/${id}`, undefined],
      ["DELETE", "/v1/sessions/talk", undefined],
      ["GET", "/v1/users/mara/export", undefined],
    ] as const) {
      const refused = { status: 403, body: { code: "forbidden" } };
      expect(await call(method, path, fake, sent), `${method} ${path}`).toMatchObject(refused);
    }
    expect((await call("GET", `/v1/memories/${id}`, mara)).body["text"]).toBe(`Reach me at ${MAIL}.`);
    await expect
      .poll(async () =>
        ((await call("GET", "/v1/audit/entries?type=memory.read&limit=200", ada)).body["data"] as JsonObject[]).some(
          ({ resource }) => resource === `memory/${id}`,
        ),
      )
      .toBe(true);
    for (const path of [`/v1/memories/${id}`, "/v1/sessions/talk"]) expect((await call("DELETE", path, mara)).status).toBe(204);
  });
});
