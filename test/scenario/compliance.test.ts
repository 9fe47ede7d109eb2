/** What really ran, and exports of evidence, over the composed platform: asked for as an auditor does, unpacked, and checked against the log. */
import { env, exports } from "cloudflare:workers";
import { strFromU8, unzipSync } from "fflate";
import { beforeAll, expect, it } from "vitest";
import type { Json, JsonObject } from "../../core/json.ts";
import handler from "../support/platform.ts";
import { call, eventually, makeKey, status } from "../support/scenario/api.ts";
import { openWorld, type World } from "../support/scenario/world.ts";

const ORG = "evidence-org";
const DAY = 86_400_000;
const iso = (at: number): string => new Date(at).toISOString();
const CARD = { purpose: "Answers a question.", limitations: "Knows nothing.", url: "https://example.com/card" };
const RISK = { level: "limited", summary: "It only answers.", assessed_by: "dora", assessed_on: "2026-11-30" };

let world: World;
let begun = 0;

beforeAll(async () => {
  begun = Date.now();
  world = await openWorld(ORG);
  const definition = {
    name: "evidence-flow",
    owner: "team-answers",
    card: CARD,
    risk_assessment: RISK,
    input: { type: "object", properties: { note: { type: "string", sensitivity: "confidential" } }, required: ["note"] },
    steps: { say: { kind: "model", model: { task: "draft" }, prompt: { template: "Say {{n}}", slots: { n: { cel: "input.note" } } } } },
    output: { cel: "steps.say.output" },
  };
  const made = await call("POST", "/v1/workflows", world.keys.developer, definition as unknown as JsonObject);
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  const bad = {
    ...definition,
    name: "evidence-bad",
    card: { goal: "x" },
    risk_assessment: { ...RISK, level: "none", assessed_on: "today" },
  };
  const refused = await call("POST", "/v1/workflows", world.keys.developer, bad as unknown as JsonObject);
  expect(refused.status).toBe(400);
  expect((refused.body["errors"] as { path: string }[]).map(({ path }) => path).toSorted()).toEqual([
    "/card/goal",
    "/card/purpose",
    "/risk_assessment/assessed_on",
    "/risk_assessment/level",
  ]);
  const started = await call("POST", "/v1/runs", world.keys.app, { workflow: "evidence-flow", input: { note: "hello" } });
  expect(started.status, JSON.stringify(started.body)).toBe(202);
  await eventually(`/v1/runs/${String(started.body["id"])}`, world.keys.app, status("completed", "failed", "dead_lettered"));
  const shop = await call("POST", "/v1/runs", world.keys.app, { workflow: "order-fulfilment", input: { order_id: "A-1002" } });
  await eventually(`/v1/runs/${String(shop.body["id"])}`, world.keys.app, status("completed"));
  await eventually(`/v1/audit/entries?run=${String(shop.body["id"])}`, world.keys.auditor, ({ data }) =>
    (data as JsonObject[]).some((one) => one["event_type"] === "run.completed"),
  );
});

it("[COMPLY-1] the inventory has what ran and nothing that did not, with its owner, classes, card and last use", async () => {
  const { body } = await call("GET", "/v1/inventory?limit=200", world.keys.developer);
  const things = body["data"] as JsonObject[];
  const names = things.map((one) => `${String(one["kind"])} ${String(one["name"])}`);
  expect(names).toContain("workflow evidence-flow");
  expect(names).toContain("workflow order-fulfilment");
  expect(names).not.toContain("workflow support-refund"); // registered, and never started
  expect(names.some((name) => name.startsWith("tool "))).toBe(true);
  expect(names).toEqual([...new Set(names)].toSorted());
  const flow = things.find((one) => one["name"] === "evidence-flow") ?? {};
  expect(flow).toMatchObject({ version: 1, registered: true, owner: "team-answers", card: CARD, risk_assessment: RISK });
  expect(flow["classes"]).toContain("confidential");
  expect(Date.parse(String(flow["last_used_at"]))).toBeGreaterThanOrEqual(begun);
  const first = await call("GET", "/v1/inventory?limit=1", world.keys.developer);
  const next = await call(
    "GET",
    `/v1/inventory?limit=200&cursor=${encodeURIComponent(String(first.body["next_cursor"]))}`,
    world.keys.developer,
  );
  expect([...(first.body["data"] as Json[]), ...(next.body["data"] as Json[])]).toEqual(things);
  expect((await call("GET", "/v1/inventory?cursor=nonsense", world.keys.developer)).status).toBe(400);
  expect((await call("GET", "/v1/inventory", world.keys.app)).status).toBe(403);
  const elsewhere = await makeKey("evidence-else", "eve", ["auditor"]);
  expect((await call("GET", "/v1/inventory", elsewhere)).body).toEqual({ data: [], next_cursor: null });
});

async function exported(framework: string, from: number, to: number): Promise<{ id: string; files: ReadonlyMap<string, string> }> {
  const asked = await call("POST", `/v1/compliance/${framework}`, world.keys.auditor, { from: iso(from), to: iso(to) });
  expect(asked.status, JSON.stringify(asked.body)).toBe(202);
  const id = String(asked.body["id"]);
  const read = () =>
    (exports as unknown as { default: { fetch(request: Request): Promise<Response> } }).default.fetch(
      new Request(`https://bulkhead.test/v1/compliance/exports/${id}`, { headers: { authorization: `Bearer ${world.keys.auditor}` } }),
    );
  await expect
    .poll(
      async () => {
        const answer = await read();
        await answer.arrayBuffer();
        return answer.status;
      },
      { interval: 200 },
    )
    .toBe(200);
  const answer = await read();
  expect(answer.headers.get("content-type")).toBe("application/zip");
  const files = unzipSync(new Uint8Array(await answer.arrayBuffer()));
  return { id, files: new Map(Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)])) };
}

it("[COMPLY-2] an export holds every entry of the period, each control by its number, and what cannot be shown", async () => {
  const ask = { name: "evidence-ask", input: {}, output: {}, steps: { ask: { kind: "review", proposal: { pay: 1 } } } };
  expect((await call("POST", "/v1/workflows", world.keys.developer, ask as unknown as JsonObject)).status).toBe(201);
  const asked = await call("POST", "/v1/runs", world.keys.app, { workflow: "evidence-ask", input: {} });
  const held = await eventually(`/v1/runs/${String(asked.body["id"])}`, world.keys.app, status("waiting"));
  const review = String((held["waiting_for"] as JsonObject)["id"]);
  const word = { action: "reject", reason: "no" };
  expect((await call("POST", `/v1/reviews/${review}/decision`, world.keys.reviewer, word)).status).toBe(200);
  await eventually("/v1/audit/entries?type=review.decided", world.keys.auditor, ({ data }) => (data as Json[]).length > 0);
  const opened = await call("POST", "/v1/incidents", world.keys.operator, { title: "refunds stand still", owner: "ann" });
  expect(opened.status).toBe(201);
  await eventually("/v1/audit/entries?type=incident.opened", world.keys.auditor, ({ data }) => (data as Json[]).length > 0);
  const { files } = await exported("eu-ai-act", begun - DAY, Date.now() + DAY);
  const incidents = JSON.parse(files.get("incidents.json") ?? "[]") as { title: string; owner: string; timeline: { type: string }[] }[];
  expect(incidents).toMatchObject([{ title: "refunds stand still", owner: "ann", runs: [{ workflow: "evidence-ask", status: "failed" }] }]);
  expect(incidents[0]?.timeline.map(({ type }) => type)).toContain("incident.opened");
  const entries = [...files].filter(([name]) => name.startsWith("entries/")).flatMap(([, text]) => text.trim().split("\n"));
  const numbers = entries.map((line) => (JSON.parse(line) as { seq: number }).seq);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  const kept = (await call("GET", `/v1/audit/entries?limit=${Math.min(200, numbers.length)}`, world.keys.auditor)).body["data"] as Json[];
  expect(entries.slice(0, kept.length).map((line) => JSON.parse(line))).toEqual(kept);
  const controls = JSON.parse(files.get("controls.json") ?? "{}") as { controls: { control: string; entries: number; cannot: string }[] };
  expect(controls.controls.find(({ control }) => control === "Art. 12")).toMatchObject({ entries: numbers.length });
  expect(controls.controls.every(({ cannot }) => cannot.length > 5)).toBe(true);
  expect(files.get("README.md")).toContain("2027-12-02");
  expect(files.get("README.md")).toContain("| Art. 14 |");
  expect(JSON.parse(files.get("oversight.json") ?? "{}")).toMatchObject({
    ...{ runs_started: 3, reviews_decided: 1, kills: 0, decoy_percent: 0, assisted_review: "off", approvers: [], kill_switch_drills: [] },
    reviewers: [{ reviewer: "rita", judged: 1, rejected: 1, decoys: { of: 0, caught: 0 }, suggestions: { of: 0 } }],
    all_reviewers: { judged: 1 },
    passed_without_a_person: [],
  });
  expect(JSON.parse(files.get("retention.json") ?? "{}")).toMatchObject({ retention: { audit_years: 7 } });
  expect(files.get("inventory.json")).toContain("evidence-flow");
  expect(files.get("access.json")).not.toMatch(/bh_|hash/);
  expect(Array.isArray(JSON.parse(files.get("proofs.json") ?? "null"))).toBe(true);
});

it("[COMPLY-3] a period without entries is exported as such, and who may not ask is refused", async () => {
  const { id, files } = await exported("soc2", begun - 9 * DAY, begun - 8 * DAY);
  expect([...files.keys()].some((name) => name.startsWith("entries/"))).toBe(false);
  expect(files.get("README.md")).toContain("| CC6.2 |");
  expect(JSON.parse(files.get("incidents.json") ?? "null")).toEqual([]);
  const { auditor, developer } = world.keys;
  const period = { from: iso(begun - DAY), to: iso(begun) };
  expect((await call("POST", "/v1/compliance/soc2", developer, period)).status).toBe(403);
  expect((await call("POST", "/v1/compliance/hipaa", auditor, period)).status).toBe(404);
  expect((await call("POST", "/v1/compliance/soc2", auditor, { from: period.to, to: period.from })).status).toBe(400);
  expect((await call("GET", "/v1/compliance/exports/exp_nonsense", auditor)).status).toBe(404);
  const elsewhere = await makeKey("evidence-else", "eve", ["auditor"]);
  expect((await call("GET", `/v1/compliance/exports/${id}`, elsewhere)).status).toBe(404);
  const listed = await call("GET", "/v1/compliance/exports?limit=1", auditor);
  expect(listed.body["data"]).toMatchObject([{ id, framework: "soc2", status: "completed", asked_by: "anna", entries: 0 }]);
  const older = await call("GET", `/v1/compliance/exports?cursor=${String(listed.body["next_cursor"])}`, auditor);
  expect(older).toMatchObject({ status: 200, body: { data: [{ framework: "eu-ai-act" }], next_cursor: null } });
  expect((await call("GET", "/v1/compliance/exports", elsewhere)).body).toEqual({ data: [], next_cursor: null });
  expect((await call("GET", "/v1/compliance/exports", developer)).status).toBe(403);
  expect((await call("GET", "/v1/compliance/exports?cursor=nonsense", auditor)).status).toBe(400);
  const types = ["compliance.requested", "compliance.exported", "compliance.downloaded"];
  for (const type of types) await eventually(`/v1/audit/entries?type=${type}`, auditor, ({ data }) => (data as Json[]).length >= 2);
});

it("[COMPLY-4] an export that broke off is completed by the sweep", async () => {
  const asked = await call("POST", "/v1/compliance/iso42001", world.keys.auditor, { from: iso(begun - DAY), to: iso(Date.now() + DAY) });
  const id = String(asked.body["id"]);
  await eventuallyDone(id);
  // As after a crash before anything was noted: the files of before are written again.
  await env.DB.prepare("UPDATE compliance_exports SET status = 'running', progress = ?, completed_at = NULL, looked_at = 0 WHERE id = ?")
    .bind(JSON.stringify({ parts: 0, after: 0, entries: 0, byType: {}, lastOf: {}, isCut: false }), id)
    .run();
  expect(await statusOf(id)).toBe(202);
  await handler.scheduled({ scheduledTime: Date.now(), cron: "*/5 * * * *", noRetry: () => undefined } as ScheduledController, env);
  expect(await statusOf(id)).toBe(200);
});

const statusOf = async (id: string): Promise<number> => {
  const row = await env.DB.prepare("SELECT status FROM compliance_exports WHERE id = ?").bind(id).first<{ status: string }>();
  return row?.status === "completed" ? 200 : 202;
};
const eventuallyDone = (id: string) => expect.poll(() => statusOf(id), { interval: 200 }).toBe(200);
