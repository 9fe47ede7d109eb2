/** The triggers of wrangler.toml in a local platform: the local runtime fires none by itself, so they are fired from here. */
import { type Platform, waitUntilHealthy } from "./platform.ts";

/** As wrangler.toml says. */
const CRON = "*/5 * * * *";
const EVERY_MS = 5 * 60_000;

/** Fires at the start, since nobody knows how long the platform was down, and then as often as the trigger says. */
export function startLocalCron(platform: Platform): void {
  void waitUntilHealthy(platform).then(
    () => {
      void fire(platform.url);
      setInterval(() => void fire(platform.url), EVERY_MS).unref();
    },
    () => {}, // the platform has ended, and says so itself
  );
}

async function fire(url: string): Promise<void> {
  try {
    const response = await fetch(`${url}/cdn-cgi/local/scheduled?cron=${encodeURIComponent(CRON)}`, {
      signal: AbortSignal.timeout(60_000),
    });
    await response.arrayBuffer();
  } catch {
    // The next one comes.
  }
}
