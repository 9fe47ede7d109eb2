/** Console sessions that were ended before their time. A session that is over by itself needs no row. */
import { eq, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { SessionStore } from "./ports.ts";
import { endedSessions } from "./schema.ts";

/** Rows of sessions that are over anyway, deleted with each that is ended. */
const SWEEP_ROWS = 100;

export function storeSessions(db: Database, now: () => number): SessionStore {
  return {
    async end(id, until) {
      await db.batch([
        sql`INSERT INTO ended_sessions (id, until) VALUES (${id}, ${until}) ON CONFLICT (id) DO NOTHING`,
        sql`DELETE FROM ended_sessions WHERE id IN (SELECT id FROM ended_sessions WHERE until <= ${now()} ORDER BY until LIMIT ${SWEEP_ROWS})`,
      ]);
    },
    isEnded: async (id) =>
      (await db.typed.select({ id: endedSessions.id }).from(endedSessions).where(eq(endedSessions.id, id)).get()) !== undefined,
  };
}
