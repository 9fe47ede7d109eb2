/** Which model answers, over the whole platform: routes, what a step asks for, and an upstream that breaks. */
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../core/json.ts";
import { ADMIN, call, eventually, status } from "../support/scenario/api.ts";
import { openWorld, type World } from "../support/scenario/world.ts";

const ENDED = status("completed", "failed", "dead_lettered");
const BIG = "acme/big-2026-01-01";
const SMALL = "acme/small-2026-01-01";
const SHY = "acme/shy-2026-01-01";

let world: World;
let asked: string[] = [];
/** What the upstream says, by its own name of the model. */
let script: (model: string) => Response;

const says = (content: string): Response =>
  Response.json({
    choices: [{ message: { role: "assistant", content }, finish_reason: "stop" }],
    usage: { prompt_tokens: 100, completion_tokens: 50 },
  });

const register = async (id: string, price: number, more: JsonObject = {}, base = "http://models.test/v1"): Promise<void> => {
  const entry = {
    base_url: base,
    upstream_id: id.slice(5),
    price: { input: price, output: price },
    context: 8_000,
    tasks: ["write"],
    pii: "redacted",
    ...more,
  };
  const put = await call("PUT", `/v1/models/${id}`, ADMIN, entry, { "bulkhead-org": world.org });
  expect(put.status, JSON.stringify(put.body)).toBe(200);
};

beforeAll(async () => {
  world = await openWorld("routing");
  await register(BIG, 10, { quality: 90 });
  await register(SMALL, 1, { quality: 40 });
  await register(SHY, 0.1, { quality: 10, pii: "never" });
});

beforeEach(() => {
  asked = [];
  script = () => says("fine");
  world.model = async (request) => {
    const { model } = (await request.json()) as { model: string };
    asked.push(model);
    return script(model);
  };
});

let count = 0;
async function workflow(model: JsonObject, more: JsonObject = {}): Promise<string> {
  const name = `routed-${++count}`;
  const prompt = { template: "Write: {{text}}", slots: { text: { cel: "input.text" } } };
  const steps = { a: { kind: "model", model, prompt, retry: { attempts: 1 }, ...more } };
  const made = await call("POST", "/v1/workflows", world.keys.developer, {
    name,
    input: { type: "object" },
    output: { cel: "steps.a.output" },
    steps,
  });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return name;
}
async function run(name: string, text = "hello"): Promise<JsonObject> {
  const started = await call("POST", "/v1/runs", world.keys.app, { workflow: name, input: { text } });
  expect(started.status, JSON.stringify(started.body)).toBe(202);
  return eventually(`/v1/runs/${started.body["id"]}`, world.keys.app, ENDED);
}
const events = async (id: Json | undefined, type: string): Promise<JsonObject[]> => {
  const { body } = await call("GET", `/v1/runs/${id}/events`, world.keys.developer);
  return (body["data"] as JsonObject[]).filter((event) => event["type"] === type).map((event) => event["data"] as JsonObject);
};
const route = async (task: string, body: JsonObject): Promise<void> => {
  const put = await call("PUT", `/v1/routes/${task}`, world.keys.developer, body);
  expect(put.status, JSON.stringify(put.body)).toBe(200);
};

describe("routing", () => {
  it("[ROUTE-3] without a route the cheapest answers; with one, as it says; without it again, the cheapest", async () => {
    const name = await workflow({ task: "write" });
    const first = async () => {
      asked = [];
      expect(await run(name)).toMatchObject({ status: "completed" });
      return asked;
    };
    expect(await first()).toEqual(["shy-2026-01-01"]);
    await route("write", { models: [{ id: BIG }, { id: SMALL }], strategy: "fallback" });
    expect(await first()).toEqual(["big-2026-01-01"]);
    expect((await call("DELETE", "/v1/routes/write", world.keys.developer)).status).toBe(204);
    expect(await first()).toEqual(["shy-2026-01-01"]);
  });

  it("[ROUTE-1] [ROUTE-2] a person's data goes past the cheapest, and the run shows why, and what each would have cost", async () => {
    const ended = await run(await workflow({ task: "write", max_tokens: 100 }), "I am ida@example.com");
    expect(ended).toMatchObject({ status: "completed" });
    expect(asked).toEqual(["small-2026-01-01"]);
    const [routed] = await events(ended["id"], "model.routed");
    expect(routed).toMatchObject({
      candidates: [
        { id: SMALL, pii: "redacted", quality: 40, price: { input: 1, output: 1 }, expected_micro_usd: expect.any(Number) },
        { id: BIG },
      ],
      rejected: [{ id: SHY, why: "does not accept redacted text" }],
    });
  });

  it("[ROUTE-2] not even as the last fallback of a model that is down", async () => {
    script = () => new Response("down", { status: 503 });
    const ended = await run(await workflow({ id: BIG, fallback: [SHY] }), "I am ida@example.com");
    expect(ended).toMatchObject({ status: "failed", error: { code: "upstream_unavailable" } });
    expect(asked).toEqual(["big-2026-01-01"]);
  });

  it("[ROUTE-3] a hard step gets the best, a demanding one none of the others", async () => {
    expect(await run(await workflow({ task: "write", complexity: "hard" }))).toMatchObject({ status: "completed" });
    expect(asked).toEqual(["big-2026-01-01"]);
    const ended = await run(await workflow({ task: "write", min_quality: 80 }));
    expect((await events(ended["id"], "model.routed"))[0]).toMatchObject({
      candidates: [{ id: BIG }],
      rejected: [{ why: "its quality is too low for this step" }, { why: "its quality is too low for this step" }],
    });
  });
});

describe("an upstream that breaks", () => {
  it("[BREAKER-10] each run is answered by the other model; after ten failures the broken one is not asked any more", async () => {
    await register("acme/broken-2026-01-01", 1, {}, "http://broken.test/v1");
    script = (model) => (model.startsWith("broken") ? new Response("down", { status: 500 }) : says("fine"));
    const name = await workflow({ id: "acme/broken-2026-01-01", fallback: [SMALL] });
    for (let n = 0; n < 10; n++) expect(await run(name)).toMatchObject({ status: "completed", output: "fine" });
    expect(asked.filter((model) => model.startsWith("broken"))).toHaveLength(10);

    asked = [];
    const ended = await run(name);
    expect(ended).toMatchObject({ status: "completed", output: "fine", flags: ["degraded"] });
    expect(asked).toEqual(["small-2026-01-01"]);
    const [refused, answered] = await events(ended["id"], "model.called");
    expect(refused).toMatchObject({
      model: "acme/broken-2026-01-01",
      ok: false,
      spent: { micro_usd: 0 },
      failure: { code: "upstream_unavailable" },
      upstream: { breaker: "open" },
    });
    expect(answered).toMatchObject({ model: SMALL, ok: true });
  });
});
