/** `npm run build:alerts`: writes `ops/alerts.yaml` from the built-in rules. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { alertsYaml } from "../core/alert/yaml.ts";
import { ROOT } from "./platform/places.ts";

writeFileSync(join(ROOT, "ops", "alerts.yaml"), alertsYaml());
