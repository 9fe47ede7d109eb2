/**
 * `npm start`: the whole platform on this machine, and one real support ticket through it, with every step shown. Stays up until
 * Ctrl-C; with `--once` it ends with the ticket. Whatever it started ends with it.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import type { RunView } from "../sdk/client.ts";
import { WORKFLOWS } from "../workflows/index.ts";
import { TERMS_COLLECTION } from "../workflows/policy-answers/terms.ts";
import { shopTools } from "../workflows/tools.ts";
import { watchAncestors } from "./platform/ancestors.ts";
import type { GuardedChild } from "./platform/guarded-child.ts";
import { LOCAL_ADMINS, localAdminFile, makeLocalAdmins } from "./platform/local-admins.ts";
import { startLocalCron } from "./platform/local-cron.ts";
import { openLog } from "./platform/log-file.ts";
import { ADMIN_KEY_FILE, LOG_FOLDER, OWN_FOLDER, ROOT } from "./platform/places.ts";
import { type Platform, startPlatform, waitUntilHealthy } from "./platform/platform.ts";
import { DEFAULT_PORT } from "./platform/port-holder.ts";
import { freePort, freePortNear } from "./platform/ports.ts";
import { type Shop, startShop } from "./platform/shop.ts";
import { startWatchdog } from "./platform/watchdog.ts";
import { settleReview } from "./start/approval.ts";
import { followRun } from "./start/follow.ts";
import { readStartOptions, type StartOptions, USAGE } from "./start/options.ts";
import { makePeople, type People, REVIEWER } from "./start/people.ts";
import { askAboutTerms, uploadTerms } from "./start/question.ts";
import { report } from "./start/report.ts";
import { openTerminal } from "./start/terminal.ts";
import { wrap } from "./start/text.ts";
import { SUBJECT, TICKET } from "./start/ticket.ts";

const terminal = openTerminal(process.stdout);
const children: GuardedChild[] = [];
/** What a Ctrl-C means: before the ticket is done, that it was cut short. */
let exitCode = 130;
let ending = false;

const read = readStartOptions(process.argv.slice(2));
if (read.ok) {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void end(exitCode));
  watchAncestors(() => {
    for (const child of children) child.kill();
    process.exit(1);
  });
  await main(read.options).catch(failed);
} else {
  console.error(`npm start: ${read.message}\n\n${USAGE}`);
  process.exitCode = 2;
}

async function main(options: StartOptions): Promise<void> {
  const ticket = options.ticket ?? TICKET;
  terminal.line();
  terminal.line(`  ${terminal.paint("bold", "Bulkhead")}: one support ticket from the customer's words to the refund, on this machine`);
  terminal.line();
  const shop = await terminal.task("the shop's service", bringUpShop, ({ url }) => url);
  const platform = await terminal.task(
    "the platform",
    (tell) => bringUpPlatform(options, tell),
    ({ url }) => url,
  );
  if (platform.priceNote !== null) terminal.line(`  ${platform.priceNote}`);
  const people = await terminal.task(
    "people and their keys",
    async () => {
      await makeLocalAdmins(platform.url, platform.adminKey);
      return makePeople(platform.url, platform.adminKey);
    },
    () => "two admins, an app, a developer, a reviewer, an auditor",
  );
  await terminal.task(
    "tools and workflows",
    () => register(people, shop),
    ([tools, workflows]) => `${tools} tools, ${workflows} workflows`,
  );
  await terminal.task(
    "the shop's terms",
    () => uploadTerms(people),
    (documents) => `${documents} documents in the collection ${TERMS_COLLECTION}`,
  );
  const run = await terminal.task(
    "the ticket",
    () => people.app.runs.start({ workflow: "support-refund", input: { ticket }, subject: SUBJECT }),
    ({ id, workflow, version }) => `${id} (${workflow}, version ${version})`,
  );
  terminal.line();
  for (const line of wrap(ticket, terminal.width - 8)) terminal.line(`    ${terminal.paint("dim", "│")} ${line}`);
  terminal.line();
  const ended = await follow(options, people, platform, run);
  const isProved = await report({ run: ended, ticket, people, shop, state: platform.state }, terminal);
  const good = (await askAboutTerms(people, terminal)) && isProved;
  exitCode = good ? 0 : 1;
  if (!good) {
    terminal.line();
    terminal.line(
      `  ${terminal.paint("red", "Not everything is as it should be")} (see above).${options.once ? "" : " The platform stays up: the console shows the run."}`,
    );
    terminal.line(`  The logs are in ${relative(ROOT, LOG_FOLDER)}/ (platform.log, shop.log).`);
  }
  if (options.once) return end(exitCode);
  terminal.line();
  terminal.line(`  The console: ${terminal.paint("bold", `${platform.url}/console`)}  (its key is in ${relative(ROOT, ADMIN_KEY_FILE)})`);
  terminal.line(`  The admins ada and ben: ${LOCAL_ADMINS.map((user) => relative(ROOT, localAdminFile(user))).join(", ")}`);
  terminal.line("  A thrown kill switch takes both: one asks for recovery, the other approves. `npm start -- --fresh` begins anew.");
  terminal.line(`  The API: ${platform.url}/docs    Ctrl-C ends everything.`);
}

/** The shop starts from scratch each time, since its one espresso machine can be refunded once. */
async function bringUpShop(): Promise<Shop> {
  const ledger = join(OWN_FOLDER, "shop-ledger.jsonl");
  mkdirSync(OWN_FOLDER, { recursive: true });
  rmSync(ledger, { force: true });
  const shop = await startShop(await freePort(), ledger, openLog("shop"));
  watch("the shop's service", shop.child);
  return shop;
}

async function bringUpPlatform(options: StartOptions, tell: (what: string) => void): Promise<Platform> {
  const port = options.port ?? (await freePortNear(DEFAULT_PORT));
  const args = ["--port", String(port), "--inspector-port", String(await freePort()), ...options.platformArgs];
  const platform = await startPlatform({
    args,
    output: openLog("platform"),
    fresh: options.fresh,
    freezeInto: join(OWN_FOLDER, "bundle"),
    tell,
  });
  watch("the platform", platform.child);
  await waitUntilHealthy(platform);
  startLocalCron(platform);
  startWatchdog(platform, (line) => terminal.line(`  ${line}`));
  return platform;
}

async function register({ developer }: People, shop: Shop): Promise<[tools: number, workflows: number]> {
  const tools = Object.entries(shopTools(shop.url));
  await Promise.all(tools.map(([name, manifest]) => developer.tools.register(name, manifest)));
  for (const definition of WORKFLOWS) await developer.workflows.register(definition);
  return [tools.length, WORKFLOWS.length];
}

function follow(options: StartOptions, people: People, platform: Platform, run: RunView): Promise<RunView> {
  const approver = {
    reviewer: people.reviewer,
    reviewerName: REVIEWER,
    terminal,
    always: options.approve,
    console: `${platform.url}/console`,
  };
  return followRun(people.app, run, terminal, () => settleReview(run.id, approver));
}

/** A child that ends by itself ends everything. */
function watch(name: string, child: GuardedChild): void {
  children.push(child);
  void child.exited.then(() => failed(new Error(`${name} ended by itself`)));
}

async function failed(error: unknown): Promise<void> {
  if (ending) return;
  terminal.settle();
  terminal.line();
  terminal.line(`  ${terminal.paint("red", "It did not work")}: ${error instanceof Error ? error.message : String(error)}`);
  terminal.line(`  The logs are in ${relative(ROOT, LOG_FOLDER)}/ (platform.log, shop.log).`);
  await end(1);
}

async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  await Promise.all(children.map((child) => child.stop()));
  process.exit(code);
}
