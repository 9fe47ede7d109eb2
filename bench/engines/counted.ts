/** The platform with a meter around it (bench/counted/meter.ts): what it uses can be asked for. Slower than what is deployed. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { ROOT } from "../../scripts/platform/places.ts";
import { type Counts, rowsWritten } from "../counted/counts.ts";
import { type Bundle, bundle } from "./bundle.ts";
import { type BenchPlatform, startPlatformRuntime } from "./platform.ts";

export type CountedPlatform = BenchPlatform & {
  /** Asks once nothing has been written for a while: records arrive some seconds after the run's end. */
  readonly counts: () => Promise<Counts>;
  /** As they are at this moment. */
  readonly countsNow: () => Promise<Counts>;
};

export async function startCounted(toolUrl: string): Promise<CountedPlatform> {
  const platform = await startPlatformRuntime({ bundle: await countedBundle(), toolUrl, name: "counted" });
  const ask = async (): Promise<Counts> => (await (await fetch(`${platform.url}/__counts`)).json()) as Counts;
  return { ...platform, counts: () => whenQuiet(ask), countsNow: ask };
}

/** The entry is written anew each time, so that it has the classes that wrangler.toml has. */
async function countedBundle(): Promise<Bundle> {
  const config = join(ROOT, "wrangler.toml");
  const objects = unstable_getMiniflareWorkerOptions(config).workerOptions.durableObjects as {
    readonly [binding: string]: { readonly className: string };
  };
  const names = Object.values(objects).map(({ className }) => className);
  const folder = mkdtempSync(join(ROOT, "bench", "counted", "entry-"));
  const entry = join(folder, "main.ts");
  const lines = [
    'import * as platform from "../../../workers/main.ts";',
    'import { metered, meteredHandler } from "../meter.ts";',
    ...names.map((name) => `export const ${name} = metered("${name}", platform.${name});`),
    "export default meteredHandler(platform.default);",
  ];
  try {
    writeFileSync(entry, `${lines.join("\n")}\n`);
    return await bundle(config, entry);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Longer than the queue's consumer waits for a batch to fill, with its way back to the run. */
const QUIET_MS = 4_000;

async function whenQuiet(ask: () => Promise<Counts>): Promise<Counts> {
  for (let before = await ask(); ; ) {
    await sleep(QUIET_MS);
    const now = await ask();
    if (rowsWritten(now) === rowsWritten(before) && now.queue.delivered === before.queue.delivered) return now;
    before = now;
  }
}
