/**
 * `/metrics`: read off the index of runs and the audit entries in D1, so that figures survive every isolate and cannot disagree
 * with the record. They cover what D1 holds. Names and labels: docs/contract.md, "Evidence".
 */
import { isViolation } from "../../core/guardrail/finding.ts";
import type { Stops } from "../../core/kill-switch/stops.ts";
import { type Histogram, histogramOf, METRICS, type Observed, type Value, valuesOf } from "../../core/telemetry/metrics.ts";
import { type Labels, writeFamilies } from "../../core/telemetry/prometheus.ts";

type Row = Record<string, string | number | null>;

const RUN_SECONDS = "(ended_at - created_at) / 1000.0";
const usage = (field: string): string => `CAST(COALESCE(summary->>'$.usage.${field}', 0) AS REAL)`;
const data = (field: string): string => `json_extract(entry, '$.data.${field}')`;
/** Entries of one type. Pages without the type's name are passed over unread. */
const calls = (type: string): string => `(
  SELECT page.org, item.value AS entry FROM audit_pages AS page, json_each(page.entries) AS item
  WHERE INSTR(page.entries, '"event_type":"${type}"') > 0 AND item.value ->> '$.event_type' = '${type}') WHERE true`;
const CALL_SECONDS = `COALESCE(${data("duration_ms")}, 0) / 1000.0`;

/** `sandboxQueue`: calls that wait for a sandbox, by org, in the isolate that answers. */
export async function renderMetrics(db: D1Database, stops: Stops, sandboxQueue: ReadonlyMap<string, number>): Promise<string> {
  const ended = "runs WHERE ended_at IS NOT NULL";
  const success = "CASE status WHEN 'completed' THEN 'true' ELSE 'false' END";
  const queries = {
    duration: buckets("agent_run_duration_seconds", { success }, RUN_SECONDS, ended),
    cost: buckets("cost_per_run_usd", {}, usage("usd"), ended),
    tokens: `SELECT org, workflow, SUM(${usage("tokens_in")}) AS input, SUM(${usage("tokens_out")}) AS output, SUM(${usage("usd")}) AS usd FROM runs GROUP BY org, workflow`,
    toolSeconds: buckets(
      "agent_tool_duration_seconds",
      { tool: data("tool") },
      CALL_SECONDS,
      calls("tool.answered"),
      `${data("duration_ms")} IS NOT NULL`,
    ),
    toolErrors: `SELECT org, ${data("tool")} AS tool, COUNT(*) AS n FROM ${calls("tool.answered")} AND ${data("ok")} = 0 GROUP BY 1, 2`,
    modelSeconds: buckets("model_gateway_latency_seconds", { model: data("model") }, CALL_SECONDS, calls("model.called")),
    findings: `SELECT org, ${data("type")} AS type, SUM(COALESCE(${data("count")}, 1)) AS n FROM ${calls("guardrail.flagged")} GROUP BY 1, 2`,
    // A gauge is 0 where nothing waits: every org has its line.
    waiting: runsOfEveryOrg("status = 'waiting' AND summary ->> '$.waiting_for.kind' = 'review'"),
    queued: runsOfEveryOrg("status IN ('queued', 'running', 'compensating', 'paused')"),
    orgs: "SELECT name AS org FROM orgs",
  };
  const results = await db.batch<Row>(Object.values(queries).map((query) => db.prepare(query)));
  const rows = Object.fromEntries(Object.keys(queries).map((name, index) => [name, results[index]?.results ?? []])) as {
    [name in keyof typeof queries]: Row[];
  };
  const isHit = (row: Row): boolean => isViolation({ type: row["type"] });

  return writeFamilies([
    histogramOf("agent_run_duration_seconds", observed("agent_run_duration_seconds", rows.duration)),
    valuesOf("agent_tokens_total", [
      ...counted(rows.tokens, "input", { type: "input" }),
      ...counted(rows.tokens, "output", { type: "output" }),
    ]),
    valuesOf("agent_cost_usd_total", counted(rows.tokens, "usd")),
    histogramOf("cost_per_run_usd", observed("cost_per_run_usd", rows.cost)),
    histogramOf("agent_tool_duration_seconds", observed("agent_tool_duration_seconds", rows.toolSeconds)),
    valuesOf("agent_tool_errors_total", counted(rows.toolErrors, "n")),
    histogramOf("model_gateway_latency_seconds", observed("model_gateway_latency_seconds", rows.modelSeconds)),
    valuesOf(
      "agent_pii_detections_total",
      counted(
        rows.findings.filter((row) => !isHit(row)),
        "n",
      ),
    ),
    valuesOf("guardrail_violations_total", counted(rows.findings.filter(isHit), "n")),
    valuesOf("agent_human_review_queue_depth", counted(rows.waiting, "n")),
    valuesOf("orchestration_queue_depth", counted(rows.queued, "n")),
    valuesOf(
      "tool_sandbox_queue_depth",
      rows.orgs.map(({ org }) => ({ labels: { org: String(org) }, value: sandboxQueue.get(String(org)) ?? 0 })),
    ),
    valuesOf("agent_kill_switch_active", [{ labels: {}, value: stops.active.filter(({ drill }) => drill !== true).length }]),
  ]);
}

const runsOfEveryOrg = (condition: string): string =>
  `SELECT orgs.name AS org, COUNT(runs.id) AS n FROM orgs LEFT JOIN runs ON runs.org = orgs.name AND ${condition} GROUP BY orgs.name`;

/** One row per label set: the count at or below each bound, the sum and the count. `columns`: of the labels that are no column as such. */
function buckets(metric: Histogram, columns: { readonly [label: string]: string }, value: string, from: string, and = "1"): string {
  const { labels, bounds } = METRICS[metric];
  const names = labels.map((label) => (columns[label] === undefined ? label : `${columns[label]} AS ${label}`));
  const counts = bounds.map((bound, index) => `SUM(${value} <= ${bound}) AS b${index}`);
  const groups = labels.map((_, index) => index + 1).join(", ");
  return `SELECT ${[...names, ...counts, `SUM(${value}) AS total`, "COUNT(*) AS n"].join(", ")} FROM ${from} AND ${and} GROUP BY ${groups}`;
}

const observed = (metric: Histogram, rows: readonly Row[]): Observed[] =>
  rows.map((row) => ({
    labels: labelsOf(row),
    counts: METRICS[metric].bounds.map((_, index) => Number(row[`b${index}`] ?? 0)),
    sum: Number(row["total"] ?? 0),
    count: Number(row["n"] ?? 0),
  }));

const counted = (rows: readonly Row[], column: string, more: Labels = {}): Value[] =>
  rows.map((row) => ({ labels: { ...labelsOf(row), ...more }, value: Number(row[column] ?? 0) }));

/** Every column as a text: the list takes from it what the metric has as labels. */
const labelsOf = (row: Row): Labels => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value ?? "")]));
