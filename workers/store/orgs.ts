/** Orgs: what they chose, and the secrets that their callbacks are signed with. */
import { eq, sql } from "drizzle-orm";
import { PLATFORM_ORG } from "../../core/access/principal.ts";
import { MOST_NAMES } from "../../core/errors/unknown-name.ts";
import type { NotifyEntry } from "../../core/notice/destination.ts";
import { type ChosenSettings, REPLACED, withDefaults } from "../../core/org/settings.ts";
import type { OrgView } from "../../core/org/view.ts";
import { orNullRfc3339, toRfc3339 } from "../../core/time.ts";
import { type Database, wrote } from "./database.ts";
import type { Outbox } from "./outbox.ts";
import type { OrgStore } from "./ports.ts";
import { apiKeys, callbackSecrets, orgs, witnessChanges } from "./schema.ts";

/** Orgs over D1. */
export function storeOrgs(db: Database, outbox: Outbox, now: () => number): OrgStore {
  const get = async (org: string): Promise<OrgView | null> => {
    const row = await db.typed
      .select({ createdAt: orgs.createdAt, settings: orgs.settings, madeAt: callbackSecrets.madeAt })
      .from(orgs)
      .leftJoin(callbackSecrets, eq(callbackSecrets.org, orgs.name))
      .where(eq(orgs.name, org))
      .get();
    return row === undefined ? null : toView(org, row.createdAt, row.settings, row.madeAt);
  };

  return {
    get,

    async isKnown(org) {
      if (org === PLATFORM_ORG) return true;
      const found = await db.batch([sql`SELECT 1 FROM orgs WHERE name = ${org}`, sql`SELECT 1 FROM api_keys WHERE org = ${org} LIMIT 1`]);
      return found.some(({ results }) => results.length > 0);
    },

    async names() {
      const rows = await db.typed.select({ name: orgs.name }).from(orgs).limit(MOST_NAMES);
      const withKeys = await db.typed.selectDistinct({ name: apiKeys.org }).from(apiKeys).limit(MOST_NAMES);
      return [...new Set([...rows, ...withKeys].map(({ name }) => name))].slice(0, MOST_NAMES);
    },

    async settings(org) {
      const row = await db.typed.select({ settings: orgs.settings }).from(orgs).where(eq(orgs.name, org)).get();
      return withDefaults(row?.settings ?? {});
    },

    async put(org, change, secret, record) {
      const at = now();
      const patch = JSON.stringify(change);
      const kept = REPLACED.reduce(
        (sofar, name) => (change[name] === undefined ? sofar : sql`json_remove(${sofar}, ${`$.${name}`})`),
        sql`orgs.settings`,
      );
      const results = await db.batch([
        outbox.statement(org, record, at),
        // One statement, so that two changes at once both stay; in SQLite `json_patch` is RFC 7396.
        sql`INSERT INTO orgs (name, created_at, settings) VALUES (${org}, ${at}, json_patch('{}', ${patch}))
          ON CONFLICT (name) DO UPDATE SET settings = json_patch(${kept}, ${patch})`,
        ...(secret === null
          ? []
          : [
              sql`INSERT INTO callback_secrets (org, id, sealed, made_at, previous) VALUES (${org}, ${secret.id}, ${secret.sealed}, ${at}, NULL)
                ON CONFLICT (org) DO NOTHING`,
            ]),
      ]);
      await outbox.flush(org, record);
      const view = await get(org);
      if (view === null) throw new Error("an org that was just written is not there");
      return { view, secretKept: secret !== null && wrote(results[2]) };
    },

    async witnessChange(org) {
      const row = await db.typed.select().from(witnessChanges).where(eq(witnessChanges.org, org)).get();
      if (row === undefined) return null;
      const { id, witnesses, asker, requestedAt } = row;
      return { id, witnesses, asker, requestedAt };
    },

    async askWitnesses(org, { id, witnesses, asker, requestedAt }, record) {
      await db.batch([
        outbox.statement(org, record, now()),
        sql`INSERT INTO witness_changes (org, id, witnesses, asker, requested_at)
          VALUES (${org}, ${id}, ${JSON.stringify(witnesses)}, ${JSON.stringify(asker)}, ${requestedAt})
          ON CONFLICT (org) DO UPDATE
            SET id = excluded.id, witnesses = excluded.witnesses, asker = excluded.asker, requested_at = excluded.requested_at`,
      ]);
      await outbox.flush(org, record);
    },

    async setWitnesses(org, { id, witnesses }, record) {
      const at = now();
      const waits = sql`EXISTS (SELECT 1 FROM witness_changes WHERE org = ${org} AND id = ${id})`;
      const patch = JSON.stringify({ witnesses });
      const [, , deleted] = await db.batch([
        outbox.statement(org, record, at, waits),
        sql`INSERT INTO orgs (name, created_at, settings) SELECT ${org}, ${at}, ${patch} WHERE ${waits}
          ON CONFLICT (name) DO UPDATE SET settings = json_patch(orgs.settings, ${patch})`,
        sql`DELETE FROM witness_changes WHERE org = ${org} AND id = ${id}`,
      ]);
      if (!wrote(deleted)) return false;
      await outbox.flush(org, record);
      return true;
    },

    async rotateCallbackSecret(org, secret, record) {
      const at = now();
      await db.batch([
        outbox.statement(org, record, at),
        sql`INSERT INTO callback_secrets (org, id, sealed, made_at, previous) VALUES (${org}, ${secret.id}, ${secret.sealed}, ${at}, NULL)
          ON CONFLICT (org) DO UPDATE
            SET previous = callback_secrets.sealed, id = excluded.id, sealed = excluded.sealed, made_at = excluded.made_at
            WHERE callback_secrets.id <> excluded.id`,
      ]);
      await outbox.flush(org, record);
    },

    async callbackSecrets(org) {
      const row = await db.typed.select().from(callbackSecrets).where(eq(callbackSecrets.org, org)).get();
      if (row === undefined) return [];
      return row.previous === null ? [row.sealed] : [row.sealed, row.previous];
    },
  };
}

const toView = (org: string, createdAt: number, settings: ChosenSettings, madeAt: number | null): OrgView => ({
  org,
  jurisdiction: null,
  ...withDefaults(settings),
  notify: withDefaults(settings).notify.map(withoutSecret),
  created_at: toRfc3339(createdAt),
  callback_secret_made_at: orNullRfc3339(madeAt),
});

function withoutSecret(entry: NotifyEntry): OrgView["notify"][number] {
  if (typeof entry === "string") return entry;
  const { secret, ...shown } = entry;
  return { ...shown, has_secret: secret !== undefined };
}
