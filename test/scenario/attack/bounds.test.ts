/** Attempts to spend more than was given, to go on without end or past a stop, to use a risk's override alone, and to come as somebody else. */
import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../core/json.ts";
import { type Attempt, type Field, openField, refused, type Said } from "../../support/attack/field.ts";
import { ADMIN, call, makeKey } from "../../support/scenario/api.ts";

let field: Field;
const step = (tool: string, input: JsonObject = {}, more: JsonObject = {}): JsonObject => ({ kind: "tool", tool, input, ...more });
const prompts = (name: string) => field.seen.filter(({ url, body }) => url.includes("llm.") && body.includes(`attack ${name}:`));

beforeAll(async () => {
  field = await openField("attack-bounds");
  await field.must("PUT", `/v1/orgs/${field.org}`, field.who.ada, { egress: ["tools.field.example"] });
  await field.tool("look");
});

const again = (tool: string): Said => [{ tool, input: {} }];
const BOUNDS: readonly Attempt[] = [
  {
    title: "a run without the money for its next call makes it",
    layer: "budget",
    play: async () => {
      await field.flow("no-money", { say: field.says("no-money", "fine", { a: { cel: "input.text" } }) });
      const { id } = await field.run("no-money", { text: "go" }, { budget: { usd: 0.000001 } });
      expect(prompts("no-money")).toEqual([]);
      return { run: id };
    },
  },
  {
    title: "a child run spends more than its parent has",
    layer: "budget",
    play: async () => {
      await field.flow("spends", { say: field.says("spends", "fine", { a: { cel: "input.text" } }) }, { limits: { usd: 100 } });
      await field.flow("pays-for", { c: { kind: "run", workflow: "spends", input: { text: "go" } } });
      const { id, run } = await field.run("pays-for", { text: "go" }, { budget: { usd: 0.000001 } });
      expect(prompts("spends")).toEqual([]);
      expect(run["status"]).not.toBe("running");
      return { run: id };
    },
  },
  {
    title: "a run spends what its org has no money for",
    layer: "budget",
    play: async () => {
      await field.flow("capped", { say: field.says("capped", "fine", { a: { cel: "input.text" } }) });
      await field.must("PUT", "/v1/budgets/workflow:capped", ADMIN, { usd_per_day: 0.000001 });
      const { id } = await field.run("capped");
      expect(prompts("capped")).toEqual([]);
      return { run: id };
    },
  },
  {
    title: "an agent asks for the same thing for ever",
    layer: "limits",
    play: async () => {
      await field.agent(
        "circles",
        Array.from({ length: 9 }, () => again("look")),
        ["look"],
        {},
        { max_iterations: 9 },
      );
      const { id, run } = await field.run("circles");
      expect(run).toMatchObject({ status: "failed", error: { code: "loop_detected" } });
      return { run: id };
    },
  },
  {
    title: "an agent goes on past its iterations",
    layer: "limits",
    play: async () => {
      await field.agent(
        "iterates",
        [[{ tool: "look", input: { n: 1 } }], [{ tool: "look", input: { n: 2 } }]],
        ["look"],
        {},
        { max_iterations: 1 },
      );
      const { id, run } = await field.run("iterates");
      expect(run).toMatchObject({ status: "failed", error: { code: "limit_reached" } });
      return { run: id };
    },
  },
  {
    title: "a map calls a tool more often than the run may take steps",
    layer: "limits",
    play: async () => {
      await field.tool("mapped");
      const over = { cel: "[1, 2, 3, 4, 5, 6, 7, 8]" };
      await field.flow("maps", { m: { kind: "map", over, step: step("mapped") } }, { tools: ["mapped"], limits: { steps: 3 } });
      const { id } = await field.run("maps");
      expect(field.reached("mapped").length).toBeLessThanOrEqual(3);
      return { run: id };
    },
  },
  {
    title: "a run calls a tool more often than its rate",
    layer: "limits",
    play: async () => {
      await field.tool("rated", { rate: { per_minute: 1 } });
      const once = { retry: { attempts: 1 }, on_error: { value: null } };
      await field.flow("rates", { a: step("rated", {}, once), b: step("rated", {}, once) }, { tools: ["rated"] });
      const { id } = await field.run("rates");
      expect(field.reached("rated")).toHaveLength(1);
      return { run: id };
    },
  },
];

const IDENTITY: readonly Attempt[] = [
  {
    title: "the credential of a tool's call signs in",
    layer: "identity",
    play: async () => {
      await field.flow("leaks", { a: step("look") }, { tools: ["look"] });
      await field.run("leaks");
      const token = field.reached("look")[0]?.headers.get("authorization")?.slice("Bearer ".length) ?? "";
      expect(token.startsWith("ey")).toBe(true);
      expect((await call("GET", "/v1/me", token)).status).toBe(401);
      expect((await call("POST", "/console/session", token)).status).toBe(401);
      return { resource: "api-key", org: "default" };
    },
  },
  {
    title: "the credential of a tool's call is shown a second time",
    layer: "identity",
    play: async () => {
      await field.tool("once");
      await field.flow("replays", { a: step("once") }, { tools: ["once"] });
      await field.run("replays");
      const token = field.reached("once")[0]?.headers.get("authorization")?.slice("Bearer ".length) ?? "";
      const ask = async () => (await call("POST", "/v1/credentials/introspect", field.who.app, { token })).body["active"];
      expect([await ask(), await ask()]).toEqual([true, false]);
      return { resource: "credential" };
    },
  },
  {
    title: "a revoked key signs in",
    layer: "identity",
    play: async () => {
      const made = await field.must("POST", "/v1/api-keys", field.who.ada, { user: "gone", roles: ["admin"] }, 201);
      expect((await call("DELETE", `/v1/api-keys/${made["id"]}`, field.who.ada)).status).toBe(204);
      expect((await call("GET", "/v1/me", String(made["key"]))).status).toBe(401);
      expect((await call("POST", "/console/session", String(made["key"]))).status).toBe(401);
      return { resource: `api-key/${made["id"]}` };
    },
  },
  {
    title: "an admin acts in another org",
    layer: "identity",
    play: async () => {
      const tried = await call("GET", "/v1/workflows", field.who.ada, undefined, { "bulkhead-org": "attack-deputy" });
      expect(tried.status).toBe(403);
      return { resource: "org" };
    },
  },
  {
    title: "an admin makes a key of another org",
    layer: "identity",
    play: async () => {
      const body = { org: "attack-deputy", user: "mallory", roles: ["admin"] };
      expect((await call("POST", "/v1/api-keys", field.who.ada, body)).status).toBe(403);
      return { resource: "api-key" };
    },
  },
  {
    title: "a developer sends a model's calls to an address of their own",
    layer: "identity",
    play: async () => {
      const model = { base_url: "https://evil.field.example/v1", upstream_id: "m", price: { input: 1, output: 1 }, context: 1_000 };
      const id = "acme/mine-2026-01-01";
      const tried = await call("PUT", `/v1/models/${id}`, field.who.dora, { ...model, tasks: ["work"], pii: "allowed" });
      expect(tried.status).toBe(403);
      return { resource: `model/${id}` };
    },
  },
];

const STOPS: readonly Attempt[] = [
  {
    title: "a stopped tool is called by a run under way",
    layer: "switch",
    play: async () => {
      await field.tool("stopped");
      await field.flow(
        "goes-on",
        { w: { kind: "wait", signal: "go", timeout_ms: 60_000 }, a: step("stopped", {}, { needs: ["w"] }) },
        { tools: ["stopped"] },
      );
      const run = await field.start("goes-on");
      await field.must("POST", "/admin/kill-switch", field.who.otto, { scope: "tool:stopped", reason: "attack" });
      await new Promise((resolve) => setTimeout(resolve, 2_100));
      await call("POST", `/v1/runs/${run}/signals/go`, field.who.app, {});
      const held = await field.still(run);
      expect(held["status"]).toBe("paused");
      expect(field.reached("stopped")).toEqual([]);
      return { run };
    },
  },
  {
    title: "who threw a switch and a key made since lift it",
    layer: "people",
    play: async () => {
      await field.flow("halted", { a: step("look") }, { tools: ["look"] });
      await field.must("POST", "/admin/kill-switch", field.who.ada, { scope: "workflow:halted", reason: "attack" });
      const asked = await field.must(
        "POST",
        "/admin/kill-switch/recovery",
        field.who.ada,
        { scope: "workflow:halted", reason: "over" },
        202,
      );
      const late = await makeKey(field.org, "late", ["admin"]);
      for (const key of [field.who.ada, late])
        expect(await call("POST", `/admin/kill-switch/recovery/${asked["id"]}/approve`, key, {})).toMatchObject({ status: 403 });
      const tried = await call("POST", "/v1/runs", field.who.app, { workflow: "halted", input: {} });
      expect(tried).toMatchObject({ status: 503, body: { code: "kill_switch_active" } });
      return { resource: `kill-switch/${asked["id"]}` };
    },
  },
  {
    title: "a caller throws a switch",
    layer: "policy",
    play: async () => {
      const tried = await call("POST", "/admin/kill-switch", field.who.eve, { scope: "workflow:halted", reason: "x" });
      expect(tried.status).toBe(403);
      return { resource: "kill" };
    },
  },
  {
    title: "an org's admin stops the whole platform",
    layer: "identity",
    play: async () => {
      expect((await call("POST", "/admin/kill-switch", field.who.ada, { scope: "all", reason: "x" })).status).toBe(403);
      return { resource: "kill-switch/all" };
    },
  },
];

const RISK: readonly Attempt[] = [
  {
    title: "a write over the org's risk limit, and an override by who asked for it and who started the run",
    layer: "risk",
    play: async () => {
      await field.must("PUT", `/v1/orgs/${field.org}`, field.who.ada, { risk: { review_over: 10, block_over: 20 } });
      await field.tool("risks", { effect: "write" });
      await field.flow("risks", { put: step("risks") }, { tools: ["risks"] });
      const { id, run } = await field.run("risks");
      expect(run).toMatchObject({ error: { code: "policy_denied" } });
      const body = { run: id, step: "put", reason: "mine", expires_at: new Date(Date.now() + 60_000).toISOString() };
      const override = await field.must("POST", "/v1/overrides", field.who.rita, body, 201);
      const starter = await makeKey(field.org, "app", ["reviewer"]);
      for (const key of [field.who.rita, starter])
        expect(await call("POST", `/v1/overrides/${override["id"]}/approve`, key)).toMatchObject({ status: 403 });
      await expectDenied(`override/${String(override["id"])}`);
      const [letter] = (await call("GET", "/v1/dead-letters?limit=200", field.who.otto)).body["data"] as JsonObject[];
      const redriven = await call("POST", `/v1/dead-letters/${String(letter?.["id"])}/redrive`, field.who.otto);
      const second = await field.still(String(redriven.body["id"]));
      expect(second).toMatchObject({ error: { code: "policy_denied" } });
      expect(field.reached("risks")).toEqual([]);
      return { run: String(redriven.body["id"]) };
    },
  },
];
const expectDenied = (resource: string): Promise<void> => refused(field, { title: "", layer: "people", play: async () => ({ resource }) });

describe.each([
  ["[ATTACK-10] drained budgets and endless work", BOUNDS],
  ["[ATTACK-11] somebody else's identity", IDENTITY],
  ["[ATTACK-12] stops", STOPS],
])("%s", (_group, attempts) => {
  it.concurrent.for(attempts)("$title", (attempt) => refused(field, attempt));
});

describe("[ATTACK-13] risk", () => {
  it.for(RISK)("$title", (attempt) => refused(field, attempt));
});
