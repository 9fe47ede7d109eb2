/**
 * The Portkey gateway (npm `@portkey-ai/gateway`) on Node, without its console and without guardrails: it passes on what it gets.
 * Installed from `bench/peers`, with its own lock file, when it is first needed.
 */
import { spawn } from "node:child_process";
import { existsSync, openSync, readFileSync } from "node:fs";
import { devNull } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { err, ok, type Result } from "../../core/result.ts";
import { startGuarded } from "../../scripts/platform/guarded-child.ts";
import { freePort } from "../../scripts/platform/ports.ts";
import type { Engine } from "./engine.ts";
import { cpuMsOf } from "./processes.ts";

const PEERS = join(import.meta.dirname, "..", "peers");
const PACKAGE = join(PEERS, "node_modules", "@portkey-ai", "gateway");

export const PORTKEY = "Portkey";

/** Of a chat through it: where it sends what it gets. */
export const portkeyHeaders = (baseUrl: string): { readonly [name: string]: string } => ({
  Authorization: "Bearer none",
  "x-portkey-provider": "openai",
  "x-portkey-custom-host": baseUrl,
});

/** An error where it cannot be installed: a machine without a registry measures everything else all the same. */
export async function startPortkey(): Promise<Result<Engine, string>> {
  const installed = await installPeers();
  if (!installed.ok) return installed;
  const port = await freePort();
  const child = startGuarded(
    process.execPath,
    ["--no-warnings", join(PACKAGE, "build", "start-server.js"), `--port=${port}`, "--headless"],
    {
      cwd: PEERS,
      env: { ...process.env, NODE_ENV: "production" },
      output: openSync(devNull, "w"),
    },
  );
  const engine: Engine = {
    name: PORTKEY,
    url: `http://127.0.0.1:${port}`,
    cpuMs: () => cpuMsOf(child.group),
    stop: async () => void (await child.stop()),
  };
  for (const until = Date.now() + 20_000; Date.now() < until; await sleep(100)) {
    const response = await fetch(engine.url, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    await response?.body?.cancel();
    if (response !== null) return ok(engine);
  }
  await engine.stop();
  return err(`${PORTKEY} does not answer`);
}

async function installPeers(): Promise<Result<null, string>> {
  if (versionAt(join(PACKAGE, "package.json")) === wantedVersion()) return ok(null);
  const code = await new Promise<number | string>((resolve) => {
    const words = ["ci", "--prefix", PEERS, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    const npm = spawn("npm", words, { cwd: PEERS, stdio: ["ignore", "ignore", "inherit"] });
    npm.once("error", (error) => resolve(error.message));
    npm.once("close", (ended) => resolve(ended ?? "it was ended"));
  });
  if (code === 0 && existsSync(PACKAGE)) return ok(null);
  return err(`the peers of bench/peers could not be installed (npm ci: ${code})`);
}

function wantedVersion(): string {
  const { packages } = JSON.parse(readFileSync(join(PEERS, "package-lock.json"), "utf8")) as {
    readonly packages: { readonly [path: string]: { readonly version?: string } };
  };
  return packages["node_modules/@portkey-ai/gateway"]?.version ?? "";
}

const versionAt = (path: string): string | null =>
  existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version : null;
