/** An org's own routes of tasks to models. */
import { and, asc, eq, gt, sql } from "drizzle-orm";
import { CURSOR_FORMS, readCursor, toPage } from "./cursor.ts";
import { type Database, wrote } from "./database.ts";
import type { Outbox } from "./outbox.ts";
import type { RouteStore } from "./ports.ts";
import { routes } from "./schema.ts";

/** Routes over D1. */
export function storeRoutes(db: Database, outbox: Outbox, now: () => number): RouteStore {
  return {
    async put(org, route, record) {
      const at = now();
      await db.batch([
        outbox.statement(org, record, at),
        sql`INSERT INTO routes (org, task, route, updated_at) VALUES (${org}, ${route.task}, ${JSON.stringify(route)}, ${at})
          ON CONFLICT (org, task) DO UPDATE SET route = excluded.route, updated_at = excluded.updated_at`,
      ]);
      await outbox.flush(org, record);
    },

    async remove(org, task, record) {
      const [, deleted] = await db.batch([
        outbox.statement(org, record, now(), sql`EXISTS (SELECT 1 FROM routes WHERE org = ${org} AND task = ${task})`),
        sql`DELETE FROM routes WHERE org = ${org} AND task = ${task}`,
      ]);
      if (!wrote(deleted)) return false;
      await outbox.flush(org, record);
      return true;
    },

    async get(org, task) {
      const row = await db.typed
        .select()
        .from(routes)
        .where(and(eq(routes.org, org), eq(routes.task, task)))
        .get();
      return row?.route ?? null;
    },

    async list(org, page) {
      const after = readCursor(page.cursor, CURSOR_FORMS.name);
      const rows = await db.typed
        .select()
        .from(routes)
        .where(and(eq(routes.org, org), after === null ? undefined : gt(routes.task, after)))
        .orderBy(asc(routes.task))
        .limit(page.limit + 1);
      return toPage(
        rows,
        page.limit,
        (row) => row.task,
        (row) => row.route,
      );
    },
  };
}
