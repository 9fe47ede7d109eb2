/** What alerts and anomalies are seen in, read off D1. */
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { AuditRecord } from "../../../core/audit/record.ts";
import type { CostCall } from "../../../core/costs/call.ts";
import { auditLogOf } from "../../../durable-objects/audit-log/stub.ts";
import { writePages } from "../../../workers/audit/write-pages.ts";
import { readAlertSums } from "../../../workers/store/alert-sums.ts";
import { defineCosts } from "../../../workers/store/costs.ts";
import { readMinutes, sweepMinutes } from "../../../workers/store/minutes.ts";
import { testRecord } from "../../support/audit-chain.ts";
import { storeWorld } from "./support.ts";

const AT = Date.UTC(2100, 0, 1, 12);
const MINUTE = 60_000;
const NOW = AT / MINUTE;
const fresh = () => `org-${crypto.randomUUID()}`;

const run = (org: string, id: string, status: string, began: number, ended: number | null, usd = 0) =>
  env.DB.prepare(
    "INSERT INTO runs (id, seq, org, user, subject, workflow, version, status, summary, created_at, ended_at) VALUES (?, 1, ?, 'u', 'u', 'refund', 1, ?, ?, ?, ?)",
  ).bind(`run_${id}${org}`, org, status, JSON.stringify({ usage: { usd } }), began, ended);

async function flag(org: string, found: readonly (readonly [id: string, data: object, at?: number])[]): Promise<void> {
  const log = auditLogOf(env.AUDIT_LOG, org);
  const records = found.map(
    ([id, data, at = AT - MINUTE], index): AuditRecord =>
      testRecord(index, {
        ...{ event_type: "guardrail.flagged", resource: `run/run_${id}${org}/step`, timestamp: new Date(at).toISOString() },
        data: data as AuditRecord["data"],
      }),
  );
  await log.append(org, [{ source: { kind: "store", id: "store" }, id: "1", records }]);
  await writePages(env.DB, org, await log.integrated(0));
}

const call = (id: string, kind: CostCall["kind"], ok = true, ms = 1_000): CostCall => ({
  ...{ id, at: AT - 2 * MINUTE, kind, name: "acme/sonnet", ok, micro_usd: 500, tokens_in: 10, tokens_out: 1, ms },
});
const put = (org: string, workflow: string | null, calls: readonly CostCall[]) =>
  defineCosts(env.DB, () => AT).put(org, [{ run: "run_x", user: "u", workflow, version: null, session: null, metadata: {}, calls }]);

it("[ANOM-9] sums the runs and chats of each minute, the runs in which something was found, and the age of those under way", async () => {
  const org = fresh();
  await env.DB.batch([
    run(org, "1", "completed", AT - 130_000, AT - 70_000, 0.01),
    run(org, "2", "failed", AT - 100_000, AT - 61_000),
    run(org, "3", "cancelled", AT - 100_000, AT - 61_000),
    run(org, "4", "completed", AT - 9 * MINUTE, AT - 7 * MINUTE),
    run(org, "5", "running", AT - 5 * MINUTE, null),
    run(org, "6", "waiting", AT - 50 * MINUTE, null),
    run(org, "7", "running", AT - 1_000, null),
  ]);
  await flag(org, [
    ["1", { type: "EMAIL", channel: "user", count: 30 }],
    ["1", { type: "EMAIL", channel: "user" }],
    ["2", { type: "EMAIL", channel: "model_output" }],
    ["2", { type: "injection", channel: "user" }],
    ["nobody", { type: "jailbreak", channel: "user" }],
  ]);
  await put(org, null, [call("1", "llm"), call("2", "llm", false), call("3", "embedding")]);
  const { minutes, openMs } = await readMinutes(env.DB, org, NOW - 5, NOW, AT);
  const [ms, usd] = [
    [Math.log(60_000), Math.log(39_000)],
    [Math.log(10_001), 0],
  ] as const;
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const byName = Object.fromEntries(minutes.map((one) => [`${one.workflow} ${NOW - one.minute}`, one.tally]));
  expect(Object.keys(byName).toSorted()).toEqual(["(chat) 1", "(chat) 2", "refund 1", "refund 2"]);
  expect(byName["refund 2"]).toMatchObject({ runs: 2, failed: 1, personal: 0 });
  expect(byName["refund 2"]?.logMs).toBeCloseTo(sum(ms), 6);
  expect(byName["refund 2"]?.logMs2).toBeCloseTo(sum(ms.map((log) => log * log)), 6);
  expect(byName["refund 2"]?.logUsd).toBeCloseTo(sum(usd), 6);
  expect(byName["refund 1"]).toMatchObject({ runs: 0, personal: 2, guardrail: 1 });
  expect(byName["(chat) 2"]).toMatchObject({ runs: 2, failed: 1 });
  expect(byName["(chat) 1"]).toMatchObject({ runs: 0, guardrail: 1 });
  expect([...openMs]).toEqual([["refund", [5 * MINUTE]]]);
});

it("[KILL-102] what a drill runs is in no figure of how work goes", async () => {
  const org = fresh();
  const statuses = ["queued", "running", "waiting", "paused", "compensating"];
  const open = statuses.map((status, index) => run(org, `o${index}`, status, AT - 90 * MINUTE, null));
  const ended = ["completed", "failed", "dead_lettered"].map((status, index) =>
    run(org, `e${index}`, status, AT - 3 * MINUTE, AT - 2 * MINUTE),
  );
  await env.DB.batch([...open, ...ended]);
  await put(org, "refund", [call("1", "llm")]);
  const { store } = storeWorld();
  const look = async () => {
    const { minutes, openMs } = await readMinutes(env.DB, org, NOW - 5, NOW, AT);
    const { moving, stuck, answers1h, workflows } = await readAlertSums(env.DB, org, { epoch: 1, active: [], asOf: 0 }, AT);
    const [health, { unfinished }] = [await store.health.health(org, AT - 60 * MINUTE), await store.keeping.look(org, [], 100)];
    const failed = await store.failedRuns(org, AT - 60 * MINUTE, AT, 10);
    return [minutes.length, openMs.size, moving, stuck, answers1h, workflows.length, health.length, unfinished, failed.length];
  };
  expect(await look()).toEqual([1, 1, 4, 3, 1, 1, 1, 5, 2]);
  await env.DB.batch([
    env.DB.prepare("UPDATE runs SET workflow = '(drill)' WHERE org = ?").bind(org),
    env.DB.prepare("UPDATE cost_calls SET workflow = '(drill)' WHERE org = ?").bind(org),
  ]);
  expect(await look()).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0]);
});

it("[METRIC-8] counts what was refused at the door with what was found inside, of the workflow that it was for", async () => {
  const org = fresh();
  const found = [
    { type: "injection", count: 2 },
    { type: "EMAIL", count: 1 },
  ];
  const log = auditLogOf(env.AUDIT_LOG, org);
  const refused = (index: number, resource: string, data: object) =>
    testRecord(index, {
      event_type: "guardrail.blocked",
      resource,
      timestamp: new Date(AT - MINUTE).toISOString(),
      data: data as AuditRecord["data"],
    });
  const records = [
    refused(1, "workflow/refund@3", { findings: found }),
    refused(2, "workflow/refund", { findings: found }),
    refused(3, "run/run_of_a_chat/chat", { channel: "user", findings: found }),
    refused(4, "review/rev_1", {}),
    refused(5, "workflow/chat@1", { findings: found.slice(0, 1) }), // [METRIC-10] a workflow of this name is not the chats
  ];
  await log.append(org, [{ source: { kind: "store", id: "store" }, id: "1", records }]);
  await writePages(env.DB, org, await log.integrated(0));
  const { minutes } = await readMinutes(env.DB, org, NOW - 5, NOW, AT);
  expect(minutes.map(({ workflow, tally }) => [workflow, tally.guardrail, tally.personal]).toSorted()).toEqual([
    ["(chat)", 1, 1],
    ["chat", 1, 0],
    ["refund", 2, 2],
  ]);
  const { results } = await env.DB.prepare(
    "SELECT name, of, sort, n FROM metric_sums WHERE org = ? AND series = 'findings' ORDER BY name, of",
  )
    .bind(org)
    .all();
  expect(results).toEqual([
    { name: "", of: "EMAIL", sort: "user", n: 1 },
    { name: "", of: "injection", sort: "user", n: 2 },
    { name: "chat", of: "injection", sort: "user", n: 2 },
    { name: "refund", of: "EMAIL", sort: "user", n: 2 },
    { name: "refund", of: "injection", sort: "user", n: 4 },
  ]);
});

it("[ALERT-7] counts findings and answers of the last minutes, however long the log is", async () => {
  const org = fresh();
  await flag(org, [
    ["1", { type: "injection", channel: "user", count: 4 }],
    ["1", { type: "grounded_in", channel: "model_output", count: 20 }],
    ["1", { type: "EMAIL", channel: "model_output", count: 3 }],
    ["1", { type: "EMAIL", channel: "user" }],
    ["1", { type: "injection", channel: "user" }, AT - 20 * MINUTE],
    ["1", { type: "EMAIL", channel: "model_output" }, AT - 50 * MINUTE],
    ["1", { type: "EMAIL", channel: "model_output" }, AT - 70 * MINUTE],
  ]);
  await put(org, "refund", [call("1", "llm"), call("2", "llm", false), call("3", "tool")]);
  const sums = await readAlertSums(env.DB, org, { epoch: 1, active: [], asOf: 0 }, AT);
  expect(sums).toMatchObject({ violations5m: 4, leaks1h: 4, answers1h: 1 });
  expect(sums.edge).toBeNull();
  const answer = (status: number, code: string, n: number, ago: number) =>
    env.DB.prepare("INSERT INTO answer_minutes (minute, status, code, n) VALUES (?, ?, ?, ?)").bind(NOW - ago, status, code, n);
  await env.DB.batch([
    answer(200, "", 970, 2),
    answer(500, "internal", 20, 2),
    answer(503, "kill_switch_active", 500, 2),
    answer(502, "upstream_unavailable", 510, 3),
  ]);
  const edge = (await readAlertSums(env.DB, "default", { epoch: 1, active: [], asOf: 0 }, AT)).edge;
  expect(edge).toEqual({ fast: expect.closeTo(10), slow: expect.closeTo(10) });
  await env.DB.prepare("DELETE FROM answer_minutes WHERE minute > ?")
    .bind(NOW - 100)
    .run();
  await sweepMinutes(env.DB, AT + 24 * 60 * MINUTE);
  const left = await env.DB.prepare("SELECT 1 FROM finding_minutes WHERE org = ?").bind(org).all();
  expect(left.results).toEqual([]);
});
