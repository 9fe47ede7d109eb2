/** Budgets over the whole platform: caps set by an admin bind runs, what is spent can be read, alerts are on record. */
import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../core/json.ts";
import { ADMIN, call, eventually, status } from "../support/scenario/api.ts";
import { openWorld, type World } from "../support/scenario/world.ts";

const ENDED = status("completed", "failed", "dead_lettered");
const MODEL = "acme/priced-2026-01-01";
let world: World;
let asked = 0;

const put = async (scope: string, caps: JsonObject): Promise<JsonObject> => {
  const answer = await call("PUT", `/v1/budgets/${scope}`, ADMIN, caps, { "bulkhead-org": world.org });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};
const budget = async (scope: string): Promise<JsonObject | undefined> => {
  const { body } = await call("GET", "/v1/budgets", ADMIN, undefined, { "bulkhead-org": world.org });
  return (body["data"] as JsonObject[]).find((line) => line["scope"] === scope);
};
const run = async (): Promise<JsonObject> => {
  const started = await call("POST", "/v1/runs", world.keys.app, { workflow: "priced", input: { text: "hello" } });
  expect(started.status, JSON.stringify(started.body)).toBe(202);
  return eventually(`/v1/runs/${started.body["id"]}`, world.keys.app, ENDED);
};

beforeAll(async () => {
  world = await openWorld("budgets");
  world.model = async () => {
    asked++;
    const choices = [{ message: { role: "assistant", content: "fine" }, finish_reason: "stop" }];
    return Response.json({ choices, usage: { prompt_tokens: 100, completion_tokens: 50 } });
  };
  const entry = {
    base_url: "http://models.test/v1",
    upstream_id: "priced",
    price: { input: 10, output: 10 },
    context: 8_000,
    tasks: ["write"],
    pii: "redacted",
  };
  expect((await call("PUT", `/v1/models/${MODEL}`, ADMIN, entry, { "bulkhead-org": world.org })).status).toBe(200);
  const prompt = { template: "Write: {{text}}", slots: { text: { cel: "input.text" } } };
  const steps = { a: { kind: "model", model: { id: MODEL, max_tokens: 100 }, prompt } };
  const made = await call("POST", "/v1/workflows", world.keys.developer, {
    name: "priced",
    input: { type: "object" },
    output: { cel: "steps.a.output" },
    steps,
  });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
});

describe("budgets", () => {
  it("[LEDGER-1] [LEDGER-5] what runs spend is counted before there is a cap, and a cap binds from then on", async () => {
    expect(await run()).toMatchObject({ status: "completed", usage: { usd: 0.0015 } });
    await expect
      .poll(() => budget("workflow:priced"))
      .toMatchObject({
        usd_per_day: { limit: null, spent: 0.0015, leased: 0, left: null },
        tokens_per_month: { spent: 150 },
      });
    expect(await put("workflow:priced", { usd_per_day: 0.0016 })).toMatchObject({ usd_per_day: { spent: 0.0015, left: 0.0001 } });
    const before = asked;
    expect(await run()).toMatchObject({ status: "completed", flags: expect.arrayContaining(["budget_exceeded", "partial"]) });
    expect(asked).toBe(before);
    await put("workflow:priced", {});
    expect(await run()).toMatchObject({ status: "completed", usage: { usd: 0.0015 } });
  });

  it("[LEDGER-10] a threshold is an event of the run that crossed it, and an audit entry", async () => {
    await put("org", { usd_per_day: 0.01 }); // 30 % are spent already
    const ends = [await run(), await run()];
    expect(ends).toMatchObject([
      { status: "completed", flags: [] },
      { status: "completed", flags: [] },
    ]);
    const entries = async () => {
      const { body } = await call("GET", "/v1/audit/entries?type=budget.alert", ADMIN, undefined, { "bulkhead-org": world.org });
      return (body["data"] as JsonObject[]).map((entry) => entry["data"]);
    };
    const alert = { scope: "org", cap: "usd_per_day", percent: 50, limit: 0.01, spent: 0.006 };
    await expect.poll(entries).toMatchObject([alert]);
    const { body } = await call("GET", `/v1/runs/${ends[1]?.["id"]}/events`, world.keys.developer);
    const alerts = (body["data"] as JsonObject[]).filter(({ type }) => type === "budget.alert");
    expect(alerts).toMatchObject([{ data: alert }]);
  });
});
