/**
 * A backlog of records: runs are started all at once and nobody waits for them, then the whole platform is killed with SIGKILL. Of
 * those that were accepted each is listed within seconds of its 202; what the kill left unconfirmed reaches the index and the audit chain by
 * itself after the restart, in time proportional to its size and with a bounded number of open files.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { Json } from "../../core/json.ts";
import type { Check, CheckTools } from "./check.ts";
import { seconds } from "./verdict.ts";
import { openWorld, type World } from "./world.ts";

/** Starts for each run of `--runs`: a backlog needs more than the other checks have. */
const STARTS_PER_RUN = 10;
const WORKFLOW: { readonly [key: string]: Json } = {
  name: "backlog",
  input: { type: "object" },
  tools: [],
  steps: { say: { kind: "transform", value: { cel: "input.n" } } },
  output: { cel: "steps.say.output" },
};
/** docs/contract.md: runs are listed within 2 s of their 202; measured from outside, on a machine at its limit, some more. */
const LISTED_WITHIN_MS = 3_000;
const DRAINED_WITHIN_MS = { least: 60_000, perRun: 60 };
const LOOK_EVERY_MS = 500;

type Started = { readonly id: string; readonly acceptedAt: number };
/** What has been asked for: accepted runs, refusals with `Retry-After` by code, and anything else by what it was. */
type Tally = { readonly accepted: Started[]; readonly refused: Map<string, number>; readonly otherwise: Map<string, number> };

export const backlog: Check = {
  name: "backlog",
  title: "runs that nobody waits for, all at once, and SIGKILL with their records unconfirmed",
  async run(tools) {
    const world = await openWorld("backlog", ["--var", "RATE_LIMIT_PER_MINUTE:10000000"]);
    let sound = true;
    const broken = (what: string): void => {
      sound = false;
      tools.violation(what);
    };
    try {
      await world.people.developer.workflows.register(WORKFLOW as never);
      return await play(world, tools, broken);
    } finally {
      await world.stop();
      if (sound) rmSync(world.folder, { recursive: true, force: true });
      else tools.tell(`the folder is kept: ${world.folder}`);
    }
  },
};

async function play(world: World, { tell, sizes }: CheckTools, broken: (what: string) => void): Promise<string[][]> {
  const rows: string[][] = [
    ["when", "accepted", "refused", "listed", "ended there", "longest unlisted", "longest unaudited", "open files", "load"],
  ];
  const tally: Tally = { accepted: [], refused: new Map(), otherwise: new Map() };
  const wanted = sizes.runs * STARTS_PER_RUN;
  const begun = Date.now();
  let worst = { unlisted: 0, unaudited: 0 };
  const look = (phase: string): { readonly listed: number; readonly ended: number } => {
    const { known, audited } = readStored(world);
    const unlisted = longestWithout(known, tally.accepted);
    const unaudited = longestWithout(audited, tally.accepted);
    const ended = [...known.values()].filter(Boolean).length;
    const row = [
      `${phase} ${seconds(Date.now() - begun)}`,
      String(tally.accepted.length),
      [...tally.refused].map(([code, count]) => `${count} ${code}`).join(", ") || "0",
      String(known.size),
      String(ended),
      seconds(unlisted),
      seconds(unaudited),
      String(openFiles(world.platform().child.group)),
      readFileSync("/proc/loadavg", "utf8").split(" ")[0] ?? "",
    ];
    rows.push(row);
    tell(row.join(" | "));
    if (phase === "load") worst = { unlisted: Math.max(worst.unlisted, unlisted), unaudited: Math.max(worst.unaudited, unaudited) };
    return { listed: known.size, ended };
  };
  let asking = true;
  const asked = flood(world, wanted, tally).finally(() => {
    asking = false;
  });
  while (asking) {
    await Promise.race([asked, sleep(LOOK_EVERY_MS)]);
    look("load");
  }
  await asked;
  const acceptedIn = Date.now() - begun;
  await world.killPlatform();
  rows.push([`killed ${seconds(Date.now() - begun)}`]);
  const unconfirmed = tally.accepted.length - look("dead").ended;
  const { startedAt } = await world.startPlatformAgain();
  const drainWithin = Math.max(DRAINED_WITHIN_MS.least, unconfirmed * DRAINED_WITHIN_MS.perRun);
  while (Date.now() - startedAt < drainWithin) {
    if (look("again").ended >= tally.accepted.length) break;
    await sleep(LOOK_EVERY_MS * 4);
  }
  const drained = look("end").ended;
  for (const [what, starts] of tally.otherwise) broken(`${starts} starts were neither accepted nor refused with Retry-After: ${what}`);
  if (worst.unlisted > LISTED_WITHIN_MS) broken(`an accepted run was not listed for ${seconds(worst.unlisted)}`);
  if (worst.unaudited > LISTED_WITHIN_MS) broken(`an accepted run was not in the audit chain for ${seconds(worst.unaudited)}`);
  if (drained < tally.accepted.length) broken(`${tally.accepted.length - drained} runs are still not in the index`);
  rows.push([
    `${unconfirmed} unconfirmed drained in ${seconds(Date.now() - startedAt)}, ${tally.accepted.length} accepted in ${seconds(acceptedIn)}`,
  ]);
  return rows;
}

/** Asks for all runs at once; one that is refused with `Retry-After` comes again after it. */
async function flood(world: World, wanted: number, tally: Tally): Promise<void> {
  await Promise.all(Array.from({ length: wanted }, (_, index) => startOnce(world, index, tally)));
}

/** The code of a connection that broke off stands in the error's cause. */
const reasonOf = (error: unknown): string => String((error as { readonly cause?: { readonly code?: unknown } }).cause?.code ?? error);

const count = (counts: Map<string, number>, what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);

async function startOnce(world: World, index: number, tally: Tally): Promise<void> {
  for (;;) {
    const response = await fetch(`${world.platform().url}/v1/runs`, {
      method: "POST",
      headers: { authorization: `Bearer ${world.platform().adminKey}`, "content-type": "application/json" },
      body: JSON.stringify({ workflow: "backlog", input: { n: index } }),
    }).catch(reasonOf);
    if (typeof response === "string") return count(tally.otherwise, response);
    const body = (await response.json().catch(() => null)) as { readonly id?: string; readonly code?: string } | null;
    if (response.status === 202 && body?.id !== undefined) {
      tally.accepted.push({ id: body.id, acceptedAt: Date.now() });
      return;
    }
    // The server of `wrangler dev` in front of the platform loses connections under such a load, and has no words of the platform's.
    const isOfDevServer = response.status === 500 && body === null;
    const after = isOfDevServer ? 1 : Number(response.headers.get("retry-after") ?? Number.NaN);
    const code = isOfDevServer ? "lost by the dev server" : `${response.status} ${body?.code ?? ""}`;
    if (!Number.isFinite(after)) return count(tally.otherwise, code);
    count(tally.refused, code);
    await sleep(after * 1000 * (1 + Math.random()));
  }
}

/** How long the accepted run that has waited longest has not been among these, in ms. */
const longestWithout = (there: { has(id: string): boolean }, accepted: readonly Started[]): number =>
  Math.max(0, ...accepted.filter(({ id }) => !there.has(id)).map(({ acceptedAt }) => Date.now() - acceptedAt));

/** D1 as it lies on disk: by run of the index, whether its end is there, and the runs of the audit chain. Asks nothing of the platform. */
function readStored(world: World): { readonly known: Map<string, boolean>; readonly audited: Set<string> } {
  const folder = join(world.folder, "state", "v3", "d1", "miniflare-D1DatabaseObject");
  const file = readdirSync(folder).find((name) => name.endsWith(".sqlite") && !name.startsWith("metadata"));
  const known = new Map<string, boolean>();
  const audited = new Set<string>();
  if (file === undefined) return { known, audited };
  const database = new DatabaseSync(join(folder, file), { readOnly: true });
  try {
    for (const row of database.prepare("SELECT id, ended_at FROM runs").all()) known.set(String(row["id"]), row["ended_at"] !== null);
    for (const row of database.prepare("SELECT DISTINCT run FROM audit_pages WHERE run IS NOT NULL").all()) audited.add(String(row["run"]));
  } finally {
    database.close();
  }
  return { known, audited };
}

/** Of all processes of a group. */
function openFiles(group: number): number {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && groupOf(name) === group);
  return pids.reduce((sum, pid) => sum + countOf(`/proc/${pid}/fd`), 0);
}

function groupOf(pid: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[2]);
  } catch {
    return -1;
  }
}

function countOf(folder: string): number {
  try {
    return readdirSync(folder).length;
  } catch {
    return 0;
  }
}
