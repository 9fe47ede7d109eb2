import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { histogramOf, METRICS, valuesOf } from "../../../core/telemetry/metrics.ts";
import { writeFamilies } from "../../../core/telemetry/prometheus.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/metrics.md"), "utf8");

describe("the list of metrics", () => {
  it("is what docs/metrics.md says, line by line", () => {
    expect(page.split("\n").filter((line) => line.startsWith("| `"))).toEqual(
      Object.entries(METRICS).map(
        ([name, { type, help, labels }]) => `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(" ")} | ${help} |`,
      ),
    );
  });
  it.each(Object.entries(METRICS))("%s is named by the rules of Prometheus", (name, { type, help, labels }) => {
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(name.endsWith("_total")).toBe(type === "counter");
    expect(help).toMatch(/^[A-Z].*\.$/);
    expect(new Set(labels).size).toBe(labels.length);
  });
  it("writes the labels of a metric, in its order, and no others", () => {
    const text = writeFamilies([
      valuesOf("agent_tokens_total", [{ labels: { type: "input", org: "acme", secret: "x", workflow: "refund" }, value: 7 }]),
      histogramOf("cost_per_run_usd", [{ labels: { org: "acme" }, counts: [1, 2], sum: 0.5, count: 3 }]),
    ]);
    expect(text).toContain('# TYPE agent_tokens_total counter\nagent_tokens_total{org="acme",workflow="refund",model="",type="input"} 7\n');
    expect(text).toContain('cost_per_run_usd_bucket{org="acme",workflow="",le="0.0001"} 1\n');
    expect(text).toContain('cost_per_run_usd_bucket{org="acme",workflow="",le="+Inf"} 3\n');
    expect(text).not.toContain("secret");
  });
});
