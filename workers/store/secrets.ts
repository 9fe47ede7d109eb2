/** Sealed credentials of tools and models. Only the broker that sealed one can open it. */
import { and, eq, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { Outbox } from "./outbox.ts";
import type { SecretStore } from "./ports.ts";
import { secrets } from "./schema.ts";

/** Sealed credentials over D1. */
export function storeSecrets(db: Database, outbox: Outbox, now: () => number): SecretStore {
  return {
    async put(org, name, sealed, hosts, record) {
      const at = now();
      await db.batch([
        outbox.statement(org, record, at),
        sql`INSERT INTO secrets (org, name, sealed, hosts, updated_at) VALUES (${org}, ${name}, ${sealed}, ${JSON.stringify(hosts)}, ${at})
          ON CONFLICT (org, name) DO UPDATE SET sealed = excluded.sealed, hosts = excluded.hosts, updated_at = excluded.updated_at`,
      ]);
      await outbox.flush(org, record);
    },

    async get(org, name) {
      const row = await db.typed
        .select({ sealed: secrets.sealed, hosts: secrets.hosts })
        .from(secrets)
        .where(and(eq(secrets.org, org), eq(secrets.name, name)))
        .get();
      return row ?? null;
    },
  };
}
