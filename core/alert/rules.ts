/**
 * The built-in alerts: one source for what the platform evaluates itself and for `ops/alerts.yaml`, which Prometheus evaluates
 * (test/core/alert compares them). A page of docs/runbooks belongs to each. Pure.
 */
import { ATTACK_TYPES } from "../guardrail/finding.ts";
import { BURN_LIMITS, BURN_WINDOWS, type Burns, EDGE_LEAST_FAILURES, EDGE_OBJECTIVE, NOT_THE_EDGES_FAULT } from "../health/burn.ts";
import type { NoticeSeverity } from "../notice/notice.ts";
import type { AlertSums, WorkflowSums } from "./sums.ts";

/** What a rule looks at: one workflow, or the org as a whole. */
export type Reading = { readonly workflow: string | null; readonly value: number };

/** A built-in rule. It fires for what is over `threshold` at two looks in a row at least `forMs` apart. */
export type AlertRule = {
  /** Names the rule, its runbook (a page of docs/runbooks) and the alert in `ops/alerts.yaml`. */
  readonly id: string;
  readonly severity: NoticeSeverity;
  /** In one line, for people. */
  readonly what: string;
  readonly threshold: number;
  readonly unit: string;
  /** The condition must hold for this long, in ms, before it is told. */
  readonly forMs: number;
  /** The same for Prometheus. */
  readonly expr: string;
  readonly read: (sums: AlertSums) => readonly Reading[];
};

const MINUTE = 60_000;
/** Fewer runs than this in a window say nothing. */
const LEAST_RUNS = 5;
/** Fewer runs in an hour than this say nothing of a 95th percentile. */
const LEAST_OF_HOUR = 20;
/** A single failure is no rate. */
const LEAST_FAILURES = 2;

const perWorkflow =
  (value: (sums: WorkflowSums) => number | null) =>
  ({ workflows }: AlertSums): readonly Reading[] =>
    workflows.flatMap((sums) => {
      const read = value(sums);
      return read === null ? [] : [{ workflow: sums.workflow, value: read }];
    });
const ofOrg =
  (value: (sums: AlertSums) => number) =>
  (sums: AlertSums): readonly Reading[] => [{ workflow: null, value: value(sums) }];

/** The value below which the share `q` of the values lies (nearest rank); null: too few. */
export function quantile(values: readonly number[], q: number, least = LEAST_RUNS): number | null {
  if (values.length < least) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? null;
}

const failures = (minutes: number): string =>
  `sum by (org, workflow) (increase(agent_run_duration_seconds_count{success="false"}[${minutes}m]))`;
const burnExpr = (minutes: number, pace: keyof Burns): string =>
  `${failures(minutes)} / sum by (org, workflow) (increase(agent_run_duration_seconds_count[${minutes}m])) / on (org, workflow) (1 - workflow_slo_success) > ${BURN_LIMITS[pace]}`;

/** Prometheus' selector of the requests that the edge failed. */
export const EDGE_FAILURES = `http_requests_total{status=~"5..",code!~"${NOT_THE_EDGES_FAULT.join("|")}"}`;
const edgeExpr = (minutes: number, pace: keyof Burns): string =>
  `sum(increase(${EDGE_FAILURES}[${minutes}m])) / sum(increase(http_requests_total[${minutes}m])) / ${Number((1 - EDGE_OBJECTIVE).toFixed(6))} > ${BURN_LIMITS[pace]}`;

/** All of them. Ids are PERSISTED with what fires. */
export const ALERT_RULES: readonly AlertRule[] = [
  {
    ...{
      id: "error-rate",
      severity: "critical",
      what: "more than 5 % of a workflow's runs failed in five minutes",
      threshold: 5,
      unit: "%",
      forMs: 0,
    },
    expr: 'sum by (org, workflow) (increase(agent_run_duration_seconds_count{success="false"}[5m])) >= 2 and 100 * sum by (org, workflow) (increase(agent_run_duration_seconds_count{success="false"}[5m])) / sum by (org, workflow) (increase(agent_run_duration_seconds_count[5m])) > 5 and sum by (org, workflow) (increase(agent_run_duration_seconds_count[5m])) >= 5',
    read: perWorkflow(({ ended5m, failed5m }) =>
      ended5m < LEAST_RUNS ? null : failed5m < LEAST_FAILURES ? 0 : (100 * failed5m) / ended5m,
    ),
  },
  {
    ...{
      id: "latency-p95",
      severity: "warning",
      what: "the 95th percentile of a workflow's runs is over 10 s, over ten minutes",
      threshold: 10,
      unit: "s",
      forMs: 0,
    },
    expr: "histogram_quantile(0.95, sum by (org, workflow, le) (rate(agent_run_duration_seconds_bucket[10m]))) > 10",
    read: perWorkflow(({ seconds10m }) => quantile(seconds10m, 0.95)),
  },
  {
    ...{
      id: "latency-p99",
      severity: "critical",
      what: "the 99th percentile of a workflow's runs is over five minutes",
      threshold: 300,
      unit: "s",
      forMs: 0,
    },
    expr: "histogram_quantile(0.99, sum by (org, workflow, le) (rate(agent_run_duration_seconds_bucket[10m]))) > 300",
    read: perWorkflow(({ seconds10m }) => quantile(seconds10m, 0.99)),
  },
  {
    ...{
      id: "cost-per-hour",
      severity: "critical",
      what: "the org spends more than 100 dollars an hour",
      threshold: 100,
      unit: "USD",
      forMs: 0,
    },
    expr: "sum by (org) (increase(agent_cost_usd_total[1h])) > 100",
    read: ofOrg(({ usd1h }) => usd1h),
  },
  {
    ...{
      id: "cost-p95",
      severity: "warning",
      what: "the 95th percentile of what a workflow's runs cost is over 1.5 times their budget",
      threshold: 1.5,
      unit: "× budget",
      forMs: 0,
    },
    expr: "histogram_quantile(0.95, sum by (org, workflow, le) (rate(cost_per_run_usd_bucket[1h]))) / on (org, workflow) max by (org, workflow) (agent_run_budget_usd) > 1.5",
    read: perWorkflow(({ ofBudget1h }) => quantile(ofBudget1h, 0.95)),
  },
  {
    ...{
      id: "guardrail-violations",
      severity: "warning",
      what: "the guardrails found attacks or forbidden content more than ten times in five minutes",
      threshold: 10,
      unit: "findings",
      forMs: 0,
    },
    expr: `sum by (org) (increase(guardrail_violations_total{type=~"${ATTACK_TYPES.join("|")}"}[5m])) > 10`,
    read: ofOrg(({ violations5m }) => violations5m),
  },
  {
    ...{
      id: "personal-data-rate",
      severity: "critical",
      what: "personal data was found in more than 0.1 % of the models' answers, over an hour",
      threshold: 0.1,
      unit: "%",
      forMs: 0,
    },
    expr: '100 * sum by (org) (increase(agent_pii_detections_total{channel="model_output"}[1h])) / sum by (org) (increase(model_gateway_latency_seconds_count[1h])) > 0.1 and sum by (org) (increase(model_gateway_latency_seconds_count[1h])) >= 100',
    read: ofOrg(({ leaks1h, answers1h }) => (answers1h < 100 ? 0 : (100 * leaks1h) / answers1h)),
  },
  {
    ...{
      id: "queue-depth",
      severity: "warning",
      what: "more than 100 runs are under way or wait to begin, for five minutes",
      threshold: 100,
      unit: "runs",
      forMs: 3 * MINUTE,
    },
    expr: "sum by (org) (orchestration_queue_depth) > 100",
    read: ofOrg(({ moving }) => moving),
  },
  {
    ...{ id: "kill-switch", severity: "critical", what: "a kill switch stops work of the org", threshold: 0, unit: "switches", forMs: 0 },
    expr: "agent_kill_switch_active > 0",
    read: ofOrg(({ switches }) => switches),
  },
  {
    ...{
      id: "audit-lag",
      severity: "critical",
      what: "records wait for the audit log for more than a minute",
      threshold: 60,
      unit: "s",
      forMs: 2 * MINUTE,
    },
    expr: "audit_lag_seconds > 60",
    read: ofOrg(({ auditLagSeconds }) => auditLagSeconds),
  },
  {
    ...{
      id: "dead-letters",
      severity: "warning",
      what: "runs ended as dead letters and nobody has redriven or discarded them",
      threshold: 0,
      unit: "dead letters",
      forMs: 0,
    },
    expr: "sum by (org) (dead_letters_open) > 0",
    read: ofOrg(({ deadLetters }) => deadLetters),
  },
  {
    ...{
      id: "stuck-runs",
      severity: "warning",
      what: "runs have been moving for more than an hour",
      threshold: 0,
      unit: "runs",
      forMs: 3 * MINUTE,
    },
    expr: "sum by (org) (runs_stuck) > 0",
    read: ofOrg(({ stuck }) => stuck),
  },
  {
    ...{ id: "review-overdue", severity: "warning", what: "reviews are past their due time", threshold: 0, unit: "reviews", forMs: 0 },
    expr: "sum by (org) (reviews_overdue) > 0",
    read: ofOrg(({ overdueReviews }) => overdueReviews),
  },
  ...(["fast", "slow"] as const).map(
    (pace): AlertRule => ({
      ...{ id: `slo-burn-${pace}`, severity: pace === "fast" ? "critical" : "warning", unit: "× the budget", forMs: 0 },
      what: `a workflow's failures use up its error budget ${BURN_LIMITS[pace]} times as fast as it is given`,
      threshold: BURN_LIMITS[pace],
      expr: `${burnExpr(BURN_WINDOWS[pace].long, pace)} and on (org, workflow) ${burnExpr(BURN_WINDOWS[pace].short, pace)} and on (org, workflow) ${failures(BURN_WINDOWS[pace].long)} >= 2`,
      read: ({ slos }) => slos.map(({ workflow, burns }) => ({ workflow, value: burns[pace] })),
    }),
  ),
  {
    ...{
      id: "slo-latency",
      severity: "warning",
      what: "the 95th percentile of a workflow's runs of an hour is over its objective",
      threshold: 1,
      unit: "× the objective",
      forMs: 0,
    },
    expr: "histogram_quantile(0.95, sum by (org, workflow, le) (rate(agent_run_duration_seconds_bucket[1h]))) / on (org, workflow) workflow_slo_p95_seconds > 1",
    read: ({ slos, workflows }) =>
      slos.flatMap(({ workflow, p95Ms }) => {
        const of = workflows.find((sums) => sums.workflow === workflow);
        const p95 = of === undefined || p95Ms === null ? null : quantile(of.seconds1h, 0.95, LEAST_OF_HOUR);
        return p95 === null || p95Ms === null ? [] : [{ workflow, value: (1000 * p95) / p95Ms }];
      }),
  },
  ...(["fast", "slow"] as const).map(
    (pace): AlertRule => ({
      ...{ id: `edge-availability-${pace}`, severity: pace === "fast" ? "critical" : "warning", unit: "× the budget", forMs: 0 },
      what: `requests that the edge fails use up the budget of 99.9 % availability ${BURN_LIMITS[pace]} times as fast as it is given`,
      threshold: BURN_LIMITS[pace],
      expr: `${edgeExpr(BURN_WINDOWS[pace].long, pace)} and ${edgeExpr(BURN_WINDOWS[pace].short, pace)} and sum(increase(${EDGE_FAILURES}[${BURN_WINDOWS[pace].long}m])) >= ${EDGE_LEAST_FAILURES}`,
      read: ofOrg(({ edge }) => edge?.[pace] ?? 0),
    }),
  ),
];

/** Where the repository keeps the page that says what to do. */
export const runbookOf = (rule: string): string => `docs/runbooks/${rule}.md`;
