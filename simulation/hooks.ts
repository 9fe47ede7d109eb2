/** Lets Node load the objects' classes: `cloudflare:workers` is the shim. Imported before anything of the platform is. */
import { registerHooks } from "node:module";

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "cloudflare:workers"
      ? { url: new URL("./platform-shim.ts", import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
});
