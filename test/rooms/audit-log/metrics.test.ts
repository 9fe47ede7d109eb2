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
  const lines = (await renderMetrics(env.DB, { epoch: 1, active: [], asOf: 0 })).split("\n");
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
