/** Replays and analyses that became jobs (core/policy/job.ts). */
import { sql } from "drizzle-orm";
import type { AuditRecord } from "../../core/audit/record.ts";
import type { Page, PageRequest } from "../../core/page.ts";
import {
  JOB_LIFETIME_MS,
  type JobProgress,
  MOST_KEPT_JOBS,
  MOST_RUNNING_JOBS,
  type PolicyJob,
  type PolicyTask,
  type PolicyTaskState,
  progressOf,
} from "../../core/policy/job.ts";
import type { EpochMs } from "../../core/time.ts";
import { CURSOR_FORMS, readCursor, toPage } from "./cursor.ts";
import { type Database, wrote } from "./database.ts";
import type { Outbox } from "./outbox.ts";

/** A job without its state. */
export type JobLine = { readonly job: Omit<PolicyJob, "state">; readonly progress: JobProgress };

/** Jobs in D1. */
export type PolicyJobStore = {
  /** Of the jobs that have ended, the org's oldest beyond `MOST_KEPT_JOBS` go. False: `MOST_RUNNING_JOBS` of the org run; nothing is written. */
  create(job: PolicyJob, record: AuditRecord): Promise<boolean>;
  /** How many of the org run. */
  running(org: string): Promise<number>;
  /** null: there is none, or it has expired. */
  get(org: string, id: string): Promise<PolicyJob | null>;
  /** The org's jobs, newest first. */
  list(org: string, page: PageRequest): Promise<Page<JobLine>>;
  /** Takes up to `limit` running ones that nobody went on with since `before`; two callers share them. `tries`: takes since it last got on. */
  take(before: EpochMs, limit: number): Promise<readonly { readonly job: PolicyJob; readonly tries: number }[]>;
  /** Keeps how far a running one is. */
  keep(job: PolicyJob): Promise<void>;
  /** Deletes what is older than `JOB_LIFETIME_MS`; how many. */
  expire(at: EpochMs): Promise<number>;
};

type Line = {
  id: string;
  org: string;
  version: string;
  task: string;
  against: string;
  asked_by: string;
  asked_at: number;
  status: PolicyJob["status"];
  progress: string;
  completed_at: number | null;
};
type Row = Line & { state: string; tries: number };

const lineOf = (row: Line): Omit<PolicyJob, "state"> => ({
  id: row.id,
  org: row.org,
  version: row.version,
  task: JSON.parse(row.task) as PolicyTask,
  against: JSON.parse(row.against) as PolicyJob["against"],
  askedBy: row.asked_by,
  askedAt: row.asked_at,
  status: row.status,
  completedAt: row.completed_at,
});
const jobOf = (row: Row): PolicyJob => ({ ...lineOf(row), state: JSON.parse(row.state) as PolicyTaskState });

/** Expired ones that one sweep deletes at most. */
const MOST_EXPIRED = 500;

/** Jobs over D1. */
export function storePolicyJobs(db: Database, outbox: Outbox, now: () => EpochMs): PolicyJobStore {
  return {
    async create({ id, org, version, task, against, askedBy, askedAt, status, state, completedAt }, record) {
      const fits = sql`(SELECT COUNT(*) FROM policy_jobs WHERE org = ${org} AND status = 'running') < ${MOST_RUNNING_JOBS}
        AND NOT EXISTS (SELECT 1 FROM policy_jobs WHERE id = ${id})`;
      const [, inserted] = await db.batch([
        outbox.statement(org, record, now(), fits),
        sql`INSERT INTO policy_jobs (id, org, version, task, against, asked_by, asked_at, status, state, progress, completed_at, tries, looked_at)
          SELECT ${id}, ${org}, ${version}, ${JSON.stringify(task)}, ${JSON.stringify(against)}, ${askedBy}, ${askedAt}, ${status},
            ${JSON.stringify(state)}, ${JSON.stringify(progressOf(state))}, ${completedAt}, 0, ${now()} WHERE ${fits}`,
        sql`DELETE FROM policy_jobs WHERE org = ${org} AND status <> 'running'
          AND id NOT IN (SELECT id FROM policy_jobs WHERE org = ${org} ORDER BY id DESC LIMIT ${MOST_KEPT_JOBS})`,
      ]);
      if (!wrote(inserted)) return false;
      await outbox.flush(org, record);
      return true;
    },

    async running(org) {
      const [row] = await db.typed.all<{ n: number }>(
        sql`SELECT COUNT(*) AS n FROM policy_jobs WHERE org = ${org} AND status = 'running' AND asked_at > ${now() - JOB_LIFETIME_MS}`,
      );
      return row?.n ?? 0;
    },

    async get(org, id) {
      const [row] = await db.typed.all<Row>(
        sql`SELECT * FROM policy_jobs WHERE org = ${org} AND id = ${id} AND asked_at > ${now() - JOB_LIFETIME_MS}`,
      );
      return row === undefined ? null : jobOf(row);
    },

    async list(org, page) {
      const before = readCursor(page.cursor, CURSOR_FORMS.policyJob);
      // Every id of a job is less than `job_Z`.
      const rows = await db.typed.all<Line>(sql`
        SELECT id, org, version, task, against, asked_by, asked_at, status, progress, completed_at FROM policy_jobs
        WHERE org = ${org} AND id < ${before ?? "job_Z"} AND asked_at > ${now() - JOB_LIFETIME_MS} ORDER BY id DESC LIMIT ${page.limit + 1}`);
      return toPage(
        rows,
        page.limit,
        ({ id }) => id,
        (row) => ({ job: lineOf(row), progress: JSON.parse(row.progress) as JobProgress }),
      );
    },

    async take(before, limit) {
      const rows = await db.typed.all<Row>(sql`
        UPDATE policy_jobs SET looked_at = ${now()}, tries = tries + 1 WHERE id IN (
          SELECT id FROM policy_jobs WHERE status = 'running' AND looked_at <= ${before} ORDER BY looked_at LIMIT ${limit})
        RETURNING *`);
      return rows.map((row) => ({ job: jobOf(row), tries: row.tries }));
    },

    async keep({ id, status, state, completedAt }) {
      await db.batch([
        sql`UPDATE policy_jobs SET status = ${status}, state = ${JSON.stringify(state)}, progress = ${JSON.stringify(progressOf(state))},
          completed_at = ${completedAt}, tries = 0, looked_at = ${now()} WHERE id = ${id} AND status = 'running'`,
      ]);
    },

    async expire(at) {
      const rows = await db.typed.all<{ id: string }>(sql`
        DELETE FROM policy_jobs WHERE id IN (SELECT id FROM policy_jobs WHERE asked_at <= ${at - JOB_LIFETIME_MS} LIMIT ${MOST_EXPIRED}) RETURNING id`);
      return rows.length;
    },
  };
}
