import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { histogramOf, METRICS, valuesOf } from "../../../core/telemetry/metrics.ts";
import { EXPOSITION_TYPES, formatFor, writeFamilies } from "../../../core/telemetry/prometheus.ts";
import { unknownSeries } from "../../support/prometheus.ts";

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

  it("[METRIC-7] has every series that the rules in ops/ name, with the labels that they name", () => {
    const rules = readFileSync(join(import.meta.dirname, "../../../ops/alerts.yaml"), "utf8");
    const exprs = [...rules.matchAll(/expr: (".*")$/gm)].map(([, text]) => JSON.parse(text ?? '""') as string);
    expect(exprs.length).toBeGreaterThan(10);
    expect(exprs.flatMap((expr) => unknownSeries(expr))).toEqual([]);
    expect(unknownSeries('sum(nothing_like_this{org="a"}) by (org)')).toEqual(["nothing_like_this"]);
    expect(unknownSeries('agent_pii_detections_total{user="a"}')).toEqual(["agent_pii_detections_total{user}"]);
  });
});

describe("the formats", () => {
  const families = [
    valuesOf("agent_tokens_total", [{ labels: { type: "input", org: 'a"\\b' }, value: 7 }]),
    histogramOf("cost_per_run_usd", [
      {
        labels: { org: "acme" },
        counts: [1, 2, 2, 2, 2, 2, 3],
        sum: 0.5,
        count: 3,
        exemplars: [{ trace: "ab", value: 0.00005, at: 1_500 }],
      },
    ]),
  ];
  it("[METRIC-4] writes OpenMetrics as its specification says", () => {
    const text = writeFamilies(families, "openmetrics");
    expect(text).toContain('# TYPE agent_tokens counter\nagent_tokens_total{org="a\\"\\\\b"');
    expect(text).toContain('cost_per_run_usd_bucket{org="acme",workflow="",le="0.0001"} 1 # {trace_id="ab"} 0.00005 1.5\n');
    expect(text).toContain('le="1.0"} 3\n');
    expect(text.endsWith("\n# EOF\n")).toBe(true);
    expect(writeFamilies(families)).not.toMatch(/trace_id|EOF|le="1\.0"/);
  });
  it.each([
    [null, "prometheus"],
    ["*/*", "prometheus"],
    ["text/plain", "prometheus"],
    ["application/openmetrics-text", "openmetrics"],
    [
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
      "openmetrics",
    ],
    ["application/openmetrics-text;q=0.1, text/plain", "prometheus"],
    ["application/openmetrics-text;q=0", "prometheus"],
    ["application/openmetrics-text;q=x", "prometheus"],
  ] as const)("[METRIC-4] gives %s the format %s", (accept, format) => {
    expect(formatFor(accept)).toBe(format);
    expect(EXPOSITION_TYPES[format]).toMatch(/version=/);
  });
});
