/**
 * `npm run dev -- ARGS`: the platform alone, in the foreground. ARGS go to `wrangler dev`. Ends when wrangler ends, when it is told to,
 * or when npm is gone; nothing lives on after it. Where `--env containers` ended before it was ready it says what that needs.
 */

import { relative } from "node:path";
import { watchAncestors } from "./platform/ancestors.ts";
import { readDevArguments } from "./platform/arguments.ts";
import { LOCAL_ADMINS, localAdminFile, makeLocalAdmins } from "./platform/local-admins.ts";
import { startLocalCron } from "./platform/local-cron.ts";
import { ADMIN_KEY_FILE, ROOT } from "./platform/places.ts";
import { startPlatform, waitUntilHealthy } from "./platform/platform.ts";
import { startWatchdog } from "./platform/watchdog.ts";

/** The first start with containers builds an image, which takes as long as the network does: only the end of wrangler ends the wait. */
const NO_END = Number.POSITIVE_INFINITY;

try {
  const args = process.argv.slice(2);
  const { environment, passive } = readDevArguments(args);
  const platform = await startPlatform({ args, output: "inherit", tell: (what) => console.log(`  ${what}`) });
  let wasReady = false;
  let wasStopped = false;
  void waitUntilHealthy(platform, NO_END).then(
    async () => {
      wasReady = true;
      startWatchdog(platform, (line) => console.log(`  ${line}`));
      await makeLocalAdmins(platform.url, platform.adminKey).catch((error: Error) => console.error(`  The admins' keys: ${error.message}`));
      console.log(`\n  The console: ${platform.url}/console   the API: ${platform.url}/docs`);
      console.log(
        `  The admin's key is ${platform.keyIsGiven ? "the ADMIN_API_KEY that you set" : `in ${relative(ROOT, ADMIN_KEY_FILE)}`}.`,
      );
      console.log(
        `  The admins ada and ben have keys of their own: ${LOCAL_ADMINS.map((user) => relative(ROOT, localAdminFile(user))).join(", ")}.`,
      );
      if (platform.priceNote !== null) console.log(`  ${platform.priceNote}.`);
      console.log("  Nothing is registered yet: `npm start` shows a platform with tools, workflows and a first run.\n");
    },
    () => undefined, // it ended first, and said why
  );
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      wasStopped = true;
      void platform.child.stop();
    });
  }
  watchAncestors(platform.child.kill);
  startLocalCron(platform);
  const { code } = await platform.child.exited;
  await platform.sweep?.last().catch(() => undefined); // Docker may be what is missing
  process.exitCode = code ?? 1;
  if (environment === "containers" && !passive && !wasReady && !wasStopped) {
    console.error(
      "\nnpm run dev: the platform with containers did not start; what failed stands above. It needs Docker (`docker info` answers) and, the first" +
        '\ntime, the registry of the sandbox\'s base image. Another base image: docs/running-it.md, "Containers". `npm run dev` alone needs neither.',
    );
  }
} catch (error) {
  console.error(`npm run dev: ${(error as Error).message}`);
  process.exitCode = 1;
}
process.exit();
