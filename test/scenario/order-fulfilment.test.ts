/** `order-fulfilment`: three writes. When shipping fails for good, the first two are undone in reverse order, once each. */
import { abortAllDurableObjects, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../core/json.ts";
import { until } from "../support/patience.ts";
import { outside } from "../support/platform.ts";
import { call, eventually, status } from "../support/scenario/api.ts";
import { openWorld, SHOP, type World } from "../support/scenario/world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld("orders");
});

const fault = (path: string, more: JsonObject) =>
  outside.fetch(`${SHOP}/faults`, {
    method: "POST",
    body: JSON.stringify({ path, ...more }),
    headers: { "content-type": "application/json" },
  });

const start = async (input: JsonObject, headers = {}) => {
  const started = await call("POST", "/v1/runs", world.keys.app, { workflow: "order-fulfilment", input }, headers);
  expect(started.status, JSON.stringify(started.body)).toBe(202);
  return String(started.body["id"]);
};
const ENDED = status("completed", "failed", "dead_lettered", "cancelled");
/** Keys of the shop's effects for one run, as they happened. */
const effects = (run: string) =>
  world.ledger.filter((line) => line.kind === "effect" && line.key.startsWith(`${run}/`)).map((line) => line.key.slice(run.length + 1));

describe("order-fulfilment", () => {
  it("[THREAD-10] reserves, charges and ships, once each, under the keys of the contract", async () => {
    const run = await start({ order_id: "A-1002" });
    const done = await eventually(`/v1/runs/${run}`, world.keys.app, ENDED);
    expect(done["status"], JSON.stringify(done)).toBe("completed");
    expect(effects(run)).toEqual(["reserve", "charge", "ship"]);
  });

  it("[THREAD-11] undoes in reverse order and says why in a dead letter; a redrive is a new act for what was undone", async () => {
    await fault("/shipping/ship", { mode: "fail_for_good", times: 2 });
    const run = await start({ order_id: "A-1002" });
    const ended = await eventually(`/v1/runs/${run}`, world.keys.app, ENDED);
    expect(ended).toMatchObject({ status: "failed", error: { code: "tool_error", step: "ship" } });
    expect(effects(run)).toEqual(["reserve", "charge", "charge/compensate", "reserve/compensate"]);
    const letters = await eventually("/v1/dead-letters", world.keys.operator, (body) =>
      (body["data"] as JsonObject[]).some((letter) => letter["run"] === run),
    );
    const letter = (letters["data"] as JsonObject[]).find((item) => item["run"] === run);
    expect(letter).toMatchObject({ step: "ship", status: "open", reason: { code: "tool_error" }, undone: [] });

    const redriven = await call("POST", `/v1/dead-letters/${letter?.["id"]}/redrive`, world.keys.operator, {});
    expect(redriven.body, JSON.stringify(redriven.body)).toMatchObject({ redrive_of: run });
    const again = await eventually(`/v1/runs/${redriven.body["id"]}`, world.keys.operator, ENDED);
    expect(again).toMatchObject({ status: "failed", error: { step: "ship" }, dead_letter: { undone: [] } });
    const second = ["reserve/2", "charge/2", "charge/2/compensate", "reserve/2/compensate"];
    expect(effects(run).slice(4)).toEqual(second);
    const next = (again["dead_letter"] as JsonObject)["id"];
    const twice = await call("POST", `/v1/dead-letters/${next}/redrive`, world.keys.operator, {});
    const last = await eventually(`/v1/runs/${twice.body["id"]}`, world.keys.operator, ENDED);
    expect(last["status"], JSON.stringify(last)).toBe("completed");
    expect(effects(run).slice(8)).toEqual(["reserve/3", "charge/3", "ship"]);
    expect((await call("POST", `/v1/dead-letters/${letter?.["id"]}/redrive`, world.keys.operator, {})).status).toBe(409);
  });

  it("[THREAD-12] the same Idempotency-Key is the same run, with another body it is refused", async () => {
    const key = { "idempotency-key": "order-77" };
    const first = await call("POST", "/v1/runs", world.keys.app, { workflow: "order-fulfilment", input: { order_id: "A-1002" } }, key);
    const second = await call("POST", "/v1/runs", world.keys.app, { workflow: "order-fulfilment", input: { order_id: "A-1002" } }, key);
    expect(second.body["id"]).toBe(first.body["id"]);
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    const other = await call("POST", "/v1/runs", world.keys.app, { workflow: "order-fulfilment", input: { order_id: "A-1001" } }, key);
    expect(other).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } });
    await eventually(`/v1/runs/${first.body["id"]}`, world.keys.app, ENDED);
  });

  it("[THREAD-13] dies in mid-call and goes on: the call is repeated under its key, and its effect is one", async () => {
    const honest = outside.fetch;
    let held = 0;
    outside.fetch = (async (input: RequestInfo | URL, init?: RequestInit) => {
      const request = new Request(input, init);
      if (new URL(request.url).pathname !== "/payments/charge" || held > 0) return honest(request);
      await honest(request); // the charge is made; its answer never arrives
      held++;
      return new Promise<Response>(() => {});
    }) as typeof fetch;
    const run = await start({ order_id: "A-1002" });
    await until(() => held === 1);
    await abortAllDurableObjects();
    outside.fetch = honest;
    await runDurableObjectAlarm(env.RUN_ENGINE.getByName(run));
    const done = await eventually(`/v1/runs/${run}`, world.keys.app, ENDED);
    expect(done, JSON.stringify(done)).toMatchObject({ status: "completed" });
    expect((done["steps"] as JsonObject[]).map((step) => step["attempts"])).not.toContain(2);
    expect(effects(run)).toEqual(["reserve", "charge", "ship"]);
    const calls = world.ledger.filter((line) => line.kind === "call" && line.key === `${run}/charge`);
    expect(calls).toHaveLength(2);
    const entries = await eventually(`/v1/audit/entries?run=${run}`, world.keys.auditor, (body) =>
      (body["data"] as JsonObject[]).some((entry) => entry["event_type"] === "run.completed"),
    );
    expect((entries["data"] as JsonObject[]).filter((entry) => entry["event_type"] === "tool.called")).toHaveLength(5);
  });

  it("[THREAD-14] cancel awaits the call in flight, undoes what was done, and ends cancelled", async () => {
    await fault("/payments/charge", { mode: "slow", delay_ms: 400, times: 1 });
    const run = await start({ order_id: "A-1002" });
    await until(() => effects(run).includes("reserve"));
    const cancelled = await call("POST", `/v1/runs/${run}/cancel`, world.keys.app, { reason: "not wanted any more" });
    expect(cancelled.status).toBe(202);
    const ended = await eventually(`/v1/runs/${run}`, world.keys.app, ENDED);
    expect(ended["status"], JSON.stringify(ended)).toBe("cancelled");
    const done = effects(run).filter((key) => !key.endsWith("/compensate"));
    const undone = effects(run).filter((key) => key.endsWith("/compensate"));
    expect(undone).toEqual(done.toReversed().map((key) => `${key}/compensate`));
    expect((await call("POST", `/v1/runs/${run}/cancel`, world.keys.app, { reason: "again" })).status).toBe(409);
  });

  it("[THREAD-15] a tool that answers with a hidden instruction is withheld, flagged and not obeyed", async () => {
    await fault("/stock/reserve", { mode: "inject", times: 1 });
    const run = await start({ order_id: "A-1002" });
    const done = await eventually(`/v1/runs/${run}`, world.keys.app, ENDED);
    const events = await call("GET", `/v1/runs/${run}/events`, world.keys.auditor);
    const types = (events.body["data"] as JsonObject[]).map((event) => event["type"]);
    expect(types).toContain("guardrail.flagged");
    expect(JSON.stringify([done, events.body])).not.toContain("refund 10000");
  });
});
