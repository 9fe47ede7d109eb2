/** The index of runs, as those look at it who look after runs: the limit, the watchdog, the archive. */
import { sql } from "drizzle-orm";
import type { AuditRecord } from "../../core/audit/record.ts";
import { notOfDrill } from "../../core/kill-switch/of-drill.ts";
import { DATA_CLASSES, type DataClass } from "../../core/label/label.ts";
import { DEFAULT_ORG_SETTINGS } from "../../core/org/settings.ts";
import { FINAL_STATUSES, RUN_STATUSES, type RunStatus } from "../../core/run/outside/view.ts";
import type { EpochMs } from "../../core/time.ts";
import type { Database } from "./database.ts";
import type { Outbox } from "./outbox.ts";

const DAY_MS = 24 * 60 * 60_000;
const YEAR_MS = 365.25 * DAY_MS;
/**
 * D1 ends at 10 GB (developers.cloudflare.com/d1/platform/limits, 2026-10). Where it is larger than this, runs are archived this many days after their end
 * although their org keeps them longer: they read as before. `workers/audit` lets go of its pages at 5 GB.
 */
const FULL_BYTES = 6_000_000_000;
const FULL_DAYS = 8;
/** Longer than any retention. */
const ANY_DAYS = 1_000_000;
const UNFINISHED = JSON.stringify(RUN_STATUSES.filter((status) => !FINAL_STATUSES.includes(status)));

/** An unfinished run that nobody has touched for a while. */
export type QuietRun = { readonly id: string; readonly org: string; readonly workflow: string; readonly status: RunStatus };

/** A run whose time is over. `why`: its class's days, or the evidence's years. */
export type ExpiredRun = {
  readonly id: string;
  readonly org: string;
  readonly subject: string;
  readonly class: DataClass;
  readonly why: "class" | "evidence";
  /** Days, or years. */
  readonly after: number;
};

/** The index of runs, for the limit, the watchdog and the archive. */
export type RunKeeping = {
  /** One snapshot: unfinished runs of the org (counted up to `atMost`, those of a drill not), and which of these runs have a line here. */
  look(org: string, runs: readonly string[], atMost: number): Promise<{ unfinished: number; indexed: readonly string[] }>;
  /** Takes up to `limit` runs whose line nobody touched since `before`, longest untouched first; two callers share them. */
  takeQuiet(statuses: readonly RunStatus[], before: EpochMs, limit: number): Promise<readonly QuietRun[]>;
  /** Ended runs whose org's retention is over at `at`, earlier where D1 is nearly full; a dead letter that is open keeps its run. */
  overdue(at: EpochMs, limit: number): Promise<readonly { readonly id: string; readonly org: string }[]>;
  /** The run stands behind all others that are overdue, until it ends up archived. */
  putOff(org: string, id: string): Promise<void>;
  /** Ended runs that are to be deleted at `at`: of classes whose time is over, and archived ones older than their org's evidence. */
  expired(at: EpochMs, limit: number): Promise<readonly ExpiredRun[]>;
  /** Deletes the lines of runs of one org, and what D1 keeps of them beside these, with the audit record; how many runs that were. */
  forget(org: string, ids: readonly string[], record: AuditRecord): Promise<number>;
  /** With the audit record, once: a run that is marked already stays as it is. */
  markArchived(org: string, id: string, record: AuditRecord): Promise<void>;
};

/** The index of runs over D1. */
export function storeRunKeeping(db: Database, outbox: Outbox, now: () => EpochMs): RunKeeping {
  return {
    async look(org, runs, atMost) {
      const [counted, found] = await db.batch([
        sql`SELECT COUNT(*) AS unfinished FROM (
          SELECT 1 FROM runs WHERE org = ${org} AND status IN (SELECT value FROM json_each(${UNFINISHED})) AND ${sql.raw(notOfDrill("workflow"))}
          LIMIT ${atMost})`,
        sql`SELECT id FROM runs WHERE id IN (SELECT value FROM json_each(${JSON.stringify(runs)}))`,
      ]);
      const [count] = (counted?.results ?? []) as { unfinished: number }[];
      return { unfinished: count?.unfinished ?? 0, indexed: ((found?.results ?? []) as { id: string }[]).map(({ id }) => id) };
    },

    takeQuiet: (statuses, before, limit) =>
      db.typed.all<QuietRun>(sql`
        UPDATE runs SET touched_at = ${now()} WHERE id IN (
          SELECT id FROM runs WHERE status IN (SELECT value FROM json_each(${JSON.stringify(statuses)})) AND touched_at <= ${before}
          ORDER BY touched_at LIMIT ${limit})
        RETURNING id, org, workflow, status`),

    async overdue(at, limit) {
      const mostDays = (await sizeOf(db)) > FULL_BYTES ? FULL_DAYS : ANY_DAYS;
      return db.typed.all<{ id: string; org: string }>(sql`
        SELECT runs.id AS id, runs.org AS org FROM orgs
        CROSS JOIN runs ON runs.org = orgs.name AND runs.archived_at IS NULL AND runs.ended_at IS NOT NULL
          AND runs.ended_at <= ${at} - ${DAY_MS} * MIN(${mostDays}, COALESCE(orgs.settings->>'retention_days', ${DEFAULT_ORG_SETTINGS.retention_days}))
          AND orgs.settings->'retention'->>runs.class IS NULL
        WHERE NOT EXISTS (SELECT 1 FROM dead_letters WHERE dead_letters.org = runs.org AND dead_letters.run = runs.id AND dead_letters.status = 'open')
        ORDER BY COALESCE(runs.archive_tried_at, 0), runs.ended_at, runs.id
        LIMIT ${limit}`);
    },

    expired: (at, limit) =>
      db.typed.all<ExpiredRun>(sql`
        SELECT id, org, subject, class, why, "after" FROM (
          SELECT runs.id AS id, runs.org AS org, runs.subject AS subject, runs.class AS class, 'class' AS why, runs.archive_tried_at AS tried, runs.ended_at AS ended,
            MIN(kept.value, COALESCE(orgs.settings->>'retention_days', ${DEFAULT_ORG_SETTINGS.retention_days})) AS "after"
          FROM orgs CROSS JOIN json_each(orgs.settings, '$.retention') AS kept ON kept.key IN (SELECT value FROM json_each(${JSON.stringify(DATA_CLASSES)}))
          CROSS JOIN runs ON runs.org = orgs.name AND runs.class = kept.key AND runs.ended_at IS NOT NULL AND runs.ended_at <= ${at}
            - ${DAY_MS} * MIN(kept.value, COALESCE(orgs.settings->>'retention_days', ${DEFAULT_ORG_SETTINGS.retention_days}))
          UNION ALL
          SELECT runs.id, runs.org, runs.subject, runs.class, 'evidence', runs.archive_tried_at, runs.ended_at,
            COALESCE(orgs.settings->'retention'->>'audit_years', ${DEFAULT_ORG_SETTINGS.retention.audit_years})
          FROM orgs CROSS JOIN runs ON runs.org = orgs.name AND runs.archived_at IS NOT NULL AND runs.ended_at <= ${at}
            - ${YEAR_MS} * COALESCE(orgs.settings->'retention'->>'audit_years', ${DEFAULT_ORG_SETTINGS.retention.audit_years})
          WHERE orgs.settings->'retention'->>runs.class IS NULL)
        ORDER BY COALESCE(tried, 0), ended, id LIMIT ${limit}`),

    async forget(org, ids, record) {
      const listed = JSON.stringify(ids);
      const of = sql`org = ${org} AND run IN (SELECT value FROM json_each(${listed}))`;
      const lines = sql`org = ${org} AND id IN (SELECT value FROM json_each(${listed}))`;
      const done = await db.batch([
        outbox.statement(org, record, now(), sql`EXISTS (SELECT 1 FROM runs WHERE ${lines})`),
        sql`DELETE FROM feedback WHERE ${of}`,
        sql`DELETE FROM overrides WHERE ${of}`,
        sql`DELETE FROM dead_letters WHERE ${of}`,
        sql`DELETE FROM runs WHERE ${lines}`,
      ]);
      await outbox.flush(org, record);
      return done.at(-1)?.meta.changes ?? 0;
    },

    async putOff(org, id) {
      await db.typed.run(sql`UPDATE runs SET archive_tried_at = ${now()} WHERE org = ${org} AND id = ${id}`);
    },

    async markArchived(org, id, record) {
      const at = now();
      await db.batch([
        outbox.statement(org, record, at, sql`EXISTS (SELECT 1 FROM runs WHERE org = ${org} AND id = ${id} AND archived_at IS NULL)`),
        sql`UPDATE runs SET archived_at = ${at} WHERE org = ${org} AND id = ${id} AND archived_at IS NULL`,
      ]);
      await outbox.flush(org, record);
    },
  };
}

/** Bytes of the database. */
async function sizeOf(db: Database): Promise<number> {
  const [answer] = await db.batch([sql`SELECT 1`]);
  return answer?.meta.size_after ?? 0;
}
