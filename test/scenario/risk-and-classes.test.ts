/** Risk, overrides and data classes over the composed platform. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../core/json.ts";
import { call, eventually, makeKey, status } from "../support/scenario/api.ts";
import { openWorld, type World } from "../support/scenario/world.ts";

const ORG = "risky";
const HOST = "http://out.test";

let world: World;
let admin: string;
let calls: string[];
beforeAll(async () => {
  world = await openWorld(ORG);
  admin = await makeKey(ORG, "ada", ["admin"]);
  calls = [];
  world.model = async (request) => {
    calls.push(request.url);
    return Response.json({ done: true });
  };
  for (const [name, more] of [
    ["crm.put", { effect: "write" }],
    ["shy.put", { effect: "write", accepts: "internal" }],
    ["health.get", { effect: "read", sensitivity: "restricted" }],
  ] as const) {
    const tool = { description: "", kind: "http", http: { url: `${HOST}/${name}` }, input: {}, output: {}, ...more };
    const put = await call("PUT", `/v1/tools/${name}`, world.keys.developer, tool as Json);
    expect(put.status, JSON.stringify(put.body)).toBe(200);
  }
});

const ENDED = status("completed", "failed", "dead_lettered", "cancelled");
const settings = async (body: JsonObject) => {
  const put = await call("PUT", `/v1/orgs/${ORG}`, admin, body);
  expect(put.status, JSON.stringify(put.body)).toBe(200);
  return put.body;
};
const INPUT = {
  type: "object",
  properties: { note: { type: "string" }, secret: { type: "string", sensitivity: "confidential" } },
};
async function register(name: string, steps: JsonObject, more: JsonObject = {}) {
  const tools = ["crm.put", "shy.put", "health.get"];
  const post = await call("POST", "/v1/workflows", world.keys.developer, { name, input: INPUT, output: {}, tools, steps, ...more } as Json);
  expect(post.status, JSON.stringify(post.body)).toBe(201);
}
async function run(workflow: string, input: JsonObject, more: JsonObject = {}) {
  const started = await call("POST", "/v1/runs", world.keys.app, { workflow, input, ...more });
  expect(started.status, JSON.stringify(started.body)).toBe(202);
  return String(started.body["id"]);
}
const ended = (id: string) => eventually(`/v1/runs/${id}`, world.keys.app, ENDED);
const put = (from: string, more: JsonObject = {}): JsonObject => ({
  kind: "tool",
  tool: "crm.put",
  input: { value: { cel: from } },
  ...more,
});

describe("risk", () => {
  it("[RISK-10] is shown with its factors in the run, by its own route and in a review, and holds a write for a person", async () => {
    await settings({ risk: { review_over: 20 } });
    await register("held", { put: put("input.note") });
    const id = await run("held", { note: "x" });
    await eventually(`/v1/runs/${id}`, world.keys.app, status("waiting"));
    const risk = await call("GET", `/v1/runs/${id}/risk`, world.keys.app);
    const { score, factors } = risk.body as { score: number; factors: { factor: string; points: number; why: string }[] };
    expect(score).toBe(32);
    expect(factors.reduce((sum, { points }) => sum + points, 0)).toBe(score);
    const view = (await call("GET", `/v1/runs/${id}`, world.keys.app)).body;
    expect(view).toMatchObject({ risk_score: score, risk: { score, factors } });
    const [review] = (await call("GET", "/v1/reviews?status=pending", world.keys.reviewer)).body["data"] as JsonObject[];
    expect(review).toMatchObject({ run: id, risk: { score, factors } });
    const decided = await call("POST", `/v1/reviews/${review?.["id"]}/decision`, world.keys.reviewer, {
      action: "approve",
      reason: "fine",
    });
    expect(decided.status).toBe(200);
    expect(await ended(id)).toMatchObject({ status: "completed" });
    await settings({ risk: null });
    const free = await run("held", { note: "x" });
    expect(await ended(free)).toMatchObject({ status: "completed", risk_score: score });
    expect((await call("GET", "/v1/runs/run_01ARZ3NDEKTSV4RRFFQ69G5FAV/risk", world.keys.app)).status).toBe(404);
  });

  it("[RISK-11] over the block denies a write with what to do, until two others lift it for the run's step", async () => {
    await settings({ risk: { review_over: 10, block_over: 20 } });
    await register("blocked", { put: put("input.note") });
    const id = await run("blocked", { note: "x" });
    const failed = await ended(id);
    expect(failed).toMatchObject({ status: "failed", error: { code: "policy_denied", step: "put" } });
    expect(String((failed["error"] as JsonObject)["message"])).toContain("POST /v1/overrides");

    const body = { run: id, step: "put", reason: "checked by phone", expires_at: new Date(Date.now() + 3_600_000).toISOString() };
    expect((await call("POST", "/v1/overrides", world.keys.app, body)).status).toBe(403);
    expect((await call("POST", "/v1/overrides", world.keys.operator, { ...body, step: "other" })).status).toBe(400);
    const late = { ...body, expires_at: new Date(Date.now() + 8 * 24 * 3_600_000).toISOString() };
    expect((await call("POST", "/v1/overrides", world.keys.operator, late)).status).toBe(400);
    const asked = await call("POST", "/v1/overrides", world.keys.operator, body, { "idempotency-key": "o1" });
    expect(asked, JSON.stringify(asked.body)).toMatchObject({ status: 201, body: { status: "pending", approvals: [], by: "otto" } });
    const again = await call("POST", "/v1/overrides", world.keys.operator, body, { "idempotency-key": "o1" });
    expect(again.body["id"]).toBe(asked.body["id"]);

    const approve = (key: string) => call("POST", `/v1/overrides/${asked.body["id"]}/approve`, key);
    const starter = await makeKey(ORG, "app", ["reviewer"]);
    const asker = await makeKey(ORG, "otto", ["reviewer"]);
    const redrive = async (from: string) => {
      const dead = String((await ended(from))["dead_letter"] && ((await ended(from))["dead_letter"] as JsonObject)["id"]);
      const redriven = await call("POST", `/v1/dead-letters/${dead}/redrive`, world.keys.operator);
      expect(redriven.status, JSON.stringify(redriven.body)).toBe(202);
      return String(redriven.body["id"]);
    };
    for (const key of [starter, asker]) expect(await approve(key)).toMatchObject({ status: 403, body: { code: "second_person_required" } });
    expect(await approve(world.keys.reviewer)).toMatchObject({ status: 200, body: { status: "pending" } });
    expect(await approve(world.keys.reviewer)).toMatchObject({ status: 403, body: { code: "second_person_required" } });
    const early = await redrive(id);
    expect(await ended(early)).toMatchObject({ status: "failed", error: { code: "policy_denied" } });
    expect(await approve(admin)).toMatchObject({ status: 200, body: { status: "active", approvals: [{ by: "rita" }, { by: "ada" }] } });
    const third = await makeKey(ORG, "carl", ["reviewer"]);
    expect(await approve(third)).toMatchObject({ status: 409 });
    const next = await redrive(early);
    expect(await ended(next)).toMatchObject({ status: "completed" });
    const events = (await call("GET", `/v1/runs/${next}/events`, world.keys.operator)).body["data"] as JsonObject[];
    const decision = events.find(({ type }) => type === "policy.decided")?.["data"] as JsonObject;
    expect(decision["reasons"]).toContain("risk.overridden");
    const listed = await call("GET", "/v1/overrides", world.keys.auditor);
    expect(listed.body["data"]).toEqual([expect.objectContaining({ id: asked.body["id"], status: "active" })]);
    // Another run of the same workflow is blocked as before.
    expect(await ended(await run("blocked", { note: "x" }))).toMatchObject({ error: { code: "policy_denied" } });
    const both = (body: JsonObject) => (body["data"] as JsonObject[]).length === 2;
    const chain = await eventually("/v1/audit/entries?type=override.approved", world.keys.auditor, both);
    expect((chain["data"] as JsonObject[]).map(({ actor }) => (actor as JsonObject)["id"])).toEqual(["rita", "ada"]);
    await settings({ risk: null });
  });
});

describe("data classes", () => {
  it("[FLOW-6] keep what a tool does not accept from it: the error names field, class and tool", async () => {
    const step = (cel: string): JsonObject => ({ kind: "tool", tool: "shy.put", input: { a: { cel } } });
    await register("shy", { put: step("input.secret") });
    await register("open", { put: step("input.note") });
    const refused = await ended(await run("shy", { secret: "s", note: "n" }));
    expect(refused).toMatchObject({ status: "failed", error: { code: "policy_denied", step: "put" } });
    const { message } = refused["error"] as { message: string };
    expect(message).toBe("the tool `shy.put` accepts `internal` data at most, and the argument `/a` derives from `confidential` data");
    expect(await ended(await run("open", { secret: "s", note: "n" }))).toMatchObject({ status: "completed" });
  });

  it("[FLOW-7] keep from a host, a callback and a reviewer what the org does not let them have", async () => {
    await settings({ accepts: { hosts: { "out.test": "internal" } } });
    await register("to-host", { put: put("input.secret") });
    const host = await ended(await run("to-host", { secret: "s" }));
    expect(String((host["error"] as JsonObject)["message"])).toContain("the host `out.test` accepts `internal` data at most");

    await settings({ accepts: { reviews: "internal", callbacks: "internal" }, callback_hosts: ["out.test"] });
    await register("to-person", { ask: { kind: "review", proposal: { a: { cel: "input.secret" } } } });
    const person = await ended(await run("to-person", { secret: "s" }));
    expect(person).toMatchObject({ error: { code: "policy_denied", step: "ask" } });
    expect(String((person["error"] as JsonObject)["message"])).toContain("accepts.reviews");

    await register("to-callback", { got: { kind: "transform", value: { cel: "input.secret" } } });
    const id = await run("to-callback", { secret: "s" }, { callback_url: `${HOST}/back` });
    await ended(id);
    const tried = (body: JsonObject) => (body["data"] as JsonObject[]).some(({ type }) => type === "callback.tried");
    const events = await eventually(`/v1/runs/${id}/events`, world.keys.operator, tried);
    const event = (events["data"] as JsonObject[]).find(({ type }) => type === "callback.tried");
    expect(event?.["data"]).toMatchObject({ result: "refused", next_at: null });
    expect(calls.filter((url) => url.endsWith("/back"))).toEqual([]);
    await settings({ accepts: null });
  });

  it("[FLOW-8] keep a model that does not accept the text, or does not meet what the org requires, from being asked", async () => {
    const platform = (await import("../support/scenario/api.ts")).ADMIN;
    const model = { upstream_id: "m", price: { input: 1, output: 1 }, context: 100_000, tasks: ["reply"], pii: "redacted" };
    for (const [name, more] of [
      ["shy-2026-01-01", { accepts: "internal" }],
      ["us-2026-01-01", { region: "us", retention: 30, trains: false }],
    ] as const) {
      const body = { ...model, ...more, base_url: `${HOST}/${name}` };
      const made = await call("PUT", `/v1/models/acme/${name}`, platform, body, { "bulkhead-org": ORG });
      expect(made.status, JSON.stringify(made.body)).toBe(200);
    }
    await settings({ models: { confidential: { region: ["eu"] } } });
    const step = { kind: "model", model: { task: "reply" }, prompt: { template: "{{a}}", slots: { a: { cel: "input.secret" } } } };
    await register("told", { say: step });
    const failed = await ended(await run("told", { secret: "s" }));
    expect(failed).toMatchObject({ error: { code: "policy_denied", step: "say" } });
    const { message } = failed["error"] as { message: string };
    expect(message).toContain("accepts `internal` at most, and the text is `confidential`");
    expect(message).toContain("its `region` is `us`, and `eu` is required (the org's `models.confidential`)");
    expect(calls.filter((url) => url.includes("2026-01-01"))).toEqual([]);
    const chat = { model: "acme/us-2026-01-01", messages: [{ role: "user", content: "hello" }] };
    await settings({ models: { public: { region: ["eu"] } } });
    const refused = await call("POST", "/v1/chat/completions", world.keys.app, chat);
    expect(refused.status).toBe(403);
    expect(JSON.stringify(refused.body)).toContain("models.public");
    await settings({ models: null });
  });

  it("[FLOW-9] follow values through tools, transforms and `on_error`", async () => {
    const steps = {
      read: { kind: "tool", tool: "health.get", input: {} },
      shape: { kind: "transform", needs: ["read"], value: { cel: "[steps.read.output.done]" } },
      put: { kind: "tool", needs: ["shape"], tool: "shy.put", input: { a: { cel: "size(steps.shape.output)" } } },
    };
    await register("derived", steps as unknown as JsonObject);
    const refused = await ended(await run("derived", {}));
    expect(String((refused["error"] as JsonObject)["message"])).toContain("derives from `restricted` data");
  });
});
