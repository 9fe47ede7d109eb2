/** Overrides of the risk block (core/override). */
import { and, desc, eq, gt, inArray, lt, sql } from "drizzle-orm";
import { statusOf } from "../../core/override/override.ts";
import { CURSOR_FORMS, readCursor, toPage } from "./cursor.ts";
import { type Database, wrote } from "./database.ts";
import type { Outbox } from "./outbox.ts";
import type { OverrideStore } from "./ports.ts";
import { overrides } from "./schema.ts";

/** Overrides over D1. */
export function storeOverrides(db: Database, outbox: Outbox, now: () => number): OverrideStore {
  return {
    async put({ id, org, run, step, reason, askedBy, approvals, expiresAt, createdAt }, record) {
      const [, inserted] = await db.batch([
        outbox.statement(org, record, now(), sql`NOT EXISTS (SELECT 1 FROM overrides WHERE id = ${id})`),
        sql`INSERT INTO overrides (id, org, run, step, reason, asked_by, approvals, expires_at, created_at)
          VALUES (${id}, ${org}, ${run}, ${step}, ${reason}, ${JSON.stringify(askedBy)}, ${JSON.stringify(approvals)}, ${expiresAt}, ${createdAt})
          ON CONFLICT (id) DO NOTHING`,
      ]);
      if (wrote(inserted)) await outbox.flush(org, record);
    },

    async get(org, id) {
      const row = await db.typed
        .select()
        .from(overrides)
        .where(and(eq(overrides.org, org), eq(overrides.id, id)))
        .get();
      return row ?? null;
    },

    async approve({ id, org, approvals }, approval, record) {
      const before = JSON.stringify(approvals);
      const unchanged = sql`EXISTS (SELECT 1 FROM overrides WHERE id = ${id} AND org = ${org} AND approvals = ${before})`;
      const [, updated] = await db.batch([
        outbox.statement(org, record, now(), unchanged),
        sql`UPDATE overrides SET approvals = ${JSON.stringify([...approvals, approval])}
          WHERE id = ${id} AND org = ${org} AND approvals = ${before}`,
      ]);
      if (!wrote(updated)) return false;
      await outbox.flush(org, record);
      return true;
    },

    async active(org, runs, step, at) {
      const rows = await db.typed
        .select()
        .from(overrides)
        .where(and(eq(overrides.org, org), inArray(overrides.run, [...runs]), eq(overrides.step, step), gt(overrides.expiresAt, at)))
        .limit(50);
      return rows.find((row) => statusOf(row, at) === "active")?.id ?? null;
    },

    async list(org, page) {
      const before = readCursor(page.cursor, CURSOR_FORMS.override);
      const rows = await db.typed
        .select()
        .from(overrides)
        .where(and(eq(overrides.org, org), before === null ? undefined : lt(overrides.id, before)))
        .orderBy(desc(overrides.id))
        .limit(page.limit + 1);
      return toPage(
        rows,
        page.limit,
        (row) => row.id,
        (row) => row,
      );
    },
  };
}
