/** `npm run test:containers`: the tests that need real containers (test/containers). Without Docker it says that they are skipped, and ends well. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { containerMachine } from "./platform/container-lab.ts";
import { ROOT } from "./platform/places.ts";

const machine = containerMachine((what) => console.log(`test:containers: ${what}`));
if (!machine.ok) {
  console.log(`test:containers: skipped: ${machine.why}`);
  // A lab that is named and does not come up is a fault; a machine without Docker is none.
  process.exit(machine.why.startsWith("needs ") ? 0 : 1);
}
const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
const words = [vitest, "run", "--config", join(ROOT, "test", "containers", "vitest.config.ts"), ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, words, { cwd: ROOT, stdio: "inherit", env: { ...process.env, ...machine.env } });
process.exit(status ?? 1);
