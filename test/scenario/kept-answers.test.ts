/** Kept answers in the whole platform: a workflow's step that says `cache`, and a tool that says `cache_ms`. */
import { beforeAll, expect, it } from "vitest";
import type { JsonObject } from "../../core/json.ts";
import { shopTools } from "../../workflows/tools.ts";
import { call, eventually, status } from "../support/scenario/api.ts";
import { openWorld, SHOP, type World } from "../support/scenario/world.ts";

let world: World;

const definition = (name: string, steps: JsonObject, tools: string[] = []): JsonObject => ({
  name,
  input: { type: "object" },
  output: { cel: "steps.it.output" },
  tools,
  steps,
});
const asks = (name: string, cache: string): JsonObject =>
  definition(name, {
    it: {
      kind: "model",
      model: { task: "classify" },
      cache,
      prompt: { template: "Classify: {{text}}", slots: { text: { cel: "input.text" } } },
    },
  });

async function run(workflow: string, input: JsonObject): Promise<JsonObject> {
  const started = await call("POST", "/v1/runs", world.keys.app, { workflow, input });
  expect(started.status, JSON.stringify(started.body)).toBe(202);
  return eventually(`/v1/runs/${String(started.body["id"])}`, world.keys.app, status("completed", "failed"));
}
const upstreamCalls = (part: string): number => world.sent.filter(({ url }) => url.includes(part)).length;

beforeAll(async () => {
  world = await openWorld("kept-answers");
  world.model = async () =>
    Response.json({
      choices: [{ message: { role: "assistant", content: "shipping" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 40, completion_tokens: 2, total_tokens: 42 },
    });
  const model = {
    base_url: "http://models.test/v1",
    upstream_id: "small-2026-01-01",
    context: 8_192,
    tasks: ["classify"],
    pii: "redacted",
  };
  const put = await call(
    "PUT",
    "/v1/models/acme/small-2026-01-01",
    "test-admin-key-of-enough-length",
    { ...model, price: { input: 1, output: 2 } },
    { "bulkhead-org": world.org },
  );
  expect(put.status, JSON.stringify(put.body)).toBe(200);
});

it("[CACHE-1] a step with `cache: exact` asks its model once, and pays once", async () => {
  expect((await call("POST", "/v1/workflows", world.keys.developer, asks("cached", "exact"))).status).toBe(201);
  const first = await run("cached", { text: "my parcel never arrived" });
  expect([first["status"], first["output"]]).toEqual(["completed", "shipping"]);
  const second = await run("cached", { text: "my parcel never arrived" });
  expect([second["status"], second["output"]]).toEqual(["completed", "shipping"]);
  expect(upstreamCalls("models.test")).toBe(1);
  expect(second["usage"]).toMatchObject({ tokens_in: 0, tokens_out: 0, usd: 0 });
});

it("[CACHE-5] two people's addresses are two questions", async () => {
  const before = upstreamCalls("models.test");
  await run("cached", { text: "write to ada.king@example.com" });
  await run("cached", { text: "write to bob.gray@example.com" });
  await run("cached", { text: "write to ada.king@example.com" });
  expect(upstreamCalls("models.test") - before).toBe(2);
});

it("[TOOLCACHE-1] a reading tool with `cache_ms` is asked once in its time", async () => {
  const tool = { ...(shopTools(SHOP)["kb.search"] as JsonObject), cache_ms: 60_000 };
  const put = await call("PUT", "/v1/tools/kb.search", world.keys.developer, tool);
  expect([put.status, put.body["cache_ms"], put.body["version"]]).toEqual([200, 60_000, 2]);
  const steps = { it: { kind: "tool", tool: "kb.search", input: { query: { cel: "input.query" } } } };
  expect((await call("POST", "/v1/workflows", world.keys.developer, definition("look", steps, ["kb.search"]))).status).toBe(201);
  const first = await run("look", { query: "refunds" });
  const asked = upstreamCalls("/kb");
  const second = await run("look", { query: "refunds" });
  expect([first["status"], second["status"], second["output"]]).toEqual(["completed", "completed", first["output"]]);
  expect([asked, upstreamCalls("/kb")]).toEqual([1, 1]);
});

it("[NEAR-9] a step with `cache: semantic` answers what means the same, and never another id, name or number", async () => {
  const embedder = {
    base_url: "http://vectors.test/v1",
    upstream_id: "embed-2026-01-01",
    context: 8_192,
    tasks: ["embed"],
    pii: "redacted",
  };
  const put = await call(
    "PUT",
    "/v1/models/acme/embed-2026-01-01",
    "test-admin-key-of-enough-length",
    { ...embedder, price: { input: 0.1, output: 0 } },
    { "bulkhead-org": world.org },
  );
  expect(put.status, JSON.stringify(put.body)).toBe(200);
  const asked: string[] = [];
  const chats = world.model;
  world.model = async (request) => {
    if (!request.url.includes("vectors.test")) return chats(request);
    const { input } = (await request.json()) as { input: string | string[] };
    asked.push(...[input].flat());
    // An embedding model to which everything means the same: only the rules on words are left to tell questions apart.
    const data = [input].flat().map((_, index) => ({ object: "embedding", index, embedding: [1, 0, 0, 0] }));
    return Response.json({ object: "list", data, usage: { prompt_tokens: 8, total_tokens: 8 } });
  };
  expect((await call("POST", "/v1/workflows", world.keys.developer, asks("near", "semantic"))).status).toBe(201);
  const before = upstreamCalls("models.test");
  await run("near", { text: "What is the status of order A-7?" });
  const paraphrase = await run("near", { text: "Tell me the status of my order A-7" });
  expect(paraphrase["usage"]).toMatchObject({ cache_hits: 1, model_calls: 0, usd: 0 });
  expect(upstreamCalls("models.test") - before).toBe(1);
  await run("near", { text: "Tell me the status of my order A-8" });
  expect(upstreamCalls("models.test") - before).toBe(2);
  expect(asked.length).toBeGreaterThanOrEqual(3);
  // What the vectors cost is the org's money too, and on record.
  await eventually("/v1/audit/entries?type=model.called&limit=200", world.keys.auditor, (body) =>
    JSON.stringify(body).includes("acme/embed-2026-01-01"),
  );
});
