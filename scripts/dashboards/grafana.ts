/** A dashboard as Grafana imports it (grafana.com/docs, "JSON model"): panels in rows of 24 columns, a data source and two variables to choose. */
import type { Dashboard, Panel } from "./dashboards.ts";

const SOURCE = { type: "prometheus", uid: "$datasource" };
const HEIGHT = 8;
const COLUMNS = 24;

/** The file's text. */
export function grafanaJson({ name, title, panels }: Dashboard): string {
  const dashboard = {
    uid: `bulkhead-${name}`,
    ...{ title, tags: ["bulkhead"], schemaVersion: 39, editable: true, refresh: "1m" },
    time: { from: "now-6h", to: "now" },
    templating: {
      list: [
        { name: "datasource", type: "datasource", query: "prometheus", label: "Data source" },
        choice("org", "label_values(agent_human_review_queue_depth, org)"),
        choice("workflow", "label_values(agent_requests_total, agent_id)"),
      ],
    },
    panels: placed(panels),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

const choice = (name: string, query: string) => ({
  ...{ name, type: "query", datasource: SOURCE, query, refresh: 2, multi: true, includeAll: true, allValue: ".*" },
  current: { text: "All", value: "$__all" },
});

function placed(panels: readonly Panel[]): object[] {
  let [x, y] = [0, 0];
  return panels.map(({ title, kind, unit, about, queries, width = COLUMNS / 2 }, index) => {
    if (x + width > COLUMNS) [x, y] = [0, y + HEIGHT];
    const at = { x, y };
    x += width;
    return {
      id: index + 1,
      ...{ type: kind, title, datasource: SOURCE, gridPos: { ...at, w: width, h: HEIGHT } },
      ...(about === undefined ? {} : { description: about }),
      fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
      targets: queries.map(({ expr, legend }, query) => ({
        ...{ refId: String.fromCharCode(65 + query), datasource: SOURCE, expr, legendFormat: legend },
        ...(kind === "timeseries" ? { range: true, exemplar: expr.includes("_bucket") } : { instant: true, range: false }),
        ...(kind === "table" ? { format: "table" } : {}),
      })),
    };
  });
}
