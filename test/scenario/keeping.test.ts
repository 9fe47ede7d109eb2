/** What looks after runs, over the composed platform: the watchdog moves what is stuck, the archive keeps what has ended. */
import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../core/json.ts";
import { everythingStored } from "../support/canaries/stores.ts";
import handler, { outside } from "../support/platform.ts";
import { call, eventually, makeKey, status } from "../support/scenario/api.ts";
import { openWorld, type World } from "../support/scenario/world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld("kept");
});

const ENDED = status("completed", "failed", "dead_lettered", "cancelled");
const sweep = () =>
  handler.scheduled({ scheduledTime: Date.now(), cron: "*/5 * * * *", noRetry: () => undefined } as ScheduledController, env);
const entries = (run: string, type: string) =>
  eventually(`/v1/audit/entries?run=${run}`, world.keys.auditor, (body) =>
    (body["data"] as { event_type: string }[]).some((entry) => entry.event_type === type),
  );
const start = async (body: JsonObject) => {
  const started = await call("POST", "/v1/runs", world.keys.app, body);
  expect(started.status, JSON.stringify(started.body)).toBe(202);
  return String(started.body["id"]);
};

describe("the archive", () => {
  it("[ARCHIVE-6] a run past its retention is answered from R2 as before, and its object is empty", async () => {
    const run = await start({ workflow: "order-fulfilment", input: { order_id: "A-1002" } });
    await eventually(`/v1/runs/${run}`, world.keys.app, status("completed"));
    await entries(run, "run.completed");
    const paths = [`/v1/runs/${run}`, `/v1/runs/${run}/events`, `/v1/runs/${run}/trace`];
    const read = () => Promise.all(paths.map(async (path) => (await call("GET", path, world.keys.app)).body));
    const before = await read();
    await sweep();
    expect(await env.ARCHIVE.head(`kept/${run}/run.json`)).toBeNull(); // its 30 days are not over
    const admin = await makeKey("kept", "ada", ["admin"]);
    await call("PUT", "/v1/orgs/kept", admin, { retention_days: 0 });
    // The outbox is confirmed within seconds; until then the run refuses to be emptied.
    await expect
      .poll(
        async () => {
          await sweep();
          return (await env.DB.prepare("SELECT archived_at FROM runs WHERE id = ?").bind(run).first<{ archived_at: number | null }>())
            ?.archived_at;
        },
        { interval: 300 },
      )
      .toBeTruthy();
    expect(await read()).toEqual(before);
    const left = await runInDurableObject(env.RUN_ENGINE.getByName(run), (_, state) =>
      state.storage.sql.exec("SELECT name FROM sqlite_master").toArray(),
    );
    expect(left).toEqual([]);
    await entries(run, "run.archived");
    expect(await call("POST", `/v1/runs/${run}/cancel`, world.keys.app, { reason: "too late" })).toMatchObject({ status: 409 });
    const replay = async () => (await call("POST", `/v1/runs/${run}/replay`, world.keys.app)).body;
    expect(await replay()).toMatchObject({ identical: true, run: before[0] });
    const key = `kept/${run}/journal.jsonl`;
    const journal = (await (await env.ARCHIVE.get(key))?.text()) ?? "";
    const lines = journal.trim().split("\n");
    await env.ARCHIVE.put(key, `${lines.filter((line) => !line.includes('"step.completed"')).join("\n")}\n`);
    expect(await replay()).toMatchObject({ identical: false, diverged_at: lines.length - 1 });
    await call("PUT", "/v1/orgs/kept", admin, { retention_days: null });
  });

  it("[ARCHIVE-12] a run whose line has left D1 is read, listed, proved, exported and erased as before", async () => {
    const admin = await makeKey("old-lines", "ada", ["admin", "developer", "auditor"]);
    const app = await makeKey("old-lines", "vera", ["caller"]);
    const greeting = {
      ...{ name: "greet", input: { type: "object" }, output: { cel: "steps.say.output" } },
      steps: { say: { kind: "transform", value: { cel: "input.text" } } },
    };
    expect((await call("POST", "/v1/workflows", admin, greeting)).status).toBe(201);
    const started = await call("POST", "/v1/runs", app, { workflow: "greet", input: { text: "for vera@example.com" }, session: "s-1" });
    const run = String(started.body["id"]);
    const ended = await eventually(`/v1/runs/${run}`, app, status("completed"));
    await call("PUT", "/v1/orgs/old-lines", admin, { retention_days: 0 });
    const line = () => env.DB.prepare("SELECT archived_at FROM runs WHERE id = ?").bind(run).first<{ archived_at: number | null }>();
    const swept = (until: () => Promise<unknown>) => expect.poll(() => sweep().then(until), { interval: 300 });
    await swept(async () => (await line())?.archived_at).toBeTruthy();
    const paths = [
      `/v1/runs/${run}`,
      `/v1/runs/${run}/events`,
      `/v1/runs/${run}/trace`,
      `/v1/runs/${run}/explain`,
      "/v1/runs",
      "/v1/runs?user=vera",
    ];
    const more = ["/v1/runs?session=s-1&workflow=greet&status=completed", `/v1/runs?trace_id=${String(ended["trace_id"])}`];
    const read = () => Promise.all([...paths, ...more].map(async (path) => (await call("GET", path, app)).body));
    const before = await read();
    const exported = async () => (await call("GET", "/v1/users/vera/export", admin)).body["runs"] as JsonObject[];
    const exportedBefore = await exported();
    // Nine days later.
    const nine = 9 * 24 * 60 * 60_000;
    await env.DB.prepare("UPDATE runs SET archived_at = archived_at - ?1, ended_at = ended_at - ?1 WHERE id = ?2").bind(nine, run).run();
    await swept(line).toBeNull();
    expect(await read()).toEqual(before);
    expect((before[4]?.["data"] as JsonObject[]).map(({ id }) => id)).toEqual([run]);
    expect(await exported()).toEqual(exportedBefore);
    const evidence = await call("GET", `/v1/runs/${run}/evidence`, admin);
    expect(evidence.status).toBe(200);
    expect(JSON.stringify(evidence.body)).toContain(run);
    expect((await call("POST", `/v1/runs/${run}/cancel`, app, { reason: "too late" })).status).toBe(409);
    expect((await call("POST", `/v1/runs/${run}/feedback`, app, { score: 1 })).status).toBeLessThan(300);
    // Texts of the run are not taken for those of a chat.
    const texts = async () => (await env.TEXTS.list({ prefix: "v1/old-lines/" })).objects.filter(({ key }) => key.includes(run)).length;
    const kept = await texts();
    await sweep();
    expect(await texts()).toBe(kept);
    expect((await call("DELETE", "/v1/users/vera", admin)).status).toBe(202);
    await expect.poll(async () => (await call("GET", `/v1/runs/${run}`, admin)).body["subject"], { interval: 300 }).toBe("erased");
    const erased = await call("GET", "/v1/runs", admin);
    expect(erased.body["data"]).toMatchObject([{ id: run, subject: "erased", status: "completed" }]);
    expect(JSON.stringify(erased.body)).not.toContain("vera");
    // And deleted: the days of its class are over.
    await call("PUT", "/v1/orgs/old-lines", admin, { retention: { public: 0, internal: 0, confidential: 0, restricted: 0 } });
    await env.DB.prepare("UPDATE archive_months SET looked_at = 0 WHERE org = 'old-lines'").run();
    await swept(async () => (await call("GET", `/v1/runs/${run}`, admin)).status).toBe(404);
    expect((await call("GET", "/v1/runs", admin)).body["data"]).toEqual([]);
    expect(await env.ARCHIVE.head(`old-lines/${run}/run.json`)).toBeNull();
    expect(await env.DB.prepare("SELECT month FROM archive_months WHERE org = 'old-lines'").first()).toBeNull();
  });
});

describe("the retention", () => {
  it("[RETAIN-2] [RETAIN-5] deletes a run of a class whose days are over out of every store, and puts count and class on record", async () => {
    const admin = await makeKey("kept", "ada", ["admin"]);
    for (const retention of [{ internal: -1 }, { secret: 1 }, { audit_years: 0 }, { audit_years: 1.5 }])
      expect((await call("PUT", "/v1/orgs/kept", admin, { retention })).status).toBe(400);
    const below = await call("PUT", "/v1/orgs/kept", admin, { retention: { audit_years: 0 } });
    expect(JSON.stringify(below.body["errors"])).toContain(
      "is below the lock that was set at deploy: evidence here is kept for at least a year",
    );
    const run = await start({
      workflow: "support-refund",
      input: { ticket: "Please refund order A-1001, write to rita@example.com" },
    });
    const ended = await eventually(`/v1/runs/${run}`, world.keys.app, (body) => ENDED(body) || body["status"] === "waiting");
    if (ended["status"] === "waiting") await call("POST", `/v1/runs/${run}/cancel`, world.keys.app, { reason: "enough" });
    await eventually(`/v1/runs/${run}`, world.keys.app, ENDED);
    await call("POST", `/v1/runs/${run}/feedback`, world.keys.app, { score: 1, comment: "good" });
    const texts = async () => (await env.TEXTS.list({ prefix: "v1/kept/" })).objects.filter(({ key }) => key.includes(run)).length;
    await expect.poll(texts).toBeGreaterThan(0); // they leave after the turn that ended the run
    const all = { public: 0, internal: 0, confidential: 0, restricted: 0 };
    const put = await call("PUT", "/v1/orgs/kept", admin, { retention: all });
    expect(put.body).toMatchObject({ retention: { ...all, audit_years: 7 } });
    await expect
      .poll(
        async () => {
          await sweep();
          return (await call("GET", `/v1/runs/${run}`, world.keys.auditor)).status;
        },
        { interval: 300 },
      )
      .toBe(404);
    expect(await texts()).toBe(0);
    const reset = await call("PUT", "/v1/orgs/kept", admin, { retention: null });
    expect(reset.body).toMatchObject({ retention: { internal: null, audit_years: 7 } });
    const told = await eventually(
      "/v1/audit/entries?type=retention.applied",
      world.keys.auditor,
      ({ data }) => (data as Json[]).length > 0,
    );
    expect((told["data"] as { data: JsonObject }[]).map(({ data }) => data)).toContainEqual(
      expect.objectContaining({ class: expect.any(String), runs: expect.any(Number), after_days: 0 }),
    );
    const holding = (await everythingStored()).filter(({ text }) => text.includes(run)).map(({ where }) => where.split(" ")[0]);
    expect([...new Set(holding)].filter((where) => !["AUDIT_LOG", "D1", "BUDGET_LEDGER", "R2"].includes(where ?? ""))).toEqual([]);
    expect(await env.ARCHIVE.head(`kept/${run}/run.json`)).toBeNull();
    expect((await call("POST", "/v1/audit/verify", world.keys.auditor)).body).toMatchObject({ ok: true });
  });
});

describe("the watchdog", () => {
  it("[WATCH-5] a run whose alarm is lost moves again, and that is on record", async () => {
    // The first answer of the shop never comes: the run waits for it, with its alarm as the only thing that would look.
    const { fetch } = outside;
    outside.fetch = () => new Promise(() => undefined);
    const run = await start({ workflow: "order-fulfilment", input: { order_id: "A-1002" } });
    await eventually(`/v1/runs/${run}`, world.keys.app, (body) => JSON.stringify(body["waiting_for"]).includes("tool_call"));
    const line = () => env.DB.prepare("SELECT status FROM runs WHERE id = ?").bind(run).first<{ status: string }>();
    await expect.poll(async () => (await line())?.status).toBe("running");
    // The run loses its alarm and its life. A confirmation that is still under way would set the alarm again: until none comes any more.
    const alarmOf = (take: boolean) =>
      runInDurableObject(env.RUN_ENGINE.getByName(run), async (_, { storage }) => {
        const alarm = await storage.getAlarm();
        if (take) await storage.deleteAlarm();
        return alarm;
      });
    let quiet = 0;
    await expect
      .poll(
        async () => {
          quiet = (await alarmOf(false)) === null ? quiet + 1 : 0;
          if (quiet === 0) {
            await alarmOf(true);
            await abortAllDurableObjects();
          }
          return quiet;
        },
        { interval: 250 },
      )
      .toBeGreaterThan(6);
    outside.fetch = fetch;
    await env.DB.prepare("UPDATE runs SET touched_at = 0 WHERE id = ?").bind(run).run();
    await sweep();
    const done = await eventually(`/v1/runs/${run}`, world.keys.app, ENDED);
    expect(done["status"], JSON.stringify(done)).toBe("completed");
    const found = await entries(run, "run.unstuck");
    expect((found["data"] as { event_type: string }[]).filter((entry) => entry.event_type === "run.unstuck")).toHaveLength(1);
  });
});

describe("signals and replays", () => {
  it("[SIGNAL-6] a run that waits for a signal goes on with what it said; folded again it is the same", async () => {
    const definition = {
      name: "await-parcel",
      input: { type: "object" },
      output: { cel: "steps.parcel.output" },
      steps: { parcel: { kind: "wait", signal: "parcel", timeout_ms: 60_000 } },
    };
    const made = await call("POST", "/v1/workflows", world.keys.developer, definition as unknown as JsonObject);
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const run = await start({ workflow: "await-parcel", input: {} });
    await eventually(`/v1/runs/${run}`, world.keys.app, status("waiting"));
    const told = await call("POST", `/v1/runs/${run}/signals/parcel`, world.keys.app, { at: "door", mail: "a@example.com" });
    expect(told.status, JSON.stringify(told.body)).toBe(202);
    const done = await eventually(`/v1/runs/${run}`, world.keys.app, ENDED);
    expect(done).toMatchObject({ status: "completed", output: { at: "door", mail: "a@example.com" } });
    expect((await call("GET", `/v1/runs/${run}`, world.keys.auditor)).body).toMatchObject({ output: { mail: "{{EMAIL_1}}" } });
    const replayed = await call("POST", `/v1/runs/${run}/replay`, world.keys.auditor);
    expect(replayed).toMatchObject({ status: 200, body: { identical: true, run: { id: run, status: "completed" } } });
    expect((await call("POST", `/v1/runs/${run}/signals/parcel`, world.keys.app, {})).status).toBe(409);
  });
});
