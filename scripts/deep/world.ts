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
  readonly shop: Shop;
  readonly people: People;
  platform(): Platform;
  /** SIGKILL to every process of the platform, at once. */
  killPlatform(): Promise<void>;
  /** Over the same state, on the same port. Returns the milliseconds until it answered. */
  startPlatformAgain(): Promise<{ readonly startedAt: number; readonly readyMs: number }>;
  stop(): Promise<void>;
};

export async function openWorld(name: string): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), `bulkhead-${name}-`));
  mkdirSync(folder, { recursive: true });
  const frozen = await freeze(join(folder, "bundle"));
  const args = [
    ...frozen,
    "--port",
    String(await freePort()),
    "--inspector-port",
    String(await freePort()),
    "--persist-to",
    join(folder, "state"),
  ];
  const start = () => startPlatform({ args, output: openSync(join(folder, "platform.log"), "a") });

  const shop = await startShop(await freePort(), join(folder, "shop-ledger.jsonl"), openSync(join(folder, "shop.log"), "a"));
  let platform = await start();
  const stop = async (): Promise<void> => void (await Promise.all([platform.child.stop(), shop.child.stop()]));
  try {
    await waitUntilHealthy(platform);
    const people = await makePeople(platform.url, platform.adminKey);
    for (const [tool, manifest] of Object.entries(shopTools(shop.url))) await people.developer.tools.register(tool, manifest);
    for (const definition of WORKFLOWS) await people.developer.workflows.register(definition);
    return {
      folder,
      shop,
      people,
      platform: () => platform,
      async killPlatform() {
        platform.child.kill();
        await platform.child.exited;
      },
      async startPlatformAgain() {
        const startedAt = Date.now();
        platform = await start();
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
