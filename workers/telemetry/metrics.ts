/**
 * `/metrics`: sums that triggers keep in D1 (migrations/0041_metrics.sql) in the transaction of what they count. So figures survive every isolate,
 * never go backwards, and a scrape costs by series, however many runs there were. Only the gauges of what is under way count rows of the
 * index: those of unfinished runs. Names and labels: docs/metrics.md.
 */
import { isViolation } from "../../core/guardrail/finding.ts";
import { isOfDrill, notOfDrill } from "../../core/kill-switch/of-drill.ts";
import type { Stops } from "../../core/kill-switch/stops.ts";
import { toUsd } from "../../core/money.ts";
import { CHAT_NAME, OTHER_NAME } from "../../core/telemetry/aside-names.ts";
import { type Histogram, histogramOf, METRICS, type Observed, type Value, valuesOf } from "../../core/telemetry/metrics.ts";
import { type Exemplar, type ExpositionFormat, type Family, type Labels, writeFamilies } from "../../core/telemetry/prometheus.ts";
import { type EpochMs, toRfc3339 } from "../../core/time.ts";
import { modelsFromZero, type Named, runsFromZero, sumsFromZero } from "./from-zero.ts";

/** A counter: `name` is a workflow ("" a chat), `of` a model, tool or type. */
type Sum = { org: string; series: string; name: string; of: string; sort: string; n: number };
/** Observations at or below `le` and above the bound before it. */
type Bucket = { org: string; series: string; name: string; sort: string; le: number; n: number; total: number } & Traced;
/** The last of them: its trace ("": none was told), when and what it was. */
type Traced = { trace: string; traced_at: number; traced: number };
type Count = { org: string; workflow: string; n: number };
type Newest = { org: string; workflow: string; usd: number | null; success: number | null; p95_ms: number | null };

const agent = (name: string): string => (name === "" ? CHAT_NAME : name);

/** `sandboxQueue`: calls that wait for a sandbox, by org, in the isolate that answers. */
export async function renderMetrics(
  db: D1Database,
  stops: Stops,
  sandboxQueue: ReadonlyMap<string, number>,
  at: EpochMs,
  format: ExpositionFormat = "prometheus",
): Promise<string> {
  const [summed, filled, reviews, busy, active, orgs, oldest, stuck, overdue, dead, newest, registered, priced] = await db.batch(
    scrapeQueries(db, at),
  );

  // A drill's runs are stopped on purpose: they say nothing about how work goes. Its figures are its own (`GET /admin/kill-switch/drills`).
  const ofWork = ({ name }: { readonly name: string }): boolean => !isOfDrill(name);
  const workflows = rowsOf<Named>(registered);
  const zeros = sumsFromZero(
    rowsOf<Count>(orgs).map(({ org }) => org),
    workflows,
  );
  const sums = [...rowsOf<Sum>(summed).filter(ofWork), ...zeros];
  const buckets = rowsOf<Bucket>(filled).filter(ofWork);
  const calls = sums.filter(({ series }) => series === "calls");
  const toolCalls = calls.filter(({ sort }) => sort.startsWith("tool:"));
  const tokens = sums.filter(({ series }) => series === "tokens");
  const findings = sums.filter(({ series }) => series === "findings");
  const kept = sums.filter(({ series }) => series === "kept");
  const runs = of(buckets, "run_s");
  const models = of(buckets, "call_s").filter(({ sort }) => sort !== "tool");
  const tools = of(buckets, "call_s").filter(({ sort }) => sort === "tool");
  const costs = of(buckets, "run_usd");
  const oldestAt = rowsOf<{ at: number | null }>(oldest)[0]?.at ?? null;
  const success = (sort: string): string => String(sort === "completed");

  const families: Family[] = [
    histogramOf(
      "agent_run_duration_seconds",
      observed(
        "agent_run_duration_seconds",
        withBothEnds([...runs.filter(({ name }) => name !== ""), ...runsFromZero("run_s", workflows)]),
        ({ org, name, sort }) => ({
          org,
          workflow: name,
          success: success(sort),
        }),
      ),
    ),
    histogramOf(
      "agent_request_latency_seconds",
      observed("agent_request_latency_seconds", runs, ({ org, name }) => ({ org, agent_id: agent(name) })),
    ),
    valuesOf(
      "agent_requests_total",
      added(runs, ({ org, name, sort }) => ({ org, agent_id: agent(name), status: sort })),
    ),
    valuesOf(
      "agent_tokens_total",
      added(tokens, ({ org, name, of: model, sort }) => ({ org, workflow: agent(name), model, type: sort })),
    ),
    valuesOf(
      "llm_tokens_total",
      added(tokens, ({ org, of: model, sort }) => ({ org, model, token_type: sort })),
    ),
    valuesOf(
      "agent_cost_usd_total",
      added(
        sums.filter(({ series }) => series === "micro_usd"),
        ({ org, name, sort }) => ({ org, workflow: agent(name), cost_type: sort }),
      ).map(({ labels, value }) => ({ labels, value: toUsd(value) })),
    ),
    histogramOf(
      "cost_per_run_usd",
      observed("cost_per_run_usd", [...costs, ...runsFromZero("run_usd", workflows)], ({ org, name }) => ({ org, workflow: name })),
    ),
    valuesOf(
      "cost_per_run_p95",
      quantiles(costs, 0.95, ({ org, name }) => ({ org, workflow: name })),
    ),
    histogramOf(
      "agent_tool_duration_seconds",
      observed("agent_tool_duration_seconds", tools, ({ org, name }) => ({ org, tool: name })),
    ),
    valuesOf(
      "tool_calls_total",
      added(toolCalls, ({ org, name, of: tool, sort }) => ({
        org,
        agent_id: agent(name),
        tool_name: tool,
        status: sort.split(":")[1] ?? "",
      })),
    ),
    valuesOf(
      "agent_tool_errors_total",
      added(
        toolCalls.filter(({ sort }) => sort.startsWith("tool:error")),
        ({ org, of: tool, sort }) => ({ org, tool, error_type: sort.split(":")[2] || "unknown" }),
      ),
    ),
    histogramOf(
      "model_gateway_latency_seconds",
      observed("model_gateway_latency_seconds", [...models, ...modelsFromZero(rowsOf<Named>(priced))], ({ org, name }) => ({
        org,
        model: name,
      })),
    ),
    valuesOf(
      "model_gateway_latency_p99",
      quantiles(models, 0.99, ({ org, name }) => ({ org, model: name })),
    ),
    histogramOf(
      "llm_call_latency_seconds",
      observed("llm_call_latency_seconds", models, ({ org, name }) => ({ org, model: name })),
    ),
    valuesOf("cache_requests_total", [
      ...added(kept, ({ org, of: kind, sort }) => ({ org, kind, result: sort })),
      ...added(calls, ({ org, sort }) => ({ org, kind: sort.startsWith("tool:") ? "tool" : "model", result: "miss" })),
    ]),
    valuesOf(
      "agent_escalations_total",
      added(
        sums.filter(({ series }) => series === "escalations"),
        ({ org, name, of: reason }) => ({ org, workflow: name.split("@")[0] ?? "", reason }),
      ),
    ),
    valuesOf(
      "agent_pii_detections_total",
      added(
        findings.filter(({ of: type }) => !isViolation({ type })),
        findingLabels,
      ),
    ),
    valuesOf(
      "guardrail_violations_total",
      added(
        findings.filter(({ of: type }) => isViolation({ type })),
        findingLabels,
      ),
    ),
    valuesOf(
      "agent_active_sessions",
      added(folded(rowsOf<Count>(active)), ({ org, workflow }) => ({ org, agent_id: workflow })),
    ),
    valuesOf(
      "agent_human_review_queue_depth",
      rowsOf<Count>(reviews).map(({ org, n }) => ({ labels: { org }, value: n })),
    ),
    valuesOf(
      "orchestration_queue_depth",
      rowsOf<Count>(busy).map(({ org, n }) => ({ labels: { org }, value: n })),
    ),
    valuesOf(
      "tool_sandbox_queue_depth",
      rowsOf<Count>(orgs).map(({ org }) => ({ labels: { org }, value: sandboxQueue.get(org) ?? 0 })),
    ),
    valuesOf("agent_kill_switch_active", [{ labels: {}, value: stops.active.filter(({ drill }) => drill !== true).length }]),
    valuesOf("audit_lag_seconds", [{ labels: {}, value: oldestAt === null ? 0 : Math.max(0, (at - oldestAt) / 1_000) }]),
    valuesOf(
      "dead_letters_open",
      rowsOf<Count>(dead).map(({ org, n }) => ({ labels: { org }, value: n })),
    ),
    valuesOf(
      "runs_stuck",
      rowsOf<Count>(stuck).map(({ org, n }) => ({ labels: { org }, value: n })),
    ),
    valuesOf(
      "reviews_overdue",
      rowsOf<Count>(overdue).map(({ org, n }) => ({ labels: { org }, value: n })),
    ),
    valuesOf(
      "agent_run_budget_usd",
      ofNewest(rowsOf<Newest>(newest), ({ usd }) => usd),
    ),
    valuesOf(
      "workflow_slo_success",
      ofNewest(rowsOf<Newest>(newest), ({ success }) => success),
    ),
    valuesOf(
      "workflow_slo_p95_seconds",
      ofNewest(rowsOf<Newest>(newest), ({ p95_ms }) => (p95_ms === null ? null : p95_ms / 1000)),
    ),
    valuesOf(
      "http_requests_total",
      added([...FAULTS_OF_THE_EDGE, ...sums.filter(({ series }) => series === "answers")], ({ of: status, sort: code }) => ({
        status,
        code,
      })),
    ),
  ];
  return writeFamilies(families, format);
}

const findingLabels = ({ org, name, of: type, sort: channel }: Sum): Labels => ({ org, workflow: agent(name), type, channel });

/** What a scrape reads, in one batch. */
const scrapeQueries = (db: D1Database, at: EpochMs): D1PreparedStatement[] => [
  db.prepare("SELECT org, series, name, of, sort, n FROM metric_sums"),
  db.prepare(
    "SELECT org, series, name, sort, le, n, total, trace, traced_at, traced FROM metric_buckets ORDER BY org, series, name, sort, le",
  ),
  // A gauge is 0 where nothing waits: every org has its line.
  db.prepare(runsOfEveryOrg("status = 'waiting' AND summary ->> '$.waiting_for.kind' = 'review'")),
  db.prepare(runsOfEveryOrg("status IN ('queued', 'running', 'compensating', 'paused')")),
  db.prepare(
    `SELECT org, workflow, COUNT(*) AS n FROM runs WHERE status IN ('queued', 'running', 'waiting', 'paused', 'compensating')
       AND ${notOfDrill("workflow")} GROUP BY org, workflow`,
  ),
  db.prepare("SELECT name AS org FROM orgs"),
  db.prepare("SELECT MIN(created_at) AS at FROM audit_outbox"),
  db.prepare(runsOfEveryOrg("status IN ('queued', 'running', 'compensating') AND runs.created_at < ?1")).bind(at - STUCK_MS),
  db
    .prepare(
      runsOfEveryOrg("status = 'waiting' AND summary ->> '$.waiting_for.kind' = 'review' AND summary ->> '$.waiting_for.until' < ?1"),
    )
    .bind(toRfc3339(at)),
  db.prepare(
    `SELECT orgs.name AS org, COUNT(letter.id) AS n FROM orgs
       LEFT JOIN dead_letters AS letter ON letter.org = orgs.name AND letter.status = 'open' GROUP BY orgs.name`,
  ),
  // Of workflows that ever ran, the newest version: at their number, not at that of the versions.
  db.prepare(
    `SELECT newest.org, newest.name AS workflow, definition ->> '$.limits.usd' AS usd, definition ->> '$.slo.success' AS success,
         definition ->> '$.slo.p95_ms' AS p95_ms
       FROM (SELECT workflows.org, workflows.name, MAX(version) AS version FROM workflows JOIN metric_names
         ON metric_names.org = workflows.org AND metric_names.name = workflows.name GROUP BY workflows.org, workflows.name) AS newest
       JOIN workflows AS one ON one.org = newest.org AND one.name = newest.name AND one.version = newest.version
       WHERE one.withdrawn_at IS NULL`,
  ),
  // By their number of versions, off an index: not by that of runs.
  db.prepare("SELECT DISTINCT org, name FROM workflows ORDER BY org, name"),
  db.prepare("SELECT org, id AS name FROM models ORDER BY org, id"),
];
/** Runs that have moved for so long are stuck. */
const STUCK_MS = 60 * 60_000;
/** Workflows of an org that have a series of their own among the runs under way, the busiest. */
const MOST_NAMES = 1_000;

const rowsOf = <R>(result: D1Result<unknown> | undefined): readonly R[] => (result?.results ?? []) as R[];
const of = (buckets: readonly Bucket[], series: string): readonly Bucket[] => buckets.filter((bucket) => bucket.series === series);

const runsOfEveryOrg = (condition: string): string =>
  `SELECT orgs.name AS org, COUNT(runs.id) AS n FROM orgs LEFT JOIN runs ON runs.org = orgs.name AND ${condition} AND ${notOfDrill("runs.workflow")} GROUP BY orgs.name`;

/** The edge has these series before its first fault, for the same reason as below. */
const FAULTS_OF_THE_EDGE: readonly Sum[] = [
  ["500", "internal"],
  ["503", "overloaded"],
].map(([of = "", sort = ""]) => ({ org: "", series: "answers", name: "", of, sort, n: 0 }));

/** A workflow has its series of failures before its first failure: Prometheus sees no increase in a series that begins. */
const withBothEnds = (runs: readonly Bucket[]): readonly Bucket[] => {
  const firsts = [...Map.groupBy(runs, ({ org, name }) => `${org}/${name}`).values()].flatMap(([first]) => first ?? []);
  return [...runs, ...firsts.flatMap((first) => ["completed", "failed"].map((sort) => ({ ...first, sort, n: 0, total: 0, trace: "" })))];
};

/** Rows that have the same labels are one sample. */
const grouped = <R>(rows: readonly R[], labelsOf: (row: R) => Labels): readonly (readonly [Labels, readonly R[]])[] =>
  [...Map.groupBy(rows, (row) => JSON.stringify(labelsOf(row)))].map(([labels, together]) => [JSON.parse(labels) as Labels, together]);

const added = <R extends { readonly n: number }>(rows: readonly R[], labelsOf: (row: R) => Labels): Value[] =>
  grouped(rows, labelsOf).map(([labels, together]) => ({ labels, value: together.reduce((sum, { n }) => sum + n, 0) }));

const observed = (metric: Histogram, rows: readonly Bucket[], labelsOf: (row: Bucket) => Labels): Observed[] =>
  grouped(rows, labelsOf).map(([labels, together]) => ({
    labels,
    counts: METRICS[metric].bounds.map((bound) => together.reduce((count, { le, n }) => count + (le <= bound ? n : 0), 0)),
    exemplars: exemplarsOf(METRICS[metric].bounds, together),
    sum: together.reduce((sum, { total }) => sum + total, 0),
    count: together.reduce((count, { n }) => count + n, 0),
  }));

/** Of each bucket the newest trace; the last is of `+Inf`. */
const exemplarsOf = (bounds: readonly number[], rows: readonly Bucket[]): (Exemplar | undefined)[] =>
  [...bounds, Number.POSITIVE_INFINITY].map((bound, index) => {
    const above = bounds[index - 1] ?? Number.NEGATIVE_INFINITY;
    const within = rows.filter(({ le, trace }) => trace !== "" && le > above && (le <= bound || bound === Number.POSITIVE_INFINITY));
    const newest = within.toSorted((a, b) => b.traced_at - a.traced_at)[0];
    return newest === undefined ? undefined : { trace: newest.trace, value: newest.traced, at: newest.traced_at };
  });

const ofNewest = (rows: readonly Newest[], value: (row: Newest) => number | null): Value[] =>
  rows.flatMap((row) => {
    const given = value(row);
    return given === null ? [] : [{ labels: { org: row.org, workflow: row.workflow }, value: given }];
  });

/** Of each org the busiest names; the others are one. */
const folded = (rows: readonly Count[]): Count[] =>
  [...Map.groupBy(rows, ({ org }) => org).values()].flatMap((mine) =>
    mine.toSorted((a, b) => b.n - a.n).map((row, index) => (index < MOST_NAMES ? row : { ...row, workflow: OTHER_NAME })),
  );

/** The bound of the bucket in which the quantile lies; beyond the last bound, the mean of what is there. */
const quantiles = (rows: readonly Bucket[], share: number, labelsOf: (row: Bucket) => Labels): Value[] =>
  grouped(rows, labelsOf).map(([labels, together]) => {
    const sorted = together.toSorted((a, b) => a.le - b.le);
    const rank = share * sorted.reduce((count, { n }) => count + n, 0);
    const reached = sorted.map((_, index) => sorted.slice(0, index + 1).reduce((count, { n }) => count + n, 0));
    const bucket = sorted[reached.findIndex((count) => count >= rank)];
    return { labels, value: bucket === undefined ? 0 : bucket.le < 1e300 ? bucket.le : bucket.total / bucket.n };
  });
