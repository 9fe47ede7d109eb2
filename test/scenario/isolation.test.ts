/** Two orgs see nothing of each other, and what is written about them cannot be changed unseen. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../core/json.ts";
import { outside } from "../support/platform.ts";
import { call, eventually, makeKey, status } from "../support/scenario/api.ts";
import { openWorld, SHOP, type World } from "../support/scenario/world.ts";

let world: World;
let stranger: { caller: string; admin: string };
let run: string;
/** Our own review that waits and dead letter that is open: there is something of each kind that could leak. */
let waiting: string;
let failed: string;
const start = async (body: JsonObject): Promise<string> => String((await call("POST", "/v1/runs", world.keys.app, body)).body["id"]);
beforeAll(async () => {
  world = await openWorld("ours");
  stranger = {
    caller: await makeKey("theirs", "eve", ["caller"]),
    admin: await makeKey("theirs", "mallory", ["admin", "reviewer", "operator", "auditor", "developer"]),
  };
  run = await start({ workflow: "order-fulfilment", input: { order_id: "A-1002" }, subject: "cust-7" });
  await eventually(`/v1/runs/${run}`, world.keys.app, status("completed"));
  const body = JSON.stringify({ path: "/shipping/ship", mode: "fail_for_good", times: 1 });
  await outside.fetch(`${SHOP}/faults`, { method: "POST", body, headers: { "content-type": "application/json" } });
  failed = await start({ workflow: "order-fulfilment", input: { order_id: "A-1002" } });
  await eventually(`/v1/runs/${failed}`, world.keys.app, status("failed"));
  waiting = await start({ workflow: "support-refund", input: { ticket: "Order A-1002 arrived broken and I would like my money back." } });
  await eventually("/v1/reviews?status=pending", world.keys.reviewer, ({ data }) => (data as JsonObject[]).length > 0);
  await eventually("/v1/dead-letters", world.keys.operator, ({ data }) => (data as JsonObject[]).length > 0);
});

describe("two orgs", () => {
  it("[THREAD-20] another org's run, workflow, tool and review are unknown, whatever the role", async () => {
    for (const path of [
      `/v1/runs/${run}`,
      `/v1/runs/${run}/events`,
      `/v1/runs/${run}/trace`,
      `/v1/runs/${failed}`,
      `/v1/runs/${waiting}`,
      "/v1/workflows/support-refund",
      "/v1/tools/orders.get",
    ]) {
      expect((await call("GET", path, stranger.admin)).status, path).toBe(404);
    }
    expect((await call("POST", `/v1/runs/${run}/cancel`, stranger.admin, { reason: "mine now" })).status).toBe(404);
    expect((await call("POST", "/v1/runs", stranger.admin, { workflow: "support-refund", input: { ticket: "x" } })).status).toBe(404);
    for (const path of ["/v1/runs", "/v1/workflows", "/v1/tools", "/v1/reviews", "/v1/dead-letters"]) {
      expect((await call("GET", path, stranger.admin)).body["data"], path).toEqual([]);
    }
    const entries = await call("GET", "/v1/audit/entries", stranger.admin);
    expect((entries.body["data"] as JsonObject[]).length).toBeGreaterThan(0);
    for (const ours of [run, failed, waiting]) expect(JSON.stringify(entries.body)).not.toContain(ours);
  });

  it("[THREAD-21] a caller sees the runs of its own user only", async () => {
    const other = await makeKey("ours", "nosy", ["caller"]);
    expect((await call("GET", `/v1/runs/${run}`, other)).status).toBe(404);
    expect((await call("GET", "/v1/runs", other)).body["data"]).toEqual([]);
    expect((await call("GET", `/v1/runs/${run}`, world.keys.auditor)).status).toBe(200);
  });

  it("[THREAD-22] looking up a made-up id creates no object", async () => {
    const { listDurableObjectIds } = await import("cloudflare:test");
    const before = await listDurableObjectIds(env.RUN_ENGINE);
    const madeUp = `${run.slice(0, -2)}${run.endsWith("ZZ") ? "YY" : "ZZ"}`;
    expect((await call("GET", `/v1/runs/${madeUp}`, world.keys.app)).status).toBe(404);
    expect((await call("GET", "/v1/runs/run_nonsense", world.keys.app)).status).toBe(404);
    expect(await listDurableObjectIds(env.RUN_ENGINE)).toHaveLength(before.length);
  });
});

describe("the audit chain", () => {
  it("[THREAD-23] one changed byte of an entry in D1 is found", async () => {
    await eventually(`/v1/audit/entries?run=${run}`, world.keys.auditor, (body) =>
      (body["data"] as JsonObject[]).some((entry) => entry["event_type"] === "run.completed"),
    );
    expect((await call("POST", "/v1/audit/verify", world.keys.auditor, {})).body).toMatchObject({ ok: true });
    const page = await env.DB.prepare(
      "SELECT first_seq, entries FROM audit_pages WHERE org = 'ours' AND run = ? ORDER BY first_seq LIMIT 1",
    )
      .bind(run)
      .first<{ first_seq: number; entries: string }>();
    if (page === null) throw new Error("no page to change");
    const write = (entries: string) =>
      env.DB.prepare("UPDATE audit_pages SET entries = ? WHERE org = 'ours' AND first_seq = ?").bind(entries, page.first_seq).run();
    const at = page.entries.lastIndexOf("order-fulfilment");
    const changedSeq = (JSON.parse(page.entries) as { seq: number }[]).findLast((entry) =>
      JSON.stringify(entry).includes("order-fulfilment"),
    )?.seq;
    await write(`${page.entries.slice(0, at)}p${page.entries.slice(at + 1)}`);
    const verdict = await call("POST", "/v1/audit/verify", world.keys.auditor, {});
    expect(verdict.body["ok"]).toBe(false);
    expect((verdict.body["problems"] as JsonObject[]).map((problem) => problem["seq"])).toContain(changedSeq);
    await write(page.entries);
    expect((await call("POST", "/v1/audit/verify", world.keys.auditor, {})).body).toMatchObject({ ok: true });
  });
});
