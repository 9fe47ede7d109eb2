/** A case for each rule of `ops/alerts.yaml`, as `promtool test rules` plays it: series over which it fires, and some over which it does not. */
import { ALERT_RULES, runbookOf } from "../../core/alert/rules.ts";

/** `values`: Prometheus' notation, `0+2x60` begins at 0 and adds 2 each minute. */
type Series = { readonly [series: string]: string };
type Case = { readonly fires: Series; readonly calm: Series; readonly labels: { readonly [label: string]: string } };

const OF_ORG = { org: "acme" };
const OF_WORKFLOW = { org: "acme", workflow: "refund" };
const label = (labels: { readonly [name: string]: string }): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(",");
const series = (name: string, labels: { readonly [name: string]: string } = {}): string => `${name}{${label(labels)}}`;
const ended = (failed: number, completed: number): Series => ({
  [series("agent_run_duration_seconds_count", { ...OF_WORKFLOW, success: "false" })]: `0+${failed}x400`,
  [series("agent_run_duration_seconds_count", { ...OF_WORKFLOW, success: "true" })]: `0+${completed}x400`,
});
const buckets = (name: string, counts: { readonly [le: string]: number }): Series =>
  Object.fromEntries(Object.entries(counts).map(([le, n]) => [series(name, { ...OF_WORKFLOW, le }), `0+${n}x400`]));
const DURATION = "agent_run_duration_seconds_bucket";
const steady = (value: number): string => `${value}x400`;
const gauge = (name: string, value: number, labels: { readonly [name: string]: string } = OF_ORG): Series => ({
  [series(name, labels)]: steady(value),
});
const answers = (status: string, code: string, each: number): Series => ({
  [series("http_requests_total", { status, code })]: `0+${each}x400`,
});
const leaks = (channel: string): Series => ({
  [series("agent_pii_detections_total", { ...OF_WORKFLOW, type: "EMAIL", channel })]: "0+1x400",
  [series("model_gateway_latency_seconds_count", { ...OF_ORG, model: "acme/small" })]: "0+10x400",
});
const slo = (success: number): Series => gauge("workflow_slo_success", success, OF_WORKFLOW);

const CASES: { readonly [rule: string]: Case } = {
  "error-rate": { fires: ended(1, 9), calm: ended(1, 39), labels: OF_WORKFLOW },
  "latency-p95": {
    fires: buckets(DURATION, { "10": 9, "30": 10, "+Inf": 10 }),
    calm: buckets(DURATION, { "10": 10, "30": 10, "+Inf": 10 }),
    labels: OF_WORKFLOW,
  },
  "latency-p99": {
    fires: buckets(DURATION, { "10": 100, "300": 190, "1800": 200, "+Inf": 200 }),
    calm: buckets(DURATION, { "10": 199, "300": 200, "1800": 200, "+Inf": 200 }),
    labels: OF_WORKFLOW,
  },
  "cost-per-hour": {
    fires: { [series("agent_cost_usd_total", { ...OF_WORKFLOW, cost_type: "llm" })]: "0+2x400" },
    calm: { [series("agent_cost_usd_total", { ...OF_WORKFLOW, cost_type: "llm" })]: "0+1x400" },
    labels: OF_ORG,
  },
  "cost-p95": {
    fires: { ...buckets("cost_per_run_usd_bucket", { "1": 5, "5": 10, "+Inf": 10 }), ...gauge("agent_run_budget_usd", 1, OF_WORKFLOW) },
    calm: { ...buckets("cost_per_run_usd_bucket", { "1": 5, "5": 10, "+Inf": 10 }), ...gauge("agent_run_budget_usd", 5, OF_WORKFLOW) },
    labels: OF_WORKFLOW,
  },
  "guardrail-violations": {
    fires: { [series("guardrail_violations_total", { ...OF_WORKFLOW, type: "injection", channel: "user" })]: "0+3x400" },
    calm: { [series("guardrail_violations_total", { ...OF_WORKFLOW, type: "injection", channel: "user" })]: "0+2x400" },
    labels: OF_ORG,
  },
  "personal-data-rate": { fires: leaks("model_output"), calm: leaks("user"), labels: OF_ORG },
  "queue-depth": { fires: gauge("orchestration_queue_depth", 101), calm: gauge("orchestration_queue_depth", 100), labels: OF_ORG },
  "kill-switch": { fires: gauge("agent_kill_switch_active", 1, {}), calm: gauge("agent_kill_switch_active", 0, {}), labels: {} },
  "audit-lag": { fires: gauge("audit_lag_seconds", 61, {}), calm: gauge("audit_lag_seconds", 60, {}), labels: {} },
  "dead-letters": { fires: gauge("dead_letters_open", 1), calm: gauge("dead_letters_open", 0), labels: OF_ORG },
  "stuck-runs": { fires: gauge("runs_stuck", 1), calm: gauge("runs_stuck", 0), labels: OF_ORG },
  "review-overdue": { fires: gauge("reviews_overdue", 1), calm: gauge("reviews_overdue", 0), labels: OF_ORG },
  "slo-burn-fast": { fires: { ...ended(2, 8), ...slo(0.99) }, calm: { ...ended(2, 8), ...slo(0.98) }, labels: OF_WORKFLOW },
  "slo-burn-slow": { fires: { ...ended(1, 9), ...slo(0.99) }, calm: { ...ended(1, 9), ...slo(0.98) }, labels: OF_WORKFLOW },
  "slo-latency": {
    fires: { ...buckets(DURATION, { "10": 9, "30": 10, "+Inf": 10 }), ...gauge("workflow_slo_p95_seconds", 10, OF_WORKFLOW) },
    calm: { ...buckets(DURATION, { "10": 9, "30": 10, "+Inf": 10 }), ...gauge("workflow_slo_p95_seconds", 30, OF_WORKFLOW) },
    labels: OF_WORKFLOW,
  },
  "edge-availability-fast": {
    fires: { ...answers("500", "internal", 2), ...answers("200", "", 98) },
    calm: { ...answers("503", "kill_switch_active", 50), ...answers("500", "internal", 1), ...answers("200", "", 98) },
    labels: {},
  },
  "edge-availability-slow": {
    fires: { ...answers("500", "internal", 1), ...answers("200", "", 99) },
    calm: { ...answers("502", "upstream_unavailable", 50), ...answers("500", "internal", 1), ...answers("200", "", 999) },
    labels: {},
  },
};

/** When the series are looked at: after the longest window. */
const AT = "390m";

/**
 * All at once, in minute 10, and nothing after it: rules on counters fire where the series was 0 before. Where it is born with what it has counted
 * (`_`) Prometheus sees no increase: why a scrape has these series from the start (workers/telemetry/from-zero.ts).
 */
const burst = (from: "0" | "_", of: { readonly [series: string]: number }): Series =>
  Object.fromEntries(Object.entries(of).map(([name, count]) => [name, `${from}x9 ${count}x30`]));
const BURSTS: { readonly [rule: string]: { readonly [series: string]: number } } = {
  "error-rate": {
    [series("agent_run_duration_seconds_count", { ...OF_WORKFLOW, success: "false" })]: 20,
    [series("agent_run_duration_seconds_count", { ...OF_WORKFLOW, success: "true" })]: 10,
  },
  "cost-per-hour": { [series("agent_cost_usd_total", { ...OF_WORKFLOW, cost_type: "llm" })]: 150 },
  "guardrail-violations": { [series("guardrail_violations_total", { ...OF_WORKFLOW, type: "injection", channel: "user" })]: 20 },
};
/** Two minutes after the burst. */
const AFTER_BURST = "12m";

/** Rules without a case; and the file that promtool takes (JSON is YAML), for rules that lie in `rules`. */
export function ruleTests(rules: string): { readonly missing: readonly string[]; readonly cases: number; readonly text: string } {
  const missing = ALERT_RULES.filter(({ id }) => CASES[id] === undefined).map(({ id }) => id);
  const tests = ALERT_RULES.flatMap(({ id, severity, what, threshold, unit }) => {
    const of = CASES[id];
    if (of === undefined) return [];
    const annotations = { summary: what, threshold: `${threshold} ${unit}`, runbook: runbookOf(id) };
    const fired = [{ exp_labels: { severity, ...of.labels }, exp_annotations: annotations }];
    const counts = BURSTS[id];
    const bursts =
      counts === undefined
        ? []
        : [
            { input: burst("0", counts), expected: fired, at: AFTER_BURST },
            { input: burst("_", counts), expected: [], at: AFTER_BURST },
          ];
    return [{ input: of.fires, expected: fired, at: AT }, { input: of.calm, expected: [], at: AT }, ...bursts].map(
      ({ input, expected, at }) => ({
        interval: "1m",
        input_series: Object.entries(input).map(([name, values]) => ({ series: name, values })),
        alert_rule_test: [{ eval_time: at, alertname: id, exp_alerts: expected }],
      }),
    );
  });
  return { missing, cases: tests.length, text: JSON.stringify({ rule_files: [rules], evaluation_interval: "1m", tests }) };
}
