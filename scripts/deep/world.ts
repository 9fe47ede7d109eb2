/** A shop and a platform in a fresh folder, for checks that kill them: the platform can be brought back over the same state. */
import { mkdirSync, mkdtempSync, openSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WORKFLOWS } from "../../workflows/index.ts";
import { shopTools } from "../../workflows/tools.ts";
import { freeze } from "../platform/freeze.ts";
import { type Platform, startPlatform, waitUntilHealthy } from "../platform/platform.ts";
import { freePort } from "../platform/ports.ts";
import { type Shop, startShop } from "../platform/shop.ts";
import { makePeople, type People } from "../start/people.ts";

export type World = {
  readonly folder: string;
  /** The folder that the platform is served from. */
  readonly bundle: string;
  readonly shop: Shop;
  readonly people: People;
  platform(): Platform;
  /** SIGKILL to every process of the platform, at once. */
  killPlatform(): Promise<void>;
  /** SIGINT, as a person stops it. */
  stopPlatform(): Promise<void>;
  /**
   * Over the same state, on the same port; from another bundle when one is named, and with these further arguments in place of those of before.
   * Returns the milliseconds until it answered.
   */
  startPlatformAgain(bundle?: string, given?: readonly string[]): Promise<{ readonly startedAt: number; readonly readyMs: number }>;
  stop(): Promise<void>;
};

/** `given`: further arguments of `wrangler dev`. */
export async function openWorld(name: string, given: readonly string[] = []): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), `bulkhead-${name}-`));
  mkdirSync(folder, { recursive: true });
  const bundled = join(folder, "bundle");
  const frozen = await freeze(bundled);
  const args = ["--port", String(await freePort()), "--inspector-port", String(await freePort()), "--persist-to", join(folder, "state")];
  const start = (bundle: string, more: readonly string[] = given) =>
    startPlatform({
      args: [...frozen.map((word) => word.replace(bundled, bundle)), ...args, ...more],
      output: openSync(join(folder, "platform.log"), "a"),
    });

  const shop = await startShop(await freePort(), join(folder, "shop-ledger.jsonl"), openSync(join(folder, "shop.log"), "a"));
  let platform = await start(bundled);
  const stop = async (): Promise<void> => void (await Promise.all([platform.child.stop(), shop.child.stop()]));
  try {
    await waitUntilHealthy(platform);
    const people = await makePeople(platform.url, platform.adminKey);
    for (const [tool, manifest] of Object.entries(shopTools(shop.url))) await people.developer.tools.register(tool, manifest);
    for (const definition of WORKFLOWS) await people.developer.workflows.register(definition);
    return {
      folder,
      bundle: bundled,
      shop,
      people,
      platform: () => platform,
      async killPlatform() {
        platform.child.kill();
        await platform.child.exited;
      },
      async stopPlatform() {
        await platform.child.stop();
      },
      async startPlatformAgain(bundle = bundled, more = given) {
        const startedAt = Date.now();
        platform = await start(bundle, more);
        await waitUntilHealthy(platform);
        return { startedAt, readyMs: Date.now() - startedAt };
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
