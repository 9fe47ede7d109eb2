/**
 * One platform at a time on one state: two runtimes over the same files would each hold an instance of the same object, and a run
 * would have two writers. The lock is a file that names the process group of the wrangler at work.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isGroupAlive } from "./guarded-child.ts";

const lockFile = (state: string): string => join(state, "bulkhead.lock");

/** Waits for a platform that is just going down; throws when one is still at work after `patienceMs`. */
export async function waitForState(state: string, patienceMs = 10_000): Promise<void> {
  for (const until = Date.now() + patienceMs; ; await sleep(50)) {
    const holder = holderOf(state);
    if (holder === null) return;
    if (Date.now() < until) continue;
    throw new Error(`another platform (process ${holder}) is at work on ${state}: stop it, or name another folder with --persist-to`);
  }
}

export function takeState(state: string, group: number): void {
  mkdirSync(state, { recursive: true });
  writeFileSync(lockFile(state), String(group));
}

export function releaseState(state: string, group: number): void {
  if (read(lockFile(state)) === String(group)) rmSync(lockFile(state), { force: true });
}

/** A number that was given to another program since (after a restart of the machine) holds nothing. */
function holderOf(state: string): number | null {
  const group = Number(read(lockFile(state)));
  return Number.isInteger(group) && group > 1 && isGroupAlive(group) && runsWrangler(group) ? group : null;
}

function runsWrangler(group: number): boolean {
  const line = read(`/proc/${group}/cmdline`) ?? spawnSync("ps", ["-o", "args=", "-p", String(group)], { encoding: "utf8" }).stdout ?? "";
  return line.includes("wrangler");
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
