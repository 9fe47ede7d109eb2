/** A local platform: `wrangler dev` over a state, with its tables in place and nobody else at work on it. */
import { readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { adminKey } from "./admin-key.ts";
import { defaultVars, readDevArguments, readEnvFile, varsOfEnvironment } from "./arguments.ts";
import { type Sweep, sweepLeftovers } from "./containers.ts";
import { freeze } from "./freeze.ts";
import { type GuardedChild, startGuarded } from "./guarded-child.ts";
import { migrate } from "./migrate.ts";
import { noteOfPrice } from "./model-price.ts";
import { DEFAULT_STATE, ROOT } from "./places.ts";
import { DEFAULT_PORT } from "./port-holder.ts";
import { freePortAfter, waitForPort } from "./ports.ts";
import { releaseState, takeState, waitForState } from "./state-lock.ts";
import { wranglerArguments, wranglerEnvironment } from "./wrangler.ts";

export type Platform = {
  readonly child: GuardedChild;
  readonly port: number;
  /** Without a slash at its end. */
  readonly url: string;
  readonly state: string;
  /** The platform admin's. */
  readonly adminKey: string;
  /** What a model that `MODEL` names costs where nobody says it; null: there is none, or its price is said. */
  readonly priceNote: string | null;
  /** The key was set as a variable, and is not the one that this machine keeps. */
  readonly keyIsGiven: boolean;
  /** Of its containers; null: it runs none. */
  readonly sweep: Sweep | null;
};

export type PlatformOptions = {
  /** Handed to `wrangler dev` as they are. */
  readonly args: readonly string[];
  readonly output: "inherit" | number;
  /** Serve the Worker as it is now, bundled into this folder, instead of what its sources become. */
  readonly freezeInto?: string;
  /** Delete the state first, once nobody else is at work on it. */
  readonly fresh?: boolean;
  /** What is being done, for a progress display. */
  readonly tell?: (what: string) => void;
};

/** Returns when wrangler has been started; `waitUntilHealthy` tells when it answers. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const given = readDevArguments(options.args);
  if (given.flaw !== null) throw new Error(given.flaw);
  const state = resolve(ROOT, given.persistTo ?? DEFAULT_STATE);
  const port = given.port ?? DEFAULT_PORT;
  let frozen: string[] = [];
  if (!given.passive) {
    await waitForState(state);
    // Said before anything that takes long.
    await holdPort(port);
    if (options.fresh === true) rmSync(state, { recursive: true, force: true });
    options.tell?.(
      options.freezeInto === undefined ? "bringing the tables up to date" : "bringing the tables up to date, bundling the Worker",
    );
    [frozen] = await Promise.all([options.freezeInto === undefined ? [] : freeze(options.freezeInto), migrate(state)]);
    await holdPort(port);
  }
  options.tell?.("starting the runtime");
  const inFile = readEnvFile(readOrEmpty(join(ROOT, ".dev.vars")));
  const givenKey = given.vars.get("ADMIN_API_KEY") ?? inFile.get("ADMIN_API_KEY") ?? null;
  const key = givenKey ?? adminKey();
  const priceNote = noteOfPrice(new Map([...inFile, ...given.vars]));
  const ownArguments = [
    ...(given.persistTo === null ? ["--persist-to", state] : []),
    "--show-interactive-dev-session=false",
    ...defaultVars(
      { ALLOW_PRIVATE_HOSTS: "1", ADMIN_API_KEY: key, ...varsOfEnvironment(process.env) },
      new Set([...given.vars.keys(), ...inFile.keys()]),
    ),
  ];
  const child = startGuarded(process.execPath, wranglerArguments(["dev", ...frozen, ...options.args, ...ownArguments]), {
    cwd: ROOT,
    env: wranglerEnvironment(state),
    output: options.output,
  });
  const sweep = given.environment === "containers" ? sweepLeftovers() : null;
  void child.exited.then(() => sweep?.end());
  if (!given.passive) {
    takeState(state, child.group);
    void child.exited.then(() => releaseState(state, child.group));
  }
  return { child, port, url: `http://localhost:${port}`, state, adminKey: key, keyIsGiven: givenKey !== null, sweep, priceNote };
}

async function holdPort(port: number): Promise<void> {
  if (await waitForPort(port)) return;
  throw new Error(`port ${port} is taken by another program; choose another one with \`-- --port ${await freePortAfter(port)}\``);
}

/** Resolves when `/healthz` answers 200; throws when wrangler ends first or `patienceMs` pass. */
export async function waitUntilHealthy(platform: Platform, patienceMs = 120_000): Promise<void> {
  let ended = false;
  void platform.child.exited.then(() => {
    ended = true;
  });
  for (const until = Date.now() + patienceMs; Date.now() < until; await sleep(100)) {
    if (ended) throw new Error("the platform ended before it was ready");
    if (await answersHealthy(platform.url)) return;
  }
  throw new Error(`the platform did not answer at ${platform.url}/healthz within ${Math.round(patienceMs / 1000)} s`);
}

async function answersHealthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
