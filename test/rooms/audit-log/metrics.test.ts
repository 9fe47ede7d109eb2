import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { AuditRecord } from "../../../core/audit/record.ts";
import { auditLogOf } from "../../../durable-objects/audit-log/stub.ts";
import { writePages } from "../../../workers/audit/write-pages.ts";
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

it("counts calls, failures and findings of every entry, whichever pages they are in", async () => {
  const [ours, theirs] = [`org-${crypto.randomUUID()}`, `org-${crypto.randomUUID()}`];
  const answered = (tool: string, ok: boolean, duration_ms: number | null) => ({
    event_type: "tool.answered",
    data: { tool, ok, duration_ms },
  });
  const model = { event_type: "model.called", data: { model: "sonnet", duration_ms: 700 } };
  const found = (type: string, count?: number) => ({ event_type: "guardrail.flagged", data: { type, ...(count ? { count } : {}) } });
  const disguised = { event_type: "run.created", data: { tool: "orders.get", text: '"event_type":"tool.answered"' } };
  await record(ours, [
    [answered("orders.get", true, 50), answered("orders.get", false, 2000), disguised, model],
    [answered("orders.get", true, 400), found("email", 3), found("injection")],
    [answered("orders.get", false, null), found("email")],
  ]);
  await record(theirs, [[answered("orders.get", true, 9000)]]);
  const lines = (await renderMetrics(env.DB, { epoch: 1, active: [], asOf: 0 }, new Map([["metered", 2]]))).split("\n");
  const of = (name: string, org: string) =>
    lines
      .filter((line) => line.startsWith(name) && line.includes(org))
      .map((line) => line.replace(`org="${org}"`, "").replaceAll(/[{},]+/g, " "));
  expect(of("agent_tool_duration_seconds_count", ours)).toEqual([expect.stringMatching(/tool="orders\.get".* 3$/)]);
  expect(of("agent_tool_duration_seconds_count", theirs)).toEqual([expect.stringMatching(/tool="orders\.get".* 1$/)]);
  expect(of("agent_tool_duration_seconds_sum", ours)).toEqual([expect.stringMatching(/ 2\.45$/)]);
  expect(of("agent_tool_duration_seconds_bucket", ours).find((line) => line.includes('le="0.5"'))).toMatch(/ 2$/);
  expect(of("agent_tool_errors_total", ours)).toEqual([expect.stringMatching(/ 2$/)]);
  expect(of("agent_tool_errors_total", theirs)).toEqual([]);
  expect(of("model_gateway_latency_seconds_count", ours)).toEqual([expect.stringMatching(/model="sonnet".* 1$/)]);
  expect(of("agent_pii_detections_total", ours)).toEqual([expect.stringMatching(/type="email".* 4$/)]);
  expect(of("guardrail_violations_total", ours)).toEqual([expect.stringMatching(/type="injection".* 1$/)]);
});

it("[METRIC-1] has every name of the contract, gauges for every org also where nothing waits", async () => {
  const org = `org-${crypto.randomUUID()}`;
  const insertRun = (id: string, status: string, waitingFor: string | null) =>
    env.DB.prepare(
      "INSERT INTO runs (id, seq, org, user, subject, workflow, version, status, summary, created_at) VALUES (?, 1, ?, 'u', 'u', 'w', 1, ?, ?, 0)",
    ).bind(`run_${id}_${org}`, org, status, JSON.stringify({ waiting_for: waitingFor === null ? null : { kind: waitingFor } }));
  await env.DB.batch([
    env.DB.prepare("INSERT INTO orgs (name, created_at) VALUES (?, 0)").bind(org),
    insertRun("1", "waiting", "review"),
    insertRun("2", "waiting", "review"),
    insertRun("3", "waiting", "signal"),
    insertRun("4", "running", null),
    insertRun("5", "completed", null),
  ]);
  const lines = (await renderMetrics(env.DB, { epoch: 1, active: [], asOf: 0 }, new Map([["metered", 2]]))).split("\n");
  const names = [
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
