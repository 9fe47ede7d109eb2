/** Dead letters as lists show them. Their lines come with those of the runs (runs.ts). */
import { and, desc, eq, lt } from "drizzle-orm";
import { toRfc3339 } from "../../core/time.ts";
import { CURSOR_FORMS, readCursor, toPage } from "./cursor.ts";
import type { Database } from "./database.ts";
import type { DeadLetterList } from "./ports.ts";
import { deadLetters } from "./schema.ts";

/** Dead letters over D1. */
export function storeDeadLetters(db: Database): DeadLetterList {
  return {
    async list(org, page, status) {
      const before = readCursor(page.cursor, CURSOR_FORMS.deadLetter);
      const rows = await db.typed
        .select()
        .from(deadLetters)
        .where(
          and(
            eq(deadLetters.org, org),
            status === undefined ? undefined : eq(deadLetters.status, status),
            before === null ? undefined : lt(deadLetters.id, before),
          ),
        )
        .orderBy(desc(deadLetters.id))
        .limit(page.limit + 1);
      return toPage(
        rows,
        page.limit,
        (row) => row.id,
        (row) => ({
          id: row.id,
          run: row.run,
          workflow: row.workflow,
          step: row.step,
          reason: row.reason,
          undone: row.undone,
          status: row.status,
          created_at: toRfc3339(row.createdAt),
        }),
      );
    },
  };
}
