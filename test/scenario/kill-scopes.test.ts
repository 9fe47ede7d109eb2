/** A switch of a tool, a model, a workflow and an org while many runs are calling: each stops what it names, and what it names alone. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../core/json.ts";
import { outside } from "../support/platform.ts";
import { ADMIN, call, eventually, makeKey, status } from "../support/scenario/api.ts";

const ORG = "loaded";
const RUNS = 5;
/** Calls of a run: more than it makes while the test runs, on a busy machine too (a minute of them). */
const CALLS = 200;
const HELD_MS = 300;
/** From this many milliseconds after the answer to a throw nothing in its scope is called. The contract allows 5,000; one isolate knows at once. */
const KNOWN_MS = 250;

let keys: { [K in "app" | "developer" | "reviewer" | "operator" | "auditor"]: string };
let ann: string;
/** When each call arrived outside, by the last part of its path. */
const arrivals: { readonly name: string; readonly at: number }[] = [];

const tool = (name: string): JsonObject => ({
  ...{ description: "Holds a call", effect: "read", kind: "http", http: { url: `http://out.test/${name}` }, input: {}, output: {} },
});
const chained = (step: JsonObject): JsonObject =>
  Object.fromEntries(Array.from({ length: CALLS }, (_, n) => [`s${n}`, { ...step, needs: n === 0 ? [] : [`s${n - 1}`] }]));
const sentSince = (name: string, at: number): number => arrivals.filter((one) => one.name === name && one.at > at).length;
const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

beforeAll(async () => {
  const join = (user: string, role: string): Promise<string> => makeKey(ORG, user, [role]);
  const [app, developer, reviewer, operator, auditor, admin] = await Promise.all([
    ...[join("app", "caller"), join("dora", "developer"), join("rita", "reviewer")],
    ...[join("otto", "operator"), join("anna", "auditor"), join("ann", "admin")],
  ]);
  keys = { app, developer, reviewer, operator, auditor } as typeof keys;
  ann = admin ?? "";
  outside.fetch = (async (input: RequestInfo | URL, init?: RequestInit) => {
    const name = new URL(new Request(input, init).url).pathname.split("/")[1] ?? "";
    arrivals.push({ name, at: Date.now() });
    await pass(HELD_MS);
    const message = { role: "assistant", content: "Go on." };
    const answer = {
      id: "c",
      object: "chat.completion",
      created: 1,
      model: "held",
      choices: [{ index: 0, message, finish_reason: "stop" }],
    };
    return Response.json(
      name === "model" ? { ...answer, usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 } } : { done: true },
    );
  }) as typeof fetch;
  for (const name of ["held.a", "held.b", "held.c"])
    expect((await call("PUT", `/v1/tools/${name}`, keys.developer, tool(name) as Json)).status).toBe(200);
  for (const [id, tasks] of [
    ["acme/held-1.0", ["held"]],
    ["acme/embed-1.0", ["embed"]],
  ] as const) {
    const model = {
      upstream_id: "held",
      base_url: "http://out.test/model",
      price: { input: 1, output: 1 },
      context: 8_000,
      tasks,
      pii: "allowed",
      pinned: true,
    };
    expect((await call("PUT", `/v1/models/${id}`, ADMIN, model as unknown as Json, { "bulkhead-org": ORG })).status).toBe(200);
  }
  const ask = { kind: "model", model: { id: "acme/held-1.0", max_tokens: 20 }, prompt: { template: "Go on.", slots: {} } };
  for (const [name, step] of [
    ["load-a", { kind: "tool", tool: "held.a", input: {} }],
    ["load-b", { kind: "tool", tool: "held.b", input: {} }],
    ["load-c", { kind: "tool", tool: "held.c", input: {} }],
    ["load-m", ask],
  ] as const) {
    const tools = name === "load-m" ? [] : [`held.${name.at(-1)}`];
    const body = { name, input: {}, output: 1, tools, steps: chained(step), limits: { usd: 5, steps: 2 * CALLS, seconds: 600 } };
    const made = await call("POST", "/v1/workflows", keys.developer, body as unknown as Json);
    expect(made.status, JSON.stringify(made.body)).toBe(201);
  }
});

describe("a kill switch under load", () => {
  const kill = async (scope: string): Promise<number> => {
    const thrown = await call("POST", "/admin/kill-switch", ann, { scope, reason: "it goes wrong" });
    expect(thrown.status, JSON.stringify(thrown.body)).toBe(200);
    return Date.now();
  };
  const refusal = { status: 503, retryAfter: "60" };
  const code = (body: JsonObject): unknown => body["code"] ?? (body["error"] as JsonObject | undefined)?.["code"];
  const tried = async (method: string, path: string, key: string, body?: Json) => {
    const answer = await call(method, path, key, body);
    return { status: answer.status, retryAfter: answer.headers.get("retry-after"), code: code(answer.body) };
  };
  const chat = () =>
    tried("POST", "/v1/chat/completions", keys.app, { model: "acme/held-1.0", messages: [{ role: "user", content: "Hi" }] });
  const test = (name: string) => tried("POST", `/v1/tools/${name}/test`, keys.developer, { input: {} });
  const start = (workflow: string) => tried("POST", "/v1/runs", keys.app, { workflow, input: {} });

  it("[KILL-98] of a tool, a model, a workflow and an org stops what it names within its bound, and nothing else", async () => {
    const runs: string[] = [];
    for (const name of ["a", "b", "c", "m"]) {
      const begun = Array.from({ length: RUNS }, async () => {
        const started = await call("POST", "/v1/runs", keys.app, { workflow: `load-${name}`, input: {} });
        expect(started.status, JSON.stringify(started.body)).toBe(202);
        return String(started.body["id"]);
      });
      runs.push(...(await Promise.all(begun)));
    }
    const busy = (name: string) => expect.poll(() => sentSince(name, 0)).toBeGreaterThanOrEqual(RUNS);
    for (const name of ["held.a", "held.b", "held.c", "model"]) await busy(name);
    const ends: [name: string, scope: string, rest: readonly string[]][] = [
      ["held.a", "tool:held.a", ["held.b", "held.c", "model"]],
      ["model", "model:acme/held-1.0", ["held.b", "held.c"]],
      ["held.b", "workflow:load-b", ["held.c"]],
      ["held.c", `org:${ORG}`, []],
    ];
    expect(ends.map(([, , rest]) => rest.length)).toEqual([3, 2, 1, 0]);
    for (const [name, scope, rest] of ends) {
      const at = await kill(scope);
      await pass(KNOWN_MS + HELD_MS + 200);
      expect(sentSince(name, at + KNOWN_MS), scope).toBe(0);
      for (const other of rest)
        await expect.poll(() => sentSince(other, at + KNOWN_MS), { message: `${scope}: ${other}` }).toBeGreaterThan(0);
      if (scope === "tool:held.a") {
        expect(await test("held.a")).toEqual({ ...refusal, code: "kill_switch_active" });
        expect((await test("held.b")).status).toBe(200);
        expect((await chat()).status).toBe(200);
      }
      if (scope.startsWith("model:")) expect(await chat()).toEqual({ ...refusal, code: "kill_switch_active" });
      if (scope.startsWith("workflow:")) {
        expect(await start("load-b")).toEqual({ ...refusal, code: "kill_switch_active" });
        expect((await start("load-c")).status).toBe(202);
      }
    }
    const ofEach = runs.filter((_, index) => index % RUNS === 0);
    expect(ofEach).toHaveLength(4);
    for (const run of ofEach) {
      const paused = await eventually(`/v1/runs/${run}`, keys.app, status("paused"));
      expect(paused["waiting_for"]).toMatchObject({ kind: "kill_switch" });
    }
  });

  it("[KILL-99] refuses each kind of new work, and nothing else", async () => {
    const listed = (await call("GET", "/v1/runs?workflow=load-a", keys.app)).body["data"] as JsonObject[];
    const id = String(listed[0]?.["id"]);
    const stopped = { ...refusal, code: "kill_switch_active" };
    const newWork: { readonly [what: string]: () => ReturnType<typeof tried> } = {
      start: () => start("load-c"),
      signal: () => tried("POST", `/v1/runs/${id}/signals/go`, keys.app, {}),
      test: () => test("held.c"),
      chat,
      embeddings: () => tried("POST", "/v1/embeddings", keys.app, { model: "acme/embed-1.0", input: "Hi" }),
    };
    const asked: [string, unknown][] = [];
    for (const [what, ask] of Object.entries(newWork)) asked.push([what, await ask()]);
    expect(asked).toEqual(["start", "signal", "test", "chat", "embeddings"].map((what) => [what, stopped]));
    const { developer, reviewer, operator, auditor, app } = keys;
    const open: readonly (readonly [method: string, path: string, key: string, body?: Json])[] = [
      ["GET", `/v1/runs/${id}`, app],
      ["GET", `/v1/runs/${id}/events`, app],
      ["GET", "/v1/reviews", reviewer],
      ["GET", "/v1/dead-letters", operator],
      ["GET", "/v1/audit/entries", auditor],
      ["GET", "/admin/kill-switch", ann],
      ["POST", `/v1/runs/${id}/feedback`, app, { score: 1 }],
      ["POST", `/v1/runs/${id}/pause`, operator, { reason: "look" }],
      ["POST", `/v1/runs/${id}/resume`, operator],
      ["POST", `/v1/runs/${id}/replay`, developer],
      ["POST", `/v1/runs/${id}/cancel`, app, { reason: "enough" }],
      ["PUT", "/v1/tools/held.c", developer, tool("held.c")],
      ["POST", "/v1/guardrails/check", app, { texts: ["Hi"], channel: "user" }],
      ["POST", "/v1/runs/estimate", app, { workflow: "load-c", input: {} }],
    ];
    for (const [method, path, key, body] of open) {
      const answer = await tried(method, path, key, body);
      expect([path, answer.status < 300], JSON.stringify(answer)).toEqual([path, true]);
    }
  });
});
