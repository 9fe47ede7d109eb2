/** Which version a user's runs start with, and how that changes. */
import { and, desc, eq, lt, sql } from "drizzle-orm";
import { err, ok } from "../../core/result.ts";
import { toRfc3339 } from "../../core/time.ts";
import { type Layout, layOut, sharesOf, wholeOf } from "../../core/workflow/traffic.ts";
import { CURSOR_FORMS, readCursor, toPage } from "./cursor.ts";
import { type Database, wrote } from "./database.ts";
import type { Outbox } from "./outbox.ts";
import type { WorkflowStore } from "./ports.ts";
import { traffic, workflows } from "./schema.ts";

/** Each round, one of the changes that come at once is made; nobody splits one workflow's traffic from more places. */
const ROUNDS = 20;

/** Versions of a workflow and their shares of traffic. */
export type TrafficStore = Pick<WorkflowStore, "versions" | "shares" | "setTraffic"> & {
  /** null: the org never split it. */
  layout(org: string, name: string): Promise<Layout | null>;
};

/** Traffic over D1. */
export function storeTraffic(db: Database, outbox: Outbox, now: () => number): TrafficStore {
  const rowOf = (org: string, name: string) =>
    db.typed
      .select()
      .from(traffic)
      .where(and(eq(traffic.org, org), eq(traffic.workflow, name)))
      .get();
  const newestActive = async (org: string, name: string): Promise<number | null> => {
    const row = await db.typed
      .select({ version: workflows.version })
      .from(workflows)
      .where(and(eq(workflows.org, org), eq(workflows.name, name), eq(workflows.status, "active")))
      .orderBy(desc(workflows.version))
      .limit(1)
      .get();
    return row?.version ?? null;
  };
  const inForce = async (org: string, name: string): Promise<{ layout: Layout; revision: number }> => {
    const row = await rowOf(org, name);
    if (row !== undefined) return row;
    const newest = await newestActive(org, name);
    return { layout: newest === null ? [] : wholeOf(newest), revision: 0 };
  };

  return {
    async layout(org, name) {
      return (await rowOf(org, name))?.layout ?? null;
    },

    async versions(org, name, page) {
      const before = readCursor(page.cursor, CURSOR_FORMS.version);
      const rows = await db.typed
        .select({
          name: workflows.name,
          version: workflows.version,
          digest: workflows.digest,
          status: workflows.status,
          createdAt: workflows.createdAt,
        })
        .from(workflows)
        .where(and(eq(workflows.org, org), eq(workflows.name, name), before === null ? undefined : lt(workflows.version, Number(before))))
        .orderBy(desc(workflows.version))
        .limit(page.limit + 1);
      const percents = new Map(sharesOf((await inForce(org, name)).layout).map(({ version, percent }) => [version, percent]));
      return toPage(
        rows,
        page.limit,
        (row) => String(row.version),
        ({ createdAt, ...row }) => ({ ...row, created_at: toRfc3339(createdAt), percent: percents.get(row.version) ?? 0 }),
      );
    },

    async shares(org, name) {
      return sharesOf((await inForce(org, name)).layout);
    },

    async setTraffic(org, name, shares, record) {
      const versions = JSON.stringify(shares.map(({ version }) => version));
      const known = await db.typed.all<{ version: number }>(sql`
        SELECT version FROM workflows WHERE org = ${org} AND name = ${name} AND version IN (SELECT value FROM json_each(${versions}))`);
      const unknown = shares.find(({ version }) => !known.some((row) => row.version === version));
      if (unknown !== undefined) return err({ unknown: unknown.version });
      for (let round = 0; round < ROUNDS; round++) {
        const { layout: before, revision } = await inForce(org, name);
        const layout = layOut(before, shares);
        const at = now();
        // Versions are never deleted; what may have changed since it was read is the split.
        const unchanged = sql`COALESCE((SELECT revision FROM traffic WHERE org = ${org} AND workflow = ${name}), 0) = ${revision}`;
        const [, , written] = await db.batch([
          outbox.statement(org, record, at, unchanged),
          sql`UPDATE workflows
            SET status = CASE WHEN version IN (SELECT value FROM json_each(${versions})) THEN 'active' ELSE 'retired' END
            WHERE org = ${org} AND name = ${name} AND ${unchanged}`,
          sql`INSERT INTO traffic (org, workflow, revision, layout, changed_at)
            SELECT ${org}, ${name}, ${revision + 1}, ${JSON.stringify(layout)}, ${at} WHERE ${unchanged}
            ON CONFLICT (org, workflow) DO UPDATE
              SET revision = excluded.revision, layout = excluded.layout, changed_at = excluded.changed_at`,
        ]);
        if (!wrote(written)) continue;
        await outbox.flush(org, record);
        return ok(sharesOf(layout));
      }
      throw new Error("the split changed under every attempt to change it");
    },
  };
}
