/**
 * `npm run build:sdk`: writes `sdk/schema.ts` from the routes' schemas and compiles the client to the folder that `npm pack` packs.
 * `--types` stops after the types.
 */
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sdkTypes } from "./sdk-types.ts";

const root = join(import.meta.dirname, "..");
writeFileSync(join(root, "sdk/schema.ts"), sdkTypes());
if (!process.argv.includes("--types")) {
  rmSync(join(root, "sdk/dist"), { recursive: true, force: true });
  execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", join(root, "sdk/tsconfig.json")], { stdio: "inherit" });
}
