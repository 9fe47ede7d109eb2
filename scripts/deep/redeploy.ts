/**
 * New code in mid-run: runs are in the middle of a slow write when the platform's code is replaced by another bundle over the same
 * state. Nobody asks for anything: the runs go on under the new code, each write's key has one effect, and the audit chain holds.
 */
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ShopWrite } from "../platform/shop.ts";
import type { Check, CheckTools } from "./check.ts";
import {
  firstSigns,
  fulfilments,
  judge,
  judgeAudit,
  onceEach,
  refunds,
  repeated,
  type Start,
  seconds,
  waitFor,
  waitForEnds,
} from "./verdict.ts";
import { openWorld, type World } from "./world.ts";

const MOVES_WITHIN_MS = 15_000;
const MOVES_AFTER_READY_MS = 5_000;
const FINISHES_WITHIN_MS = 90_000;
const RELOADS_WITHIN_MS = 30_000;

/** What `/healthz` says of the code, in the bundle as wrangler leaves it. */
const VERSION = /\b\w+\.VERSION\?\.id \|\| "local"/;

type Way = {
  readonly name: string;
  /** Replaces the code; resolves with when it began and how long it took until the new code answered. */
  readonly replace: (world: World, version: string) => Promise<{ readonly startedAt: number; readonly readyMs: number }>;
};

const WAYS: readonly Way[] = [
  {
    name: "stopped with SIGINT, started from the new bundle",
    async replace(world, version) {
      const next = `${world.bundle}-${version}`;
      cpSync(world.bundle, next, { recursive: true });
      writeFileSync(join(next, "main.js"), asVersion(world, version));
      await world.stopPlatform();
      return world.startPlatformAgain(next);
    },
  },
  {
    name: "replaced while it runs (wrangler's reload)",
    async replace(world, version) {
      const startedAt = Date.now();
      const next = join(world.folder, "next-main.js");
      writeFileSync(next, asVersion(world, version));
      renameSync(next, join(world.bundle, "main.js")); // whole at once: wrangler would load half of a file that is being written
      await waitFor(async () => (await versionOf(world)) === version, RELOADS_WITHIN_MS, 50);
      return { startedAt, readyMs: Date.now() - startedAt };
    },
  },
];

const STARTS: readonly Start[] = [...refunds("A-1001", "A-1003", "A-1006"), ...fulfilments(5)];
const HELD = ["/payments/refund", "/payments/charge"];

export const redeploy: Check = {
  name: "redeploy",
  title: "the code is replaced while runs are in the middle of a write",
  async run(tools) {
    const rows: string[][] = [
      ["how", "runs", "new code after", "moved after", "finished after", "calls repeated", "writes, one effect each", "audit"],
    ];
    for (const way of WAYS) rows.push(await play(way, tools));
    return rows;
  },
};

async function play({ name, replace }: Way, { tell, violation }: CheckTools): Promise<string[]> {
  let sound = true;
  const broken = (what: string): void => {
    sound = false;
    violation(`${name}: ${what}`);
  };
  tell(`${name}: starting`);
  const world = await openWorld("redeploy");
  let played = false;
  try {
    for (const path of HELD) await world.shop.misbehave({ path, mode: "slow", delay_ms: 8_000, times: STARTS.length });
    const runs = await Promise.all(
      STARTS.map(({ workflow, input }, index) =>
        world.people.app.runs.start({ workflow, input, subject: `customer-${index}` }, { idempotencyKey: `redeploy-${index}` }),
      ),
    );
    const held = (writes: readonly ShopWrite[]) => writes.filter(({ path, effects }) => HELD.includes(path) && effects > 0).length;
    await waitFor(async () => held(await world.shop.writes()) === STARTS.length, 30_000, 10);
    const old = await versionOf(world);
    const before = await world.shop.writes();
    tell(`${name}: ${runs.length} runs in the middle of a write, replacing the code`);
    const { startedAt, readyMs } = await replace(world, "second");
    const now = await versionOf(world);
    if (now !== "second" || old === now) broken(`the new code does not answer: before ${old}, now ${now}`);
    const patienceMs = Math.max(MOVES_WITHIN_MS, readyMs + MOVES_AFTER_READY_MS);
    const moved = await firstSigns(world, runs, before, startedAt, patienceMs);
    for (const run of runs) if (!moved.has(run.id)) broken(`${run.id} (${run.workflow}) did not move within ${seconds(patienceMs)}`);
    tell(`${name}: moving, waiting for the ends`);
    const ended = await waitForEnds(world, runs, FINISHES_WITHIN_MS);
    const finishedMs = Date.now() - startedAt;
    const writes = await world.shop.writes();
    await judge(STARTS, world, ended, writes, broken);
    const audit = await judgeAudit(world, ended, writes, broken);
    played = true;
    return [
      name,
      String(runs.length),
      seconds(readyMs),
      seconds(Math.max(0, ...moved.values())),
      seconds(finishedMs),
      String(repeated(writes)),
      onceEach(writes),
      audit,
    ];
  } finally {
    await world.stop();
    if (played && sound) rmSync(world.folder, { recursive: true, force: true });
    else tell(`${name}: its folder is kept: ${world.folder}`);
  }
}

function asVersion(world: World, version: string): string {
  const code = readFileSync(join(world.bundle, "main.js"), "utf8");
  const changed = code.replace(VERSION, JSON.stringify(version));
  if (changed === code) throw new Error("the bundle does not say where its version comes from");
  return changed;
}

/** null: nothing answers. */
async function versionOf(world: World): Promise<string | null> {
  try {
    const response = await fetch(`${world.platform().url}/healthz`, { signal: AbortSignal.timeout(2_000) });
    return ((await response.json()) as { version: string }).version;
  } catch {
    return null;
  }
}
