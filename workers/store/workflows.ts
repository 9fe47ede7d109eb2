/** Versions of workflows. A version never changes; only which one is the newest does. */
import { and, asc, desc, eq, gt, max, sql } from "drizzle-orm";
import type { AuditRecord } from "../../core/audit/record.ts";
import { MOST_NAMES } from "../../core/errors/unknown-name.ts";
import { toRfc3339 } from "../../core/time.ts";
import type { WorkflowVersionView } from "../../core/workflow/view.ts";
import { CURSOR_FORMS, readCursor, toPage } from "./cursor.ts";
import { type Database, wrote } from "./database.ts";
import type { Outbox } from "./outbox.ts";
import type { WorkflowStore } from "./ports.ts";
import { workflows } from "./schema.ts";
import { putVersion } from "./versions.ts";

type Stored = typeof workflows.$inferSelect;

/** Workflows over D1. */
export function storeWorkflows(
  db: Database,
  outbox: Outbox,
  now: () => number,
): Pick<WorkflowStore, "put" | "get" | "heldBy" | "withdraw" | "list" | "names"> {
  const isInForce = (org: string, name: string) =>
    sql`EXISTS (SELECT 1 FROM workflows WHERE org = ${org} AND name = ${name} AND status = 'active')`;

  /** The version as it is then. */
  const putInForceAgain = async (org: string, row: Stored, record: AuditRecord): Promise<Stored> => {
    const at = now();
    const isWithdrawn = sql`NOT ${isInForce(org, row.name)}`;
    const [, changed] = await db.batch([
      outbox.statement(org, record, at, isWithdrawn),
      sql`UPDATE workflows SET status = 'active', withdrawn_at = NULL
        WHERE org = ${org} AND name = ${row.name} AND version = ${row.version} AND ${isWithdrawn}`,
    ]);
    if (!wrote(changed)) return row;
    await outbox.flush(org, record);
    return { ...row, status: "active" };
  };

  return {
    async put(org, definition, digest, record) {
      const { name } = definition;
      const named = and(eq(workflows.org, org), eq(workflows.name, name));
      const outcome = await putVersion<Stored>(db, outbox, now, org, {
        record,
        async read() {
          const existing = await db.typed
            .select()
            .from(workflows)
            .where(and(named, eq(workflows.digest, digest)))
            .get();
          if (existing !== undefined) return { existing };
          const newest = await db.typed
            .select({ version: max(workflows.version) })
            .from(workflows)
            .where(named)
            .get();
          return { next: (newest?.version ?? 0) + 1 };
        },
        free: (version) => sql`
          (SELECT COALESCE(MAX(version), 0) + 1 FROM workflows WHERE org = ${org} AND name = ${name}) = ${version}
          AND NOT EXISTS (SELECT 1 FROM workflows WHERE org = ${org} AND name = ${name} AND digest = ${digest})`,
        insert: (version, free, at) => sql`
          INSERT INTO workflows (org, name, version, digest, status, definition, created_at)
          SELECT ${org}, ${name}, ${version}, ${digest}, 'active', ${JSON.stringify(definition)}, ${at} WHERE ${free}`,
      });
      if ("existing" in outcome) {
        const { existing } = outcome;
        const kept = existing.status === "active" ? existing : await putInForceAgain(org, existing, record(existing.version));
        return { view: toView(kept), created: false };
      }
      const { version, at } = outcome;
      return { view: { name, version, digest, status: "active", created_at: toRfc3339(at), definition }, created: true };
    },

    async get(org, name, version) {
      const row = await db.typed
        .select()
        .from(workflows)
        .where(
          and(
            eq(workflows.org, org),
            eq(workflows.name, name),
            version === null ? eq(workflows.status, "active") : eq(workflows.version, version),
          ),
        )
        .orderBy(desc(workflows.version))
        .limit(1)
        .get();
      return row === undefined ? null : toView(row);
    },

    async heldBy(org, name, born) {
      const row = await db.typed
        .select()
        .from(workflows)
        .where(and(eq(workflows.org, org), eq(workflows.name, name), gt(workflows.withdrawnAt, born)))
        .orderBy(desc(workflows.version))
        .limit(1)
        .get();
      return row === undefined ? null : toView(row);
    },

    async withdraw(org, name, record) {
      const at = now();
      const [, , changed] = await db.batch([
        outbox.statement(org, record, at, isInForce(org, name)),
        sql`DELETE FROM traffic WHERE org = ${org} AND workflow = ${name} AND ${isInForce(org, name)}`,
        sql`UPDATE workflows SET status = 'retired', withdrawn_at = ${at} WHERE org = ${org} AND name = ${name} AND status = 'active'`,
      ]);
      if (!wrote(changed)) return false;
      await outbox.flush(org, record);
      return true;
    },

    /** The newest active version of each workflow, by name. */
    async list(org, page) {
      const after = readCursor(page.cursor, CURSOR_FORMS.name);
      const newest = sql`(SELECT MAX(version) FROM workflows AS other
        WHERE other.org = ${workflows.org} AND other.name = ${workflows.name} AND other.status = 'active')`;
      const rows = await db.typed
        .select()
        .from(workflows)
        .where(and(eq(workflows.org, org), eq(workflows.version, newest), after === null ? undefined : gt(workflows.name, after)))
        .orderBy(asc(workflows.name))
        .limit(page.limit + 1);
      return toPage(rows, page.limit, (row) => row.name, toView);
    },

    async names(org) {
      const rows = await db.typed
        .selectDistinct({ name: workflows.name })
        .from(workflows)
        .where(and(eq(workflows.org, org), eq(workflows.status, "active")))
        .limit(MOST_NAMES);
      return rows.map((row) => row.name);
    },
  };
}

const toView = (row: Stored): WorkflowVersionView => ({
  name: row.name,
  version: row.version,
  digest: row.digest,
  status: row.status,
  created_at: toRfc3339(row.createdAt),
  definition: row.definition,
});
