/**
 * The Grafana dashboards of `ops/grafana/`, in one list: what each panel shows, and by which queries. Knows nothing of how Grafana writes it
 * (grafana.ts). `$org` and `$workflow` are the variables of every dashboard; rates are over `$__rate_interval`.
 */

export type Unit = "short" | "s" | "currencyUSD" | "percentunit" | "reqps" | "bool";

export type Panel = {
  readonly title: string;
  /** `stat`: one number a series, of now. */
  readonly kind: "timeseries" | "stat" | "table";
  readonly unit: Unit;
  /** What it says, where the title does not. */
  readonly about?: string;
  readonly queries: readonly { readonly expr: string; readonly legend: string }[];
  /** Of the 24 columns; 12 by default. */
  readonly width?: number;
};

export type Dashboard = { readonly name: string; readonly title: string; readonly panels: readonly Panel[] };

const ORG = 'org=~"$org"';
const RUNS = `${ORG},workflow=~"$workflow"`;
const AGENT = `${ORG},agent_id=~"$workflow"`;
const one = (expr: string, legend = ""): Panel["queries"] => [{ expr, legend }];
const rate = (series: string, by: string): string => `sum by (${by}) (rate(${series}[$__rate_interval]))`;
const increase = (series: string, by: string): string => `sum by (${by}) (increase(${series}[$__range]))`;
const quantile = (q: number, series: string, by: string): string =>
  `histogram_quantile(${q}, sum by (${by}, le) (rate(${series}[$__rate_interval])))`;

/** All of them; the name is the file's. */
export const DASHBOARDS: readonly Dashboard[] = [
  {
    name: "agents",
    title: "Bulkhead: agents",
    panels: [
      {
        title: "Runs and chats",
        kind: "timeseries",
        unit: "reqps",
        queries: one(rate(`agent_requests_total{${AGENT}}`, "agent_id, status"), "{{agent_id}} {{status}}"),
      },
      {
        ...{ title: "Success rate", kind: "timeseries", unit: "percentunit", about: "Runs that completed, of those that ended." },
        queries: one(
          `${rate(`agent_run_duration_seconds_count{${RUNS},success="true"}`, "workflow")} / ${rate(`agent_run_duration_seconds_count{${RUNS}}`, "workflow")}`,
          "{{workflow}}",
        ),
      },
      {
        ...{ title: "Duration of runs", kind: "timeseries", unit: "s" },
        queries: [0.5, 0.95, 0.99].map((q) => ({
          expr: quantile(q, `agent_run_duration_seconds_bucket{${RUNS}}`, "workflow"),
          legend: `{{workflow}} p${100 * q}`,
        })),
      },
      {
        ...{ title: "Latency with chats", kind: "timeseries", unit: "s" },
        queries: one(quantile(0.95, `agent_request_latency_seconds_bucket{${AGENT}}`, "agent_id"), "{{agent_id}} p95"),
      },
      {
        title: "Tool calls",
        kind: "timeseries",
        unit: "reqps",
        queries: one(rate(`tool_calls_total{${AGENT}}`, "tool_name, status"), "{{tool_name}} {{status}}"),
      },
      {
        title: "Why tools fail",
        kind: "timeseries",
        unit: "reqps",
        queries: one(rate(`agent_tool_errors_total{${ORG}}`, "tool, error_type"), "{{tool}} {{error_type}}"),
      },
      {
        title: "Duration of tools",
        kind: "timeseries",
        unit: "s",
        queries: one(quantile(0.95, `agent_tool_duration_seconds_bucket{${ORG}}`, "tool"), "{{tool}} p95"),
      },
      {
        ...{ title: "Latency of models", kind: "timeseries", unit: "s" },
        queries: [
          { expr: quantile(0.5, `llm_call_latency_seconds_bucket{${ORG}}`, "model"), legend: "{{model}} p50" },
          { expr: quantile(0.95, `model_gateway_latency_seconds_bucket{${ORG}}`, "model"), legend: "{{model}} p95" },
          { expr: `max by (model) (model_gateway_latency_p99{${ORG}})`, legend: "{{model}} p99 since ever" },
        ],
      },
      {
        ...{
          title: "Error budget burnt in an hour",
          kind: "timeseries",
          unit: "short",
          about: "1 uses the budget up exactly at the end of its window; the alerts fire at 6 and 14.4.",
        },
        queries: one(
          `sum by (org, workflow) (increase(agent_run_duration_seconds_count{${RUNS},success="false"}[1h])) / sum by (org, workflow) (increase(agent_run_duration_seconds_count{${RUNS}}[1h])) / on (org, workflow) (1 - workflow_slo_success{${RUNS}})`,
          "{{workflow}}",
        ),
      },
      {
        ...{ title: "95th percentile against its objective", kind: "timeseries", unit: "short" },
        queries: one(
          `histogram_quantile(0.95, sum by (org, workflow, le) (rate(agent_run_duration_seconds_bucket{${RUNS}}[1h]))) / on (org, workflow) workflow_slo_p95_seconds{${RUNS}}`,
          "{{workflow}}",
        ),
      },
      {
        title: "Runs under way",
        kind: "timeseries",
        unit: "short",
        queries: one(`sum by (agent_id) (agent_active_sessions{${AGENT}})`, "{{agent_id}}"),
      },
    ],
  },
  {
    name: "costs",
    title: "Bulkhead: costs",
    panels: [
      {
        title: "Dollars in this range",
        kind: "stat",
        unit: "currencyUSD",
        width: 6,
        queries: one(increase(`agent_cost_usd_total{${RUNS}}`, "org"), "{{org}}"),
      },
      {
        title: "Dollars an hour",
        kind: "timeseries",
        unit: "currencyUSD",
        width: 18,
        queries: one(`3600 * ${rate(`agent_cost_usd_total{${RUNS}}`, "workflow")}`, "{{workflow}}"),
      },
      {
        title: "By kind of cost",
        kind: "timeseries",
        unit: "currencyUSD",
        queries: one(`3600 * ${rate(`agent_cost_usd_total{${RUNS}}`, "cost_type")}`, "{{cost_type}}"),
      },
      {
        ...{ title: "Dollars a run", kind: "timeseries", unit: "currencyUSD" },
        queries: [
          { expr: quantile(0.95, `cost_per_run_usd_bucket{${RUNS}}`, "workflow"), legend: "{{workflow}} p95" },
          { expr: `max by (workflow) (agent_run_budget_usd{${RUNS}})`, legend: "{{workflow}} budget" },
          { expr: `max by (workflow) (cost_per_run_p95{${RUNS}})`, legend: "{{workflow}} p95 since ever" },
        ],
      },
      {
        title: "Tokens by model",
        kind: "timeseries",
        unit: "short",
        queries: one(rate(`llm_tokens_total{${ORG}}`, "model, token_type"), "{{model}} {{token_type}}"),
      },
      {
        title: "Tokens by workflow",
        kind: "timeseries",
        unit: "short",
        queries: one(rate(`agent_tokens_total{${RUNS}}`, "workflow, type"), "{{workflow}} {{type}}"),
      },
      {
        ...{ title: "Calls that a kept answer took the place of", kind: "timeseries", unit: "percentunit" },
        queries: one(
          `1 - ${rate(`cache_requests_total{${ORG},result="miss"}`, "kind")} / ${rate(`cache_requests_total{${ORG}}`, "kind")}`,
          "{{kind}}",
        ),
      },
      {
        title: "Dearest workflows",
        kind: "table",
        unit: "currencyUSD",
        queries: one(`topk(20, ${increase(`agent_cost_usd_total{${RUNS}}`, "org, workflow")})`),
      },
    ],
  },
  {
    name: "guardrails",
    title: "Bulkhead: guardrails",
    panels: [
      {
        title: "Attacks and broken rules",
        kind: "timeseries",
        unit: "reqps",
        queries: one(rate(`guardrail_violations_total{${RUNS}}`, "type"), "{{type}}"),
      },
      {
        title: "By workflow and channel",
        kind: "timeseries",
        unit: "reqps",
        queries: one(rate(`guardrail_violations_total{${RUNS}}`, "workflow, channel"), "{{workflow}} {{channel}}"),
      },
      {
        title: "Personal data",
        kind: "timeseries",
        unit: "reqps",
        queries: one(rate(`agent_pii_detections_total{${RUNS}}`, "type"), "{{type}}"),
      },
      {
        ...{
          title: "Personal data in models' answers",
          kind: "timeseries",
          unit: "percentunit",
          about: "The alert personal-data-rate fires at 0.1 % over an hour.",
        },
        queries: one(
          `(sum by (org) (increase(agent_pii_detections_total{${ORG},channel="model_output"}[1h])) or 0 * sum by (org) (increase(model_gateway_latency_seconds_count{${ORG}}[1h]))) / sum by (org) (increase(model_gateway_latency_seconds_count{${ORG}}[1h]))`,
          "{{org}}",
        ),
      },
      {
        title: "Findings in this range",
        kind: "table",
        unit: "short",
        queries: one(increase(`guardrail_violations_total{${RUNS}}`, "workflow, type, channel")),
      },
      { title: "Kill switches", kind: "stat", unit: "short", queries: one("agent_kill_switch_active", "active") },
    ],
  },
  {
    name: "people",
    title: "Bulkhead: people",
    panels: [
      {
        title: "Runs that wait for a person",
        kind: "timeseries",
        unit: "short",
        queries: one(`sum by (org) (agent_human_review_queue_depth{${ORG}})`, "{{org}}"),
      },
      {
        title: "Reviews past their time",
        kind: "timeseries",
        unit: "short",
        queries: one(`sum by (org) (reviews_overdue{${ORG}})`, "{{org}}"),
      },
      {
        title: "Hand-overs",
        kind: "timeseries",
        unit: "reqps",
        queries: one(rate(`agent_escalations_total{${RUNS}}`, "workflow, reason"), "{{workflow}} {{reason}}"),
      },
      {
        title: "Open dead letters",
        kind: "timeseries",
        unit: "short",
        queries: one(`sum by (org) (dead_letters_open{${ORG}})`, "{{org}}"),
      },
      { title: "Stuck runs", kind: "timeseries", unit: "short", queries: one(`sum by (org) (runs_stuck{${ORG}})`, "{{org}}") },
    ],
  },
  {
    name: "platform",
    title: "Bulkhead: platform",
    panels: [
      {
        ...{
          title: "Availability of 30 days",
          kind: "stat",
          unit: "percentunit",
          width: 6,
          about: "Objective 99.9 %. Stops and failures of upstreams are not the edge's.",
        },
        queries: one("bulkhead:edge_availability:ratio_30d", "availability"),
      },
      {
        title: "Requests",
        kind: "timeseries",
        unit: "reqps",
        width: 18,
        queries: one(rate("http_requests_total", "status"), "{{status}}"),
      },
      {
        title: "Refusals and faults",
        kind: "timeseries",
        unit: "reqps",
        queries: one(rate('http_requests_total{code!=""}', "code"), "{{code}}"),
      },
      {
        title: "Runs with work to do",
        kind: "timeseries",
        unit: "short",
        queries: one(`sum by (org) (orchestration_queue_depth{${ORG}})`, "{{org}}"),
      },
      {
        title: "Calls that wait for a sandbox",
        kind: "timeseries",
        unit: "short",
        queries: one(`sum by (org) (tool_sandbox_queue_depth{${ORG}})`, "{{org}}"),
      },
      { title: "Audit lag", kind: "timeseries", unit: "s", queries: one("audit_lag_seconds", "oldest record") },
      {
        title: "Alerts that fire",
        kind: "table",
        unit: "short",
        about: "The rules of ops/alerts.yaml.",
        queries: one('count by (alertname, severity, org, workflow) (ALERTS{alertstate="firing"}) or vector(0)'),
      },
      {
        title: "Seconds of a scrape",
        kind: "timeseries",
        unit: "s",
        queries: one('scrape_duration_seconds{job="bulkhead"}', "{{instance}}"),
      },
    ],
  },
];
