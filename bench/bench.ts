/** `npm run bench`: measures, prints a table, writes JSON. Knows the parts and the order; every number comes from a part. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../scripts/platform/places.ts";
import { bundle } from "./engines/bundle.ts";
import { platformBundle } from "./engines/platform.ts";
import { type PartName, readOptions, USAGE } from "./options.ts";
import { growth } from "./parts/growth.ts";
import type { Part, PartTools } from "./parts/part.ts";
import { rows } from "./parts/rows.ts";
import { tool } from "./parts/tool.ts";
import { FLOORS_CONFIG, transform } from "./parts/transform.ts";
import { wake } from "./parts/wake.ts";
import { aligned, type Figure, tableOf } from "./report/figure.ts";
import { machineFacts } from "./report/machine.ts";
import { startToolServer } from "./servers/start-tool-server.ts";

const PARTS: { readonly [name in PartName]?: Part } = { transform, tool, growth, rows, wake };
const RESULTS = join(ROOT, "bench", "results");

const options = readOptions(process.argv.slice(2));
if (!options.ok) {
  console.error(`bench: ${options.error}\n${USAGE}`);
  process.exit(2);
}
const { parts, quick, reference, profile } = options.value;
const tell = (what: string): void => console.error(`  … ${what}`);
const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

const before = machineFacts();
const tools = await startToolServer();
const given: PartTools = {
  quick,
  tools,
  platform: once(platformBundle),
  floors: once(() => bundle(FLOORS_CONFIG)),
  profile,
  tell,
};
const figures: Figure[] = [];
try {
  for (const name of parts) {
    console.error(`  ${name}`);
    figures.push(...((await PARTS[name]?.(given)) ?? []));
  }
} finally {
  await tools.stop();
}
const result = { at: new Date().toISOString(), quick, parts, machine: { ...before, loadAtTheEnd: machineFacts().load }, figures };
mkdirSync(RESULTS, { recursive: true });
for (const file of ["latest.json", ...(reference ? ["reference.json"] : [])]) {
  writeFileSync(join(RESULTS, file), `${JSON.stringify(result, null, 2)}\n`);
}
console.log(aligned(tableOf(figures)).join("\n"));
process.exit(0);
