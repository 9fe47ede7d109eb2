/** How every script calls wrangler: under our Node, asking nothing, reporting nothing, fetching nothing that a local platform can do without. */
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT, WRANGLER } from "./places.ts";

/** `state`: where a local platform keeps what it keeps. */
export function wranglerEnvironment(state: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_SEND_ERROR_REPORTS: "false",
    WRANGLER_NO_SKILLS_UPDATE_PROMPTS: "true",
    WRANGLER_HIDE_BANNER: "true", // the banner is what asks the registry for a newer version
    WRANGLER_WRITE_LOGS: "false",
    WRANGLER_REGISTRY_PATH: resolve(state, "registry"), // not the one in the home folder, which all local Workers share
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    X_LOCAL_OBSERVABILITY: "false", // its trace collector writes every span to disk
    X_LOCAL_EXPLORER: "false",
  };
}

/** For our Node: wrangler with these arguments. Without an environment among them it is told that none is meant, which it asks otherwise. */
export const wranglerArguments = (args: readonly string[]): string[] => {
  const isNamed = args.some((word) => /^(--env|-e)(=|$)/.test(word)) || Boolean(process.env["CLOUDFLARE_ENV"]);
  return ["--no-warnings", "--import", RUNTIME_WATCH, WRANGLER, ...args, ...(isNamed ? [] : ["--env="])];
};

const RUNTIME_WATCH = pathToFileURL(join(import.meta.dirname, "runtime-watch.mjs")).href;

export type Finished = { readonly code: number | null; readonly output: string };

/** Runs a wrangler command to its end. With `show` its output goes to the terminal as it comes. */
export function runWrangler(args: readonly string[], state: string, show = false): Promise<Finished> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, wranglerArguments(args), {
      cwd: ROOT,
      env: wranglerEnvironment(state),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-200_000);
        if (show) process.stdout.write(chunk);
      });
    }
    child.once("error", failed);
    child.once("close", (code) => done({ code, output }));
  });
}
