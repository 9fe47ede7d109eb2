/** Dead letters as lists show them. Their lines come with those of the runs (runs.ts). */
import { and, desc, eq, lt } from "drizzle-orm";
import { toRfc3339 } from "../../core/time.ts";
import type { ArchivedLines } from "./archived-lines.ts";
import { CURSOR_FORMS, mergedById, readCursor, toPage } from "./cursor.ts";
import type { Database } from "./database.ts";
import type { DeadLetterList } from "./ports.ts";
import { deadLetters } from "./schema.ts";

const { id, run, workflow, step, reason, undone, createdAt } = deadLetters;

/** Dead letters over D1 and the index of the archive, which has no open one. */
export function storeDeadLetters(db: Database, archived: Pick<ArchivedLines, "letters">): DeadLetterList {
  return {
    async list(org, page, status) {
      const before = readCursor(page.cursor, CURSOR_FORMS.deadLetter);
      const rows = await db.typed
        .select({ id, run, workflow, step, reason, undone, status: deadLetters.status, createdAt })
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
      const above = rows.length > page.limit ? (rows.at(-1)?.id ?? null) : null;
      const old = status === "open" ? [] : await archived.letters(org, { status: status ?? null, above, below: before }, page.limit + 1);
      return toPage(
        mergedById(
          rows,
          old.map(({ created_at: createdAt, ...letter }) => ({ ...letter, createdAt })),
        ),
        page.limit,
        (row) => row.id,
        (row) => ({
          id: row.id,
          run: row.run,
          workflow: row.workflow,
          step: row.step,
          reason: row.reason,
          undone: [...row.undone],
          status: row.status,
          created_at: toRfc3339(row.createdAt),
        }),
      );
    },
  };
}
