/** Our own platform in the runtime alone: its tables, the people of an org, and the workflows and tools that the parts run. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { unstable_splitSqlQuery } from "wrangler";
import { MIGRATIONS, ROOT } from "../../scripts/platform/places.ts";
import { makePeople, type People } from "../../scripts/start/people.ts";
import { createClient } from "../../sdk/client.ts";
import { benchModels, benchTools, benchWorkflows } from "../definitions.ts";
import { type Bundle, bundle } from "./bundle.ts";
import { type Runtime, startRuntime } from "./runtime.ts";

/** Of this process and the databases it throws away. */
const ADMIN_KEY = "bench-platform-admin-of-one-process";

/** Whose key the load comes with. */
export const LOAD_USER = "load";

export const VARIABLES = { ALLOW_PRIVATE_HOSTS: "1", ADMIN_API_KEY: ADMIN_KEY, RATE_LIMIT_PER_MINUTE: "999999999" };

export type BenchPlatform = Runtime & {
  readonly people: People;
  /** The app's key, for requests that do without the client library. */
  readonly appKey: string;
  /** Takes an object out of memory, as the runtime does after some idle seconds. */
  evict(className: string, name: string): Promise<void>;
  /** What a run's journal holds, in characters of its JSON. */
  journalBytes(run: string): Promise<number>;
  /** The number of its last event. */
  lastSeq(run: string): Promise<number>;
};

export const platformBundle = (): Promise<Bundle> => bundle(join(ROOT, "wrangler.toml"));

export type PlatformOptions = {
  readonly bundle: Bundle;
  readonly toolUrl: string;
  readonly inspect?: boolean;
  readonly name?: string;
  readonly variables?: { readonly [name: string]: string };
};

export async function startPlatformRuntime({
  bundle: built,
  toolUrl,
  inspect = false,
  name = "bulkhead",
  variables = {},
}: PlatformOptions): Promise<BenchPlatform> {
  const runtime = await startRuntime({
    name,
    config: join(ROOT, "wrangler.toml"),
    bundle: built,
    variables: { ...VARIABLES, ...variables },
    inspect,
  });
  try {
    const db = await runtime.miniflare.getD1Database("DB");
    for (const statement of migrationStatements()) await db.prepare(statement).run();
    const journal = async (run: string, sum: string): Promise<number> => {
      const storage = await runtime.miniflare.unsafeGetDurableObjectStorage(name, "RunEngine", { name: run });
      const [row] = await storage.exec(`SELECT ${sum} AS value FROM journal`);
      return Number((row as { value?: unknown } | undefined)?.value);
    };
    return {
      ...runtime,
      ...(await furnish(runtime.url, ADMIN_KEY, toolUrl)),
      evict: (className, object) => runtime.miniflare.unsafeEvictDurableObject(name, className, { name: object }),
      journalBytes: (run) => journal(run, "SUM(LENGTH(events))"),
      lastSeq: (run) => journal(run, "MAX(last_seq)"),
    };
  } catch (error) {
    await runtime.stop();
    throw error;
  }
}

/** People, tools, models and workflows, over the HTTP API like anybody's. */
export async function furnish(url: string, adminKey: string, toolUrl: string): Promise<Pick<BenchPlatform, "people" | "appKey">> {
  const people = await makePeople(url, adminKey);
  for (const [tool, manifest] of Object.entries(benchTools(toolUrl))) await people.developer.tools.register(tool, manifest);
  const admin = createClient({ url, key: adminKey });
  for (const [id, entry] of Object.entries(benchModels(toolUrl))) await admin.models.register(id, entry);
  for (const definition of benchWorkflows()) await people.developer.workflows.register(definition);
  const { key } = await admin.keys.create({ user: LOAD_USER, roles: ["caller"] });
  return { people, appKey: key };
}

function migrationStatements(): string[] {
  const files = readdirSync(MIGRATIONS).filter((name) => name.endsWith(".sql"));
  return files.sort().flatMap((name) => unstable_splitSqlQuery(readFileSync(join(MIGRATIONS, name), "utf8")));
}
