/** `wrangler dev`, with its proxy before the runtime: how a developer sees a Worker, and the only place where Cloudflare Workflows run locally. */
import { mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startGuarded } from "../../scripts/platform/guarded-child.ts";
import { startPlatform, waitUntilHealthy } from "../../scripts/platform/platform.ts";
import { freePort } from "../../scripts/platform/ports.ts";
import { wranglerArguments, wranglerEnvironment } from "../../scripts/platform/wrangler.ts";
import type { Engine } from "./engine.ts";
import { furnish } from "./platform.ts";
import { cpuMsOf, runtimesUnder } from "./processes.ts";

export type DevPlatform = Engine & { readonly appKey: string };

/** Any Worker with a wrangler.toml; it answers `/empty`. */
export async function startDev(name: string, config: string): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), `bulkhead-bench-dev-${name}-`));
  const port = await freePort();
  const words = ["dev", "--config", config, "--port", String(port), "--inspector-port", String(await freePort())];
  const child = startGuarded(
    process.execPath,
    wranglerArguments([...words, "--persist-to", folder, "--show-interactive-dev-session=false"]),
    { cwd: folder, env: wranglerEnvironment(folder), output: openSync(join(folder, "wrangler.log"), "a") },
  );
  const stop = async (): Promise<void> => {
    await child.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://localhost:${port}`;
  try {
    await answers(`${url}/empty`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { name, url, cpuMs: () => cpuUnder(child.group), stop };
}

export async function startDevPlatform(toolUrl: string): Promise<DevPlatform> {
  const folder = mkdtempSync(join(tmpdir(), "bulkhead-bench-dev-bulkhead-"));
  const ports = ["--port", String(await freePort()), "--inspector-port", String(await freePort())];
  const args = [...ports, "--persist-to", join(folder, "state"), "--var", "RATE_LIMIT_PER_MINUTE:999999999"];
  const platform = await startPlatform({ args, output: openSync(join(folder, "wrangler.log"), "a") });
  const stop = async (): Promise<void> => {
    await platform.child.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await waitUntilHealthy(platform);
    const { appKey } = await furnish(platform.url, platform.adminKey, toolUrl);
    return { name: "bulkhead", url: platform.url, appKey, cpuMs: () => cpuUnder(platform.child.group), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Of all runtimes under wrangler: the one with the Worker, and the proxy before it. */
const cpuUnder = (group: number): number => runtimesUnder(group).reduce((sum, pid) => sum + cpuMsOf(pid), 0);

async function answers(url: string, patienceMs = 120_000): Promise<void> {
  for (const until = Date.now() + patienceMs; Date.now() < until; await sleep(100)) {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    if (response !== null && (await response.text()) !== "" && response.ok) return;
  }
  throw new Error(`nobody answers at ${url}`);
}
