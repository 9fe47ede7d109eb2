/** What definitions, tools and requests say of other things: checked where they are put, with what the org has. */
import { beforeEach, describe, expect, it } from "vitest";
import { withBuiltInTools } from "../../../workers/store/built-in-tools.ts";
import { aRunId, makeWorld, TOOL, WORKFLOW, type World } from "../../support/ingress-fakes.ts";

let world: World;
let developer: string;
beforeEach(async () => {
  world = makeWorld();
  developer = await world.makeKey(["developer"], { user: "dev" });
});

type Problem = { errors?: { path: string }[]; status?: string };
const send = async (method: string, path: string, body: unknown, key = developer, headers: Record<string, string> = {}) => {
  const answer = await world.send(method, path, { key, body, headers });
  const json = (await answer.json()) as Problem;
  return { status: answer.status, headers: answer.headers, json, paths: (json.errors ?? []).map(({ path }) => path) };
};
const put = (name: string, more: object = {}) =>
  send("PUT", `/v1/tools/${name}`, { ...TOOL, http: { url: "https://shop.example/x" }, ...more });

describe("[REF-1] the tool that is asked whether a call happened", () => {
  it("exists and reads", async () => {
    const unknown = await put("pay", { effect: "write", idempotency: { lookup: "pay.get" } });
    expect([unknown.status, unknown.paths]).toEqual([400, ["/idempotency/lookup"]]);
    await put("pay.get", { effect: "write" });
    const writing = await put("pay", { effect: "write", idempotency: { lookup: "pay.get" } });
    expect([writing.status, writing.paths]).toEqual([400, ["/idempotency/lookup"]]);
    await put("pay.get", { effect: "read" });
    expect((await put("pay", { effect: "write", idempotency: { lookup: "pay.get" } })).status).toBe(200);
  });

  it("is another tool", async () => {
    await put("pay", { effect: "read" });
    expect((await put("pay", { effect: "read", idempotency: { lookup: "pay" } })).paths).toEqual(["/idempotency/lookup"]);
  });

  it("is one of the same org", async () => {
    const stranger = await world.makeKey(["developer"], { org: "other", user: "eve" });
    await send("PUT", "/v1/tools/pay.get", { ...TOOL, http: { url: "https://shop.example/x" } }, stranger);
    expect((await put("pay", { effect: "write", idempotency: { lookup: "pay.get" } })).status).toBe(400);
  });
});

describe("[REF-2] a compensation", () => {
  const register = (tool: string, undo: string) =>
    send("POST", "/v1/workflows", {
      ...WORKFLOW,
      tools: ["read", "write"],
      steps: { act: { kind: "tool", tool, input: { id: "1" }, compensate: { tool: undo, input: { id: "1" } } } },
      output: null,
    });

  it("undoes a write, with a write", async () => {
    await put("read", { effect: "read" });
    await put("write", { effect: "write" });
    expect((await register("read", "write")).paths).toEqual(["/steps/act/compensate"]);
    expect((await register("write", "read")).paths).toEqual(["/steps/act/compensate/tool"]);
    expect((await register("write", "write")).status).toBe(201);
  });
});

describe("[REF-3] a signal", () => {
  it.each(["Parcel_Arrived", "a", "x".repeat(64), "_.-"])("named %s is one that a definition may await", async (name) => {
    const caller = await world.makeKey(["caller", "developer"]);
    await send("POST", "/v1/workflows", WORKFLOW, caller);
    const { json } = await send("POST", "/v1/runs", { workflow: "echo", input: { text: "hello" } }, caller);
    const told = await send("POST", `/v1/runs/${(json as { id: string }).id}/signals/${name}`, {}, caller);
    expect(told.status).toBe(202);
    expect(world.signals.at(-1)?.signal.name).toBe(name);
    const awaited = { ...WORKFLOW, name: "waiter", steps: { say: { kind: "wait", signal: name } } };
    expect((await send("POST", "/v1/workflows", awaited)).status).toBe(201);
  });

  it.each(["x".repeat(65), "a%20b", "a%2Fb", "%C3%A9"])("named %s is none", async (name) => {
    const caller = await world.makeKey(["caller"]);
    expect((await send("POST", `/v1/runs/${aRunId("acme")}/signals/${name}`, {}, caller)).status).toBe(404);
  });
});

describe("[REF-4] a preference that is not understood is ignored (RFC 7240 section 2)", () => {
  it.each(["wait=forever", "wait=-1", "wait", ";;;=,", `wait=${"9".repeat(30)}`, "x".repeat(4_000)])("%s", async (prefer) => {
    const caller = await world.makeKey(["caller", "developer"]);
    await send("POST", "/v1/workflows", WORKFLOW, caller);
    const started = await send("POST", "/v1/runs", { workflow: "echo", input: { text: "hello" } }, caller, { Prefer: prefer });
    expect([started.status, started.headers.get("Preference-Applied")]).toEqual([202, null]);
  });
});

it("[WARN-14] registering, and trying to, warns of `code.run` where no containers run", async () => {
  Object.assign(world.ports, { store: withBuiltInTools(world.ports.store) });
  const definition = { ...WORKFLOW, name: "figures", output: { cel: "steps.a.output" }, tools: ["code.run"], steps: STEPS };
  for (const path of ["/v1/workflows?dry_run=true", "/v1/workflows"]) {
    const { json } = await send("POST", path, definition);
    expect(json, path).toMatchObject({
      warnings: [
        { path: "/tools/0", message: expect.stringMatching(/^every call of `code\.run` fails: this deployment runs no containers/) },
      ],
    });
  }
  Object.assign(world.ports.settings, { containers: true });
  expect((await send("POST", "/v1/workflows", { ...definition, name: "other" })).json).toMatchObject({ warnings: [] });
});

const STEPS = { a: { kind: "tool", tool: "code.run", input: { language: "python", code: "output = 1" } } };
