import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { isGroupAlive, killGroup, startGuarded } from "../../scripts/platform/guarded-child.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const MODULE = pathToFileURL(join(ROOT, "scripts", "platform", "guarded-child.ts")).href;
/** A child that has a child of its own, which outlives it unless somebody ends the group: as wrangler and its runtime. */
const FAMILY = ["-c", "sleep 60 & sleep 60"];

const groups: number[] = [];
afterEach(() => {
  for (const group of groups.splice(0)) killGroup(group);
});

describe("a guarded child", () => {
  it("dies with its whole family when its parent is killed hard", async () => {
    const script = `
      import { startGuarded } from ${JSON.stringify(MODULE)};
      const child = startGuarded("/bin/sh", ${JSON.stringify(FAMILY)}, { cwd: "/", output: "inherit" });
      console.log(child.group);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const group = Number(line.toString().trim());
    groups.push(group);
    expect(isGroupAlive(group)).toBe(true);
    parent.kill("SIGKILL");
    await vi.waitUntil(() => !isGroupAlive(group), { timeout: 5_000, interval: 10 });
  });

  it("takes its family along when it dies itself", async () => {
    const child = startGuarded("/bin/sh", FAMILY, { cwd: "/", output: "inherit" });
    groups.push(child.group);
    child.process.kill("SIGKILL");
    expect(await child.exited).toEqual({ code: null, signal: "SIGKILL" });
    await vi.waitUntil(() => !isGroupAlive(child.group), { timeout: 5_000, interval: 10 });
  });

  it("is asked before it is killed", async () => {
    const child = startGuarded("/bin/sh", ["-c", 'trap "exit 7" INT; while :; do sleep 0.02; done'], { cwd: "/", output: "inherit" });
    groups.push(child.group);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await child.stop(5_000)).toEqual({ code: 7, signal: null });
  });

  it("is killed when it does not listen", async () => {
    const child = startGuarded("/bin/sh", ["-c", 'trap "" INT; while :; do sleep 0.02; done'], { cwd: "/", output: "inherit" });
    groups.push(child.group);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await child.stop(100)).toEqual({ code: null, signal: "SIGKILL" });
  });
});
