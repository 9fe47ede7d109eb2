/**
 * The tables of D1 in a local state. wrangler takes one and a half seconds to find that nothing is to do, so a stamp inside the state
 * says which migrations it has. The stamp names the database's own files: when those are gone or others, it counts for nothing.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DATABASE, MIGRATIONS, ROOT } from "./places.ts";
import { runWrangler } from "./wrangler.ts";

const stampFile = (state: string): string => join(state, "bulkhead-migrations.json");

/** Throws with what wrangler said when a migration fails. */
export async function migrate(state: string): Promise<"applied" | "nothing to do"> {
  if (read(stampFile(state)) === stamp(state)) return "nothing to do";
  mkdirSync(state, { recursive: true });
  const { code, output } = await runWrangler(["d1", "migrations", "apply", DATABASE, "--local", "--persist-to", state], state);
  if (code !== 0) throw new Error(`the migrations could not be applied to ${state}:\n${output.trim()}`);
  writeFileSync(stampFile(state), stamp(state));
  return "applied";
}

/** What is wanted (the migrations' content, which database) and where it was put (the files of the local databases). */
function stamp(state: string): string {
  const wanted = createHash("sha256").update(read(join(ROOT, "wrangler.toml")) ?? "");
  for (const name of readdirSync(MIGRATIONS).sort()) {
    if (name.endsWith(".sql")) wanted.update(`\0${name}\0`).update(readFileSync(join(MIGRATIONS, name)));
  }
  return JSON.stringify({ wanted: wanted.digest("hex"), databases: databaseFiles(state) });
}

function databaseFiles(state: string): string[] {
  const folder = join(state, "v3", "d1", "miniflare-D1DatabaseObject");
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".sqlite"))
      .sort();
  } catch {
    return [];
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
