/** What runs remember and recall, over the composed platform: of their own person alone, with the origin of what it derives from. */
import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../core/json.ts";
import { call, eventually, makeKey } from "../support/scenario/api.ts";
import { openWorld, SHOP, type World } from "../support/scenario/world.ts";

const ORG = "recaller";
let world: World;
let mara: string;
let paul: string;

const TOOLS = ["memory.recall", "memory.remember", "memory.forget", "orders.get", "mail.again"];
const define = async (name: string, steps: JsonObject, more: JsonObject = {}) => {
  const made = await call("POST", "/v1/workflows", world.keys.developer, {
    name,
    input: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
    output: { cel: "steps.a.output" },
    tools: TOOLS,
    steps,
    ...more,
  } as JsonObject);
  expect(made.status, JSON.stringify(made.body)).toBe(201);
};
const step = (tool: string, input: JsonObject, needs: string[] = []) => ({ kind: "tool", tool, input, needs });
const said = { cel: "input.text" };

beforeAll(async () => {
  world = await openWorld(ORG);
  mara = await makeKey(ORG, "u-mara", ["caller"]);
  paul = await makeKey(ORG, "u-paul", ["caller"]);
  await call("PUT", "/v1/tools/mail.again", world.keys.developer, {
    ...{ description: "Writes to a person.", effect: "write", kind: "http", http: { url: `${SHOP}/mail/send` }, approval: "never" },
    ...{ input: { type: "object", properties: { to: {}, all: {} } }, output: true },
    personal_data: { "/to": ["EMAIL", "recalled"], "/all": ["recalled"] },
  });
  await define("keep", { a: step("memory.remember", { text: said, ttl_days: 7 }) }, { output: { cel: "steps.a.output" } });
  await define("find", { a: step("memory.recall", { query: said }) }, { output: { cel: "steps.a.output" } });
  await define("drop", { a: step("memory.forget", { id: said }) }, { output: { cel: "steps.a.output" } });
  await define(
    "keep-order",
    {
      a: step("orders.get", { id: said }),
      b: step("memory.remember", { text: { cel: "'Ordered ' + steps.a.output.id" } }, ["a"]),
    },
    { output: { cel: "steps.b.output" } },
  );
  await define("write", {
    a: step("memory.recall", { query: said }),
    b: {
      ...step(
        "mail.again",
        { to: { cel: "steps.a.output.memories[0].text" }, all: { cel: "steps.a.output.memories[0].text + ' ' + input.text" } },
        ["a"],
      ),
      on_error: { value: null },
    },
  });
  await define(
    "talk",
    { reply: { kind: "model", model: { task: "reply", max_tokens: 100 }, prompt: { template: "Answer: {{now}}", slots: { now: said } } } },
    { output: { cel: "steps.reply.output" }, memory: { recall: "auto", remember: "facts" } },
  );
});

const run = async (workflow: string, text: string, key = mara) => {
  const started = await call("POST", "/v1/runs", key, { workflow, input: { text } }, { prefer: "wait=15" });
  expect(started.status, JSON.stringify(started.body)).toBe(200);
  return started.body;
};
const outputOf = async (workflow: string, text: string, key = mara) => (await run(workflow, text, key))["output"] as JsonObject;
const found = async (text: string, key = mara) =>
  ((await outputOf("find", text, key))["memories"] as JsonObject[]).map((one) => one["text"]);

describe("memory in runs", () => {
  it("[MEM-11] says something: a run that remembers blanks fails, and nothing is stored", async () => {
    expect(await run("keep", " \u2060 ")).toMatchObject({ status: "failed", error: { code: "invalid_request", step: "a" } });
    expect((await call("GET", "/v1/memories", mara)).body["data"]).toEqual([]);
  });

  it("[RECALL-7] is the person's own, whoever asks: remembered by a tool, recalled by another, forgotten by the third", async () => {
    const kept = await outputOf("keep", "Likes delivery on Fridays.");
    expect(kept).toMatchObject({ status: "active", id: expect.stringMatching(/^mem_/) });
    expect([await found("When is delivery?"), await found("When is delivery?", paul)]).toEqual([["Likes delivery on Fridays."], []]);
    const listed = (await call("GET", "/v1/memories", mara)).body["data"] as JsonObject[];
    expect(listed[0]).toMatchObject({
      id: kept["id"],
      source: "workflow",
      trust: "trusted",
      tier: "semantic",
      run: expect.stringMatching(/^run_/),
    });
    expect(await outputOf("drop", String(kept["id"]), paul)).toEqual({ forgotten: false });
    expect([await outputOf("drop", String(kept["id"])), await outputOf("drop", "mem_x")]).toEqual([
      { forgotten: true },
      { forgotten: false },
    ]);
    expect(await found("When is delivery?")).toEqual([]);
    const attack = await run("keep", "Prefers blue.", mara);
    expect(attack["status"]).toBe("completed");
    const entries = (
      await eventually("/v1/audit/entries?type=memory.remembered", world.keys.auditor, (body) => (body["data"] as unknown[]).length === 2)
    )["data"];
    expect((entries as JsonObject[])[0]).toMatchObject({ actor: { type: "agent" }, decision: "allow" });
  });

  it("[SESSION-17] is gone from the session, too, when a person forgets what a run of it remembered", async () => {
    const more = { session: { user: said, assistant: "noted" }, memory: { recall: "off", remember: "facts" }, output: "noted" };
    await define("tell", { a: { kind: "transform", value: 1 } }, more as JsonObject);
    const body = { workflow: "tell", input: { text: "Hello there. I live in Bergen." }, session: "chat-1" };
    await call("POST", "/v1/runs", paul, body, { prefer: "wait=15" });
    const told = await eventually("/v1/memories", paul, (list) =>
      (list["data"] as JsonObject[]).some(({ text }) => text === "I live in Bergen."),
    );
    const before = await eventually("/v1/sessions/chat-1", paul, (one) => JSON.stringify(one).includes("noted"));
    expect(JSON.stringify(before)).toContain("Bergen");
    const [fact] = (told["data"] as JsonObject[]).filter(({ text }) => text === "I live in Bergen.");
    expect((await call("DELETE", `/v1/memories/${String(fact?.["id"])}`, paul)).status).toBe(204);
    const after = (await call("GET", "/v1/sessions/chat-1", paul)).body;
    expect((after["messages"] as JsonObject[]).map(({ content }) => content)).toEqual(["Hello there.", "noted"]);
  });

  it("[RECALL-8] keeps what a tool said in quarantine, where nobody recalls it until somebody lets it in", async () => {
    const kept = await outputOf("keep-order", "A-1001");
    expect(kept["status"]).toBe("quarantined");
    expect(await found("ordered A-1001")).toEqual([]);
    const released = await call("POST", `/v1/memories/${kept["id"]}/release`, world.keys.reviewer, { reason: "it is true" });
    expect([released.status, released.body["trust"]]).toEqual([200, "untrusted"]);
    expect(await found("ordered A-1001")).toHaveLength(1);
  });

  it("[RECALL-9] [RECALL-16] gives a later run placeholders of its own, which a tool opens that lists `recalled`", async () => {
    await outputOf("keep", "Writes from mara@example.com.");
    const shown = (await call("GET", "/v1/memories?q=writes", world.keys.app)).body;
    expect(JSON.stringify(shown)).not.toContain("mara@");
    const letters = () => world.sent.filter(({ url }) => url.includes("/mail/")).map(({ body }) => JSON.parse(body) as JsonObject);
    await run("write", "My new address is mara@example.org, what writes from?");
    expect(letters().at(-1)?.["to"]).toBe("Writes from mara@example.com.");
    // [RECALL-16] `recalled` alone: what this run's input put in stays closed.
    expect(letters().at(-1)?.["all"]).toBe("Writes from mara@example.com. My new address is {{EMAIL_1}}, what writes from?");
    const other = await outputOf("find", "My new address is mara@example.org, what writes from?");
    expect((other["memories"] as JsonObject[])[0]?.["text"]).toBe("Writes from {{EMAIL_2}}."); // not put in by this run's input
  });

  it("[MEM-17] shows a person the value of a fact as its text, and somebody else neither", async () => {
    const { id } = await run("talk", "My mail is mara@example.com.");
    await eventually(`/v1/runs/${id}/events`, mara, ({ data }) => (data as JsonObject[]).some(({ type }) => type === "memory.kept"));
    const factOf = async (key: string) => {
      const { body } = await call("GET", "/v1/memories?subject=u-mara&q=mail", key);
      const found = (body["data"] as JsonObject[]).find(({ fact }) => fact !== undefined);
      return [found?.["text"], (found?.["fact"] as JsonObject | undefined)?.["object"]];
    };
    expect(await factOf(mara)).toEqual(["My mail is mara@example.com.", "mara@example.com"]);
    expect(await factOf(world.keys.app)).toEqual(["My mail is {{EMAIL_1}}.", "{{EMAIL_1}}"]);
  });

  it("[MEM-9] of facts: a newer one closes the older one, both are visible, and the next run reads the newer one", async () => {
    for (const text of ["I live in Bern.", "I live in Ulm."]) {
      const { id } = await run("talk", text);
      await eventually(`/v1/runs/${id}/events`, mara, ({ data }) => (data as JsonObject[]).some(({ type }) => type === "memory.kept"));
    }
    const facts = ((await call("GET", "/v1/memories?q=live", mara)).body["data"] as JsonObject[]).filter(({ fact }) => fact !== undefined);
    const [bern, ulm] = ["Bern", "Ulm"].map((city) => facts.find(({ fact }) => (fact as JsonObject)["object"] === city));
    expect([facts.length, bern?.["superseded_by"], ulm?.["superseded_by"]]).toEqual([2, ulm?.["id"], undefined]);
    expect(ulm?.["fact"]).toEqual({ subject: "person", predicate: "lives_in", object: "Ulm", confidence: 0.9 });
    const { id } = await run("talk", "Do you remember where I live?");
    const events = (await call("GET", `/v1/runs/${id}/events`, mara)).body["data"] as JsonObject[];
    const recalled = events.find(({ type }) => type === "memory.recalled")?.["data"];
    expect(JSON.stringify(recalled)).toContain("I live in Ulm.");
    expect(JSON.stringify(recalled)).not.toContain("Bern");
  });
});
