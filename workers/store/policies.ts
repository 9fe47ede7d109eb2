/** An org's own policies and its permission matrix. */
import { and, desc, eq, lt, sql } from "drizzle-orm";
import type { Activation, ActiveSets, SetVersion } from "../../core/policy/set.ts";
import { CURSOR_FORMS, readCursor, toPage } from "./cursor.ts";
import { type Database, wrote } from "./database.ts";
import type { Outbox } from "./outbox.ts";
import type { PolicyStore } from "./ports.ts";
import { policies, policyActivations } from "./schema.ts";

/** Policies over D1. */
export function storePolicies(db: Database, outbox: Outbox, now: () => number): PolicyStore {
  return {
    async put(org, { version, content, note, createdAt, createdBy }, record) {
      const isNew = sql`NOT EXISTS (SELECT 1 FROM policies WHERE org = ${org} AND version = ${version})`;
      const [, written] = await db.batch([
        outbox.statement(org, record, now(), isNew),
        sql`INSERT INTO policies (org, version, kind, content, note, created_at, created_by)
          SELECT ${org}, ${version}, ${content.kind}, ${JSON.stringify(content)}, ${note}, ${createdAt}, ${createdBy} WHERE ${isNew}`,
      ]);
      if (!wrote(written)) return false;
      await outbox.flush(org, record);
      return true;
    },

    async get(org, version) {
      const row = await db.typed
        .select()
        .from(policies)
        .where(and(eq(policies.org, org), eq(policies.version, version)))
        .get();
      return row === undefined ? null : versionOf(row);
    },

    async list(org, kind, page) {
      const [at, before] = readCursor(page.cursor, CURSOR_FORMS.policy)?.split(".") ?? [];
      const older = at === undefined ? undefined : sql`(created_at, version) < (${Number(at)}, ${before})`;
      const rows = await db.typed
        .select()
        .from(policies)
        .where(and(eq(policies.org, org), eq(policies.kind, kind), older))
        .orderBy(desc(policies.createdAt), desc(policies.version))
        .limit(page.limit + 1);
      return toPage(rows, page.limit, (row) => `${row.createdAt}.${row.version}`, versionOf);
    },

    async active(org) {
      const rows = await db.typed
        .select({ version: policies })
        .from(policyActivations)
        .innerJoin(policies, and(eq(policies.org, policyActivations.org), eq(policies.version, policyActivations.version)))
        .where(and(eq(policyActivations.org, org), eq(policyActivations.status, "active")));
      return activeOf(rows.map((row) => versionOf(row.version)));
    },

    async request(org, { id, kind, version, reason, asker, requestedAt }, record) {
      await db.batch([
        outbox.statement(org, record, now()),
        sql`INSERT INTO policy_activations (org, id, kind, version, reason, asker, requested_at, status)
          VALUES (${org}, ${id}, ${kind}, ${version}, ${reason}, ${JSON.stringify(asker)}, ${requestedAt}, 'pending')`,
      ]);
      await outbox.flush(org, record);
    },

    async activation(org, id) {
      const row = await db.typed
        .select()
        .from(policyActivations)
        .where(and(eq(policyActivations.org, org), eq(policyActivations.id, id)))
        .get();
      return row === undefined ? null : activationOf(row);
    },

    async activations(org, page) {
      const before = readCursor(page.cursor, CURSOR_FORMS.activation);
      const rows = await db.typed
        .select()
        .from(policyActivations)
        .where(and(eq(policyActivations.org, org), before === null ? undefined : lt(policyActivations.id, before)))
        .orderBy(desc(policyActivations.id))
        .limit(page.limit + 1);
      return toPage(rows, page.limit, (row) => row.id, activationOf);
    },

    async approve(org, { id, kind }, { by, at }, record) {
      const isPending = sql`EXISTS (SELECT 1 FROM policy_activations WHERE org = ${org} AND id = ${id} AND status = 'pending')`;
      const [, , activated] = await db.batch([
        outbox.statement(org, record, now(), isPending),
        sql`UPDATE policy_activations SET status = 'superseded'
          WHERE org = ${org} AND kind = ${kind} AND status = 'active' AND ${isPending}`,
        sql`UPDATE policy_activations SET status = 'active', approved_by = ${by}, activated_at = ${at}
          WHERE org = ${org} AND id = ${id} AND status = 'pending'`,
      ]);
      if (!wrote(activated)) return false;
      await outbox.flush(org, record);
      return true;
    },
  };
}

/** Of the versions in force, at most one of each kind. */
export const activeOf = (versions: readonly SetVersion[]): ActiveSets => ({
  policies: versions.find(({ content }) => content.kind === "policies") ?? null,
  permissions: versions.find(({ content }) => content.kind === "permissions") ?? null,
});

const versionOf = ({ version, content, note, createdAt, createdBy }: typeof policies.$inferSelect): SetVersion => ({
  version,
  content,
  note,
  createdAt,
  createdBy,
});

const activationOf = ({ org: _org, ...activation }: typeof policyActivations.$inferSelect): Activation => activation;
