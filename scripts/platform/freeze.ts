/**
 * The Worker as it is now, bundled once into a folder with a configuration of its own. `wrangler dev` over the sources starts anew
 * whenever one of them changes; over this folder it does not, and it starts again without bundling.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_STATE, ROOT } from "./places.ts";
import { runWrangler } from "./wrangler.ts";

/** Arguments for `wrangler dev` that serve what was bundled into `folder`. Throws with what wrangler said. */
export async function freeze(folder: string): Promise<string[]> {
  rmSync(folder, { recursive: true, force: true });
  const { code, output } = await runWrangler(["deploy", "--dry-run", "--outdir", folder], DEFAULT_STATE);
  if (code !== 0) throw new Error(`the Worker could not be bundled:\n${output.trim()}`);
  const config = join(folder, "wrangler.toml");
  writeFileSync(
    config,
    frozenConfig(readFileSync(join(ROOT, "wrangler.toml"), "utf8"), ROOT, process.env["BULKHEAD_SANDBOX_BASE"] || null),
  );
  const vars = join(ROOT, ".dev.vars"); // wrangler looks for it beside the configuration
  return ["--config", config, ...(existsSync(vars) ? ["--env-file", vars] : [])];
}

/**
 * The same bindings; the entry is the bundle, and the files beside it are its modules. Images are still built from `root`; `base`: the
 * image that the sandbox's image is built on, instead of the one that its Dockerfile names.
 */
export function frozenConfig(wranglerToml: string, root: string = ROOT, base: string | null = null): string {
  const frozen = wranglerToml.replace(/^main = ".*"$/m, 'main = "main.js"\nno_bundle = true\nfind_additional_modules = true');
  if (frozen === wranglerToml) throw new Error("wrangler.toml has no line `main = …`");
  const variables = base === null ? "" : `\nimage_vars = { BASE = ${JSON.stringify(base)} }`;
  return frozen.replace(/^image = "\.\/(.*)"$/gm, (_line, path: string) => `image = ${JSON.stringify(join(root, path))}${variables}`);
}
