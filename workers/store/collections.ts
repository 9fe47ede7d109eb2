/** Collections of documents: their settings. The documents are in their index objects (durable-objects/knowledge-index). */
import { and, asc, eq, gt, sql } from "drizzle-orm";
import { CURSOR_FORMS, readCursor, toPage } from "./cursor.ts";
import { type Database, wrote } from "./database.ts";
import type { Outbox } from "./outbox.ts";
import type { CollectionStore } from "./ports.ts";
import { collections } from "./schema.ts";

/** Collections over D1. */
export function storeCollections(db: Database, outbox: Outbox, now: () => number): CollectionStore {
  const get: CollectionStore["get"] = async (org, name) => {
    const row = await db.typed
      .select()
      .from(collections)
      .where(and(eq(collections.org, org), eq(collections.name, name)))
      .get();
    return row ?? null;
  };
  return {
    get,

    async put({ org, name, id, settings }, record) {
      const at = now();
      await db.batch([
        outbox.statement(org, record, at),
        sql`INSERT INTO collections (org, name, id, settings, created_at, updated_at) VALUES (${org}, ${name}, ${id}, ${JSON.stringify(settings)}, ${at}, ${at})
          ON CONFLICT (org, name) DO UPDATE SET settings = excluded.settings, updated_at = excluded.updated_at`,
      ]);
      await outbox.flush(org, record);
      const kept = await get(org, name);
      return kept ?? { org, name, id, settings, createdAt: at, updatedAt: at };
    },

    async remove(org, name, id, record) {
      const isThere = sql`EXISTS (SELECT 1 FROM collections WHERE org = ${org} AND name = ${name} AND id = ${id})`;
      const [, deleted] = await db.batch([
        outbox.statement(org, record, now(), isThere),
        sql`DELETE FROM collections WHERE org = ${org} AND name = ${name} AND id = ${id}`,
      ]);
      if (!wrote(deleted)) return false;
      await outbox.flush(org, record);
      return true;
    },

    async list(org, page) {
      const after = readCursor(page.cursor, CURSOR_FORMS.name);
      const rows = await db.typed
        .select()
        .from(collections)
        .where(and(eq(collections.org, org), after === null ? undefined : gt(collections.name, after)))
        .orderBy(asc(collections.name))
        .limit(page.limit + 1);
      return toPage(
        rows,
        page.limit,
        (row) => row.name,
        (row) => row,
      );
    },
  };
}
