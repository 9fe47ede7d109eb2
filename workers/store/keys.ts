/** API keys, and the orgs that exist by them. */
import { and, desc, eq, gt, isNull, lt, sql } from "drizzle-orm";
import type { Role } from "../../core/access/principal.ts";
import type { ApiKeyView } from "../../core/access/view.ts";
import { toRfc3339 } from "../../core/time.ts";
import { CURSOR_FORMS, readCursor, toPage } from "./cursor.ts";
import { type Database, wrote } from "./database.ts";
import type { Outbox } from "./outbox.ts";
import type { ApiKeyRow, KeyStore } from "./ports.ts";
import { apiKeys, logins, orgs } from "./schema.ts";

/** How long a login says what its person may do: as long as a key lives by default. */
export const LOGIN_COUNTS_MS = 90 * 24 * 60 * 60_000;

type Stored = typeof apiKeys.$inferSelect;

/** Revoked keys are found by their hash (so that their use can be refused by name), and nowhere else. */
export function storeKeys(db: Database, outbox: Outbox, now: () => number): KeyStore {
  const inForce = isNull(apiKeys.revokedAt);
  return {
    async byHash(hash) {
      const row = await db.typed.select().from(apiKeys).where(eq(apiKeys.hash, hash)).get();
      if (row === undefined) return null;
      return {
        ...toView(row),
        hash: row.hash,
        created_by: row.createdBy,
        ...lineOf(row),
        root: row.root,
        revoked_at: row.revokedAt === null ? null : toRfc3339(row.revokedAt),
      };
    },

    async create(key, record) {
      await db.batch([outbox.statement(key.org, record, now()), insertOrg(key), insertKey(key)]);
      await outbox.flush(key.org, record);
    },

    async list(org, page) {
      const before = readCursor(page.cursor, CURSOR_FORMS.key);
      const rows = await db.typed
        .select()
        .from(apiKeys)
        .where(and(eq(apiKeys.org, org), inForce, before === null ? undefined : lt(apiKeys.id, before)))
        .orderBy(desc(apiKeys.id))
        .limit(page.limit + 1);
      return toPage(rows, page.limit, (row) => row.id, toView);
    },

    async get(org, id) {
      const row = await db.typed
        .select()
        .from(apiKeys)
        .where(and(eq(apiKeys.org, org), eq(apiKeys.id, id), inForce))
        .get();
      return row === undefined ? null : toView(row);
    },

    async holding(org, id) {
      const row = await db.typed
        .select()
        .from(apiKeys)
        .where(and(eq(apiKeys.org, org), eq(apiKeys.id, id), inForce, gt(apiKeys.expiresAt, now())))
        .get();
      return row === undefined
        ? null
        : { ...toView(row), created_by: row.createdBy, root: row.root, ...lineOf(row), rotated: row.rotatedAt !== null };
    },

    async rolesOf(org, user) {
      const ofKeys = await db.typed
        .select({ roles: apiKeys.roles })
        .from(apiKeys)
        .where(and(eq(apiKeys.org, org), eq(apiKeys.user, user), inForce, gt(apiKeys.expiresAt, now())));
      const ofLogins = await db.typed
        .select({ roles: logins.roles })
        .from(logins)
        .where(and(eq(logins.org, org), eq(logins.user, user), gt(logins.seenAt, now() - LOGIN_COUNTS_MS)));
      return [...new Set([...ofKeys, ...ofLogins].flatMap(({ roles }) => roles))];
    },

    async standing(org, user) {
      const at = now();
      const rows = await db.typed.all<{ roles: string; counts: number; lapsed: number | null; revoked: number | null }>(sql`
        SELECT roles, MAX(revoked_at IS NULL AND expires_at > ${at}) AS counts, MAX(revoked_at) AS revoked,
          MAX(CASE WHEN revoked_at IS NULL THEN expires_at END) AS lapsed FROM api_keys WHERE org = ${org} AND user = ${user} GROUP BY roles
        UNION ALL
        SELECT roles, MAX(seen_at > ${at - LOGIN_COUNTS_MS}) AS counts, NULL AS revoked, NULL AS lapsed FROM logins
          WHERE org = ${org} AND user = ${user} GROUP BY roles`);
      if (rows.length === 0) return null;
      const valid = rows.filter(({ counts }) => counts === 1);
      const revoked = Math.max(0, ...rows.map((row) => row.revoked ?? 0));
      const held = valid.length > 0 ? valid : rows.filter(({ lapsed }) => lapsed !== null && lapsed > revoked);
      return [...new Set(held.flatMap(({ roles }) => JSON.parse(roles) as Role[]))];
    },

    async rotate(old, key, overlapUntil, record, once = false) {
      const isInForce = sql`EXISTS (SELECT 1 FROM api_keys WHERE org = ${key.org} AND id = ${old} AND revoked_at IS NULL
        AND expires_at > ${now()} AND (rotated_at IS NULL OR ${once ? 0 : 1}))`;
      const [, made] = await db.batch([
        outbox.statement(key.org, record, now(), isInForce),
        insertKey(key, isInForce),
        sql`UPDATE api_keys SET expires_at = MIN(expires_at, ${overlapUntil}), rotated_at = COALESCE(rotated_at, ${now()})
          WHERE org = ${key.org} AND id = ${old} AND revoked_at IS NULL AND EXISTS (SELECT 1 FROM api_keys WHERE id = ${key.id})`,
        ...(once ? [endEarlier(key, old, now())] : []),
      ]);
      if (!wrote(made)) return false;
      await outbox.flush(key.org, record);
      return true;
    },

    async used(id, at) {
      await db.batch([sql`UPDATE api_keys SET last_used_at = MAX(COALESCE(last_used_at, 0), ${at}) WHERE id = ${id}`]);
    },

    async expiring(until, limit) {
      const rows = await db.typed
        .select()
        .from(apiKeys)
        .where(and(inForce, isNull(apiKeys.expiryToldAt), gt(apiKeys.expiresAt, now()), lt(apiKeys.expiresAt, until)))
        .orderBy(apiKeys.expiresAt)
        .limit(limit);
      return rows.map(toView);
    },

    async tellExpiry(key, at, record) {
      const [, told] = await db.batch([
        outbox.statement(key.org, record, now(), sql`EXISTS (SELECT 1 FROM api_keys WHERE id = ${key.id} AND expiry_told_at IS NULL)`),
        sql`UPDATE api_keys SET expiry_told_at = ${at} WHERE id = ${key.id} AND expiry_told_at IS NULL`,
      ]);
      if (wrote(told)) await outbox.flush(key.org, record);
    },

    async revoke(org, id, at, record, successors = false) {
      const line = successors
        ? sql`WITH RECURSIVE line (id, chain) AS (
            SELECT id, COALESCE(chain, id) FROM api_keys WHERE org = ${org} AND id = ${id}
            UNION SELECT next.id, next.chain FROM line JOIN api_keys AS next ON next.org = ${org} AND next.chain = line.chain AND next.rotated_from = line.id)
          SELECT id FROM line`
        : sql`${id}`;
      const meant = sql`org = ${org} AND revoked_at IS NULL AND id IN (${line})`;
      const [, updated] = await db.batch([
        outbox.statement(org, record, now(), sql`EXISTS (SELECT 1 FROM api_keys WHERE ${meant})`),
        sql`UPDATE api_keys SET revoked_at = ${at} WHERE ${meant}`,
      ]);
      if (!wrote(updated)) return false;
      await outbox.flush(org, record);
      return true;
    },

    async orgExists(org) {
      return (await db.typed.select({ name: orgs.name }).from(orgs).where(eq(orgs.name, org)).get()) !== undefined;
    },
  };
}

const insertOrg = (key: ApiKeyRow) => sql`
  INSERT INTO orgs (name, created_at) VALUES (${key.org}, ${Date.parse(key.created_at)}) ON CONFLICT (name) DO NOTHING`;

const insertKey = (key: ApiKeyRow, when = sql`TRUE`) => sql`
  INSERT INTO api_keys (id, org, user, roles, hash, last4, created_at, expires_at, allow_from, for_others, created_by, root, rotated_from, chain, ends_at)
  SELECT ${key.id}, ${key.org}, ${key.user}, ${JSON.stringify(key.roles)}, ${key.hash}, ${key.last4}, ${Date.parse(key.created_at)},
    ${Date.parse(key.expires_at)}, ${JSON.stringify(key.allow_from)}, ${key.for_others ? 1 : 0}, ${key.created_by}, ${key.root},
    ${key.rotated_from}, ${key.chain === key.id ? null : key.chain}, ${key.ends_at === null ? null : Date.parse(key.ends_at)}
  WHERE ${when}`;

/** Keys that rotate themselves again and again leave one overlap, and not one for each. */
const endEarlier = (key: ApiKeyRow, old: string, at: number) => sql`
  UPDATE api_keys SET expires_at = MIN(expires_at, ${at}) WHERE org = ${key.org} AND (id = ${key.chain} OR chain = ${key.chain})
    AND id NOT IN (${old}, ${key.id}) AND EXISTS (SELECT 1 FROM api_keys WHERE id = ${key.id})`;

const lineOf = (row: Stored): Pick<ApiKeyRow, "chain" | "ends_at"> => ({
  chain: row.chain ?? row.id,
  ends_at: row.endsAt === null ? null : toRfc3339(row.endsAt),
});

const toView = (row: Stored): ApiKeyView => ({
  id: row.id,
  org: row.org,
  user: row.user,
  roles: row.roles,
  created_at: toRfc3339(row.createdAt),
  expires_at: toRfc3339(row.expiresAt),
  allow_from: row.allowFrom,
  for_others: row.forOthers,
  last4: row.last4,
  rotated_from: row.rotatedFrom,
  last_used_at: row.lastUsedAt === null ? null : toRfc3339(row.lastUsedAt),
});
