/** An org's registry of approvers: an entry for each operation. */
import { and, asc, eq, gt, inArray, sql } from "drizzle-orm";
import { CURSOR_FORMS, readCursor, toPage } from "./cursor.ts";
import { type Database, wrote } from "./database.ts";
import type { Outbox } from "./outbox.ts";
import type { ApproverStore } from "./ports.ts";
import { approvers } from "./schema.ts";

/** The registry over D1. */
export function storeApprovers(db: Database, outbox: Outbox, now: () => number): ApproverStore {
  return {
    async put(org, rule, record) {
      const at = now();
      await db.batch([
        outbox.statement(org, record, at),
        sql`INSERT INTO approvers (org, operation, rule, updated_at) VALUES (${org}, ${rule.operation}, ${JSON.stringify(rule)}, ${at})
          ON CONFLICT (org, operation) DO UPDATE SET rule = excluded.rule, updated_at = excluded.updated_at`,
      ]);
      await outbox.flush(org, record);
    },

    async remove(org, operation, record) {
      const [, deleted] = await db.batch([
        outbox.statement(org, record, now(), sql`EXISTS (SELECT 1 FROM approvers WHERE org = ${org} AND operation = ${operation})`),
        sql`DELETE FROM approvers WHERE org = ${org} AND operation = ${operation}`,
      ]);
      if (!wrote(deleted)) return false;
      await outbox.flush(org, record);
      return true;
    },

    async of(org, operations) {
      if (operations.length === 0) return [];
      const rows = await db.typed
        .select()
        .from(approvers)
        .where(and(eq(approvers.org, org), inArray(approvers.operation, [...operations])));
      return rows.map((row) => row.rule);
    },

    async list(org, page) {
      const after = readCursor(page.cursor, CURSOR_FORMS.operation);
      const rows = await db.typed
        .select()
        .from(approvers)
        .where(and(eq(approvers.org, org), after === null ? undefined : gt(approvers.operation, after)))
        .orderBy(asc(approvers.operation))
        .limit(page.limit + 1);
      return toPage(
        rows,
        page.limit,
        (row) => row.operation,
        (row) => row.rule,
      );
    },
  };
}
