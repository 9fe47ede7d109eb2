/** What a tool's manifest promises, over HTTP: rate, fallback, price, documented errors, stale answers, workflows as tools. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../core/json.ts";
import { call, eventually, makeKey, status } from "../support/scenario/api.ts";
import { openWorld, type World } from "../support/scenario/world.ts";

const ENDED = status("completed", "failed", "dead_lettered", "cancelled");
const HOST = "https://contracts.example.com";
let world: World;
/** What the tool at a path answers. */
const answers = new Map<string, () => Response>();
beforeAll(async () => {
  world = await openWorld("contracts");
  world.model = async (request) => answers.get(new URL(request.url).pathname)?.() ?? new Response(null, { status: 503 });
});

const OUTPUT = { type: "object", properties: { id: { type: "string" } }, required: ["id"] };
async function putTool(name: string, more: JsonObject, expected = 200): Promise<JsonObject> {
  const manifest = { effect: "read", kind: "http", http: { url: `${HOST}/${name}` }, input: { type: "object" }, output: OUTPUT, ...more };
  const put = await call("PUT", `/v1/tools/${name}`, world.keys.developer, manifest as JsonObject);
  expect(put.status, JSON.stringify(put.body)).toBe(expected);
  return put.body as JsonObject;
}
async function runOf(workflow: string, steps: JsonObject, tools: string[], output: Json = null): Promise<JsonObject> {
  const definition = { name: workflow, input: { type: "object" }, output, steps, tools };
  const made = await call("POST", "/v1/workflows", world.keys.developer, definition as JsonObject);
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  const started = await call("POST", "/v1/runs", world.keys.app, { workflow, input: {} });
  return eventually(`/v1/runs/${String(started.body["id"])}`, world.keys.app, ENDED);
}
async function eventuallyOne(read: () => Promise<JsonObject[]>): Promise<JsonObject | undefined> {
  for (let tries = 0; tries < 100; tries++) {
    const [first] = await read();
    if (first !== undefined) return first;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return undefined;
}
const once = { attempts: 1 };
const pathsOf = (body: JsonObject): unknown => (body["errors"] as { path: string }[]).map(({ path }) => path);
const json = (body: Json, code = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status: code, headers: { "content-type": "application/json", ...headers } });

describe("a tool's contract", () => {
  it("[TOOLC-3] a fallback answers for a tool that fails, and the run is degraded", async () => {
    answers.set("/a.copy", () => json({ id: "copy" }));
    await putTool("a.copy", {});
    await putTool("a.main", { fallback: "a.copy" });
    const run = await runOf("falls-back", { a: { kind: "tool", tool: "a.main", retry: once } }, ["a.main"], { cel: "steps.a.output.id" });
    expect(run, JSON.stringify(run)).toMatchObject({ status: "completed", output: "copy", flags: ["degraded"] });
  });

  it("[TOOLC-11] a fallback must exist, give the same output, and not write for a read", async () => {
    await putTool("a.other", { output: { type: "object" } });
    await putTool("a.write", { effect: "write" });
    for (const fallback of ["a.none", "a.other", "a.write"])
      expect(pathsOf(await putTool("a.bad", { fallback }, 400))).toEqual(["/fallback"]);
  });

  it("[TOOLC-1] a rate lets exactly so many calls out", async () => {
    answers.set("/a.rated", () => json({ id: "r" }));
    await putTool("a.rated", { rate: { per_minute: 2 } });
    const steps = Object.fromEntries(
      ["x", "y", "z"].map((id) => [id, { kind: "tool", tool: "a.rated", retry: once, on_error: { value: id } }]),
    );
    const run = await runOf("rated", steps, ["a.rated"]);
    const states = (run["steps"] as { error: { code: string } | null }[]).map(({ error }) => error?.code ?? "ok").sort();
    expect(states).toEqual(["ok", "ok", "rate_limited"]);
    expect(world.sent.filter(({ url }) => url === `${HOST}/a.rated`)).toHaveLength(2);
  });

  it("[TOOLC-6] [TOOLC-5] [TOOLC-7] errors have their names, stale answers are flagged, and prices are counted", async () => {
    answers.set("/a.gone", () => json({ error: "gone", message: "sold", field: "/id" }, 410));
    answers.set("/a.old", () => json({ id: "old", cost: 0.003 }, 200, { age: "100" }));
    await putTool("a.gone", { errors: [{ error: "gone", message: "choose another" }] });
    await putTool("a.old", { max_age_ms: 1_000, price: { per_call_usd: 0.01, output_pointer: "/cost" } });
    const steps = { gone: { kind: "tool", tool: "a.gone", on_error: { value: null } }, old: { kind: "tool", tool: "a.old" } };
    const run = await runOf("priced", steps, ["a.gone", "a.old"], { cel: "steps.old.output.id" });
    expect(run, JSON.stringify(run)).toMatchObject({ status: "completed", output: "old", usage: { usd: 0.003 } });
    expect([...(run["flags"] as string[])].sort()).toEqual(["degraded", "stale"]);
    expect(run["steps"]).toMatchObject([{ error: { error: "gone", field: "/id" } }, { stale: true }]);
  });

  it("[TOOLC-12] [TOOLC-15] a call's credential is active once, and a version that sends them elsewhere is on record", async () => {
    answers.set("/a.moved", () => json({ id: "m" }));
    await putTool("a.moved", { scopes: ["read:a"] });
    await runOf("moved", { a: { kind: "tool", tool: "a.moved" } }, ["a.moved"]);
    const token =
      world.sent
        .findLast(({ url }) => url === `${HOST}/a.moved`)
        ?.headers.get("authorization")
        ?.slice("Bearer ".length) ?? "";
    const ask = async () => (await call("POST", "/v1/credentials/introspect", world.keys.app, { token })).body["active"];
    expect([await ask(), await ask()]).toEqual([true, false]);
    await putTool("a.moved", { scopes: ["read:a", "write:a"], http: { url: "https://other.example.com/a" } });
    const entries = async () =>
      ((await call("GET", "/v1/audit/entries?type=credential.unusual", world.keys.auditor)).body["data"] ?? []) as JsonObject[];
    const found = await eventuallyOne(entries);
    expect(found).toMatchObject({ resource: "tool/a.moved@2", data: { destination: "https://other.example.com", scopes: ["write:a"] } });
  });

  it("[TOOLC-16] [TOOLC-17] a credential for a new host is on record, or refused until an admin admits it", async () => {
    for (const path of ["/a.roams", "/second", "/third"]) answers.set(path, () => json({ id: path }));
    const use = () => call("POST", "/v1/tools/a.roams/test", world.keys.developer, { input: {} });
    const moveTo = (place: string) => putTool("a.roams", { scopes: ["read:a"], http: { url: `https://${place}.example.com/${place}` } });
    const entries = async (type: string) =>
      ((await call("GET", `/v1/audit/entries?type=${type}`, world.keys.auditor)).body["data"] ?? []) as JsonObject[];
    await putTool("a.roams", { scopes: ["read:a"] });
    expect((await use()).body).toMatchObject({ ok: true });
    await moveTo("second");
    expect((await use()).body).toMatchObject({ ok: true });
    const found = await eventuallyOne(() => entries("credential.new_destination"));
    expect(found).toMatchObject({
      action: "credential.make",
      decision: "allow",
      data: { tool: "a.roams", destinations: ["https://second.example.com"] },
    });

    const admin = await makeKey("contracts", "alma", ["admin"]);
    expect((await call("PUT", "/v1/orgs/contracts", admin, { credentials: { new_destination: "refuse" } })).status).toBe(200);
    await moveTo("third");
    expect((await use()).body).toMatchObject({ ok: false, error: { code: "policy_denied" } });
    const shown = (await call("GET", "/v1/tools/a.roams/credentials", world.keys.developer)).body;
    expect(shown).toMatchObject({ version: 3, destinations: [{ destination: "https://third.example.com", known: false }] });
    const admit = (key: string, version: number) => call("POST", "/v1/tools/a.roams/credentials", key, { version });
    expect([(await admit(world.keys.developer, 3)).status, (await admit(admin, 2)).status]).toEqual([403, 409]);
    expect(world.sent.filter(({ url }) => url === "https://third.example.com/third")).toHaveLength(0);
    expect((await admit(admin, 3)).body).toMatchObject({ destinations: [{ known: true }] });
    expect((await use()).body).toMatchObject({ ok: true, output: { id: "/third" } });
    const denied = await eventuallyOne(async () =>
      (await entries("credential.new_destination")).filter((one) => one["decision"] === "deny"),
    );
    expect(denied).toMatchObject({ data: { layer: "credential", destinations: ["https://third.example.com"] } });
    expect(await eventuallyOne(() => entries("credential.admitted"))).toMatchObject({ resource: "tool/a.roams@3" });
  });

  it("[TOOL-93] [DEF-20] what is withdrawn is gone for new work, and a run under way keeps it", async () => {
    answers.set("/a.leaving", () => json({ id: "still" }));
    await putTool("a.leaving", {});
    const kid = { name: "leaving-kid", input: { type: "object" }, output: "kid", steps: { a: { kind: "transform", value: 1 } } };
    const steps = {
      hold: { kind: "wait", signal: "go" },
      use: { kind: "tool", needs: ["hold"], tool: "a.leaving" },
      child: { kind: "run", needs: ["hold"], workflow: "leaving-kid", input: {} },
    };
    const output = { cel: "[steps.use.output.id, steps.child.output]" };
    const parent = { name: "leaving", input: { type: "object" }, output, steps, tools: ["a.leaving"] };
    for (const definition of [kid, parent])
      expect((await call("POST", "/v1/workflows", world.keys.developer, definition as JsonObject)).status).toBe(201);
    const start = (more: JsonObject = {}) => call("POST", "/v1/runs", world.keys.app, { workflow: "leaving", input: {}, ...more });
    const run = `/v1/runs/${String((await start()).body["id"])}`;
    await eventually(run, world.keys.app, status("waiting"));

    const paths = ["/v1/tools/a.leaving", "/v1/workflows/leaving-kid", "/v1/workflows/leaving"];
    for (const path of paths) {
      expect((await call("DELETE", path, world.keys.app)).status).toBe(403);
      expect((await call("DELETE", path, world.keys.developer)).status).toBe(204);
      expect((await call("DELETE", path, world.keys.developer)).status).toBe(404);
      expect((await call("GET", path, world.keys.developer)).status).toBe(404);
    }
    expect([(await start()).status, (await start({ version: 1 })).status]).toEqual([404, 404]);
    expect((await call("GET", "/v1/workflows/leaving/versions/1", world.keys.developer)).body).toMatchObject({ status: "retired" });
    await call("POST", `${run}/signals/go`, world.keys.app, {});
    const ended = await eventually(run, world.keys.app, ENDED);
    expect(ended, JSON.stringify(ended)).toMatchObject({ status: "completed", output: ["still", "kid"] });

    await putTool("a.leaving", {});
    const again = await call("POST", "/v1/workflows", world.keys.developer, parent as JsonObject);
    expect([again.status, again.body], JSON.stringify(again.body)).toMatchObject([200, { version: 1, status: "active", percent: 100 }]);
    expect((await call("DELETE", "/v1/tools/a.leaving", world.keys.developer)).status).toBe(204);
    const after = `/v1/runs/${String((await start()).body["id"])}`;
    await eventually(after, world.keys.app, status("waiting"));
    await call("POST", `${after}/signals/go`, world.keys.app, {});
    expect(await eventually(after, world.keys.app, ENDED)).toMatchObject({ status: "failed", error: { code: "not_found" } });
    for (const type of ["tool.withdrawn", "workflow.withdrawn"])
      expect(
        await eventuallyOne(
          async () => ((await call("GET", `/v1/audit/entries?type=${type}`, world.keys.auditor)).body["data"] ?? []) as JsonObject[],
        ),
      ).toMatchObject({ decision: "allow" });
  });

  it("[TOOLC-8] [TOOLC-10] a workflow is a tool, by its name and by a manifest, that may do no less than its runs", async () => {
    answers.set("/a.read", () => json({ id: "child" }));
    await putTool("a.read", {});
    const kid = { a: { kind: "tool", tool: "a.read" } };
    await runOf("kid", kid, ["a.read"], { cel: "steps.a.output" });
    await runOf("kid-writes", { a: { kind: "tool", tool: "a.write", when: { cel: "false" } } }, ["a.write"]);
    const binding = (name: string, more: JsonObject = {}): JsonObject => ({ kind: "workflow", workflow: { name }, http: null, ...more });
    const { http: _http, ...ofKid } = binding("kid");
    const asTool = async (name: string, effect: string, expected: number) => {
      const manifest = { effect, input: { type: "object" }, output: OUTPUT, ...ofKid, workflow: { name } };
      const put = await call("PUT", "/v1/tools/a.kid", world.keys.developer, manifest as JsonObject);
      expect(put.status, JSON.stringify(put.body)).toBe(expected);
      return put.body as JsonObject;
    };
    expect(pathsOf(await asTool("kid-writes", "read", 400))).toEqual(["/effect"]);
    expect(pathsOf(await asTool("kid-none", "read", 400))).toEqual(["/workflow/name"]);
    await asTool("kid", "read", 200);
    const steps = { x: { kind: "tool", tool: "workflow.kid" }, y: { kind: "tool", tool: "a.kid" } };
    const run = await runOf("parent", steps, ["workflow.kid", "a.kid", "a.read"], { cel: "[steps.x.output.id, steps.y.output.id]" });
    expect(run, JSON.stringify(run)).toMatchObject({ status: "completed", output: ["child", "child"] });
    const tested = await call("POST", "/v1/tools/a.kid/test", world.keys.developer, { input: {} });
    expect([tested.status, tested.body["detail"]]).toEqual([400, "`a.kid` is a workflow: start a run of `kid` to try it"]);
    const reserved = await call("PUT", "/v1/tools/workflow.x", world.keys.developer, { effect: "read" });
    expect(reserved.status).toBe(400);
  });
});
