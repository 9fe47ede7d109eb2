/**
 * The metrics of `/metrics`, in one list: name, type, help and labels, as the API's contract has them. docs/metrics.md is this list for
 * readers; workers/telemetry reads the values.
 */
import { type Exemplar, type Family, histogram, type Labels, type Sample } from "./prometheus.ts";

type MetricSpec = {
  readonly type: Family["type"];
  readonly help: string;
  /** In the order in which they are written. `le` of histograms comes last and is not listed. */
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, in the unit of its name; `+Inf` is added. */
  readonly bounds?: readonly number[];
};

const SECONDS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];
const REQUEST_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const MODEL_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const DOLLARS = [0.0001, 0.001, 0.01, 0.05, 0.1, 0.5, 1, 5];

/** Every metric, with its type, help text and labels. */
export const METRICS = {
  agent_run_duration_seconds: {
    type: "histogram",
    help: "Seconds from a run's start to its end.",
    labels: ["org", "workflow", "success"],
    bounds: SECONDS,
  },
  agent_requests_total: {
    type: "counter",
    help: "Runs that ended, and model calls of chats, by how they ended.",
    labels: ["org", "agent_id", "status"],
  },
  agent_request_latency_seconds: {
    type: "histogram",
    help: "Seconds from a run's start to its end, or of a chat's model call.",
    labels: ["org", "agent_id"],
    bounds: REQUEST_SECONDS,
  },
  agent_tokens_total: { type: "counter", help: "Tokens used by runs and chats.", labels: ["org", "workflow", "model", "type"] },
  llm_tokens_total: { type: "counter", help: "Tokens used, by model.", labels: ["org", "model", "token_type"] },
  agent_cost_usd_total: { type: "counter", help: "Dollars spent by runs and chats.", labels: ["org", "workflow", "cost_type"] },
  cost_per_run_p95: {
    type: "gauge",
    help: "Dollars that 95 % of ended runs stayed under, to the next bucket.",
    labels: ["org", "workflow"],
  },
  cost_per_run_usd: { type: "histogram", help: "Dollars a finished run cost.", labels: ["org", "workflow"], bounds: DOLLARS },
  agent_tool_duration_seconds: { type: "histogram", help: "Seconds of one tool call.", labels: ["org", "tool"], bounds: SECONDS },
  agent_tool_errors_total: { type: "counter", help: "Tool calls that failed.", labels: ["org", "tool", "error_type"] },
  tool_calls_total: { type: "counter", help: "Tool calls that were made.", labels: ["org", "agent_id", "tool_name", "status"] },
  model_gateway_latency_seconds: { type: "histogram", help: "Seconds of one model call.", labels: ["org", "model"], bounds: SECONDS },
  model_gateway_latency_p99: {
    type: "gauge",
    help: "Seconds that 99 % of model calls stayed under, to the next bucket.",
    labels: ["org", "model"],
  },
  llm_call_latency_seconds: { type: "histogram", help: "Seconds of one model call.", labels: ["org", "model"], bounds: MODEL_SECONDS },
  cache_requests_total: {
    type: "counter",
    help: "Calls of models and tools, by whether a kept answer took their place.",
    labels: ["org", "kind", "result"],
  },
  agent_escalations_total: {
    type: "counter",
    help: "Runs and chats that asked for a person to take over.",
    labels: ["org", "workflow", "reason"],
  },
  agent_active_sessions: { type: "gauge", help: "Runs that have not ended.", labels: ["org", "agent_id"] },
  audit_lag_seconds: { type: "gauge", help: "Age of the oldest change whose record is not in the audit chain.", labels: [] },
  agent_pii_detections_total: { type: "counter", help: "Values of personal data found.", labels: ["org", "workflow", "type", "channel"] },
  guardrail_violations_total: {
    type: "counter",
    help: "Instructions, jailbreaks and broken rules found.",
    labels: ["org", "workflow", "type", "channel"],
  },
  agent_human_review_queue_depth: { type: "gauge", help: "Runs that wait for a person.", labels: ["org"] },
  orchestration_queue_depth: { type: "gauge", help: "Runs that have work to do.", labels: ["org"] },
  tool_sandbox_queue_depth: { type: "gauge", help: "Tool calls that wait for a sandbox.", labels: ["org"] },
  agent_run_budget_usd: { type: "gauge", help: "Dollars that a run of the newest version may cost.", labels: ["org", "workflow"] },
  workflow_slo_success: { type: "gauge", help: "Share of runs that should complete, by the newest version.", labels: ["org", "workflow"] },
  workflow_slo_p95_seconds: {
    type: "gauge",
    help: "Seconds within which 95 % of runs should end, by the newest version.",
    labels: ["org", "workflow"],
  },
  dead_letters_open: { type: "gauge", help: "Dead letters that nobody has redriven or discarded.", labels: ["org"] },
  runs_stuck: { type: "gauge", help: "Runs that have been moving for more than an hour.", labels: ["org"] },
  reviews_overdue: { type: "gauge", help: "Runs that wait for a review past its due time.", labels: ["org"] },
  http_requests_total: { type: "counter", help: "Requests that the edge answered.", labels: ["status", "code"] },
  agent_kill_switch_active: { type: "gauge", help: "Active kill switches.", labels: [] },
} as const satisfies Record<string, MetricSpec>;

/** Name of a metric. */
export type MetricName = keyof typeof METRICS;
/** Metrics of one type: a histogram cannot be given as a counter. */
type Of<T extends Family["type"]> = { [M in MetricName]: (typeof METRICS)[M]["type"] extends T ? M : never }[MetricName];
/** Name of a histogram. */
export type Histogram = Of<"histogram">;

/** What was counted or measured for one set of labels. Labels that the list does not name are left out. */
export type Value = { readonly labels: Labels; readonly value: number };
/** `counts[i]`: observations at or below the i-th bound. */
export type Observed = {
  readonly labels: Labels;
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
  /** One of each bucket, the last of `+Inf`. */
  readonly exemplars?: readonly (Exemplar | undefined)[];
};

/** A counter or gauge with its values, ready to be written. */
export const valuesOf = (name: Of<"counter" | "gauge">, values: readonly Value[]): Family =>
  family(
    name,
    values.map(({ labels, value }): Sample => ({ labels: listed(name, labels), value })),
  );

/** A histogram with what was observed, ready to be written. */
export const histogramOf = (name: Histogram, observed: readonly Observed[]): Family =>
  family(
    name,
    observed.flatMap(({ labels, counts, sum, count, exemplars }) =>
      histogram(listed(name, labels), METRICS[name].bounds, counts, sum, count, exemplars),
    ),
  );

function family(name: MetricName, samples: readonly Sample[]): Family {
  const { type, help } = METRICS[name];
  return { name, help, type, samples };
}

const listed = (name: MetricName, given: Labels): Labels =>
  Object.fromEntries(METRICS[name].labels.map((label) => [label, given[label] ?? ""]));
