/** `npm run check:deep -- [NAME…]`: the long checks, for real, one after another. Ends with 1 when anything that must hold does not. */

import type { Check } from "./deep/check.ts";
import { crashPoints } from "./deep/crash-points.ts";
import { death } from "./deep/death.ts";
import { drawTable } from "./start/drawings.ts";
import { openTerminal } from "./start/terminal.ts";

const CHECKS: readonly Check[] = [death, crashPoints];

const terminal = openTerminal(process.stdout);
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !CHECKS.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`check:deep: no such check: ${unknown.join(", ")} (there are: ${CHECKS.map(({ name }) => name).join(", ")})`);
  process.exit(2);
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130)); // the children's guards do the rest

let violations = 0;
for (const check of CHECKS.filter(({ name }) => asked.length === 0 || asked.includes(name))) violations += await perform(check);
terminal.line();
terminal.line(violations === 0 ? "  everything holds" : `  ${violations} violations`);
process.exit(violations === 0 ? 0 : 1);

async function perform(check: Check): Promise<number> {
  const found: string[] = [];
  terminal.line();
  terminal.line(`  ${terminal.paint("bold", check.name)}: ${check.title}`);
  try {
    const rows = await terminal.task(check.name, (tell) => check.run({ tell, violation: (what) => found.push(what) }));
    terminal.line();
    for (const line of drawTable(rows, terminal.paint)) terminal.line(line);
  } catch (error) {
    found.push(`the check could not be made: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  for (const what of found) terminal.line(`  ${terminal.paint("red", "✘")} ${what}`);
  return found.length;
}
