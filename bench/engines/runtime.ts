/**
 * A built Worker in the runtime alone. Miniflare (the library inside wrangler) writes workerd's configuration from wrangler.toml and
 * provides D1, KV, R2 and Queues as services in the same process; requests come through a socket of the Worker's own, so neither
 * wrangler's proxy nor Miniflare's entry is in their way. Objects, D1 and all else lie in SQLite files on disk.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { convertV4MiniflareOptions, Miniflare, type V4MiniflareOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import type { Bundle } from "./bundle.ts";
import type { Engine } from "./engine.ts";
import { cpuMsOf, runtimesUnder } from "./processes.ts";

export type Runtime = Engine & {
  readonly miniflare: Miniflare;
  /** Of the runtime (`workerd`). */
  readonly pid: number;
  /** Where everything durable lies. */
  readonly state: string;
  readonly inspectorUrl: () => Promise<URL>;
};

export type RuntimeOptions = {
  readonly name: string;
  /** A wrangler.toml: its bindings are provided. */
  readonly config: string;
  readonly bundle: Bundle;
  readonly variables?: { readonly [name: string]: string };
  /** Opens the runtime's inspector (for profiles); it costs a little, so not by default. */
  readonly inspect?: boolean;
};

type WorkerOptions = Extract<V4MiniflareOptions, { modules?: unknown }>;

export async function startRuntime({ name, config, bundle, variables = {}, inspect = false }: RuntimeOptions): Promise<Runtime> {
  const state = mkdtempSync(join(tmpdir(), `bulkhead-bench-${name}-`));
  const remove = (): void => rmSync(state, { recursive: true, force: true });
  process.once("exit", remove);
  const { workerOptions } = unstable_getMiniflareWorkerOptions(resolve(config));
  const before = new Set(runtimesUnder(process.pid));
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...bindingsOf(workerOptions),
      name,
      rootPath: bundle.folder,
      modulesRoot: bundle.folder,
      modules: [...bundle.modules],
      bindings: { ...variables },
      unsafeDirectSockets: [{ port: 0 }],
      stripCfConnectingIp: false, // outgoing calls leave without a detour
      resourcePersistencePath: state,
      // The Worker writes its lines as ever; only those of requests that failed are shown: a figure of a broken platform is none.
      handleStructuredLogs: ({ message }: { readonly message: string }) => {
        if (message.includes("request.failed")) console.error(message);
      },
      unsafeInspectDurableObjects: true, // tells what an object stores and takes it out of memory, when asked
      cf: false,
      ...(inspect ? { inspectorPort: 0 } : {}),
    } as V4MiniflareOptions),
  );
  await miniflare.ready;
  const pid = runtimesUnder(process.pid).find((runtime) => !before.has(runtime));
  if (pid === undefined) throw new Error(`the runtime of ${name} is not among the processes`);
  const url = (await miniflare.unsafeGetDirectURL()).href.replace(/\/$/, "");
  return {
    name,
    url,
    state,
    miniflare,
    pid,
    inspectorUrl: () => miniflare.getInspectorURL(),
    cpuMs: () => cpuMsOf(pid),
    async stop() {
      await miniflare.dispose();
      remove();
    },
  };
}

/** What wrangler.toml binds; what concerns source files or tails is left out, since a bundle is given. */
function bindingsOf(options: ReturnType<typeof unstable_getMiniflareWorkerOptions>["workerOptions"]): Partial<WorkerOptions> {
  const { compatibilityDate, compatibilityFlags, versionMetadata, kvNamespaces, r2Buckets, d1Databases } = options;
  const { queueProducers, queueConsumers, durableObjects, workerLoaders } = options;
  const given = { compatibilityDate, compatibilityFlags, versionMetadata, kvNamespaces, r2Buckets, d1Databases };
  return withoutUndefined({ ...given, queueProducers, queueConsumers, durableObjects, workerLoaders }) as Partial<WorkerOptions>;
}

/** The library's schemas are exact: a field is there with a value or not at all. */
const withoutUndefined = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
