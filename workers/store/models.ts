/** Models that an org registered. */
import { and, asc, eq, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { Outbox } from "./outbox.ts";
import type { ModelStore } from "./ports.ts";
import { models } from "./schema.ts";

/** Models over D1. */
export function storeModels(db: Database, outbox: Outbox, now: () => number): ModelStore {
  return {
    async put(org, entry, record) {
      const at = now();
      await db.batch([
        outbox.statement(org, record, at),
        sql`INSERT INTO models (org, id, entry, updated_at) VALUES (${org}, ${entry.id}, ${JSON.stringify(entry)}, ${at})
          ON CONFLICT (org, id) DO UPDATE SET entry = excluded.entry, updated_at = excluded.updated_at`,
      ]);
      await outbox.flush(org, record);
    },

    async get(org, id) {
      const row = await db.typed
        .select()
        .from(models)
        .where(and(eq(models.org, org), eq(models.id, id)))
        .get();
      return row?.entry ?? null;
    },

    async list(org) {
      const rows = await db.typed.select().from(models).where(eq(models.org, org)).orderBy(asc(models.id));
      return rows.map((row) => row.entry);
    },
  };
}
