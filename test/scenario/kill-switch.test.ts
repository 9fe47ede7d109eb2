/** The kill switch over HTTP: nothing new within two seconds, running ones pause at the step boundary, recovery takes two people. */
import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../core/json.ts";
import { until } from "../support/patience.ts";
import { outside } from "../support/platform.ts";
import { call, eventually, makeKey, status } from "../support/scenario/api.ts";
import { openWorld, SHOP, type World } from "../support/scenario/world.ts";

let world: World;
let admins: { ann: string; bob: string };
/** Under way while the other tests run: a drill takes some ten seconds. */
let drill: { id: string; key: string };
/** What the org's Slack and PagerDuty were told. */
const told: { host: string; body: JsonObject }[] = [];
beforeAll(async () => {
  const key = await makeKey("drilled", "dana", ["operator", "admin"]);
  const begun = await call("POST", "/admin/kill-switch/drill", key, { scope: "org:drilled" });
  expect(begun.status, JSON.stringify(begun.body)).toBe(202);
  const again = await call("POST", "/admin/kill-switch/drill", key, { scope: "org:drilled" });
  expect(again).toMatchObject({ status: 409, body: { code: "conflict" } });
  drill = { id: String(begun.body["id"]), key };
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
    await until(() => world.ledger.some((line) => line.key === `${run}/charge`));
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

    const late = await makeKey("stopped", "late", ["admin"]);
    const ask = (key: string) => call("POST", "/admin/kill-switch/recovery", key, { scope: "org:stopped", reason: "over" });
    expect(await ask(late)).toMatchObject({ status: 403, body: { code: "second_person_required" } });
    await eventually("/v1/audit/entries?type=policy.decided&limit=200", admins.ann, (body) =>
      (body["data"] as unknown as { resource: string; decision: string }[]).some(
        ({ resource, decision }) => resource === "kill-switch/org:stopped" && decision === "deny",
      ),
    );
    const asked = await ask(admins.ann);
    expect(asked.status, JSON.stringify(asked.body)).toBe(202);
    const approve = (key: string) => call("POST", `/admin/kill-switch/recovery/${asked.body["id"]}/approve`, key, {});
    expect(await approve(admins.ann)).toMatchObject({ status: 403, body: { code: "second_person_required" } });
    expect(await approve(late)).toMatchObject({ status: 403, body: { code: "second_person_required" } });
    expect((await approve(admins.bob)).status).toBeLessThan(300);
    const done = await eventually(`/v1/runs/${run}`, world.keys.app, status("completed", "failed"));
    expect(done["status"], JSON.stringify(done)).toBe("completed");
    expect((await start()).status).toBe(202);
  });

  it("[INC-1] a kill is told to whom the org named, and opens one incident with its timeline", async () => {
    const before = outside.fetch;
    outside.fetch = async (input, init) => {
      const request = new Request(input as RequestInfo, init as RequestInit);
      const { host } = new URL(request.url);
      if (host !== "hooks.slack.com" && host !== "events.pagerduty.com") return before(input, init);
      told.push({ host, body: (await request.json()) as JsonObject });
      return new Response(null, { status: 202 });
    };
    const eve = await makeKey("told", "eve", ["admin"]);
    const fay = await makeKey("told", "fay", ["admin"]);
    const notify = [
      { kind: "slack", url: "https://hooks.slack.com/services/T0", on: ["kill"] },
      { kind: "pagerduty", secret: "R0UTING", on: ["kill"] },
    ];
    expect((await call("PUT", "/v1/orgs/told", eve, { notify })).status).toBe(200);
    const reason = "Bob Smith saw it";
    const thrown = await call("POST", "/admin/kill-switch", eve, { scope: "org:told", reason });
    expect(thrown.status).toBe(200);
    await until(() => told.length >= 2);
    const asked = await call("POST", "/admin/kill-switch/recovery", eve, { scope: "org:told", reason: "over" });
    await until(() => told.length >= 4); // notices leave side by side
    expect((await call("POST", `/admin/kill-switch/recovery/${asked.body["id"]}/approve`, fay, {})).status).toBe(200);
    await until(() => told.length >= 6);
    const pages = told.filter(({ host }) => host === "events.pagerduty.com").map(({ body }) => body);
    expect(pages.map((page) => page["event_action"])).toEqual(["trigger", "trigger", "resolve"]); // thrown, recovery asked for, recovered
    expect(new Set(pages.map((page) => page["dedup_key"])).size).toBe(1);
    expect(JSON.stringify(told)).not.toContain("Bob");
    const list = await eventually("/v1/incidents", eve, (body) => (body["data"] as JsonObject[]).length > 0);
    expect(list["data"]).toMatchObject([
      { status: "open", severity: "critical", opened_by: "system", source: `kill-switch/${thrown.body["id"]}` },
    ]);
    const { id } = (list["data"] as JsonObject[])[0] ?? {};
    const whole = await eventually(`/v1/incidents/${id}`, eve, (body) =>
      (body["timeline"] as JsonObject[]).some(({ type }) => type === "kill_switch.recovered"),
    );
    expect((whole["timeline"] as JsonObject[]).map(({ type }) => type)).toEqual(
      expect.arrayContaining(["kill_switch.thrown", "incident.opened"]),
    );
    outside.fetch = before;
  });

  it("[KILL-95] a drill measures the way of a real switch, stops nothing else, and is on record", async () => {
    const epoch = async () => (await call("GET", "/admin/kill-switch", drill.key)).body;
    expect(await epoch()).toMatchObject({ switches: [], in_flight: 0, drained_at: null });
    const path = "/admin/kill-switch/drills";
    const mine = (body: JsonObject) => (body["data"] as JsonObject[]).find((one) => one["id"] === drill.id);
    const list = await eventually(path, drill.key, (body) => mine(body)?.["status"] === "done");
    expect(mine(list)).toMatchObject({ runs: 10, scope: "org:drilled" });
    for (const figure of ["revoked_ms", "last_dispatch_ms"]) expect(mine(list)?.[figure], JSON.stringify(list)).toBeLessThan(5_000);
    expect(mine(list)?.["drained_ms"], JSON.stringify(list)).toBeLessThan(30_000);
    const runs = await eventually(
      "/v1/runs",
      drill.key,
      (body) => (body["data"] as JsonObject[]).filter((run) => run["status"] === "cancelled").length === 10,
    );
    expect(new Set((runs["data"] as JsonObject[]).map((run) => run["workflow"]))).toEqual(new Set(["(drill)"]));
    const entries = await eventually(
      "/v1/audit/entries?type=kill_switch.drilled",
      drill.key,
      (body) => (body["data"] as JsonObject[]).length > 0,
    );
    expect((entries["data"] as JsonObject[])[0]?.["data"]).toMatchObject({
      drill: drill.id,
      runs: 10,
      drained_ms: mine(list)?.["drained_ms"] ?? null,
    });
  });

  it("[THREAD-41] only the platform admin throws `all`", async () => {
    expect((await call("POST", "/admin/kill-switch", admins.ann, { scope: "all", reason: "x" })).status).toBe(403);
    const stopped = await call("GET", "/admin/kill-switch", admins.ann);
    const scopes = (stopped.body["switches"] as JsonObject[]).filter((one) => one["active"] === true).map((one) => one["scope"]);
    expect(scopes).not.toContain("all");
  });
});
