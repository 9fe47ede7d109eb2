/** Builds a Worker as a deployment would (`wrangler deploy --dry-run`), so that what is measured is what is shipped. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runWrangler } from "../../scripts/platform/wrangler.ts";

export type BuiltModule = { readonly type: "ESModule" | "CompiledWasm" | "Text"; readonly path: string };
export type Bundle = { readonly folder: string; readonly modules: readonly BuiltModule[] };

/** `entry`: another main module than the configuration names. Throws with what wrangler said. */
export async function bundle(config: string, entry?: string): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), "bulkhead-bench-bundle-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const words = ["deploy", ...(entry === undefined ? [] : [entry]), "--dry-run", "--outdir", folder, "--config", config];
  const { code, output } = await runWrangler(words, folder);
  if (code !== 0) throw new Error(`the bundle of ${config} could not be made:\n${output.trim()}`);
  const names = readdirSync(folder).filter((name) => !name.endsWith(".map") && name !== "README.md");
  const main = names.find((name) => name.endsWith(".js") && !isText(name));
  if (main === undefined) throw new Error(`no main module in ${folder}`);
  const others = names.filter((name) => name !== main);
  return { folder, modules: [main, ...others].map((name) => ({ type: typeOf(name), path: join(folder, name) })) };
}

/** As wrangler.toml's rules say: the console's scripts are text for the browser, and those of isolates for the loader. */
const isText = (name: string): boolean => /\.(client|isolate)\.js$/.test(name);

function typeOf(name: string): BuiltModule["type"] {
  if (name.endsWith(".wasm")) return "CompiledWasm";
  return name.endsWith(".js") && !isText(name) ? "ESModule" : "Text";
}
