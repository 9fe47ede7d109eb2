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

    async put({ org, name, id, settings }, before, record) {
      const at = now();
      const mine = sql`org = ${org} AND name = ${name}`;
      const isAsBefore =
        before === null
          ? sql`NOT EXISTS (SELECT 1 FROM collections WHERE ${mine})`
          : sql`EXISTS (SELECT 1 FROM collections WHERE ${mine} AND id = ${before.id} AND settings = ${JSON.stringify(before.settings)})`;
      const [, written] = await db.batch([
        outbox.statement(org, record, at, isAsBefore),
        before === null
          ? sql`INSERT INTO collections (org, name, id, settings, created_at, updated_at)
              SELECT ${org}, ${name}, ${id}, ${JSON.stringify(settings)}, ${at}, ${at} WHERE ${isAsBefore}`
          : sql`UPDATE collections SET settings = ${JSON.stringify(settings)}, updated_at = ${at} WHERE ${mine} AND ${isAsBefore}`,
      ]);
      if (!wrote(written)) return null;
      await outbox.flush(org, record);
      return { org, name, id: before?.id ?? id, settings, createdAt: before?.createdAt ?? at, updatedAt: at };
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
