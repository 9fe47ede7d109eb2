/**
 * Clients that others make from `/openapi.json`: two generators are run over the document of a platform of this machine, what they write is
 * compiled, and real calls are made with it. The generators are installed from a lock file of their own.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build as bundle } from "esbuild";
import { openLog } from "../platform/log-file.ts";
import { ROOT } from "../platform/places.ts";
import { startPlatform, waitUntilHealthy } from "../platform/platform.ts";
import { freePort } from "../platform/ports.ts";
import type { Check } from "./check.ts";

const FOLDER = join(import.meta.dirname, "clients");
const MODULES = join(FOLDER, "node_modules");
const ADMIN_KEY = "bh_clients_admin_key_0123456789abcdef";
const STEP_MS = 300_000;
const COMPILE = [
  ...["--noEmit", "--strict", "--skipLibCheck", "--allowImportingTsExtensions", "--module", "esnext", "--moduleResolution", "bundler"],
  ...["--target", "es2022", "--lib", "es2022,dom,dom.iterable", "--typeRoots", join(ROOT, "node_modules", "@types"), "--types", "node"],
];

export const clients: Check = {
  name: "clients",
  title: "clients that openapi-typescript and @hey-api/openapi-ts generate: compiled, and used",
  lacks: () => (isInstalled() ? null : "the packages of scripts/deep/clients, and `npm ci` could not fetch them"),
  async run({ tell, violation }) {
    const state = mkdtempSync(join(tmpdir(), "bulkhead-clients-"));
    const args = ["--port", String(await freePort()), "--persist-to", join(state, "state"), "--var", `ADMIN_API_KEY:${ADMIN_KEY}`];
    const platform = await startPlatform({ args, output: openLog("clients"), tell });
    try {
      await waitUntilHealthy(platform);
      const work = join(state, "work");
      cpSync(join(FOLDER, "package.json"), join(work, "package.json"));
      symlinkSync(MODULES, join(work, "node_modules"));
      copyFileSync(join(FOLDER, "use.ts.txt"), join(work, "use.ts"));
      writeFileSync(join(work, "openapi.json"), await (await fetch(`${platform.url}/openapi.json`)).text());
      const steps: readonly (readonly [string, readonly string[]])[] = [
        ["openapi-typescript", [join(MODULES, "openapi-typescript", "bin", "cli.js"), "openapi.json", "-o", "paths.ts"]],
        ["@hey-api/openapi-ts", [join(MODULES, "@hey-api", "openapi-ts", "bin", "run.js"), "-i", "openapi.json", "-o", "hey"]],
        ["compiling", [join(MODULES, "typescript", "bin", "tsc"), ...COMPILE, "use.ts"]],
        ["calls", ["use.mjs", platform.url, ADMIN_KEY]],
      ];
      const rows: string[][] = [["step", "holds"]];
      for (const [name, command] of steps) {
        tell(name);
        if (name === "calls")
          await bundle({ absWorkingDir: work, entryPoints: ["use.ts"], bundle: true, format: "esm", platform: "node", outfile: "use.mjs" });
        const done = spawnSync(process.execPath, command, { cwd: work, encoding: "utf8", timeout: STEP_MS });
        rows.push([name, done.status === 0 ? "✓" : "✗"]);
        if (done.status === 0) continue;
        violation(`${name}: ${`${done.stdout}${done.stderr}`.trim().slice(-1_500)}`);
        break;
      }
      return rows;
    } finally {
      await platform.child.stop();
      rmSync(state, { recursive: true, force: true });
    }
  },
};

function isInstalled(): boolean {
  if (existsSync(join(MODULES, "openapi-typescript"))) return true;
  const ci = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: FOLDER, stdio: "ignore", timeout: STEP_MS });
  return ci.status === 0;
}
