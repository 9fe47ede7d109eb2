import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { AuditRecord } from "../../../core/audit/record.ts";
import { auditLogOf } from "../../../durable-objects/audit-log/stub.ts";
import { writePages } from "../../../workers/audit/write-pages.ts";
import { defineAnswerCounts, sweepAnswers } from "../../../workers/store/answers.ts";
import { defineCosts } from "../../../workers/store/costs.ts";
import { renderMetrics } from "../../../workers/telemetry/metrics.ts";
import { testRecord } from "../../support/audit-chain.ts";

/** As the org's log gives them to D1: one page for each list. */
async function record(org: string, lists: readonly (readonly Partial<AuditRecord>[])[]): Promise<void> {
  const log = auditLogOf(env.AUDIT_LOG, org);
  for (const [index, list] of lists.entries()) {
    const records = list.map((change, at) => testRecord(index * 10 + at, change));
    await log.append(org, [{ source: { kind: "store", id: "store" }, id: String(index), records }]);
  }
  await writePages(env.DB, org, await log.integrated(0));
}

it("[AUD-32] a stored page that differs is told, also in a statement that brings new pages", async () => {
  const org = `org-${crypto.randomUUID()}`;
  const log = auditLogOf(env.AUDIT_LOG, org);
  const one = (number: number) => ({ source: { kind: "store", id: "store" }, id: String(number), records: [testRecord(number)] }) as const;
  await log.append(org, [one(1)]);
  const [first] = await log.integrated(0);
  await log.append(org, [one(2)]);
  const pages = await log.integrated(0);
  if (first === undefined) throw new Error("no page was written");
  expect(pages.length).toBeGreaterThan(1);
  const forged = { ...first, entries: first.entries.replace("2100-01-01", "2100-01-02") };
  expect(forged).not.toEqual(first);
  expect((await writePages(env.DB, org, [forged])).ok).toBe(true);
  const written = await writePages(env.DB, org, pages);
  expect(written).toEqual({ ok: false, error: { code: "chain_broken", seqs: [first.first_seq] } });
  expect((await writePages(env.DB, org, pages.slice(1))).ok).toBe(true);
});

const scrape = async () =>
  (await renderMetrics(env.DB, { epoch: 1, active: [], asOf: 0 }, new Map([["metered", 2]]), Date.UTC(2100, 1, 1))).split("\n");
const costs = defineCosts(env.DB, () => Date.UTC(2100, 1, 1));
const insertRun = (org: string, id: string, status: string, summary: object = {}, seconds: number | null = null) =>
  env.DB.prepare(
    "INSERT INTO runs (id, seq, org, user, subject, workflow, version, status, summary, created_at, ended_at) VALUES (?, 1, ?, 'u', 'u', 'w', 1, ?, ?, 0, ?)",
  ).bind(`run_${id}_${org}`, org, status, JSON.stringify(summary), seconds === null ? null : seconds * 1_000);
const linesOf = (lines: readonly string[], name: string, org: string) =>
  lines
    .filter((line) => line.startsWith(`${name}{`) && line.includes(org))
    .map((line) =>
      line
        .slice(name.length)
        .replace(`org="${org}"`, "")
        .replaceAll(/[{},]+/g, " ")
        .trim(),
    );

it("[METRIC-2] counts calls of runs and chats once, however often they come, and findings of every entry", async () => {
  const org = `org-${crypto.randomUUID()}`;
  const call = (id: string, change: object) => ({
    ...{ id, at: Date.UTC(2100, 0, 31), kind: "tool" as const, name: "orders.get", ok: true, micro_usd: 0, tokens_in: 0, tokens_out: 0 },
    ...change,
  });
  const mine = { run: "run_1", user: "secret-user", workflow: "refund", version: 1, session: null, metadata: {} };
  const calls = [
    call("1", { ms: 50 }),
    call("2", { ms: 2_000, ok: false, code: "timeout" }),
    call("4", { ms: 100, ok: false }),
    call("3", { kind: "llm", name: "acme/sonnet", micro_usd: 1_500, tokens_in: 100, tokens_out: 20, ms: 700 }),
  ];
  const chat = {
    ...mine,
    run: "run_2",
    workflow: null,
    version: null,
    calls: [call("1", { kind: "llm", name: "acme/sonnet", micro_usd: 500, tokens_in: 10, tokens_out: 1, ms: 400 })],
  };
  for (let time = 0; time < 2; time++) await costs.put(org, [{ ...mine, calls }, chat]);
  const found = (type: string, count?: number) => ({ event_type: "guardrail.flagged", data: { type, ...(count ? { count } : {}) } });
  const disguised = { event_type: "run.created", data: { text: '"event_type":"guardrail.flagged"', type: "email" } };
  await record(org, [
    [found("email", 3), found("injection"), disguised],
    [found("email")],
    [{ event_type: "model.called", data: { cached: "semantic" } }],
  ]);
  const lines = await scrape();
  expect(linesOf(lines, "tool_calls_total", org)).toEqual([
    'agent_id="refund" tool_name="orders.get" status="error"  2',
    'agent_id="refund" tool_name="orders.get" status="success"  1',
  ]);
  expect(linesOf(lines, "agent_tool_errors_total", org)).toEqual([
    'tool="orders.get" error_type="unknown"  1',
    'tool="orders.get" error_type="timeout"  1',
  ]);
  expect(linesOf(lines, "agent_tool_duration_seconds_sum", org)).toEqual(['tool="orders.get"  2.15']);
  expect(linesOf(lines, "agent_tool_duration_seconds_bucket", org).find((line) => line.includes('le="0.5"'))).toMatch(/ 2$/);
  expect(linesOf(lines, "llm_tokens_total", org)).toEqual(expect.arrayContaining(['model="acme/sonnet" token_type="input"  110']));
  expect(linesOf(lines, "agent_cost_usd_total", org)).toEqual([
    'workflow="(chat)" cost_type="llm"  0.0005',
    'workflow="refund" cost_type="llm"  0.0015',
  ]);
  expect(linesOf(lines, "llm_call_latency_seconds_bucket", org).map((line) => line.split(" ").at(-1))).toEqual([
    "0",
    "0",
    "1",
    "2",
    "2",
    "2",
    "2",
    "2",
  ]);
  expect(linesOf(lines, "model_gateway_latency_p99", org)).toEqual(['model="acme/sonnet"  1']);
  expect(linesOf(lines, "agent_requests_total", org)).toEqual(['agent_id="(chat)" status="completed"  1']);
  expect(linesOf(lines, "agent_pii_detections_total", org)).toEqual(['workflow="(chat)" type="email" channel=""  4']);
  expect(linesOf(lines, "guardrail_violations_total", org)).toEqual(['workflow="(chat)" type="injection" channel=""  1']);
  expect(linesOf(lines, "cache_requests_total", org)).toEqual(
    expect.arrayContaining(['kind="model" result="semantic"  1', 'kind="model" result="miss"  2']),
  );
  expect(lines.join("\n")).not.toContain("secret-user");
});

it("[ALERT-8] [KILL-102] the runs of a drill count in no figure of how work goes", async () => {
  const org = `org-${crypto.randomUUID()}`;
  await env.DB.batch([
    insertRun(org, "1", "cancelled", {}, 7),
    env.DB.prepare("UPDATE runs SET workflow = '(drill)' WHERE org = ?").bind(org),
    env.DB.prepare("UPDATE runs SET ended_at = NULL WHERE org = ?").bind(org),
    env.DB.prepare("UPDATE runs SET ended_at = 2000 WHERE org = ?").bind(org),
    env.DB.prepare("INSERT INTO metric_sums (org, series, name, of, sort, n) VALUES (?, 'calls', '(drill)', 'x', 'tool:success', 3)").bind(
      org,
    ),
  ]);
  await env.DB.batch([
    env.DB.prepare("INSERT INTO orgs (name, settings, created_at) VALUES (?, '{}', 1)").bind(org),
    insertRun(org, "2", "running"),
    insertRun(org, "3", "waiting"),
    env.DB.prepare("UPDATE runs SET workflow = '(drill)' WHERE org = ?").bind(org),
    env.DB.prepare(
      "INSERT INTO metric_buckets (org, series, name, sort, le, n, total) VALUES (?, 'call_s', 'bulkhead/drill-1.0.0', 'llm', 1, 1, 1)",
    ).bind(org),
  ]);
  const lines = (await scrape()).filter((line) => line.includes(org));
  expect(lines.filter((line) => /drill/.test(line))).toEqual([]);
  const depths = ["orchestration_queue_depth", "runs_stuck", "agent_human_review_queue_depth"].map((name) => linesOf(lines, name, org));
  expect(depths).toEqual([["0"], ["0"], ["0"]]);
});

it("[METRIC-3] counts a run when it ends, once, and a thousand names of an org at most", async () => {
  const org = `org-${crypto.randomUUID()}`;
  await env.DB.batch([
    insertRun(org, "1", "running"),
    insertRun(org, "2", "failed", { usage: { usd: 0.02 } }, 7),
    env.DB.prepare("UPDATE runs SET status = 'completed', summary = ?, ended_at = 2000 WHERE id = ?").bind(
      JSON.stringify({ usage: { usd: 0.004 } }),
      `run_1_${org}`,
    ),
    env.DB.prepare("UPDATE runs SET archived_at = 1, ended_at = 2001 WHERE org = ?").bind(org),
  ]);
  const lines = await scrape();
  expect(linesOf(lines, "agent_requests_total", org)).toEqual(['agent_id="w" status="completed"  1', 'agent_id="w" status="failed"  1']);
  expect(linesOf(lines, "agent_run_duration_seconds_count", org)).toEqual([
    'workflow="w" success="true"  1',
    'workflow="w" success="false"  1',
  ]);
  expect(linesOf(lines, "agent_request_latency_seconds_sum", org)).toEqual(['agent_id="w"  9']);
  expect(linesOf(lines, "cost_per_run_usd_sum", org)).toEqual(['workflow="w"  0.024']);
  expect(linesOf(lines, "cost_per_run_p95", org)).toEqual(['workflow="w"  0.05']);
  const many = Array.from({ length: 1_100 }, (_, index) => ({
    id: `n${index}`,
    at: 0,
    kind: "tool" as const,
    name: index === 0 ? "other" : `tool.t${index}`,
    ok: true,
    micro_usd: 0,
    tokens_in: 0,
    tokens_out: 0,
  }));
  await costs.put(org, [{ run: "run_1", user: "u", workflow: "w", version: 1, session: null, metadata: {}, calls: many }]);
  const tools = linesOf(await scrape(), "tool_calls_total", org);
  expect(tools).toHaveLength(1_000);
  expect(tools.find((line) => line.includes('tool_name="(other)"'))).toMatch(/ 101$/);
  expect(
    tools.find((line) => line.includes('tool_name="other"')),
    "[METRIC-10]",
  ).toMatch(/ 1$/);
});

it("[METRIC-4] gives each bucket the trace of the last thing that fell into it, in OpenMetrics alone", async () => {
  const org = `org-${crypto.randomUUID()}`;
  const call = (id: string, ms: number, at: number) => ({
    ...{ id, at, kind: "llm" as const, name: "acme/sonnet", ok: true, micro_usd: 1, tokens_in: 1, tokens_out: 1, ms },
  });
  const of = (run: string, trace: string | undefined, calls: readonly ReturnType<typeof call>[]) => ({
    ...{ run, user: "u", workflow: null, version: null, session: null, metadata: {}, calls, ...(trace === undefined ? {} : { trace }) },
  });
  await costs.put(org, [of("run_1", "a".repeat(32), [call("1", 700, 1_000)]), of("run_2", "b".repeat(32), [call("1", 800, 2_500)])]);
  await costs.put(org, [of("run_3", undefined, [call("1", 50, 3_000)]), of("run_4", "c".repeat(32), [call("1", 2_000_000, 4_000)])]);
  await insertRun(org, "1", "completed", { trace_id: "d".repeat(32), usage: { usd: 0.02 } }, 7).run();
  const open = (await renderMetrics(env.DB, { epoch: 1, active: [], asOf: 0 }, new Map(), Date.UTC(2100, 1, 1), "openmetrics")).split("\n");
  const exemplars = (name: string) => open.filter((line) => line.startsWith(name) && line.includes(org) && line.includes(" # "));
  expect(exemplars("llm_call_latency_seconds_bucket").map((line) => line.slice(line.indexOf("le=")))).toEqual([
    `le="1.0"} 3 # {trace_id="${"b".repeat(32)}"} 0.8 2.5`,
    `le="+Inf"} 4 # {trace_id="${"c".repeat(32)}"} 2000 4`,
  ]);
  expect(exemplars("agent_run_duration_seconds_bucket").map((line) => line.slice(line.indexOf("le=")))).toEqual([
    `le="10.0"} 1 # {trace_id="${"d".repeat(32)}"} 7 7`,
  ]);
  expect(exemplars("cost_per_run_usd_bucket")[0]).toContain(`le="0.05"} 1 # {trace_id="${"d".repeat(32)}"} 0.02 7`);
  expect([open.at(-2), open.includes("# TYPE agent_requests counter")]).toEqual(["# EOF", true]);
  expect((await scrape()).filter((line) => line.includes("trace_id"))).toEqual([]);
});

it("[METRIC-10] a workflow named `chat` or `other` has its own figures beside those of chats", async () => {
  const org = `org-${crypto.randomUUID()}`;
  const asked = (workflow: string | null, micro_usd: number) => {
    const llm = { id: "1", at: 0, kind: "llm" as const, name: "acme/sonnet", ok: true, micro_usd, tokens_in: 0, tokens_out: 0 };
    return {
      run: `run_${workflow}`,
      user: "u",
      workflow,
      version: workflow === null ? null : 1,
      session: null,
      metadata: {},
      calls: [llm],
    };
  };
  await costs.put(org, [asked(null, 1_000), asked("chat", 2_000), asked("other", 3_000)]);
  await record(org, [
    [
      { event_type: "escalation.raised", data: { workflow: "chat@1", reason: "asked" } },
      { event_type: "escalation.raised", data: { reason: "asked" } },
    ],
  ]);
  const lines = await scrape();
  const spent = [...linesOf(lines, "agent_cost_usd_total", org), ...linesOf(lines, "agent_escalations_total", org)];
  expect(spent.map((line) => line.replace(/ +/g, " ")).toSorted()).toEqual([
    'workflow="(chat)" cost_type="llm" 0.001',
    'workflow="(chat)" reason="asked" 1',
    'workflow="chat" cost_type="llm" 0.002',
    'workflow="chat" reason="asked" 1',
    'workflow="other" cost_type="llm" 0.003',
  ]);
});

it("[METRIC-9] counters of the rules are 0 before anything counted, for registered workflows, models and chats", async () => {
  const org = `org-${crypto.randomUUID()}`;
  const workflow = (name: string, version: number) =>
    env.DB.prepare(
      "INSERT INTO workflows (org, name, version, digest, status, definition, created_at) VALUES (?, ?, ?, ?, 'active', '{}', 0)",
    ).bind(org, name, version, `${name}${version}`);
  await env.DB.batch([
    env.DB.prepare("INSERT INTO orgs (name, created_at) VALUES (?, 0)").bind(org),
    ...[workflow("w", 1), workflow("w", 2), ...Array.from({ length: 60 }, (_, n) => workflow(`x${n + 10}`, 1))],
    env.DB.prepare("INSERT INTO models (org, id, entry, updated_at) VALUES (?, 'acme/small', '{}', 0)").bind(org),
  ]);
  const single = (...of: Parameters<typeof linesOf>) => linesOf(...of).map((line) => line.replace(/ +/g, " "));
  const before = await scrape();
  const durations = single(before, "agent_run_duration_seconds_count", org).filter((line) => line.includes('"w"'));
  expect(durations.toSorted()).toEqual([`workflow="w" success="false" 0`, `workflow="w" success="true" 0`]);
  expect(single(before, "cost_per_run_usd_count", org)).toContain('workflow="w" 0');
  expect(single(before, "model_gateway_latency_seconds_count", org)).toEqual(['model="acme/small" 0']);
  const usd = single(before, "agent_cost_usd_total", org);
  for (const name of ["(chat)", "w"]) expect(usd.filter((line) => line.includes(`"${name}"`))).toHaveLength(3);
  expect(usd.every((line) => line.endsWith(" 0"))).toBe(true);
  const attacks = single(before, "guardrail_violations_total", org);
  expect(attacks).toContain('workflow="w" type="injection" channel="user" 0');
  expect(attacks).toContain('workflow="(chat)" type="violence" channel="model_output" 0');
  const leaks = single(before, "agent_pii_detections_total", org);
  expect(leaks).toContain('workflow="w" type="EMAIL" channel="model_output" 0');
  // Bounded: series of findings for fifty workflows and chats, of personal data in one channel alone.
  expect(new Set(attacks.map((line) => /workflow="(\w+)"/.exec(line)?.[1])).size).toBe(51);
  expect(leaks.some((line) => line.includes('"user"'))).toBe(false);
  // What counts then is counted once, in the same series.
  await insertRun(org, "one", "failed", { usage: { usd: 0.5 } }, 3).run();
  const after = await scrape();
  expect(
    single(after, "agent_run_duration_seconds_count", org)
      .filter((line) => line.includes('"w"'))
      .toSorted(),
  ).toEqual([`workflow="w" success="false" 1`, `workflow="w" success="true" 0`]);
  expect(single(after, "cost_per_run_usd_count", org)).toContain('workflow="w" 1');
});

it("[METRIC-5] costs a scrape the same after ten runs and after a thousand", async () => {
  const org = `org-${crypto.randomUUID()}`;
  await env.DB.prepare("INSERT INTO orgs (name, created_at) VALUES (?, 0)").bind(org).run();
  const rowsRead = async () => {
    let read = 0;
    const counting = {
      prepare: (sql: string) => env.DB.prepare(sql),
      batch: async (statements: D1PreparedStatement[]) => {
        const results = await env.DB.batch(statements);
        read = results.reduce((sum, { meta }) => sum + meta.rows_read, 0);
        return results;
      },
    } as unknown as D1Database;
    await renderMetrics(counting, { epoch: 1, active: [], asOf: 0 }, new Map(), Date.UTC(2100, 1, 1));
    return read;
  };
  const more = async (from: number, to: number) => {
    const rows = Array.from({ length: to - from }, (_, index) =>
      insertRun(org, `r${from + index}`, "completed", { usage: { usd: 0.02 } }, 7),
    );
    const letter = (n: number) =>
      env.DB.prepare(
        "INSERT INTO dead_letters (id, org, run, seq, workflow, reason, undone, status, created_at) VALUES (?, ?, 'r', 1, 'w', '{}', '[]', 'discarded', 0)",
      ).bind(`dl_${n}${org}`, org);
    await env.DB.batch([...rows, ...Array.from({ length: to - from }, (_, index) => letter(from + index))]);
  };
  await more(0, 10);
  const few = await rowsRead();
  await more(10, 1_000);
  const many = await rowsRead();
  console.log(`a scrape reads ${few} rows after ten runs, ${many} after a thousand`);
  expect(many).toBe(few);
});

it("[METRIC-6] counts the answers of the edge, beside a request each ten seconds, and loses none when D1 is out of reach", async () => {
  let now = Date.UTC(2100, 0, 31);
  let work: Promise<void> = Promise.resolve();
  let isOut = false;
  const lines: unknown[] = [];
  const db = {
    prepare: (sql: string) => env.DB.prepare(sql),
    batch: (all: D1PreparedStatement[]) => (isOut ? Promise.reject(new Error("out")) : env.DB.batch(all)),
  };
  const count = defineAnswerCounts({
    db: db as D1Database,
    now: () => now,
    log: (line) => lines.push(line),
    waitUntil: (some) => {
      work = some;
    },
  });
  const code = `c${crypto.randomUUID()}`;
  const told = async () => {
    await work;
    return (await scrape()).filter((line) => line.includes(code)).map((line) => line.replace(code, ""));
  };
  count(500, code);
  expect(await told()).toEqual(['http_requests_total{status="500",code=""} 1']);
  for (let n = 0; n < 5; n++) count(500, code);
  expect(await told()).toEqual(['http_requests_total{status="500",code=""} 1']);
  now += 10_000;
  isOut = true;
  count(500, code);
  await work;
  expect(lines).toMatchObject([{ event: "metrics.not_added" }]);
  now += 10_000;
  isOut = false;
  count(500, code);
  expect(await told()).toEqual(['http_requests_total{status="500",code=""} 8']);
  await sweepAnswers(env.DB, now + 24 * 3_600_000);
  const left = await env.DB.prepare("SELECT 1 FROM answer_minutes WHERE code = ?").bind(code).all();
  expect(left.results).toEqual([]);
  expect(await told()).toHaveLength(1);
});

it("[METRIC-1] has every name of the contract, gauges for every org also where nothing waits", async () => {
  const org = `org-${crypto.randomUUID()}`;
  await env.DB.batch([
    env.DB.prepare("INSERT INTO orgs (name, created_at) VALUES (?, 0)").bind(org),
    insertRun(org, "1", "waiting", { waiting_for: { kind: "review" } }),
    insertRun(org, "2", "waiting", { waiting_for: { kind: "review" } }),
    insertRun(org, "3", "waiting", { waiting_for: { kind: "signal" } }),
    insertRun(org, "4", "running"),
    insertRun(org, "5", "completed"),
  ]);
  const lines = await scrape();
  const names = [
    ...[
      "agent_requests_total",
      "agent_request_latency_seconds",
      "tool_calls_total",
      "llm_call_latency_seconds",
      "llm_tokens_total",
      "agent_active_sessions",
    ],
    ...["agent_escalations_total", "cache_requests_total", "model_gateway_latency_p99", "cost_per_run_p95", "audit_lag_seconds"],
    ...[
      "agent_run_duration_seconds",
      "agent_tokens_total",
      "agent_cost_usd_total",
      "agent_tool_duration_seconds",
      "agent_tool_errors_total",
    ],
    ...["agent_human_review_queue_depth", "agent_kill_switch_active", "agent_pii_detections_total", "guardrail_violations_total"],
    ...["orchestration_queue_depth", "model_gateway_latency_seconds", "tool_sandbox_queue_depth", "cost_per_run_usd"],
  ];
  for (const name of names)
    expect(
      lines.filter((line) => line.startsWith(`# TYPE ${name} `)),
      name,
    ).toHaveLength(1);
  const value = (name: string, of: string) =>
    lines
      .find((line) => line.startsWith(`${name}{org="${of}"}`))
      ?.split(" ")
      .at(-1);
  expect(value("agent_human_review_queue_depth", org)).toBe("2");
  expect(value("orchestration_queue_depth", org)).toBe("1");
  expect(value("tool_sandbox_queue_depth", org)).toBe("0");
  expect(value("agent_human_review_queue_depth", "default")).toBe("0");
  expect(lines).toContain("agent_kill_switch_active 0");
});
