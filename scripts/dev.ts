/**
 * `npm run dev -- ARGS`: the platform alone, in the foreground. ARGS go to `wrangler dev`. Ends when wrangler ends, when it is told to,
 * or when npm is gone; nothing lives on after it.
 */

import { relative } from "node:path";
import { watchAncestors } from "./platform/ancestors.ts";
import { LOCAL_ADMINS, localAdminFile, makeLocalAdmins } from "./platform/local-admins.ts";
import { startLocalCron } from "./platform/local-cron.ts";
import { ADMIN_KEY_FILE, ROOT } from "./platform/places.ts";
import { startPlatform, waitUntilHealthy } from "./platform/platform.ts";
import { startWatchdog } from "./platform/watchdog.ts";

try {
  const platform = await startPlatform({ args: process.argv.slice(2), output: "inherit" });
  void waitUntilHealthy(platform).then(
    async () => {
      startWatchdog(platform, (line) => console.log(`  ${line}`));
      await makeLocalAdmins(platform.url, platform.adminKey).catch((error: Error) => console.error(`  The admins' keys: ${error.message}`));
      console.log(`\n  The console: ${platform.url}/console   the API: ${platform.url}/docs`);
      console.log(
        `  The admin's key is ${platform.keyIsGiven ? "the ADMIN_API_KEY that you set" : `in ${relative(ROOT, ADMIN_KEY_FILE)}`}.`,
      );
      console.log(
        `  The admins ada and ben have keys of their own: ${LOCAL_ADMINS.map((user) => relative(ROOT, localAdminFile(user))).join(", ")}.`,
      );
      console.log("  Nothing is registered yet: `npm start` shows a platform with tools, workflows and a first run.\n");
    },
    () => undefined, // it ended first, and said why
  );
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
