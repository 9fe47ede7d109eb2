/** `/v1/routes`: which models answer for a task. */
import { beforeEach, describe, expect, it } from "vitest";
import { ADMIN_KEY, makeWorld, type World } from "../../support/ingress-fakes.ts";

type Body = Record<string, unknown>;
const ONE = "acme/one-2026-01-01";
const TWO = "acme/two-2026-01-01";

let world: World;
let developer: string;
beforeEach(async () => {
  world = makeWorld();
  developer = await world.makeKey(["developer"]);
  for (const id of [ONE, TWO]) {
    const entry = { upstream_id: id, price: { input: 1, output: 1 }, context: 1_000, tasks: ["classify"], pii: "redacted" };
    expect((await send("PUT", `/v1/models/${id}`, developer, entry)).status).toBe(200);
  }
});

const send = async (method: string, path: string, key: string, body?: unknown, headers: Record<string, string> = {}) => {
  const answer = await world.send(method, path, { key, headers, ...(body === undefined ? {} : { body }) });
  return { status: answer.status, body: (await answer.json().catch(() => ({}))) as Body };
};
const put = (body: unknown, task = "classify", key = developer) => send("PUT", `/v1/routes/${task}`, key, body);
const paths = (body: Body) => ((body["errors"] ?? []) as { path: string }[]).map(({ path }) => path);

it("[WARN-13] a model's or a tool's secret that is not registered is a warning, until it is", async () => {
  const model = { upstream_id: "x-1", price: { input: 1, output: 1 }, context: 1_000, tasks: [], pii: "redacted", secret: "key-of-x" };
  const http = { url: "https://api.example.com/x", secret: "key-of-x" };
  const tool = { effect: "read", kind: "http", http, input: {}, output: true };
  const warned = async () => [
    (await send("PUT", "/v1/models/acme/x-2026-01-01", developer, model)).body["warnings"],
    (await send("PUT", "/v1/tools/x", developer, tool)).body["warnings"],
  ];
  expect(await warned()).toMatchObject([[{ path: "/secret" }], [{ path: "/http/secret" }]]);
  expect((await send("PUT", "/v1/secrets/key-of-x", developer, { value: "v", hosts: ["api.example.com"] })).status).toBe(200);
  expect(await warned()).toEqual([[], []]);
});

describe("[ROUTE-4] a route", () => {
  it("is set, shown, listed and taken away; again and again the same", async () => {
    const route = { models: [{ id: ONE, weight: 3 }, { id: TWO }], strategy: "weighted" };
    const shown = {
      task: "classify",
      models: [
        { id: ONE, weight: 3 },
        { id: TWO, weight: 1 },
      ],
      strategy: "weighted",
    };
    expect(await send("GET", "/v1/routes/classify", developer)).toMatchObject({ status: 404, body: { code: "not_found" } });
    for (let n = 0; n < 2; n++) expect(await put(route)).toEqual({ status: 200, body: shown });
    expect(await send("GET", "/v1/routes/classify", developer)).toEqual({ status: 200, body: shown });
    expect(await send("GET", "/v1/routes", developer)).toEqual({ status: 200, body: { data: [shown], next_cursor: null } });
    expect(await send("DELETE", "/v1/routes/classify", developer)).toMatchObject({ status: 204 });
    expect(await send("DELETE", "/v1/routes/classify", developer)).toMatchObject({ status: 404 });
    expect(await send("GET", "/v1/routes", developer)).toMatchObject({ body: { data: [] } });
  });

  it("shows no weights that nobody gave and that count for nothing", async () => {
    const route = { models: [{ id: ONE }], strategy: "cheapest" };
    expect(await put(route)).toEqual({ status: 200, body: { task: "classify", ...route } });
  });

  it.each<[unknown, string]>([
    [{ models: [{ id: ONE }, { id: "acme/gone-2026-01-01" }], strategy: "fallback" }, "/models/1/id"],
    [{ models: [{ id: ONE, weight: 0 }], strategy: "weighted" }, "/models/0/weight"],
    [{ models: Array.from({ length: 21 }, () => ({ id: ONE })), strategy: "fallback" }, "/models"],
    [{ models: [{ id: ONE }], strategy: "dearest" }, "/strategy"],
    [{ models: [{ id: ONE }], strategy: "fallback", extra: 1 }, "/extra"],
  ])("is 400 as %j, and says where", async (body, path) => {
    const answer = await put(body);
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    expect(paths(answer.body)).toEqual([path]);
    expect(world.writes.filter((write) => write.startsWith("route"))).toEqual([]);
  });

  it("has the name of a task", async () => {
    const route = { models: [{ id: ONE }], strategy: "fallback" };
    const answer = await put(route, "Bad%20Task");
    expect([answer.status, paths(answer.body)]).toEqual([400, ["path.task"]]);
    expect(await send("GET", "/v1/routes/Bad%20Task", developer)).toMatchObject({ status: 404 });
  });

  it("may name the deployment's own model where nobody registered one, and no other org's", async () => {
    const globex = { "Bulkhead-Org": "globex" };
    const route = (id: string) => ({ models: [{ id }], strategy: "fallback" });
    expect((await send("PUT", "/v1/routes/write", ADMIN_KEY, route("bulkhead/rehearsal-1.0.0"), globex)).status).toBe(200);
    expect((await send("PUT", "/v1/routes/write", ADMIN_KEY, route(ONE), globex)).status).toBe(400);
    expect((await send("GET", "/v1/routes/write", developer)).status).toBe(404);
  });

  it("is on record when it is set and when it goes", async () => {
    await put({ models: [{ id: ONE }, { id: TWO }], strategy: "fastest" });
    expect(world.records.at(-1)).toMatchObject({
      org: "acme",
      record: {
        event_type: "route.set",
        action: "model.write",
        resource: "route/classify",
        decision: "allow",
        data: { strategy: "fastest", models: [{ id: ONE }, { id: TWO }] },
      },
    });
    await send("DELETE", "/v1/routes/classify", developer);
    expect(world.records.at(-1)).toMatchObject({ org: "acme", record: { event_type: "route.removed", resource: "route/classify" } });
  });

  it("is a developer's to change and every member's to see", async () => {
    const caller = await world.makeKey(["caller"]);
    await put({ models: [{ id: ONE }], strategy: "fallback" });
    expect((await put({ models: [{ id: TWO }], strategy: "fallback" }, "classify", caller)).status).toBe(403);
    expect((await send("DELETE", "/v1/routes/classify", caller)).status).toBe(403);
    expect(await send("GET", "/v1/routes/classify", caller)).toMatchObject({ status: 200, body: { models: [{ id: ONE }] } });
  });
});
