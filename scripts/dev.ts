/**
 * `npm run dev -- ARGS`: the platform alone, in the foreground. ARGS go to `wrangler dev`. Ends when wrangler ends, when it is told to,
 * or when npm is gone; nothing lives on after it.
 */
import { watchAncestors } from "./platform/ancestors.ts";
import { startLocalCron } from "./platform/local-cron.ts";
import { startPlatform } from "./platform/platform.ts";

try {
  const platform = await startPlatform({ args: process.argv.slice(2), output: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void platform.child.stop());
  watchAncestors(platform.child.kill);
  startLocalCron(platform);
  const { code } = await platform.child.exited;
  process.exitCode = code ?? 1;
} catch (error) {
  console.error(`npm run dev: ${(error as Error).message}`);
  process.exitCode = 1;
}
process.exit();
