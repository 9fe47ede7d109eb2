/** What people think of runs. */
import { and, eq, sql } from "drizzle-orm";
import { toRfc3339 } from "../../core/time.ts";
import type { Database } from "./database.ts";
import type { Outbox } from "./outbox.ts";
import type { FeedbackStore } from "./ports.ts";
import { feedback } from "./schema.ts";

/** Feedback over D1. */
export function storeFeedback(db: Database, outbox: Outbox, now: () => number): FeedbackStore {
  const of: FeedbackStore["of"] = async (org, run, user) => {
    const row = await db.typed
      .select()
      .from(feedback)
      .where(and(eq(feedback.org, org), eq(feedback.run, run), eq(feedback.user, user)))
      .get();
    return row === undefined
      ? null
      : { id: row.id, run: row.run, user: row.user, score: row.score, comment: row.comment, created_at: toRfc3339(row.createdAt) };
  };
  return {
    of,
    async put(org, { id, run, user, score, comment, created_at }, record) {
      await db.batch([
        outbox.statement(org, record, now()),
        sql`INSERT INTO feedback (org, run, user, id, score, comment, created_at)
          VALUES (${org}, ${run}, ${user}, ${id}, ${score}, ${comment}, ${Date.parse(created_at)})
          ON CONFLICT (org, run, user) DO UPDATE SET score = excluded.score, comment = excluded.comment`,
      ]);
      await outbox.flush(org, record);
      const view = await of(org, run, user);
      if (view === null) throw new Error("a feedback that was just written is not there");
      return { view, created: view.id === id };
    },
  };
}
