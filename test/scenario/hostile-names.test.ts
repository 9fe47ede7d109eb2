/** Names that objects have, wherever a client chooses a name, through the whole platform: they are names like any other, and never a 5xx. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../core/json.ts";
import { call, eventually, makeKey, status } from "../support/scenario/api.ts";
import { openWorld, SHOP, type World } from "../support/scenario/world.ts";

const HOSTILE = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf", "isPrototypeOf", "prototype", "__defineGetter__"];
/** The ones that lower case names allow. */
const LOWER = ["constructor", "prototype"];
const ENDED = status("completed", "failed", "dead_lettered", "cancelled");
let world: World;
beforeAll(async () => {
  world = await openWorld("hostile");
});

/** As JSON text writes it: `__proto__` is a field of its own. */
const entry = (name: string, value: Json): JsonObject => JSON.parse(`{${JSON.stringify(name)}: ${JSON.stringify(value)}}`) as JsonObject;

async function define(name: string, steps: JsonObject, more: JsonObject = {}): Promise<void> {
  const made = await call("POST", "/v1/workflows", world.keys.developer, { name, input: true, output: null, steps, ...more });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
}
async function run(body: JsonObject): Promise<JsonObject> {
  const started = await call("POST", "/v1/runs", world.keys.app, { input: {}, ...body });
  expect(started.status, JSON.stringify(started.body)).toBe(202);
  return eventually(`/v1/runs/${started.body["id"]}`, world.keys.app, ENDED);
}

describe("a name that objects have", () => {
  it.each(LOWER)("[NAME-2] `%s` as a workflow, a step, a tool, a task, a slot, a signal and a child", async (name) => {
    const tool = {
      effect: "write",
      kind: "http",
      http: { url: `${SHOP}/stock/reservations`, method: "POST" },
      ...{ input: true, output: true, compensate: { tool: name, input: { was: { cel: "output" } } } },
    };
    const put = await call("PUT", `/v1/tools/${name}`, world.keys.developer, tool);
    expect(put.status, JSON.stringify(put.body)).toBe(200);
    expect((await call("GET", `/v1/tools/${name}`, world.keys.developer)).body).toMatchObject({ name });
    const steps = {
      [name]: { kind: "transform", value: entry(name, { cel: "input" }) },
      waits: { kind: "wait", signal: name, needs: [name] },
      says: {
        kind: "model",
        needs: ["waits"],
        model: { task: "chat" },
        prompt: { template: `Say {{${name}}}`, slots: { [name]: { cel: `steps.${name}.output` } } },
      },
    };
    await define(name, steps, { output: { cel: `steps.waits.output` }, tools: [name] });
    const started = await call("POST", "/v1/runs", world.keys.app, { workflow: name, input: {} });
    const signalled = await call("POST", `/v1/runs/${started.body["id"]}/signals/${name}`, world.keys.app, entry(name, 7));
    expect(signalled.status, JSON.stringify(signalled.body)).toBe(202);
    const ended = await eventually(`/v1/runs/${started.body["id"]}`, world.keys.app, ENDED);
    expect(ended, JSON.stringify(ended)).toMatchObject({ status: "completed", workflow: name, output: entry(name, 7) });
    await define(
      `calls-${name}`,
      { [name]: { kind: "run", workflow: name, input: {}, on_error: { value: "spare" } } },
      { limits: { seconds: 3 } },
    );
    await eventually(`/v1/runs?workflow=${name}`, world.keys.app, ({ data }) => (data as Json[]).length === 1);
    await define(`tool-${name}`, { [name]: { kind: "tool", tool: name, input: entry(name, 1) } }, { tools: [name] });
    expect(ENDED(await run({ workflow: `tool-${name}` }))).toBe(true);
  });

  it.each(HOSTILE)("[NAME-2] `%s` as a user, a subject, a signal, and a key of metadata, input and output", async (name) => {
    const key = await makeKey("hostile", name, ["caller"], { for_others: true });
    const workflow = `echo-${HOSTILE.indexOf(name)}`;
    await define(workflow, { all: { kind: "transform", value: { cel: "input" } } }, { output: { cel: "steps.all.output" } });
    const input = { ...entry(name, { a: 1 }), nested: entry(name, "x") };
    const body = JSON.stringify({ workflow, subject: name, metadata: { tag: name } });
    const started = await call(
      "POST",
      "/v1/runs",
      key,
      JSON.parse(body.replace("{", `{"input":${JSON.stringify(input).replace("{", `{${JSON.stringify(name)}:{"a":1},`)},`)) as Json,
    );
    expect(started.status, JSON.stringify(started.body)).toBe(202);
    const id = String(started.body["id"]);
    const ended = await eventually(`/v1/runs/${id}`, key, ENDED);
    expect(ended, JSON.stringify(ended)).toMatchObject({ status: "completed", user: name, subject: name, metadata: { tag: name } });
    expect(Object.keys(ended["output"] as JsonObject)).toContain(name);
    const tagged = await call("POST", "/v1/runs", key, { workflow, input: {}, metadata: entry(name, name) });
    expect(tagged.status, JSON.stringify(tagged.body)).toBe(202);
    expect(Object.keys(tagged.body["metadata"] as JsonObject)).toEqual([name]);
    for (const path of [`/v1/runs?user=${name}`, `/v1/runs/${id}/events`, `/v1/runs/${id}/trace`])
      expect((await call("GET", path, world.keys.operator)).status, path).toBe(200);
    expect((await call("POST", `/v1/runs/${id}/replay`, world.keys.operator, {})).body).toMatchObject({ identical: true });
    const caps = await call("PUT", `/v1/budgets/user:${name}`, await makeKey("hostile", "adam", ["admin"]), { usd_per_day: 5 });
    expect(caps.status, JSON.stringify(caps.body)).toBe(200);
  });

  it.each(HOSTILE)("[NAME-2] `%s` where there is no such thing is an error of the caller's", async (name) => {
    const admin = await makeKey("hostile", "adam", ["admin"]);
    const asked: readonly (readonly [string, string, Json?])[] = [
      ["GET", `/v1/runs?status=${name}`],
      ["GET", `/v1/runs?workflow=${name}`],
      ["GET", `/v1/reviews?status=${name}`],
      ["GET", `/v1/runs/${name}`],
      ["GET", `/v1/workflows/${name}/versions/1`],
      ["GET", `/v1/audit/entries?type=${name}`],
      ["GET", `/v1/models/${name}/${name}`],
      ["POST", "/v1/runs", { workflow: `no-${name}`, input: {} }],
      ["POST", "/v1/chat/completions", { model: `task:${name}`, messages: [{ role: "user", content: "hi" }] }],
      ["POST", "/v1/chat/completions", { model: name, messages: [{ role: name, content: "hi" }] }],
      ["POST", "/v1/api-keys", { user: "x", roles: [name] }],
      ["PUT", `/v1/budgets/${name}`, { usd_per_day: 1 }],
      ["PUT", `/v1/routes/${name}`, { models: [], strategy: name }],
      ["POST", "/v1/guardrails/check", { texts: [name], channel: name }],
      ["POST", "/v1/workflows", { name: "bad", input: true, output: null, steps: { a: entry("kind", name) } }],
      [
        "POST",
        "/v1/workflows",
        { name: "bad", input: { type: name, [name]: 1 }, output: null, steps: { a: { kind: "transform", value: { cel: name } } } },
      ],
      ["POST", "/v1/runs", entry(name, 1)],
      ["POST", "/admin/kill-switch", { scope: `tool:${name}`, reason: "x" }],
    ];
    for (const [method, path, body] of asked) {
      const answer = await call(method, path, admin, body);
      expect(answer.status, `${method} ${path} ${JSON.stringify(answer.body)}`).toBeLessThan(500);
    }
  });
});
