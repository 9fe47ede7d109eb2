/** Claims of idempotency keys. A claim is one statement, so of many requests with one key exactly one is the first. */
import { sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { IdempotencyStore } from "./ports.ts";

/** How long a key is kept, in milliseconds (docs/contract.md, "Conventions"). */
export const IDEMPOTENCY_MS = 24 * 60 * 60_000;
/** Expired claims that one sweep deletes; a claim that is still there is taken over all the same. */
const SWEEP_ROWS = 5_000;

/** The store of idempotency keys, with its chore. */
export type IdempotencyTable = IdempotencyStore & {
  /** Deletes claims that have expired at `at`; answers how many. */
  sweep(at: number): Promise<number>;
};

/** Idempotency keys over D1. */
export function storeIdempotency(db: Database): IdempotencyTable {
  return {
    async claim({ scope, key, mac, id, at }) {
      const [claimed, current] = await db.batch([
        sql`INSERT INTO idempotency (scope, key, mac, id, status, created_at) VALUES (${scope}, ${key}, ${mac}, ${id}, NULL, ${at})
          ON CONFLICT (scope, key) DO UPDATE
            SET mac = excluded.mac, id = excluded.id, status = NULL, created_at = excluded.created_at
            WHERE idempotency.created_at <= ${at - IDEMPOTENCY_MS}
          RETURNING id`,
        sql`SELECT mac, id, status FROM idempotency WHERE scope = ${scope} AND key = ${key}`,
      ]);
      if (claimed?.results.length === 1) return { claimed: true };
      const row = current?.results[0] as { mac: string; id: string; status: number | null } | undefined;
      if (row === undefined) throw new Error("a claimed idempotency key has no row");
      return { claimed: false, mac: row.mac, id: row.id, status: row.status };
    },

    async settle(scope, key, status) {
      await db.batch([sql`UPDATE idempotency SET status = ${status} WHERE scope = ${scope} AND key = ${key}`]);
    },

    /** Only what has no answer yet: a first answer that somebody got stays the answer. */
    async release(scope, key) {
      await db.batch([sql`DELETE FROM idempotency WHERE scope = ${scope} AND key = ${key} AND status IS NULL`]);
    },

    async sweep(at) {
      const [deleted] = await db.batch([
        sql`DELETE FROM idempotency WHERE (scope, key) IN
          (SELECT scope, key FROM idempotency WHERE created_at <= ${at - IDEMPOTENCY_MS} ORDER BY created_at LIMIT ${SWEEP_ROWS})`,
      ]);
      return deleted?.meta.changes ?? 0;
    },
  };
}
