/**
 * `npm run mutants -- [--area NAME] [--count N] [--file PART] [--seed TEXT]`: plants small faults (scripts/mutants/mutant.ts) and says which of them the tests do not
 * notice. The list is the same every time; `--file`: only faults in files whose path contains PART, all of them unless `--count` says
 * how many; `--seed`: other faults than the usual ones, the same for the same text. Ends with 1 when fewer than 90 % of an area's faults are caught or argued.
 */
import { parseArgs } from "node:util";
import { AREAS } from "./mutants/areas.ts";
import { ARGUED } from "./mutants/argued.ts";
import { plantAll } from "./mutants/plant.ts";
import { openTerminal } from "./start/terminal.ts";

/** Share of planted faults that must be caught, or argued to be none. */
const ENOUGH = 0.9;

const { values } = parseArgs({
  options: { area: { type: "string" }, count: { type: "string" }, file: { type: "string" }, seed: { type: "string" } },
});
const areas = AREAS.filter(({ name }) => values.area === undefined || values.area === name);
if (areas.length === 0) {
  console.error(`mutants: there is no area \`${values.area}\` (there are: ${AREAS.map(({ name }) => name).join(", ")})`);
  process.exit(2);
}
const terminal = openTerminal(process.stdout);
let isEnough = true;
for (const area of areas) {
  const count = Number(values.count ?? (values.file === undefined ? area.sample : Number.POSITIVE_INFINITY));
  const planted = await terminal.task(area.name, (tell) => plantAll(area, { count, file: values.file, seed: values.seed }, tell));
  const held = planted.caught + planted.argued.length;
  isEnough &&= held >= ENOUGH * planted.planted;
  terminal.line(`  ${planted.caught} of ${planted.planted} caught, ${planted.argued.length} argued, ${planted.survivors.length} survived`);
  for (const { id, file, line, from, to } of planted.survivors)
    terminal.line(`    ${id}  ${file}:${line}  \`${from.trim()}\` → \`${to.trim()}\``);
  for (const { id, file, line } of planted.argued) terminal.line(`    ${id}  ${file}:${line}  argued: ${ARGUED.get(id)}`);
}
process.exit(isEnough ? 0 : 1);
