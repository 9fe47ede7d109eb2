/** `ops/alerts.yaml`: the built-in rules as Prometheus takes them. Generated, so that the two never differ. Pure. */
import { ALERT_RULES, type AlertRule, EDGE_FAILURES, runbookOf } from "./rules.ts";

/** The file's text. Strings are JSON, which is YAML. */
export function alertsYaml(rules: readonly AlertRule[] = ALERT_RULES): string {
  const lines = [
    "# Generated from core/alert/rules.ts by `npm run build:alerts`; a test compares the two. The platform evaluates the same rules itself.",
    "groups:",
    "  - name: bulkhead",
    "    interval: 1m",
    "    rules:",
  ];
  for (const { id, severity, what, unit, threshold, forMs, expr } of rules)
    lines.push(
      `      - alert: ${JSON.stringify(id)}`,
      `        expr: ${JSON.stringify(expr)}`,
      `        for: ${forMs / 60_000}m`,
      `        labels: {severity: ${JSON.stringify(severity)}}`,
      "        annotations:",
      `          summary: ${JSON.stringify(what)}`,
      `          threshold: ${JSON.stringify(`${threshold} ${unit}`)}`,
      `          runbook: ${JSON.stringify(runbookOf(id))}`,
    );
  lines.push(
    "  - name: bulkhead-objectives",
    "    interval: 5m",
    "    rules:",
    "      - record: bulkhead:edge_availability:ratio_30d",
    `        expr: ${JSON.stringify(`1 - (sum(increase(${EDGE_FAILURES}[30d])) or vector(0)) / sum(increase(http_requests_total[30d]))`)}`,
  );
  return `${lines.join("\n")}\n`;
}
