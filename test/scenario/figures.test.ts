/** What runs and chats cost, why, and how workflows do: over the whole platform, by HTTP. */
import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../core/json.ts";
import { ADMIN, call, eventually, makeKey, status } from "../support/scenario/api.ts";
import { openWorld, type World } from "../support/scenario/world.ts";

const ENDED = status("completed", "failed", "dead_lettered");
const MODEL = "acme/figures-2026-01-01";
let world: World;
let other = "";

const asAdmin = (path: string) => call("GET", path, ADMIN, undefined, { "bulkhead-org": world.org });

beforeAll(async () => {
  world = await openWorld("figures");
  other = await makeKey(world.org, "olga", ["caller"]);
  world.model = async () =>
    Response.json({
      choices: [{ message: { role: "assistant", content: "fine" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 100, completion_tokens: 50 },
    });
  const entry = {
    base_url: "http://models.test/v1",
    upstream_id: "figures",
    price: { input: 10, output: 10 },
    context: 8_000,
    tasks: ["write"],
    pii: "redacted",
  };
  expect((await call("PUT", `/v1/models/${MODEL}`, ADMIN, entry, { "bulkhead-org": world.org })).status).toBe(200);
  const prompt = { template: "Write: {{text}}", slots: { text: { cel: "input.text" } } };
  const step = { kind: "model", model: { id: MODEL, max_tokens: 100 }, prompt };
  for (const [name, steps] of Object.entries({
    written: { a: step, b: { ...step, needs: ["a"] } },
    nested: { inner: { kind: "run", workflow: "written", input: { text: { cel: "input.text" } } }, c: { ...step, needs: ["inner"] } },
  })) {
    const made = await call("POST", "/v1/workflows", world.keys.developer, {
      name,
      input: { type: "object" },
      output: { cel: "1" },
      steps,
    });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
  }
});

async function run(workflow: string, metadata: JsonObject = {}): Promise<JsonObject> {
  const started = await call("POST", "/v1/runs", world.keys.app, { workflow, input: { text: "hello" }, metadata });
  expect(started.status, JSON.stringify(started.body)).toBe(202);
  return eventually(`/v1/runs/${started.body["id"]}`, world.keys.app, ENDED);
}

const leaves = (node: JsonObject): number =>
  node["children"] === undefined
    ? Math.round(Number(node["usd"]) * 1e6)
    : (node["children"] as JsonObject[]).reduce((sum, child) => sum + leaves(child), 0);

describe("costs", () => {
  it("[COSTS-6] sum to the ledger: a child run counts once, chats count, and a caller sees its own", async () => {
    const ends = [await run("written", { team: "red" }), await run("nested", { team: "blue" })];
    expect(ends).toMatchObject([{ usage: { usd: 0.003 } }, { usage: { usd: 0.0045 } }]);
    const chat = { model: MODEL, max_tokens: 50, messages: [{ role: "user", content: "hello" }] };
    expect((await call("POST", "/v1/chat/completions", other, chat)).status).toBe(200);
    const total = async (by: string, key = ADMIN) =>
      (await call("GET", `/v1/costs?by=${by}`, key, undefined, key === ADMIN ? { "bulkhead-org": world.org } : {})).body;
    await expect.poll(async () => (await total("workflow"))["total_usd"]).toBe(0.009);
    const { body } = await asAdmin("/v1/budgets");
    expect((body["data"] as JsonObject[]).find(({ scope }) => scope === "org")).toMatchObject({ usd_per_day: { spent: 0.009 } });
    expect((await total("workflow"))["data"]).toEqual([
      { workflow: "written", usd: 0.006, tokens_in: 400, tokens_out: 200, calls: 4 },
      { workflow: null, usd: 0.0015, tokens_in: 100, tokens_out: 50, calls: 1 },
      { workflow: "nested", usd: 0.0015, tokens_in: 100, tokens_out: 50, calls: 1 },
    ]);
    expect((await total("metadata.team"))["data"]).toMatchObject([
      { "metadata.team": "blue", usd: 0.0045 },
      { "metadata.team": "red", usd: 0.003 },
      { "metadata.team": null, usd: 0.0015 },
    ]);
    expect(await total("user,model", other)).toMatchObject({ data: [{ user: "olga", model: MODEL, usd: 0.0015 }], total_usd: 0.0015 });
    const refused = await asAdmin("/v1/costs?by=colour&from=yesterday");
    expect([refused.status, refused.body["code"]]).toEqual([400, "invalid_request"]);
    expect((refused.body["errors"] as JsonObject[]).map(({ path }) => path)).toEqual(["query.from"]);
    const future = new Date(Date.now() + 60_000).toISOString();
    expect((await asAdmin(`/v1/costs?from=${future}`)).body).toEqual({ data: [], total_usd: 0 });
    const traced = await asAdmin(`/v1/runs?trace_id=${String(ends[0]?.["trace_id"])}&since=2026-01-01`);
    expect((traced.body["data"] as JsonObject[]).map(({ id }) => id)).toEqual([ends[0]?.["id"]]);
  });
});

describe("what runs cost beside their calls, and what they were worth", () => {
  it("[COSTS-8] [COSTS-9] [COSTS-10] is in the explanation, in the costs that include it, and in the outcomes; never in the ledger's sum", async () => {
    const definition = {
      name: "asking",
      input: { type: "object" },
      output: { cel: "1" },
      steps: { ask: { kind: "review", proposal: {} } },
    };
    expect((await call("POST", "/v1/workflows", world.keys.developer, definition)).status).toBe(201);
    const outcomes = [{ workflow: "asking", minutes_saved: 30, success_usd: 2 }];
    const costs = { people: { usd_per_hour: 3_600, minutes_at_most: 5 }, outcomes };
    const put = (body: JsonObject) => call("PUT", `/v1/orgs/${world.org}`, ADMIN, body, { "bulkhead-org": world.org });
    expect(await put({ costs })).toMatchObject({ status: 200, body: { costs } });
    const twice = await put({ costs: { outcomes: [...outcomes, ...outcomes] } });
    expect([twice.status, (twice.body["errors"] as JsonObject[]).map(({ path }) => path)]).toEqual([400, ["/costs/outcomes/1/workflow"]]);

    const started = await call("POST", "/v1/runs", world.keys.app, { workflow: "asking", input: {} });
    const path = `/v1/runs/${String(started.body["id"])}`;
    const asked = await eventually(path, world.keys.app, status("waiting"));
    const review = `/v1/reviews/${String((asked["waiting_for"] as JsonObject)["id"])}/decision`;
    expect((await call("POST", review, world.keys.reviewer, { action: "approve", reason: "checked" })).status).toBe(200);
    expect(await eventually(path, world.keys.app, ENDED)).toMatchObject({ status: "completed", usage: { usd: 0 } });

    const { beside, cost } = (await call("GET", `${path}/explain`, world.keys.app)).body as { beside: JsonObject; cost: JsonObject };
    expect(cost).toMatchObject({ usd: 0 });
    const [people, storage] = (beside["children"] as JsonObject[]).toSorted((a, b) => String(a["name"]).localeCompare(String(b["name"])));
    expect(people).toMatchObject({ name: "people", children: [{ name: expect.stringMatching(/^review rev_/), ms: expect.any(Number) }] });
    const seconds = Number((people?.["children"] as JsonObject[])[0]?.["ms"]) / 1_000;
    expect(people?.["usd"]).toBeCloseTo(seconds, 5); // a dollar a second
    expect(storage?.["name"]).toBe("storage (estimated)");

    const line = async (query: string) =>
      ((await asAdmin(`/v1/costs?by=workflow${query}`)).body["data"] as JsonObject[]).find(({ workflow }) => workflow === "asking");
    const included = {
      ...{ workflow: "asking", usd: 0, tokens_in: 0, tokens_out: 0, calls: 0, runs: 1, completed: 1 },
      ...{ people_usd: people?.["usd"], people_minutes: Math.round(seconds / 0.6) / 100, storage_usd: storage?.["usd"] },
    };
    await expect.poll(() => line("&include=people,storage,runs")).toEqual(included);
    expect(await line("")).toBeUndefined();
    const { body } = await asAdmin("/v1/costs/outcomes");
    expect((body["data"] as JsonObject[]).find(({ workflow }) => workflow === "asking")).toMatchObject({
      ...{
        runs: 1,
        completed: 1,
        usd: 0,
        hours_saved: 0.5,
        value_usd: 1_802,
        break_even: { successes: 1, success_rate: 1, reached: true },
      },
    });
    expect((await call("GET", "/v1/costs/outcomes", other)).body).toMatchObject({ data: [] });
    const scraped = String((await call("GET", "/metrics", ADMIN)).body["text"]);
    expect(scraped).toMatch(new RegExp(`agent_cost_usd_total\\{[^}]*org="${world.org}"[^}]*cost_type="storage"[^}]*\\} `));
  });
});

describe("reconciliation", () => {
  it("[RECON-5] compares the ledger with an export by HTTP, and says what is wrong with a request", async () => {
    const lines = (await asAdmin("/v1/costs?by=day,model")).body["data"] as JsonObject[];
    const [ours] = lines.filter(({ model }) => model === MODEL);
    const day = String(ours?.["day"]);
    const post = (body: JsonObject, key = ADMIN) =>
      call("POST", "/v1/costs/reconcile", key, body, key === ADMIN ? { "bulkhead-org": world.org } : {});
    const same = await post({ csv: `date,model,cost,requests\n${day},figures,${String(ours?.["usd"])},3\n` });
    expect(same.body).toMatchObject({ from: day, rows: { read: 1, left_out: 0 }, data: [], equal: 1, total: { difference_usd: 0 } });
    const off = await post({ csv: `date,model,cost\n${day},figures,1\n` });
    expect(off.body).toMatchObject({
      data: [{ day, model: "figures", models: [MODEL], status: "differs", ours: { usd: ours?.["usd"] }, theirs: { usd: 1 } }],
    });
    expect((await post({ csv: "date,model,cost\n" }, other)).status).toBe(403);
    const wrong: [JsonObject, string][] = [
      [{}, ""],
      [{ csv: "date,model,cost\n", logs: [] }, ""],
      [{ csv: "" }, "/csv"],
      [{ csv: 'date,model,cost\n"' }, "/csv"],
      [{ csv: "date,model,cost\n1,2,3" }, "/csv"],
      [{ logs: [] }, "/logs"],
      [{ csv: `date,model,cost\n${day},m,1`, from: "2020-01-01" }, "/to"],
      [{ csv: `date,model,cost\n${day},m,1`, to: "2020-01-01" }, "/from"],
    ];
    for (const [body, path] of wrong) {
      const refused = await post(body);
      expect([refused.status, refused.body["code"], (refused.body["errors"] as JsonObject[])[0]?.["path"]], JSON.stringify(body)).toEqual([
        ...[400, "invalid_request", path],
      ]);
    }
  });
});

describe("health", () => {
  it("[HEALTH-1] [HEALTH-3] says of each workflow how its runs did lately, and what is left of its error budget", async () => {
    const definition = { name: "promised", input: { type: "object" }, output: { cel: "1" }, slo: { success: 0.5, p95_ms: 60_000 } };
    const made = await call("POST", "/v1/workflows", world.keys.developer, {
      ...definition,
      steps: { a: { kind: "transform", value: { cel: "input.n.m" } } },
    });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    for (const n of [{ m: 1 }, { m: 2 }, { m: 3 }, { q: 4 }]) {
      const started = await call("POST", "/v1/runs", world.keys.app, { workflow: "promised", input: { n } });
      await eventually(`/v1/runs/${started.body["id"]}`, world.keys.app, ENDED);
    }
    const monitor = await makeKey(world.org, "uptime", ["monitor"]);
    const health = async (query = "") =>
      ((await call("GET", `/v1/health/workflows${query}`, monitor)).body["data"] as JsonObject[]).find(
        ({ workflow }) => workflow === "promised",
      );
    await expect
      .poll(() => health())
      .toMatchObject({
        runs: 4,
        success_rate: 0.75,
        cost_usd: { p50: 0, p95: 0 },
        waiting: 0,
        feedback: null,
        quality: null,
        slo: { success: 0.5, p95_ms: 60_000, budget_left: 0.5 },
      });
    const { p50, p95, p99 } = (await health())?.["duration_ms"] as { p50: number; p95: number; p99: number };
    expect(p50).toBeGreaterThanOrEqual(0);
    expect(p50 <= p95 && p95 <= p99).toBe(true);
    expect((await call("GET", "/v1/health/workflows?minutes=0", monitor)).status).toBe(400);
    expect((await call("GET", "/v1/health/workflows?minutes=90", monitor)).body["minutes"]).toBe(90);
    const longest = (await call("GET", "/v1/health/workflows?minutes=9007199254740991", monitor)).body;
    expect(longest).toMatchObject({ minutes: 10_080, data: expect.arrayContaining([expect.objectContaining({ workflow: "promised" })]) });
    expect((await call("GET", "/v1/runs", monitor)).status).toBe(403);
  });
});

describe("a run over `confirm_over_usd`", () => {
  it("[COSTS-7] waits before its first step, and its starter may say yes or no", async () => {
    const prompt = { template: "Write: {{text}}", slots: { text: { cel: "input.text" } } };
    const steps = { a: { kind: "model", model: { id: MODEL, max_tokens: 100 }, prompt } };
    for (const [name, confirm_over_usd] of [
      ["confirmed", 0.0001],
      ["unasked", 0.9],
    ] as const) {
      const definition = { name, input: { type: "object" }, output: { cel: "steps.a.output" }, limits: { confirm_over_usd }, steps };
      expect((await call("POST", "/v1/workflows", world.keys.developer, definition)).status).toBe(201);
    }
    expect(await run("unasked")).toMatchObject({ status: "completed" });
    const waiting = async () => {
      const started = await call("POST", "/v1/runs", world.keys.app, { workflow: "confirmed", input: { text: "hello" } });
      return eventually(`/v1/runs/${started.body["id"]}`, world.keys.app, status("waiting"));
    };
    const decide = (asked: JsonObject, action: string, key: string) =>
      call("POST", `/v1/reviews/${String((asked["waiting_for"] as JsonObject)["id"])}/decision`, key, { action, reason: "it is worth it" });
    const first = await waiting();
    expect(first).toMatchObject({
      waiting_for: { kind: "review" },
      usage: { usd: 0, model_calls: 0 },
      steps: [{ id: "a", status: "pending" }],
    });
    const review = `/v1/reviews/${String((first["waiting_for"] as JsonObject)["id"])}`;
    expect((await call("GET", review, world.keys.app)).body).toMatchObject({ reason: "budget", proposal: { confirm_over_usd: 0.0001 } });
    expect([(await call("GET", review, other)).status, (await call("GET", "/v1/reviews", world.keys.app)).status]).toEqual([403, 403]);
    expect((await decide(first, "approve", other)).status).toBe(403);
    expect((await decide(first, "approve", world.keys.app)).status).toBe(200);
    const agreed = await eventually(`/v1/runs/${String(first["id"])}`, world.keys.app, ENDED);
    expect(agreed).toMatchObject({ status: "completed", output: "fine", usage: { usd: 0.0015 } });
    const second = await waiting();
    expect((await decide(second, "reject", world.keys.app)).status).toBe(200);
    const refused = await eventually(`/v1/runs/${String(second["id"])}`, world.keys.app, ENDED);
    expect(refused).toMatchObject({
      status: "failed",
      usage: { model_calls: 0 },
      error: { code: "review_rejected", message: expect.stringContaining("cost") },
    });
  });
});

describe("explanations", () => {
  it("[EXPLAIN-5] sum to the run's cost, with its child run's, for who may see the run", async () => {
    const ended = await run("nested");
    const path = `/v1/runs/${String(ended["id"])}/explain`;
    const { status: code, body } = await call("GET", path, world.keys.app);
    expect(code, JSON.stringify(body)).toBe(200);
    expect(leaves(body["cost"] as JsonObject)).toBe(4_500);
    const time = body["time"] as JsonObject;
    expect((time["critical_path"] as JsonObject[]).map(({ step }) => step)).toEqual(expect.arrayContaining(["inner", "c"]));
    expect(time).toMatchObject({ waiting_ms: 0, retry_ms: 0 });
    // The child run is entered: its two calls are leaves, and its path stands within the step that called it.
    const [inner] = (body["cost"] as { children: JsonObject[] }).children;
    const [kid] = inner?.["children"] as JsonObject[];
    expect(kid).toMatchObject({ name: `run ${String((body["child_runs"] as JsonObject[])[0]?.["run"])}`, usd: 0.003, calls: 1 });
    expect((kid?.["children"] as JsonObject[]).map(({ name }) => name).toSorted()).toEqual(["a", "b"]);
    const called = (time["critical_path"] as JsonObject[]).find(({ run }) => run !== undefined);
    expect((called?.["within"] as JsonObject[]).map(({ step }) => step)).toEqual(expect.arrayContaining(["a", "b"]));
    expect(body["summary"]).toMatch(/^This run of `nested` \(completed\) cost \$0\.004500 and took /);
    expect((await call("GET", path, other)).status).toBe(404);
    expect((await call("GET", "/v1/runs/run_01JCZ5M1R5T0000000000000ZZ/explain", world.keys.app)).status).toBe(404);
  });
});
