/** `npm run bench`: measures, prints a table, writes JSON. Knows the parts and their order; every number comes from a part. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../scripts/platform/places.ts";
import { bundle } from "./engines/bundle.ts";
import { platformBundle } from "./engines/platform.ts";
import { type PartName, readOptions, USAGE } from "./options.ts";
import { audit } from "./parts/audit.ts";
import { chat } from "./parts/chat.ts";
import { cost } from "./parts/cost.ts";
import { dev } from "./parts/dev.ts";
import { gateway } from "./parts/gateway.ts";
import { growth } from "./parts/growth.ts";
import { guard } from "./parts/guard.ts";
import { kill } from "./parts/kill.ts";
import { knowledge } from "./parts/knowledge.ts";
import { noisy } from "./parts/noisy.ts";
import type { Part, PartTools } from "./parts/part.ts";
import { policy } from "./parts/policy.ts";
import { rows } from "./parts/rows.ts";
import { sandbox } from "./parts/sandbox.ts";
import { tool } from "./parts/tool.ts";
import { traces } from "./parts/traces.ts";
import { FLOORS_CONFIG, transform } from "./parts/transform.ts";
import { wake } from "./parts/wake.ts";
import { aligned, type Figure, tableOf } from "./report/figure.ts";
import { machineFacts } from "./report/machine.ts";
import { startToolServer } from "./servers/start-tool-server.ts";

const PARTS: { readonly [name in PartName]: Part } = {
  transform,
  tool,
  gateway,
  guard,
  growth,
  audit,
  rows,
  wake,
  chat,
  noisy,
  kill,
  policy,
  traces,
  cost,
  sandbox,
  knowledge,
  dev,
};
const RESULTS = join(ROOT, "bench", "results");

const options = readOptions(process.argv.slice(2));
if (!options.ok) {
  console.error(`bench: ${options.error}\n${USAGE}`);
  process.exit(2);
}
const { parts, quick, reference, profile } = options.value;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130)); // what was started ends with it
const at = new Date().toISOString();
const machine = machineFacts();
const tools = await startToolServer();
const given: PartTools = {
  quick,
  tools,
  profile,
  platform: once(platformBundle),
  floors: once(() => bundle(FLOORS_CONFIG)),
  tell: (what) => console.error(`  … ${what}`),
};

const figures: Figure[] = [];
const broken: { readonly part: PartName; readonly why: string }[] = [];
for (const name of parts) {
  console.error(`${name}`);
  try {
    const found = await PARTS[name](given);
    figures.push(...found);
    console.log(`\n${aligned(tableOf(found)).join("\n")}\n`);
  } catch (error) {
    broken.push({ part: name, why: String(error) });
    console.error(`${name} could not be measured: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  keep("latest.json");
}
await tools.stop();
if (reference && broken.length === 0) keep("reference.json");
if (parts.length > 1) console.log(`\n${aligned(tableOf(figures)).join("\n")}`);
process.exit(broken.length === 0 ? 0 : 1);

/** After each part: what was measured is there, whatever the next one does. */
function keep(file: string): void {
  mkdirSync(RESULTS, { recursive: true });
  const loadNow = machineFacts().load;
  writeFileSync(join(RESULTS, file), `${JSON.stringify({ at, quick, parts, machine, loadNow, figures, broken }, null, 2)}\n`);
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
