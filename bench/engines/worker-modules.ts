/** Loads in Node what wrangler.toml's rules load in a Worker: WebAssembly as a compiled module, JSON, and policies as text. */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

const TEXT = /\.(?:cedar|cedarschema)$/;
const JSON_FILE = /\.json$/;

/** From now on, in this process. What is built so runs in the same engine (V8) as a Worker, with a clock that moves while it computes. */
export function loadLikeWrangler(): void {
  registerHooks({
    load(url, context, next) {
      if (!url.startsWith("file:")) return next(url, context);
      const path = fileURLToPath(url);
      if (TEXT.test(path)) return moduleOf(`export default ${JSON.stringify(readFileSync(path, "utf8"))};`);
      if (JSON_FILE.test(path) && context.importAttributes["type"] === undefined)
        return moduleOf(`export default ${readFileSync(path, "utf8")};`);
      if (!path.endsWith(".wasm")) return next(url, context);
      const bytes = JSON.stringify(readFileSync(path, "base64"));
      return moduleOf(`export default new WebAssembly.Module(Buffer.from(${bytes}, "base64"));`);
    },
  });
}

const moduleOf = (source: string) => ({ format: "module" as const, source, shortCircuit: true });
