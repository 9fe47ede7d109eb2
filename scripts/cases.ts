/**
 * `npm run cases -- FILE|FOLDER… [--only TEXT]`: plays cases against a platform of its own. A `.json` file is a case (scripts/cases/case.ts);
 * a `.mjs` file is a script that ends with 0 when its case holds, and gets the platform's URL as its argument. Names that begin with `_`,
 * and `run.mjs`, are no cases. Ends with 1 when one fails.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, extname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { at, type Case, flawsOf, readCase } from "./cases/case.ts";
import { apiOf, play, registerModels } from "./cases/play.ts";
import { startUpstream } from "./cases/upstream.ts";
import { openLog } from "./platform/log-file.ts";
import { ROOT } from "./platform/places.ts";
import { startPlatform, waitUntilHealthy } from "./platform/platform.ts";
import { freePort } from "./platform/ports.ts";

/** The key that cases which speak to the platform themselves are written with. */
const ADMIN_KEY = "bh_acceptance_admin_key_0123456789abcdef";
const SCRIPT_MS = 180_000;

const { positionals, values } = parseArgs({ allowPositionals: true, options: { only: { type: "string" } } });
const files = positionals
  .flatMap((path) => casesIn(resolve(path)))
  .filter((file) => values.only === undefined || file.includes(values.only));
if (files.length === 0) {
  console.error("usage: npm run cases -- FILE|FOLDER… [--only TEXT]   (no case was found)");
  process.exit(2);
}

const state = mkdtempSync(join(tmpdir(), "bulkhead-cases-"));
const [port, upstreamPort] = [await freePort(), await freePort()];
const upstreamUrl = `http://127.0.0.1:${upstreamPort}/v1`;
const vars = { ADMIN_API_KEY: ADMIN_KEY, AI_GATEWAY_URL: upstreamUrl };
const platform = await startPlatform({
  args: ["--port", String(port), "--persist-to", state, ...Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}:${value}`])],
  output: openLog("cases"),
});
const failed: string[] = [];
try {
  await waitUntilHealthy(platform);
  await playAll(files.filter((file) => extname(file) === ".json"));
  for (const file of files.filter((file) => extname(file) === ".mjs")) tell(basename(file, ".mjs"), await script(file));
} finally {
  await platform.child.stop();
  rmSync(state, { recursive: true, force: true });
}
console.log(`${files.length - failed.length} of ${files.length} cases hold`);
process.exit(failed.length === 0 ? 0 : 1);

async function playAll(paths: readonly string[]): Promise<void> {
  const cases = paths.map(readCase);
  const upstream = await startUpstream(upstreamPort);
  const api = apiOf(`http://127.0.0.1:${port}`, ADMIN_KEY);
  await registerModels(api, otherModels(cases));
  for (const [number, given] of cases.entries()) tell(given.name, flawsOf(given, await play(given, number, api, upstream)));
  await upstream.close();
}

/** Models that a request names and that no case shares. */
function otherModels(cases: readonly Case[]): string[] {
  const named = cases.map(({ request }) => at(request, "model")).filter((id): id is string => typeof id === "string" && id.includes("/"));
  return [...new Set(named)].filter((id) => !id.startsWith("acme/"));
}

function script(file: string): Promise<string[]> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [file, `http://127.0.0.1:${port}`], {
      cwd: ROOT,
      env: { ...process.env, UPSTREAM_PORT: String(upstreamPort) },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: SCRIPT_MS,
    });
    let output = "";
    const keep = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    for (const stream of [child.stdout, child.stderr]) stream.on("data", keep);
    child.once("close", (code) => done(code === 0 ? [] : [output.trim().slice(-600) || `ended with ${code}`]));
  });
}

function tell(name: string, flaws: readonly string[]): void {
  if (flaws.length > 0) failed.push(name);
  console.log(`${flaws.length === 0 ? "holds" : "FAILS"}  ${name}`);
  for (const flaw of flaws) console.log(`         ${flaw.replaceAll("\n", "\n         ")}`);
}

function casesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => (statSync(join(path, name)).isDirectory() ? casesIn(join(path, name)) : [join(path, name)]))
    .filter((file) => [".json", ".mjs"].includes(extname(file)) && !basename(file).startsWith("_") && basename(file) !== "run.mjs");
}
