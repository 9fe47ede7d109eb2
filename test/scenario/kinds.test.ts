/** The other step kinds over HTTP: maps, agents, waits and signals, child runs three deep, slow steps. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../core/json.ts";
import { call, eventually, status } from "../support/scenario/api.ts";
import { openWorld, type World } from "../support/scenario/world.ts";

const ENDED = status("completed", "failed", "dead_lettered", "cancelled");
let world: World;
beforeAll(async () => {
  world = await openWorld("kinds");
});

async function define(name: string, steps: JsonObject, output: Json, more: JsonObject = {}): Promise<void> {
  const made = await call("POST", "/v1/workflows", world.keys.developer, { name, input: { type: "object" }, output, steps, ...more });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
}
async function start(workflow: string, input: JsonObject): Promise<string> {
  const started = await call("POST", "/v1/runs", world.keys.app, { workflow, input });
  expect(started.status, JSON.stringify(started.body)).toBe(202);
  return String(started.body["id"]);
}
const end = (run: string) => eventually(`/v1/runs/${run}`, world.keys.app, ENDED);

describe("step kinds", () => {
  it("[THREAD-50] a map of tool calls, in order, under its items' keys", async () => {
    const step = { kind: "tool", tool: "orders.get", input: { id: { cel: "item" } } };
    await define(
      "look-up",
      { all: { kind: "map", over: { cel: "input.ids" }, step } },
      { cel: "steps.all.output.map(o, o.total)" },
      { tools: ["orders.get"] },
    );
    const run = await end(await start("look-up", { ids: ["A-1001", "A-1002", "A-1001"] }));
    expect(run, JSON.stringify(run)).toMatchObject({ status: "completed", output: [49.5, 249.9, 49.5] });
    const keys = world.sent.map(({ headers }) => headers.get("idempotency-key")).filter((key) => key?.startsWith(String(run["id"])));
    expect(keys.sort()).toEqual([0, 1, 2].map((index) => `${run["id"]}/all/${index}`));
  });

  it("[THREAD-51] a long text is summed up part by part; with a cap too low it ends with what it has", async () => {
    const text = Array.from(
      { length: 120 },
      (_, index) =>
        `Paragraph ${index}. The licence says that everybody may copy and share the work number ${index}, as long as they keep this notice with it.`,
    ).join("\n\n");
    const run = await end(await start("document-summary", { text }));
    expect(run["status"], JSON.stringify(run).slice(0, 1500)).toBe("completed");
    const calls = (run["usage"] as { model_calls: number }).model_calls;
    expect(calls).toBeGreaterThan(2);
    const capped = await call("POST", "/v1/runs", world.keys.app, {
      workflow: "document-summary",
      input: { text },
      budget: { tokens: 6_000 },
    });
    const partial = await end(String(capped.body["id"]));
    expect(partial, JSON.stringify(partial).slice(0, 1500)).toMatchObject({ status: "completed", flags: ["partial", "budget_exceeded"] });
  });

  it("[THREAD-52] an agent looks things up by itself, and its guarded write waits for a person", async () => {
    const run = await start("research-desk", { question: "How long do refunds take?" });
    const waiting = await eventually(`/v1/runs/${run}`, world.keys.app, status("waiting", "completed", "failed"));
    expect(waiting["status"], JSON.stringify(waiting).slice(0, 2000)).toBe("waiting");
    expect(world.ledger.some((line) => line.key.startsWith(run))).toBe(false);
    const reviews = await call("GET", "/v1/reviews?status=pending", world.keys.reviewer);
    const review = (reviews.body["data"] as JsonObject[]).find((item) => item["run"] === run);
    await call("POST", `/v1/reviews/${review?.["id"]}/decision`, world.keys.reviewer, { action: "approve", reason: "good" });
    const done = await end(run);
    expect(done["status"], JSON.stringify(done).slice(0, 2000)).toBe("completed");
    const types = ((await call("GET", `/v1/runs/${run}/events`, world.keys.auditor)).body["data"] as JsonObject[]).map(
      (event) => event["type"],
    );
    expect(types).toContain("agent.observed");
  });

  it("[THREAD-53] a signal before it is awaited is kept, and its personal data is nobody's", async () => {
    await define(
      "paid",
      { hold: { kind: "wait", seconds: 1 }, pay: { kind: "wait", needs: ["hold"], signal: "payment" } },
      { cel: "steps.pay.output" },
    );
    const run = await start("paid", {});
    const sent = await call("POST", `/v1/runs/${run}/signals/payment`, world.keys.app, { from: "kim@example.com", amount: 5 });
    expect(sent.status, JSON.stringify(sent.body)).toBeLessThan(300);
    const done = await end(run);
    expect(done).toMatchObject({ status: "completed", output: { amount: 5 } });
    const seen = await call("GET", `/v1/runs/${run}/events`, world.keys.auditor);
    expect(JSON.stringify(seen.body)).not.toContain("kim@example.com");
  });

  it("[THREAD-54] child runs three deep: outputs and costs come up, a failure too", async () => {
    await define(
      "leaf",
      { order: { kind: "tool", tool: "orders.get", input: { id: { cel: "input.id" } } } },
      { cel: "steps.order.output.total" },
      { tools: ["orders.get"] },
    );
    await define(
      "middle",
      { leaf: { kind: "run", workflow: "leaf", input: { id: { cel: "input.id" } } } },
      { cel: "steps.leaf.output" },
      { tools: ["orders.get"] },
    );
    await define(
      "top",
      { middle: { kind: "run", workflow: "middle", input: { id: { cel: "input.id" } } } },
      { cel: "steps.middle.output + 1" },
      { tools: ["orders.get"] },
    );
    const run = await end(await start("top", { id: "A-1002" }));
    expect(run, JSON.stringify(run)).toMatchObject({ status: "completed", output: 250.9, usage: { tool_calls: 1 } });
    const failed = await end(await start("top", { id: "A-9999" }));
    expect(failed).toMatchObject({ status: "failed", error: { code: "tool_error", step: "middle" } });
    await define("narrow", { leaf: { kind: "run", workflow: "leaf", input: { id: "A-1001" } } }, null);
    expect(await end(await start("narrow", {}))).toMatchObject({ status: "failed", error: { code: "policy_denied" } });
  });

  it("[RUN-315] models, child runs and maps of them go on side by side under the default limits", async () => {
    const tools = ["orders.get"];
    const order = { kind: "tool", tool: "orders.get", input: { id: { cel: "input.id" } } };
    await define("cheap", { order }, { cel: "steps.order.output.total" }, { tools });
    const sumUp = (needs: string[] = []): JsonObject => ({
      ...{ kind: "model", needs, model: { task: "summarise", max_tokens: 100 } },
      prompt: { template: "Sum up: {{text}}", slots: { text: "A lamp that shines, and a shade for it." } },
    });
    const cheap = (id: Json): JsonObject => ({ kind: "run", workflow: "cheap", input: { id } });
    const each = { kind: "map", over: ["A-1001", "A-1002"], step: cheap({ cel: "item" }) };
    const tool = { kind: "tool", tool: "workflow.cheap", input: { id: "A-1001" } };
    const steps = { c: cheap("A-1001"), m: sumUp(), each, tool, after: sumUp(["tool"]) };
    await define("beside", steps, { cel: "[steps.c.output] + steps.each.output" }, { tools: [...tools, "workflow.cheap"] });
    const run = await end(await start("beside", {}));
    expect(run, JSON.stringify(run)).toMatchObject({
      status: "completed",
      flags: [],
      output: [49.5, 49.5, 249.9],
      usage: { model_calls: 2 },
    });
  });

  it("[THREAD-70] a failed run undoes what its children did, three deep, also a call that only the tool's manifest says how to undo", async () => {
    const tools = ["stock.reserve", "stock.release", "orders.get"];
    const shown = await call("GET", "/v1/tools/stock.reserve", world.keys.developer);
    const { name: _name, version: _version, ...manifest } = shown.body;
    const compensate = { tool: "stock.release", input: { reservation: { cel: "output.id" } } };
    const put = await call("PUT", "/v1/tools/stock.reserve", world.keys.developer, { ...manifest, compensate } as JsonObject);
    expect(put.status, JSON.stringify(put.body)).toBe(200);
    const items = [{ sku: "lamp", quantity: 1 }];
    const reserve = { kind: "tool", tool: "stock.reserve", input: { order: "A-1001", items } };
    await define("taker", { take: reserve }, { cel: "steps.take.output.id" }, { tools: ["stock.reserve"] });
    await define("between", { inner: { kind: "run", workflow: "taker" } }, { cel: "steps.inner.output" }, { tools });
    const bad = { kind: "tool", needs: ["outer"], tool: "orders.get", input: { id: "A-9999" } };
    await define("taken-back", { outer: { kind: "run", workflow: "between" }, bad }, null, { tools });
    const run = await end(await start("taken-back", {}));
    expect(run, JSON.stringify(run)).toMatchObject({ status: "failed", error: { step: "bad" }, dead_letter: { undone: [] } });
    const steps = run["steps"] as { id: string; status: string; output: Json }[];
    expect(steps.find(({ id }) => id === "outer")).toMatchObject({ status: "compensated" });
    const reservation = steps.find(({ id }) => id === "outer")?.output;
    const released = world.sent.filter(({ url, body }) => url.includes("release") && body.includes(String(reservation)));
    expect(released.map(({ headers }) => headers.get("idempotency-key"))).toEqual([expect.stringMatching(/^run_\w+\/take\/compensate$/)]);
    const child = String(released[0]?.headers.get("idempotency-key")).split("/")[0];
    expect(await end(child ?? "")).toMatchObject({ status: "cancelled", steps: [{ id: "take", status: "compensated" }] });
    const listed = await eventually("/v1/runs?workflow=taker", world.keys.app, (body) => JSON.stringify(body).includes('"cancelled"'));
    expect(listed["data"]).toHaveLength(1);
  });

  it("[TOOL-92] a tool is put back as it was shown", async () => {
    const { body: shown } = await call("GET", "/v1/tools/orders.get", world.keys.developer);
    const put = await call("PUT", "/v1/tools/orders.get", world.keys.developer, shown);
    expect(put.status, JSON.stringify(put.body)).toBe(200);
    expect(put.body["version"]).toBe(shown["version"]);
    expect((await call("PUT", "/v1/tools/orders.get", world.keys.developer, { ...shown, name: "orders.other" })).status).toBe(400);
  });

  it("[THREAD-63] a tool's value reaches a guarded field only past a person, also through a child run or an on_error", async () => {
    const { name: _name, version: _version, ...manifest } = (await call("GET", "/v1/tools/orders.get", world.keys.developer)).body;
    const guarded = { ...manifest, guarded: ["/id"], approval: "never" };
    expect((await call("PUT", "/v1/tools/orders.look", world.keys.developer, guarded as JsonObject)).status).toBe(200);
    const tools = ["orders.get", "orders.look"];
    const look = (id: Json, more: JsonObject = {}): JsonObject => ({ kind: "tool", tool: "orders.look", input: { id }, ...more });
    const get: JsonObject = { kind: "tool", tool: "orders.get", input: { id: { cel: "input.id" } } };
    await define("looks", { look: look({ cel: "input.id" }) }, { cel: "steps.look.output.id" }, { tools });
    const fromTool = { cel: "steps.get.output.id" };
    const fromCaller = { cel: "input.id" };
    const ways: { [name: string]: (id: Json) => JsonObject } = {
      child: (id) => ({ c: { kind: "run", workflow: "looks", needs: ["get"], input: { id } } }),
      spare: (id) => ({
        t: { kind: "transform", needs: ["get"], value: { cel: "input.no.such" }, on_error: { value: id } },
        look: look({ cel: "steps.t.output" }, { needs: ["t"] }),
      }),
    };
    for (const [name, way] of Object.entries(ways)) {
      await define(`${name}-caller`, { get, ...way(fromCaller) }, null, { tools });
      await define(`${name}-tool`, { get, ...way(fromTool) }, null, { tools });
      expect(await end(await start(`${name}-caller`, { id: "A-1001" })), name).toMatchObject({ status: "completed" });
      const run = await start(`${name}-tool`, { id: "A-1001" });
      await eventually(`/v1/runs/${run}`, world.keys.app, status("waiting", "completed", "failed"));
      const looked = (found: JsonObject): boolean => (found["data"] as JsonObject[]).length > 0;
      const pending = await eventually("/v1/reviews?status=pending", world.keys.reviewer, looked);
      const [review] = pending["data"] as JsonObject[];
      expect(review, name).toMatchObject({ proposal: { tool: "orders.look", input: { id: "A-1001" } }, policy: { decision: "ask" } });
      await call("POST", `/v1/reviews/${review?.["id"]}/decision`, world.keys.reviewer, { action: "approve", reason: "ours" });
      expect(await end(run), name).toMatchObject({ status: "completed" });
    }
    const always = { ...manifest, approval: "always" };
    expect((await call("PUT", "/v1/tools/orders.ask", world.keys.developer, always as JsonObject)).status).toBe(200);
    const tested = await call("POST", "/v1/tools/orders.ask/test", world.keys.developer, { input: { id: "A-1001" } });
    expect([tested.status, tested.body["code"]]).toEqual([403, "policy_denied"]);
  });

  it("[THREAD-55] a slow step goes through the queue", async () => {
    await define(
      "slow",
      { order: { kind: "tool", tool: "orders.get", async: true, input: { id: "A-1001" } } },
      { cel: "steps.order.output.id" },
      { tools: ["orders.get"] },
    );
    const run = await end(await start("slow", {}));
    expect(run, JSON.stringify(run)).toMatchObject({ status: "completed", output: "A-1001" });
    const types = ((await call("GET", `/v1/runs/${run["id"]}/events`, world.keys.auditor)).body["data"] as JsonObject[]).map(
      (event) => event["type"],
    );
    expect(types).toContain("call.taken");
  });

  it("[THREAD-56] a run folded again from its journal is the same", async () => {
    const run = await start("order-fulfilment", { order_id: "A-1002" });
    await end(run);
    const replayed = await call("POST", `/v1/runs/${run}/replay`, world.keys.developer, {});
    expect(replayed.body, JSON.stringify(replayed.body)).toMatchObject({ identical: true, run: { id: run } });
  });
});
