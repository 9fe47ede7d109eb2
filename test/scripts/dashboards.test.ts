/** The dashboards in ops/grafana: made from the list, every series of every query exists, and variables are those that a dashboard has. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DASHBOARDS } from "../../scripts/dashboards/dashboards.ts";
import { grafanaJson } from "../../scripts/dashboards/grafana.ts";
import { unknownSeries } from "../support/prometheus.ts";

const FOLDER = join(import.meta.dirname, "../../ops/grafana");
/** Series that Prometheus makes itself: of its rules, and of its scrapes. */
const OF_PROMETHEUS = ["ALERTS", "bulkhead:edge_availability:ratio_30d", "scrape_duration_seconds"];

describe("the dashboards", () => {
  it("are what `npm run build:dashboards` makes", () => {
    expect(readdirSync(FOLDER).toSorted()).toEqual(DASHBOARDS.map(({ name }) => `${name}.json`).toSorted());
    for (const dashboard of DASHBOARDS)
      expect(readFileSync(join(FOLDER, `${dashboard.name}.json`), "utf8"), dashboard.name).toBe(grafanaJson(dashboard));
  });

  it.each(DASHBOARDS.map(({ name, panels }) => [name, panels] as const))(
    "[METRIC-7] %s asks for series and labels that exist",
    (_, panels) => {
      const exprs = panels.flatMap(({ queries }) => queries.map(({ expr }) => expr));
      expect(exprs.flatMap((expr) => unknownSeries(expr, OF_PROMETHEUS))).toEqual([]);
      expect(
        exprs
          .flatMap((expr) => expr.match(/\$\w+/g) ?? [])
          .filter((name) => !["$org", "$workflow", "$__rate_interval", "$__range"].includes(name)),
      ).toEqual([]);
    },
  );

  it("place each panel within its 24 columns, and no two on one place", () => {
    expect(DASHBOARDS).toHaveLength(5);
    for (const dashboard of DASHBOARDS) {
      const { panels } = JSON.parse(grafanaJson(dashboard)) as { panels: { gridPos: { x: number; y: number; w: number; h: number } }[] };
      const cells = panels.flatMap(({ gridPos: { x, y, w } }) => Array.from({ length: w }, (_, column) => `${x + column}/${y}`));
      expect(new Set(cells).size).toBe(cells.length);
      expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
    }
  });
});
