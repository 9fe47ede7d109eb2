/**
 * `npm run dev -- ARGS`: the platform alone, in the foreground. ARGS go to `wrangler dev`. Ends when wrangler ends, when it is told to,
 * or when npm is gone; nothing lives on after it.
 */
import { watchAncestors } from "./platform/ancestors.ts";
import { startLocalCron } from "./platform/local-cron.ts";
import { startPlatform } from "./platform/platform.ts";

const platform = await startPlatform({ args: process.argv.slice(2), output: "inherit" }).catch((error: Error) => {
  console.error(`npm run dev: ${error.message}`);
  process.exit(1);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void platform.child.stop());
watchAncestors(platform.child.kill);
startLocalCron(platform);

const { code } = await platform.child.exited;
process.exit(code ?? 1);
