/**
 * Versions of tools. The newest active one is the tool; the same manifest as that is no new version. What an import proposed is in no answer but
 * those that are about proposals, and what was withdrawn in none but those for runs that were born before.
 */
import { and, asc, desc, eq, gt, isNull, max, sql } from "drizzle-orm";
import { canonicalJson } from "../../core/canonical-json.ts";
import { MOST_NAMES } from "../../core/errors/unknown-name.ts";
import type { Json } from "../../core/json.ts";
import type { ToolContent, ToolManifest } from "../../core/tool/manifest.ts";
import { CURSOR_FORMS, readCursor, toPage } from "./cursor.ts";
import { type Database, wrote } from "./database.ts";
import type { Outbox } from "./outbox.ts";
import type { StoredTool, ToolStore } from "./ports.ts";
import { tools } from "./schema.ts";
import { putVersion } from "./versions.ts";

type Stored = typeof tools.$inferSelect;

/** Tools over D1. */
export function storeTools(db: Database, outbox: Outbox, now: () => number): ToolStore {
  const newestOf = (org: string, name: string) =>
    db.typed
      .select()
      .from(tools)
      .where(and(eq(tools.org, org), eq(tools.name, name), eq(tools.status, "active"), isNull(tools.withdrawnAt)))
      .orderBy(desc(tools.version))
      .limit(1)
      .get();

  const nextOf = async (org: string, name: string): Promise<number> => {
    const newest = await db.typed
      .select({ version: max(tools.version) })
      .from(tools)
      .where(and(eq(tools.org, org), eq(tools.name, name)))
      .get();
    return (newest?.version ?? 0) + 1;
  };
  const isNext = (org: string, name: string) => (version: number) =>
    sql`(SELECT COALESCE(MAX(version), 0) + 1 FROM tools WHERE org = ${org} AND name = ${name}) = ${version}`;
  const stored = (org: string, names: readonly string[]) =>
    db.typed
      .select()
      .from(tools)
      .where(
        and(
          eq(tools.org, org),
          sql`${tools.name} IN (SELECT value FROM json_each(${JSON.stringify(names)}))`,
          isNull(tools.withdrawnAt),
          sql`${tools.version} >= COALESCE((SELECT MAX(version) FROM tools AS other
            WHERE other.org = ${tools.org} AND other.name = ${tools.name} AND other.status = 'active' AND other.withdrawn_at IS NULL), 0)`,
        ),
      )
      .orderBy(asc(tools.name), asc(tools.version));

  return {
    async put(org, manifest, record) {
      const { name } = manifest;
      const digest = await digestOf(manifest);
      const outcome = await putVersion<Stored>(db, outbox, now, org, {
        record,
        async read() {
          const newest = await newestOf(org, name);
          return newest?.digest === digest ? { existing: newest } : { next: await nextOf(org, name) };
        },
        free: isNext(org, name),
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
              .where(and(eq(tools.org, org), eq(tools.name, name), eq(tools.version, version), eq(tools.status, "active")))
              .get();
      return row === undefined ? null : toManifest(row);
    },

    async heldBy(org, name, born) {
      const row = await db.typed
        .select()
        .from(tools)
        .where(and(eq(tools.org, org), eq(tools.name, name), eq(tools.status, "active"), gt(tools.withdrawnAt, born)))
        .orderBy(desc(tools.version))
        .limit(1)
        .get();
      return row === undefined ? null : toManifest(row);
    },

    async withdraw(org, name, record) {
      const at = now();
      const isThere = sql`EXISTS (SELECT 1 FROM tools WHERE org = ${org} AND name = ${name} AND withdrawn_at IS NULL)`;
      const [, changed] = await db.batch([
        outbox.statement(org, record, at, isThere),
        sql`UPDATE tools SET withdrawn_at = ${at} WHERE org = ${org} AND name = ${name} AND withdrawn_at IS NULL`,
      ]);
      if (!wrote(changed)) return false;
      await outbox.flush(org, record);
      return true;
    },

    async list(org, page) {
      const after = readCursor(page.cursor, CURSOR_FORMS.name);
      const newest = sql`(SELECT COALESCE(MAX(CASE WHEN status = 'active' THEN version END), MAX(version)) FROM tools AS other
        WHERE other.org = ${tools.org} AND other.name = ${tools.name} AND other.withdrawn_at IS NULL)`;
      const rows = await db.typed
        .select()
        .from(tools)
        .where(and(eq(tools.org, org), eq(tools.version, newest), after === null ? undefined : gt(tools.name, after)))
        .orderBy(asc(tools.name))
        .limit(page.limit + 1);
      return toPage(rows, page.limit, (row) => row.name, toStored);
    },

    stored: async (org, names) => (await stored(org, names)).map(toStored),

    async propose(org, manifest, origin, record) {
      const { name } = manifest;
      const digest = await digestOf(manifest);
      const outcome = await putVersion<Stored>(db, outbox, now, org, {
        record,
        async read() {
          const existing = (await stored(org, [name])).find((row) => row.digest === digest);
          return existing === undefined ? { next: await nextOf(org, name) } : { existing };
        },
        free: isNext(org, name),
        insert: (version, free, at) => sql`
          INSERT INTO tools (org, name, version, digest, manifest, created_at, status, origin)
          SELECT ${org}, ${name}, ${version}, ${digest}, ${JSON.stringify(manifest)}, ${at}, 'proposed', ${JSON.stringify(origin)} WHERE ${free}`,
      });
      if ("existing" in outcome) return { ...toStored(outcome.existing), isNew: false };
      return { manifest: { ...manifest, version: outcome.version }, status: "proposed", origin, isNew: true };
    },

    async claimCheck(org, url, before) {
      const newest = sql`(SELECT MAX(version) FROM tools AS other WHERE other.org = ${tools.org} AND other.name = ${tools.name}
        AND other.status = 'active' AND other.withdrawn_at IS NULL)`;
      const isOfServer = sql`json_extract(${tools.origin}, '$.kind') = 'mcp' AND json_extract(${tools.origin}, '$.url') = ${url}`;
      const isDue = sql`COALESCE(${tools.checkedAt}, 0) <= ${before}`;
      const rows = await db.typed
        .update(tools)
        .set({ checkedAt: now() })
        .where(and(eq(tools.org, org), eq(tools.status, "active"), isNull(tools.withdrawnAt), eq(tools.version, newest), isOfServer, isDue))
        .returning();
      return rows.map(toStored);
    },

    async approve(org, name, version, origin, record) {
      const at = now();
      const mayBe = sql`EXISTS (SELECT 1 FROM tools WHERE org = ${org} AND name = ${name} AND version = ${version} AND status = 'proposed'
          AND withdrawn_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM tools WHERE org = ${org} AND name = ${name} AND version > ${version} AND status = 'active'
          AND withdrawn_at IS NULL)`;
      const [, changed] = await db.batch([
        outbox.statement(org, record, at, mayBe),
        sql`UPDATE tools SET status = 'active', origin = ${JSON.stringify(origin)}
          WHERE org = ${org} AND name = ${name} AND version = ${version} AND ${mayBe}`,
      ]);
      if (!wrote(changed)) return false;
      await outbox.flush(org, record);
      return true;
    },

    async names(org) {
      const rows = await db.typed
        .selectDistinct({ name: tools.name })
        .from(tools)
        .where(and(eq(tools.org, org), eq(tools.status, "active"), isNull(tools.withdrawnAt)))
        .limit(MOST_NAMES);
      return rows.map((row) => row.name);
    },

    async known(org, names) {
      const rows = await db.typed
        .selectDistinct({ name: tools.name })
        .from(tools)
        .where(
          and(
            eq(tools.org, org),
            eq(tools.status, "active"),
            isNull(tools.withdrawnAt),
            sql`${tools.name} IN (SELECT value FROM json_each(${JSON.stringify(names)}))`,
          ),
        );
      return new Set(rows.map((row) => row.name));
    },
  };
}

const toManifest = (row: Stored): ToolManifest => ({ ...row.manifest, version: row.version });
const toStored = (row: Stored): StoredTool => ({ manifest: toManifest(row), status: row.status, origin: row.origin });

async function digestOf(manifest: ToolContent): Promise<string> {
  const text = new TextEncoder().encode(canonicalJson(manifest as unknown as Json));
  return Buffer.from(await crypto.subtle.digest("SHA-256", text)).toString("hex");
}
