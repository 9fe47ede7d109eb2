/** The kill switch over HTTP: nothing new within two seconds, running ones pause at the step boundary, recovery takes two people. */
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { JsonObject } from "../../core/json.ts";
import { outside } from "../support/platform.ts";
import { call, eventually, makeKey, status } from "../support/scenario/api.ts";
import { openWorld, SHOP, type World } from "../support/scenario/world.ts";

let world: World;
let admins: { ann: string; bob: string };
beforeAll(async () => {
  world = await openWorld("stopped");
  admins = { ann: await makeKey("stopped", "ann", ["admin"]), bob: await makeKey("stopped", "bob", ["admin"]) };
});

const start = () => call("POST", "/v1/runs", world.keys.app, { workflow: "order-fulfilment", input: { order_id: "A-1002" } });

describe("the kill switch", () => {
  it("[THREAD-40] stops new work, pauses what runs, and goes on after two people said so", async () => {
    await outside.fetch(`${SHOP}/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ path: "/payments/charge", mode: "slow", delay_ms: 600, times: 1 }),
    });
    const run = String((await start()).body["id"]);
    await vi.waitUntil(() => world.ledger.some((line) => line.key === `${run}/charge`), 5_000);
    const thrown = await call("POST", "/admin/kill-switch", admins.ann, { scope: "org:stopped", reason: "drill" });
    expect(thrown.status, JSON.stringify(thrown.body)).toBeLessThan(300);
    expect(thrown.body).toMatchObject({ scope: "org:stopped", active: true });
    const refused = await start();
    expect(refused).toMatchObject({ status: 503, body: { code: "kill_switch_active" } });
    expect(refused.headers.get("retry-after")).toBe("60");
    const paused = await eventually(`/v1/runs/${run}`, world.keys.app, status("paused"));
    expect(paused["waiting_for"]).toMatchObject({ kind: "kill_switch" });
    expect(world.ledger.some((line) => line.key === `${run}/ship`)).toBe(false);
    expect((await call("GET", `/v1/runs/${run}`, world.keys.app)).status).toBe(200);

    const asked = await call("POST", "/admin/kill-switch/recovery", admins.ann, { scope: "org:stopped", reason: "over" });
    expect(asked.status, JSON.stringify(asked.body)).toBe(202);
    const approve = (key: string) => call("POST", `/admin/kill-switch/recovery/${asked.body["id"]}/approve`, key, {});
    expect(await approve(admins.ann)).toMatchObject({ status: 403, body: { code: "second_person_required" } });
    const late = await makeKey("stopped", "late", ["admin"]);
    expect(await approve(late)).toMatchObject({ status: 403, body: { code: "second_person_required" } });
    expect((await approve(admins.bob)).status).toBeLessThan(300);
    const done = await eventually(`/v1/runs/${run}`, world.keys.app, status("completed", "failed"));
    expect(done["status"], JSON.stringify(done)).toBe("completed");
    expect((await start()).status).toBe(202);
  });

  it("[THREAD-41] only the platform admin throws `all`", async () => {
    expect((await call("POST", "/admin/kill-switch", admins.ann, { scope: "all", reason: "x" })).status).toBe(403);
    const stopped = await call("GET", "/admin/kill-switch", admins.ann);
    const scopes = (stopped.body["switches"] as JsonObject[]).filter((one) => one["active"] === true).map((one) => one["scope"]);
    expect(scopes).not.toContain("all");
  });
});
