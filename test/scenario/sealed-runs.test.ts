/**
 * What is of class `restricted`, over the composed platform: words that no detector knows come in wherever they can, every store is searched for them
 * in every form, and whoever may see the runs sees them.
 */
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import type { Json, JsonObject } from "../../core/json.ts";
import { formsOf, unpacked } from "../support/canaries/forms.ts";
import { everythingStored } from "../support/canaries/stores.ts";
import handler from "../support/platform.ts";
import { ADMIN, call, eventually, makeKey, status } from "../support/scenario/api.ts";
import { openWorld, type World } from "../support/scenario/world.ts";

const ORG = "sealed-runs";
const PERSON = "cust-sealed";
const ERASED = "cust-erased";
const CANARIES = new Map([
  ["an input", "vexolith-input-11"],
  ["a tool's answer", "vexolith-toolanswer-12"],
  ["a large answer", "vexolith-large-13"],
  ["a model's answer", "vexolith-modelanswer-14"],
  ["a failure's message", "vexolith-failure-15"],
  ["an archived answer", "vexolith-archived-16"],
]);
const word = (place: string): string => CANARIES.get(place) ?? "";

let world: World;
let admin: string;
let fails = true;
/** Of another person, so that their erasure takes nothing that another test looks at. */
let toUndo: Promise<string>;
const undone: string[] = [];
const sweep = () =>
  handler.scheduled({ scheduledTime: Date.now(), cron: "*/5 * * * *", noRetry: () => undefined } as ScheduledController, env);
/** Where a planted word lies: the store and its table, and which word. */
async function found(): Promise<string[]> {
  const stored = await everythingStored();
  const places = stored.flatMap(({ where, text }) => {
    const searched = unpacked(text);
    return [...CANARIES]
      .filter(([, canary]) => formsOf(canary).some((form) => searched.includes(form)))
      .map(([place]) => `${where}: ${place}`);
  });
  return [...new Set(places)].sort();
}
async function start(workflow: string, who: string, subject = PERSON): Promise<string> {
  const answer = await call("POST", "/v1/runs", world.keys.app, { workflow, input: { who }, subject });
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return String(answer.body["id"]);
}

beforeAll(async () => {
  world = await openWorld(ORG);
  admin = await makeKey(ORG, "ada", ["admin"]);
  world.model = async (request) => {
    const text = await request.text();
    if (request.url.includes("/look") && text.includes("archive-me")) return Response.json({ note: word("an archived answer") });
    if (request.url.includes("/look"))
      return Response.json({ note: `${word("a tool's answer")} ${"long ".repeat(60_000)}${word("a large answer")}` });
    if (request.url.includes("/undo")) undone.push(text);
    if (request.url.includes("/undo")) return Response.json({ note: "undone" });
    if (request.url.includes("/send"))
      return fails && !text.includes("to be undone")
        ? Response.json({ error: "broken", message: word("a failure's message") }, { status: 422 })
        : Response.json({ note: "sent" });
    const message = { role: "assistant", content: word("a model's answer") };
    const usage = { prompt_tokens: 9, completion_tokens: 9, total_tokens: 18 };
    return Response.json({
      id: "c",
      object: "chat.completion",
      created: 1,
      model: "m",
      choices: [{ index: 0, message, finish_reason: "stop" }],
      usage,
    });
  };
  const did = async (method: string, path: string, key: string, body: Json, headers = {}) => {
    const answer = await call(method, path, key, body, headers);
    expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  };
  const note = { type: "object", properties: { note: { type: "string" } } };
  for (const [name, more] of [
    ["look", { effect: "read", sensitivity: "restricted" }],
    ["send", { effect: "write", approval: "never" }],
    ["undo", { effect: "write", approval: "never" }],
  ] as const)
    await did("PUT", `/v1/tools/sealed.${name}`, world.keys.developer, {
      ...{
        description: "Looks a record up.",
        kind: "http",
        http: { url: `https://tools.example/${name}`, method: "POST" },
        input: {},
        output: note,
      },
      ...more,
    });
  const model = { upstream_id: "m", base_url: "https://models.example/v1", price: { input: 1, output: 2 }, context: 900_000 };
  await did("PUT", "/v1/models/acme/sealed-2026-01-01", ADMIN, { ...model, tasks: ["write"], pii: "redacted" }, { "bulkhead-org": ORG });
  const input = { type: "object", properties: { who: { type: "string", sensitivity: "restricted" } }, required: ["who"] };
  const look = { kind: "tool", tool: "sealed.look", input: { of: { cel: "input.who" } } };
  const say = {
    kind: "model",
    needs: ["look"],
    model: { task: "write" },
    prompt: { template: "Sum up: {{n}}", slots: { n: { cel: "input.who" } } },
  };
  const ask = {
    kind: "review",
    needs: ["say"],
    severity: "high",
    proposal: { who: { cel: "input.who" }, said: { cel: "steps.say.output" } },
  };
  const send = { kind: "tool", needs: ["ask"], tool: "sealed.send", input: { note: { cel: "steps.ask.output.proposal.said" } } };
  const sent = {
    kind: "tool",
    needs: ["look"],
    tool: "sealed.send",
    input: { note: "to be undone" },
    compensate: { tool: "sealed.undo", input: { was: { cel: "output.note" } } },
  };
  const asked = { kind: "review", needs: ["sent"], severity: "high", proposal: { who: { cel: "input.who" } } };
  const tools = ["sealed.look", "sealed.send", "sealed.undo"];
  for (const one of [
    { name: "sealed-story", tools, input, steps: { look, say, ask, send }, output: { cel: "steps.send.output" }, on_failure: "park" },
    { name: "sealed-undo", tools, input, steps: { look, sent, asked }, output: null },
    { name: "sealed-look", tools, input, steps: { look }, output: { cel: "steps.look.output" } },
  ])
    await did("POST", "/v1/workflows", world.keys.developer, one as Json);
  toUndo = start("sealed-undo", word("an input"), ERASED);
});

it("[SEAL-8] lies in no store in any form, and is shown wherever it was: live, in a review, after a redrive, in the archive", async () => {
  const { app, reviewer } = world.keys;
  await call("PUT", `/v1/orgs/${ORG}`, admin, { retention_days: 0 });
  const archived = await start("sealed-look", "archive-me");
  const run = await start("sealed-story", word("an input")); // waits for a person, so the sweep lets it be
  await eventually(`/v1/runs/${run}`, app, status("waiting"));
  const pending = await eventually("/v1/reviews?status=pending", reviewer, ({ data }) =>
    (data as Json[]).some((one) => (one as JsonObject)["run"] === run),
  );
  await expect.poll(async () => sweep().then(() => env.ARCHIVE.head(`${ORG}/${archived}/run.json`)), { interval: 100 }).toBeTruthy();
  await call("PUT", `/v1/orgs/${ORG}`, admin, { retention_days: 30 });
  const review = (pending["data"] as JsonObject[]).find((one) => one["run"] === run);
  expect(review?.["proposal"]).toEqual({ who: word("an input"), said: word("a model's answer") });
  expect(await found()).toEqual([]);
  const decided = await call("POST", `/v1/reviews/${String(review?.["id"])}/decision`, reviewer, { action: "approve", reason: "fine" });
  expect(decided.status, JSON.stringify(decided.body)).toBe(200);
  const dead = await eventually(`/v1/runs/${run}`, app, status("dead_lettered"));
  expect(JSON.stringify(dead["error"])).toContain(word("a failure's message"));
  await eventually("/v1/dead-letters", world.keys.operator, ({ data }) => (data as Json[]).length > 0);
  expect(await found()).toEqual([]);
  fails = false;
  const redriven = await call(
    "POST",
    `/v1/dead-letters/${String((dead["dead_letter"] as JsonObject)["id"])}/redrive`,
    world.keys.operator,
    {},
  );
  expect(redriven.status, JSON.stringify(redriven.body)).toBe(202);
  const again = await eventually(`/v1/runs/${String(redriven.body["id"])}`, app, status("completed"));
  expect(JSON.stringify(again["steps"])).toContain(word("a large answer"));
  expect((await call("POST", `/v1/runs/${String(again["id"])}/replay`, world.keys.developer)).body).toMatchObject({ identical: true });
  const old = await call("GET", `/v1/runs/${archived}`, app);
  expect(old.body).toMatchObject({ status: "completed", output: { note: word("an archived answer") } });
  expect((await call("POST", `/v1/runs/${archived}/replay`, world.keys.developer)).body).toMatchObject({ identical: true });
  expect(await found()).toEqual([]);
});

it("[SEAL-10] an erasure ends a sealed run before its key goes: what the run did is undone, and nothing opens any more", async () => {
  const { app } = world.keys;
  const run = await toUndo;
  await eventually(`/v1/runs/${run}`, app, status("waiting"));
  await evictDurableObject(env.RUN_ENGINE.getByName(run));
  expect(undone).toEqual([]);
  const asked = await call("DELETE", `/v1/users/${ERASED}`, admin);
  expect(asked.status, JSON.stringify(asked.body)).toBe(202);
  expect(asked.body["gone"]).toContainEqual({ store: "VAULT_KEYS", entries: 1 });
  await expect.poll(() => undone.length).toBe(1);
  await eventually(`/v1/runs/${run}`, app, ({ erased_at: at }) => typeof at === "string");
  expect(await found()).toEqual([]);
});
