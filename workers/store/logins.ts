/** People whom identity providers vouch for: with which roles they last came. A row that says nothing any more is deleted with a later one. */
import { sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { LOGIN_COUNTS_MS } from "./keys.ts";
import type { LoginStore } from "./ports.ts";

/** Rows that say nothing any more, deleted with each that is written. */
const SWEEP_ROWS = 10;

/** The table `logins`. */
export const storeLogins = (db: Database): LoginStore => ({
  async seen({ org, user, roles, credential }, at) {
    await db.batch([
      sql`INSERT INTO logins (org, user, credential, roles, seen_at) VALUES (${org}, ${user}, ${credential}, ${JSON.stringify(roles)}, ${at})
        ON CONFLICT (org, user, credential) DO UPDATE SET roles = excluded.roles, seen_at = excluded.seen_at WHERE excluded.seen_at >= seen_at`,
      sql`DELETE FROM logins WHERE rowid IN (SELECT rowid FROM logins WHERE seen_at < ${at - LOGIN_COUNTS_MS} LIMIT ${SWEEP_ROWS})`,
    ]);
  },
});
