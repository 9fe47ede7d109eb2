/** The pages of docs/runbooks, as the console shows them beside an alert. Text, the same for everybody. */
import anomaly from "../../docs/runbooks/anomaly.md";
import auditBroken from "../../docs/runbooks/audit-broken.md";
import auditLag from "../../docs/runbooks/audit-lag.md";
import costP95 from "../../docs/runbooks/cost-p95.md";
import costPerHour from "../../docs/runbooks/cost-per-hour.md";
import deadLetters from "../../docs/runbooks/dead-letters.md";
import edgeAvailabilityFast from "../../docs/runbooks/edge-availability-fast.md";
import edgeAvailabilitySlow from "../../docs/runbooks/edge-availability-slow.md";
import errorRate from "../../docs/runbooks/error-rate.md";
import guardrailViolations from "../../docs/runbooks/guardrail-violations.md";
import killSwitch from "../../docs/runbooks/kill-switch.md";
import latencyP95 from "../../docs/runbooks/latency-p95.md";
import latencyP99 from "../../docs/runbooks/latency-p99.md";
import personalDataRate from "../../docs/runbooks/personal-data-rate.md";
import queueDepth from "../../docs/runbooks/queue-depth.md";
import reviewOverdue from "../../docs/runbooks/review-overdue.md";
import sloBurnFast from "../../docs/runbooks/slo-burn-fast.md";
import sloBurnSlow from "../../docs/runbooks/slo-burn-slow.md";
import sloLatency from "../../docs/runbooks/slo-latency.md";
import stuckRuns from "../../docs/runbooks/stuck-runs.md";

/** By their paths. */
export const RUNBOOKS: { readonly [path: string]: string } = {
  "/console/runbooks/anomaly.md": anomaly,
  "/console/runbooks/audit-broken.md": auditBroken,
  "/console/runbooks/audit-lag.md": auditLag,
  "/console/runbooks/cost-p95.md": costP95,
  "/console/runbooks/cost-per-hour.md": costPerHour,
  "/console/runbooks/dead-letters.md": deadLetters,
  "/console/runbooks/edge-availability-fast.md": edgeAvailabilityFast,
  "/console/runbooks/edge-availability-slow.md": edgeAvailabilitySlow,
  "/console/runbooks/error-rate.md": errorRate,
  "/console/runbooks/guardrail-violations.md": guardrailViolations,
  "/console/runbooks/kill-switch.md": killSwitch,
  "/console/runbooks/latency-p95.md": latencyP95,
  "/console/runbooks/latency-p99.md": latencyP99,
  "/console/runbooks/personal-data-rate.md": personalDataRate,
  "/console/runbooks/queue-depth.md": queueDepth,
  "/console/runbooks/review-overdue.md": reviewOverdue,
  "/console/runbooks/slo-burn-fast.md": sloBurnFast,
  "/console/runbooks/slo-burn-slow.md": sloBurnSlow,
  "/console/runbooks/slo-latency.md": sloLatency,
  "/console/runbooks/stuck-runs.md": stuckRuns,
};
