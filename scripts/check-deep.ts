/**
 * `npm run check:deep -- [NAME…] [--quick] [--runs N] [--kills N] [--seed N] [--list]`: the long checks, one after another; each also runs
 * alone by its name. A check that needs what the machine lacks says `skipped: needs …`. Ends with 1 when anything that must hold does not.
 */
import { parseArgs } from "node:util";
import { apiFuzz } from "./deep/api-fuzz.ts";
import { auditTrail } from "./deep/audit-trail.ts";
import { backlog } from "./deep/backlog.ts";
import type { Check, Sizes } from "./deep/check.ts";
import { clients } from "./deep/clients.ts";
import { consolePages } from "./deep/console.ts";
import { crashPoints } from "./deep/crash-points.ts";
import { death } from "./deep/death.ts";
import { everyday } from "./deep/everyday.ts";
import { evidence } from "./deep/evidence.ts";
import { frameworks } from "./deep/frameworks.ts";
import { guardFuzz } from "./deep/guard-fuzz.ts";
import { library } from "./deep/library.ts";
import { mutants } from "./deep/mutants.ts";
import { obeying } from "./deep/obeying.ts";
import { plants } from "./deep/plants.ts";
import { poison } from "./deep/poison.ts";
import { prometheus } from "./deep/prometheus.ts";
import { redeploy } from "./deep/redeploy.ts";
import { repeated } from "./deep/repeated.ts";
import { rotation } from "./deep/rotation.ts";
import { seeds } from "./deep/seeds.ts";
import { storm } from "./deep/storm.ts";
import { traces } from "./deep/traces.ts";
import { drawTable } from "./start/drawings.ts";
import { openTerminal } from "./start/terminal.ts";

const CHECKS: readonly Check[] = [
  death,
  redeploy,
  storm,
  backlog,
  crashPoints,
  seeds,
  plants,
  library,
  repeated,
  guardFuzz,
  everyday,
  apiFuzz,
  obeying,
  poison,
  mutants,
  clients,
  frameworks,
  evidence,
  auditTrail,
  rotation,
  consolePages,
  prometheus,
  traces,
];
const FULL = { runs: 200, kills: 10, worlds: 2_000, texts: 100_000, requests: 10_000 };
const QUICK = { runs: 40, kills: 3, worlds: 200, texts: 5_000, requests: 500 };

const terminal = openTerminal(process.stdout);
const { asked, sizes, list } = readArguments();
if (list) {
  for (const { name, title } of CHECKS) terminal.line(`  ${name.padEnd(14)}${title}`);
  process.exit(0);
}
const unknown = asked.filter((name) => !CHECKS.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`check:deep: unknown check: ${unknown.join(", ")}; the checks are: ${CHECKS.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130)); // the children's guards do the rest

/** Between two lines about what is being done. */
const TELL_MS = 30_000;
let violations = 0;
for (const check of CHECKS.filter(({ name }) => asked.length === 0 || asked.includes(name))) violations += await perform(check);
terminal.line();
terminal.line(violations === 0 ? "  everything holds" : `  ${violations} violations`);
process.exit(violations === 0 ? 0 : 1);

async function perform(check: Check): Promise<number> {
  const found: string[] = [];
  terminal.line();
  terminal.line(`  ${terminal.paint("bold", check.name)}: ${check.title}`);
  const lacking = check.lacks?.() ?? null;
  if (lacking !== null) {
    terminal.line(`  skipped: needs ${lacking}`);
    return 0;
  }
  try {
    const rows = await terminal.task(check.name, (tell) =>
      check.run({ sizes, tell: alsoInLines(tell), violation: (what) => found.push(what) }),
    );
    terminal.line();
    for (const line of drawTable(rows, terminal.paint)) terminal.line(line);
  } catch (error) {
    found.push(`the check could not be made: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  for (const what of found) terminal.line(`  ${terminal.paint("red", "✘")} ${what}`);
  return found.length;
}

/** Without a terminal nothing is drawn in place: what is being done is a line then, twice a minute at most. */
function alsoInLines(tell: (what: string) => void): (what: string) => void {
  if (terminal.live) return tell;
  let next = Date.now() + TELL_MS;
  return (what) => {
    if (Date.now() < next) return;
    next = Date.now() + TELL_MS;
    terminal.line(`  ${what}`);
  };
}

function readArguments(): { readonly asked: readonly string[]; readonly sizes: Sizes; readonly list: boolean } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: "boolean", default: false },
        list: { type: "boolean", default: false },
        runs: { type: "string" },
        kills: { type: "string" },
        seed: { type: "string" },
      },
    });
    const whole = (name: "runs" | "kills" | "seed", otherwise: number): number => {
      const number = Number(values[name] ?? otherwise);
      if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} is a whole number from 1 up`);
      return number;
    };
    const usual = values.quick ? QUICK : FULL;
    const seed = whole("seed", 1 + Math.floor(Math.random() * 0x7fff_fffe));
    const { worlds, texts, requests } = usual;
    const sizes = { runs: whole("runs", usual.runs), kills: whole("kills", usual.kills), worlds, texts, requests, seed };
    return { asked: positionals, sizes, list: values.list };
  } catch (error) {
    console.error(`check:deep: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(2);
  }
}
