/** Incidents (core/incident). */
import { and, desc, eq, gte, inArray, lt, lte, sql } from "drizzle-orm";
import type { Incident } from "../../core/incident/incident.ts";
import type { Json } from "../../core/json.ts";
import { notOfDrill } from "../../core/kill-switch/of-drill.ts";
import { CURSOR_FORMS, readCursor, toPage } from "./cursor.ts";
import { type Database, wrote } from "./database.ts";
import type { Outbox } from "./outbox.ts";
import type { IncidentStore } from "./ports.ts";
import { incidents, runs } from "./schema.ts";

/** Incidents over D1. */
export function storeIncidents(db: Database, outbox: Outbox, now: () => number): IncidentStore {
  const get = async (org: string, id: string): Promise<Incident | null> => {
    const row = await db.typed
      .select()
      .from(incidents)
      .where(and(eq(incidents.org, org), eq(incidents.id, id)))
      .get();
    return row ?? null;
  };
  return {
    get,

    async open({ id, org, source, title, severity, status, owner, postmortem, openedBy, openedAt }, record) {
      const isNew = sql`NOT EXISTS (SELECT 1 FROM incidents WHERE org = ${org} AND source = ${source})`;
      const [, inserted] = await db.batch([
        outbox.statement(org, record, now(), isNew),
        sql`INSERT INTO incidents (id, org, source, title, severity, status, owner, postmortem, opened_by, opened_at, resolved_at, timeline)
          VALUES (${id}, ${org}, ${source}, ${title}, ${severity}, ${status}, ${owner}, ${postmortem}, ${openedBy}, ${openedAt}, NULL, NULL)
          ON CONFLICT (org, source) DO NOTHING`,
      ]);
      if (wrote(inserted)) await outbox.flush(org, record);
      return wrote(inserted);
    },

    async change({ id, org, status, owner, postmortem, resolvedAt, timeline }, record) {
      await db.batch([
        outbox.statement(org, record, now()),
        sql`UPDATE incidents SET status = ${status}, owner = ${owner}, postmortem = ${postmortem}, resolved_at = ${resolvedAt},
          timeline = ${timeline === null ? null : JSON.stringify(timeline)} WHERE org = ${org} AND id = ${id}`,
      ]);
      await outbox.flush(org, record);
    },

    async list(org, page) {
      const before = readCursor(page.cursor, CURSOR_FORMS.incident);
      const rows = await db.typed
        .select()
        .from(incidents)
        .where(and(eq(incidents.org, org), before === null ? undefined : lt(incidents.id, before)))
        .orderBy(desc(incidents.id))
        .limit(page.limit + 1);
      return toPage(
        rows,
        page.limit,
        (row) => row.id,
        (row) => row,
      );
    },
  };
}

/** Lines of runs that did not keep their promise and ended in this time, newest first. */
export async function failedRuns(db: Database, org: string, from: number, to: number, limit: number): Promise<Json[]> {
  const rows = await db.typed
    .select({ summary: runs.summary })
    .from(runs)
    .where(
      and(
        eq(runs.org, org),
        gte(runs.endedAt, from),
        lte(runs.endedAt, to),
        inArray(runs.status, ["failed", "dead_lettered"]),
        sql.raw(notOfDrill("workflow")),
      ),
    )
    .orderBy(desc(runs.endedAt))
    .limit(limit);
  return rows.map(({ summary }) => summary as Json);
}
