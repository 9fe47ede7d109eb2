/** Versions of tools. The newest is the tool; the same manifest as the newest is no new version. */
import { and, asc, desc, eq, gt, sql } from "drizzle-orm";
import { canonicalJson } from "../../core/canonical-json.ts";
import { MOST_NAMES } from "../../core/errors/unknown-name.ts";
import type { Json } from "../../core/json.ts";
import type { ToolContent, ToolManifest } from "../../core/tool/manifest.ts";
import { CURSOR_FORMS, readCursor, toPage } from "./cursor.ts";
import type { Database } from "./database.ts";
import type { Outbox } from "./outbox.ts";
import type { ToolStore } from "./ports.ts";
import { tools } from "./schema.ts";
import { putVersion } from "./versions.ts";

type Stored = typeof tools.$inferSelect;

/** Tools over D1. */
export function storeTools(db: Database, outbox: Outbox, now: () => number): ToolStore {
  const newestOf = (org: string, name: string) =>
    db.typed
      .select()
      .from(tools)
      .where(and(eq(tools.org, org), eq(tools.name, name)))
      .orderBy(desc(tools.version))
      .limit(1)
      .get();

  return {
    async put(org, manifest, record) {
      const { name } = manifest;
      const digest = await digestOf(manifest);
      const outcome = await putVersion<Stored>(db, outbox, now, org, {
        record,
        async read() {
          const newest = await newestOf(org, name);
          return newest?.digest === digest ? { existing: newest } : { next: (newest?.version ?? 0) + 1 };
        },
        free: (version) => sql`(SELECT COALESCE(MAX(version), 0) + 1 FROM tools WHERE org = ${org} AND name = ${name}) = ${version}`,
        insert: (version, free, at) => sql`
          INSERT INTO tools (org, name, version, digest, manifest, created_at)
          SELECT ${org}, ${name}, ${version}, ${digest}, ${JSON.stringify(manifest)}, ${at} WHERE ${free}`,
      });
      return "existing" in outcome ? toManifest(outcome.existing) : { ...manifest, version: outcome.version };
    },

    async get(org, name, version) {
      const row =
        version === null
          ? await newestOf(org, name)
          : await db.typed
              .select()
              .from(tools)
              .where(and(eq(tools.org, org), eq(tools.name, name), eq(tools.version, version)))
              .get();
      return row === undefined ? null : toManifest(row);
    },

    /** The newest version of each tool, by name. */
    async list(org, page) {
      const after = readCursor(page.cursor, CURSOR_FORMS.name);
      const newest = sql`(SELECT MAX(version) FROM tools AS other WHERE other.org = ${tools.org} AND other.name = ${tools.name})`;
      const rows = await db.typed
        .select()
        .from(tools)
        .where(and(eq(tools.org, org), eq(tools.version, newest), after === null ? undefined : gt(tools.name, after)))
        .orderBy(asc(tools.name))
        .limit(page.limit + 1);
      return toPage(rows, page.limit, (row) => row.name, toManifest);
    },

    async names(org) {
      const rows = await db.typed.selectDistinct({ name: tools.name }).from(tools).where(eq(tools.org, org)).limit(MOST_NAMES);
      return rows.map((row) => row.name);
    },

    async known(org, names) {
      const rows = await db.typed
        .selectDistinct({ name: tools.name })
        .from(tools)
        .where(and(eq(tools.org, org), sql`${tools.name} IN (SELECT value FROM json_each(${JSON.stringify(names)}))`));
      return new Set(rows.map((row) => row.name));
    },
  };
}

const toManifest = (row: Stored): ToolManifest => ({ ...row.manifest, version: row.version });

async function digestOf(manifest: ToolContent): Promise<string> {
  const text = new TextEncoder().encode(canonicalJson(manifest as unknown as Json));
  return Buffer.from(await crypto.subtle.digest("SHA-256", text)).toString("hex");
}
