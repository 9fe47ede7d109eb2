/** `npm run build:dashboards`: writes `ops/grafana/` from scripts/dashboards/dashboards.ts. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DASHBOARDS } from "./dashboards/dashboards.ts";
import { grafanaJson } from "./dashboards/grafana.ts";
import { ROOT } from "./platform/places.ts";

const folder = join(ROOT, "ops", "grafana");
mkdirSync(folder, { recursive: true });
for (const dashboard of DASHBOARDS) writeFileSync(join(folder, `${dashboard.name}.json`), grafanaJson(dashboard));
