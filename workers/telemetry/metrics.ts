/**
 * `/metrics`: read off the index of runs and the audit entries in D1, so that figures survive every isolate and cannot disagree
 * with the record. They cover what D1 holds. Names and labels: docs/contract.md, "Evidence".
 */
import { isInstruction } from "../../core/guardrail/finding.ts";
import type { Stops } from "../../core/kill-switch/stops.ts";
import { type Family, histogram, type Labels, type Sample, writeFamilies } from "../../core/telemetry/prometheus.ts";

type Row = Record<string, string | number | null>;

const SECONDS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];
const DOLLARS = [0.0001, 0.001, 0.01, 0.05, 0.1, 0.5, 1, 5];
const RUN_SECONDS = "(ended_at - created_at) / 1000.0";
const usage = (field: string): string => `CAST(COALESCE(summary->>'$.usage.${field}', 0) AS REAL)`;
const data = (field: string): string => `json_extract(entry, '$.data.${field}')`;
/** Entries of one type. Pages without the type's name are passed over unread. */
const calls = (type: string): string => `(
  SELECT page.org, item.value AS entry FROM audit_pages AS page, json_each(page.entries) AS item
  WHERE INSTR(page.entries, '"event_type":"${type}"') > 0 AND item.value ->> '$.event_type' = '${type}') WHERE true`;
const CALL_SECONDS = `COALESCE(${data("duration_ms")}, 0) / 1000.0`;

export async function renderMetrics(db: D1Database, stops: Stops): Promise<string> {
  const ended = "runs WHERE ended_at IS NOT NULL";
  const success = "CASE status WHEN 'completed' THEN 'true' ELSE 'false' END AS success";
  const queries = {
    duration: buckets(["org", "workflow", success], RUN_SECONDS, SECONDS, ended),
    cost: buckets(["org", "workflow"], usage("usd"), DOLLARS, ended),
    tokens: `SELECT org, workflow, SUM(${usage("tokens_in")}) AS input, SUM(${usage("tokens_out")}) AS output, SUM(${usage("usd")}) AS usd FROM runs GROUP BY org, workflow`,
    toolSeconds: buckets(
      ["org", `${data("tool")} AS tool`],
      CALL_SECONDS,
      SECONDS,
      calls("tool.answered"),
      `${data("duration_ms")} IS NOT NULL`,
    ),
    toolErrors: `SELECT org, ${data("tool")} AS tool, COUNT(*) AS n FROM ${calls("tool.answered")} AND ${data("ok")} = 0 GROUP BY 1, 2`,
    modelSeconds: buckets(["org", `${data("model")} AS model`], CALL_SECONDS, SECONDS, calls("model.called")),
    findings: `SELECT org, ${data("type")} AS type, SUM(COALESCE(${data("count")}, 1)) AS n FROM ${calls("guardrail.flagged")} GROUP BY 1, 2`,
    // A gauge is 0 where nothing waits: every org has its line.
    waiting: runsOfEveryOrg("status = 'waiting' AND summary ->> '$.waiting_for.kind' = 'review'"),
    queued: runsOfEveryOrg("status IN ('queued', 'running', 'compensating', 'paused')"),
    orgs: "SELECT name AS org, 0 AS n FROM orgs",
  };
  const results = await db.batch<Row>(Object.values(queries).map((query) => db.prepare(query)));
  const rows = Object.fromEntries(Object.keys(queries).map((name, index) => [name, results[index]?.results ?? []])) as {
    [name in keyof typeof queries]: Row[];
  };
  const isViolation = (row: Row): boolean => isInstruction({ type: row["type"] });

  return writeFamilies([
    family(
      "agent_run_duration_seconds",
      "Seconds from a run's start to its end.",
      "histogram",
      histograms(rows.duration, ["org", "workflow", "success"], SECONDS),
    ),
    family("agent_tokens_total", "Tokens used by runs.", "counter", [
      ...counts(rows.tokens, ["org", "workflow"], "input", { type: "input" }),
      ...counts(rows.tokens, ["org", "workflow"], "output", { type: "output" }),
    ]),
    family("agent_cost_usd_total", "Dollars spent by runs.", "counter", counts(rows.tokens, ["org", "workflow"], "usd")),
    family("cost_per_run_usd", "Dollars a finished run cost.", "histogram", histograms(rows.cost, ["org", "workflow"], DOLLARS)),
    family("agent_tool_duration_seconds", "Seconds of one tool call.", "histogram", histograms(rows.toolSeconds, ["org", "tool"], SECONDS)),
    family("agent_tool_errors_total", "Tool calls that failed.", "counter", counts(rows.toolErrors, ["org", "tool"], "n")),
    family(
      "model_gateway_latency_seconds",
      "Seconds of one model call.",
      "histogram",
      histograms(rows.modelSeconds, ["org", "model"], SECONDS),
    ),
    family(
      "agent_pii_detections_total",
      "Values of personal data found.",
      "counter",
      counts(
        rows.findings.filter((row) => !isViolation(row)),
        ["org", "type"],
        "n",
      ),
    ),
    family(
      "guardrail_violations_total",
      "Instructions and jailbreaks found.",
      "counter",
      counts(rows.findings.filter(isViolation), ["org", "type"], "n"),
    ),
    family("agent_human_review_queue_depth", "Runs that wait for a person.", "gauge", counts(rows.waiting, ["org"], "n")),
    family("orchestration_queue_depth", "Runs that have work to do.", "gauge", counts(rows.queued, ["org"], "n")),
    // No tool here runs in a sandbox that calls would wait for: isolates and containers are not registered (core/tool/check.ts).
    family("tool_sandbox_queue_depth", "Tool calls that wait for a sandbox.", "gauge", counts(rows.orgs, ["org"], "n")),
    family("agent_kill_switch_active", "Active kill switches.", "gauge", [{ labels: {}, value: stops.active.length }]),
  ]);
}

const family = (name: string, help: string, type: Family["type"], samples: readonly Sample[]): Family => ({ name, help, type, samples });

const runsOfEveryOrg = (condition: string): string =>
  `SELECT orgs.name AS org, COUNT(runs.id) AS n FROM orgs LEFT JOIN runs ON runs.org = orgs.name AND ${condition} GROUP BY orgs.name`;

/** One row per label set: the count at or below each bound, the sum and the count. */
function buckets(labels: readonly string[], value: string, bounds: readonly number[], from: string, and = "1"): string {
  const columns = bounds.map((bound, index) => `SUM(${value} <= ${bound}) AS b${index}`);
  const groups = labels.map((_, index) => index + 1).join(", ");
  return `SELECT ${[...labels, ...columns, `SUM(${value}) AS total`, "COUNT(*) AS n"].join(", ")} FROM ${from} AND ${and} GROUP BY ${groups}`;
}

const histograms = (rows: readonly Row[], labels: readonly string[], bounds: readonly number[]): Sample[] =>
  rows.flatMap((row) =>
    histogram(
      labelsOf(row, labels),
      bounds,
      bounds.map((_, index) => Number(row[`b${index}`] ?? 0)),
      Number(row["total"] ?? 0),
      Number(row["n"] ?? 0),
    ),
  );

const counts = (rows: readonly Row[], labels: readonly string[], column: string, more: Labels = {}): Sample[] =>
  rows.map((row) => ({ labels: { ...labelsOf(row, labels), ...more }, value: Number(row[column] ?? 0) }));

const labelsOf = (row: Row, names: readonly string[]): Labels => Object.fromEntries(names.map((name) => [name, String(row[name] ?? "")]));
