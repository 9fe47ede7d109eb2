/** Erasures of persons, and what D1 keeps of them and of their runs. */
import { type SQL, sql } from "drizzle-orm";
import type { AuditRecord } from "../../core/audit/record.ts";
import { leastId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Gone } from "../../core/keeping/stores.ts";
import { ERASED } from "../../core/person/erased-run.ts";
import type { ErasureRecord } from "../../core/person/erasure.ts";
import type { FeedbackView } from "../../core/run/outside/view.ts";
import { type EpochMs, toRfc3339 } from "../../core/time.ts";
import type { ArchivedLines, RunOfPerson } from "./archived-lines.ts";
import { mergedById } from "./cursor.ts";
import { type Database, wrote } from "./database.ts";
import type { Outbox } from "./outbox.ts";

/** No line that a run still sends is newer than this: what was erased stays erased. */
const LAST_SEQ = Number.MAX_SAFE_INTEGER;

/** Erasures in D1. */
export type ErasureStore = {
  /** False: one of this person is running already, and nothing is kept. */
  begin(erasure: ErasureRecord, record: AuditRecord): Promise<boolean>;
  /** A running one reaches up to `at` from now on: it was asked for again. False: it is complete. */
  extend(erasure: ErasureRecord, at: EpochMs, record: AuditRecord): Promise<boolean>;
  /** The person's that is running; null: there is none. A complete one is not found by its person. */
  underWay(org: string, subject: string): Promise<ErasureRecord | null>;
  /** By its id; null: there is no such one. */
  get(org: string, id: string): Promise<ErasureRecord | null>;
  /** Takes up to `limit` running ones that nobody looked after since `before`; two callers share them. */
  take(before: EpochMs, limit: number): Promise<readonly ErasureRecord[]>;
  /** Adds what went in one look; answers what went in all of them, those that others make meanwhile included. */
  add(id: string, went: Gone): Promise<Gone>;
  /** The person's id goes now. Once: false, and nothing changed, when it was complete. */
  complete(erasure: ErasureRecord, record: AuditRecord): Promise<boolean>;
  /** Runs about the person that began at `upTo` or before, by id, those after `after`. */
  runsOf(org: string, subject: string, upTo: EpochMs, after: string, limit: number): Promise<readonly RunOfPerson[]>;
  countRunsOf(org: string, subject: string, upTo: EpochMs): Promise<number>;
  /** A run's line as lists show it; null: there is none. */
  lineOf(org: string, run: string): Promise<{ readonly summary: JsonObject; readonly subject: string } | null>;
  /** What people think of a run; what somebody thinks of runs, the newest 1,000. */
  feedbackOn(org: string, run: string): Promise<readonly FeedbackView[]>;
  feedbackBy(org: string, user: string): Promise<readonly FeedbackView[]>;
  /** Deletes what the person said of runs; how much that was. */
  forgetFeedbackOf(org: string, subject: string): Promise<number>;
  /** Puts what the person's own calls cost under nobody's name, so that the sums stay; how many calls and sums of days that were. */
  forgetCostsOf(org: string, subject: string): Promise<Gone>;
  /**
   * Leaves of a run's line only what `summary` says, and nothing of what people wrote about it; null: the line goes, too. Answers how many lines
   * of which table that took.
   */
  eraseRun(org: string, run: string, left: { readonly summary: JsonObject; readonly user: string } | null): Promise<Gone>;
};

type Row = {
  id: string;
  org: string;
  subject: string | null;
  status: "running" | "completed";
  asked_by: string;
  asked_at: number;
  completed_at: number | null;
  gone: string;
};

const read = (row: Row): ErasureRecord => ({
  id: row.id,
  org: row.org,
  subject: row.subject,
  status: row.status,
  askedBy: row.asked_by,
  askedAt: row.asked_at,
  completedAt: row.completed_at,
  gone: JSON.parse(row.gone) as Gone,
});

/** Erasures over D1. */
export function storeErasures(
  db: Database,
  outbox: Outbox,
  archived: Pick<ArchivedLines, "runsOf" | "countOf" | "lineOf" | "erase">,
  now: () => EpochMs,
): ErasureStore {
  const feedbackWhere = async (where: SQL): Promise<readonly FeedbackView[]> => {
    const rows = await db.typed.all<Omit<FeedbackView, "created_at"> & { created_at: number }>(
      sql`SELECT id, run, user, score, comment, created_at FROM feedback WHERE ${where} ORDER BY created_at DESC LIMIT 1000`,
    );
    return rows.map((row) => ({ ...row, created_at: toRfc3339(row.created_at) }));
  };
  return {
    async begin({ id, org, subject, askedBy, askedAt }, record) {
      const none = sql`NOT EXISTS (SELECT 1 FROM erasures WHERE org = ${org} AND subject = ${subject} AND status = 'running')`;
      const [, inserted] = await db.batch([
        outbox.statement(org, record, askedAt, none),
        sql`INSERT INTO erasures (id, org, person, subject, status, asked_by, asked_at, completed_at, gone, looked_at)
          SELECT ${id}, ${org}, '', ${subject}, 'running', ${askedBy}, ${askedAt}, NULL, '{}', ${askedAt} WHERE ${none}`,
      ]);
      if (!wrote(inserted)) return false;
      await outbox.flush(org, record);
      return true;
    },

    async extend({ id, org }, at, record) {
      const [, updated] = await db.batch([
        outbox.statement(org, record, at, sql`EXISTS (SELECT 1 FROM erasures WHERE id = ${id} AND status = 'running')`),
        sql`UPDATE erasures SET asked_at = ${at} WHERE id = ${id} AND status = 'running'`,
      ]);
      if (!wrote(updated)) return false;
      await outbox.flush(org, record);
      return true;
    },

    async underWay(org, subject) {
      const [row] = await db.typed.all<Row>(
        sql`SELECT * FROM erasures WHERE org = ${org} AND subject = ${subject} AND status = 'running' ORDER BY id DESC LIMIT 1`,
      );
      return row === undefined ? null : read(row);
    },

    async get(org, id) {
      const [row] = await db.typed.all<Row>(sql`SELECT * FROM erasures WHERE org = ${org} AND id = ${id}`);
      return row === undefined ? null : read(row);
    },

    async take(before, limit) {
      const rows = await db.typed.all<Row>(sql`
        UPDATE erasures SET looked_at = ${now()} WHERE id IN (
          SELECT id FROM erasures WHERE status = 'running' AND looked_at <= ${before} ORDER BY looked_at LIMIT ${limit})
        RETURNING *`);
      return rows.map(read);
    },

    async add(id, went) {
      const [row] = await db.typed.all<{ gone: string }>(sql`
        UPDATE erasures SET gone = (
          SELECT json_group_object(store, entries) FROM (
            SELECT key AS store, SUM(value) AS entries FROM (
              SELECT key, value FROM json_each(erasures.gone) UNION ALL SELECT key, value FROM json_each(${JSON.stringify(went)})
            ) GROUP BY key))
        WHERE id = ${id} RETURNING gone`);
      return row === undefined ? went : (JSON.parse(row.gone) as Gone);
    },

    async complete({ id, org, completedAt }, record) {
      const running = sql`EXISTS (SELECT 1 FROM erasures WHERE id = ${id} AND status = 'running')`;
      const [, , updated] = await db.batch([
        outbox.statement(org, record, completedAt ?? now(), running),
        sql`UPDATE erasures SET subject = substr(hex(zeroblob(octet_length(subject) / 2 + 1)), 1, octet_length(subject)) WHERE id = ${id}`,
        sql`UPDATE erasures SET status = 'completed', person = '', subject = NULL, completed_at = ${completedAt}
          WHERE id = ${id} AND status = 'running'`,
      ]);
      if (!wrote(updated)) return false;
      await outbox.flush(org, record);
      return true;
    },

    async runsOf(org, subject, upTo, after, limit) {
      const before = leastId("run", upTo + 1);
      const [here, there] = await Promise.all([
        db.typed.all<RunOfPerson>(sql`
          SELECT id, user FROM runs WHERE org = ${org} AND subject = ${subject} AND id > ${after} AND id < ${before} ORDER BY id LIMIT ${limit}`),
        archived.runsOf(org, subject, after, before, limit),
      ]);
      return mergedById(here, there)
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit);
    },

    async countRunsOf(org, subject, upTo) {
      const before = leastId("run", upTo + 1);
      const [[row], there] = await Promise.all([
        db.typed.all<{ left: number }>(
          sql`SELECT COUNT(*) AS left FROM runs WHERE org = ${org} AND subject = ${subject} AND id < ${before}`,
        ),
        archived.countOf(org, subject, before),
      ]);
      return (row?.left ?? 0) + there;
    },

    async lineOf(org, run) {
      const [row] = await db.typed.all<{ summary: string; subject: string }>(
        sql`SELECT summary, subject FROM runs WHERE org = ${org} AND id = ${run}`,
      );
      return row === undefined ? archived.lineOf(org, run) : { summary: JSON.parse(row.summary) as JsonObject, subject: row.subject };
    },

    feedbackOn: (org, run) => feedbackWhere(sql`org = ${org} AND run = ${run}`),
    feedbackBy: (org, user) => feedbackWhere(sql`org = ${org} AND user = ${user}`),

    async forgetFeedbackOf(org, subject) {
      const [, deleted] = await db.batch([
        sql`UPDATE feedback SET comment = ${overwritten("comment")} WHERE org = ${org} AND user = ${subject}`,
        sql`DELETE FROM feedback WHERE org = ${org} AND user = ${subject}`,
      ]);
      return deleted?.meta.changes ?? 0;
    },

    async forgetCostsOf(org, subject) {
      const theirs = sql`org = ${org} AND user = ${subject} AND user <> ${ERASED}`;
      const [, days, calls] = await db.batch([
        sql`INSERT INTO cost_days (org, day, user, workflow, version, kind, name, micro_usd, tokens_in, tokens_out, calls, people_ms)
          SELECT org, day, ${ERASED}, workflow, version, kind, name, micro_usd, tokens_in, tokens_out, calls, people_ms FROM cost_days
          WHERE ${theirs}
          ON CONFLICT (org, day, user, workflow, version, kind, name) DO UPDATE SET
            micro_usd = micro_usd + excluded.micro_usd, tokens_in = tokens_in + excluded.tokens_in,
            tokens_out = tokens_out + excluded.tokens_out, calls = calls + excluded.calls, people_ms = people_ms + excluded.people_ms`,
        sql`DELETE FROM cost_days WHERE ${theirs}`,
        sql`UPDATE cost_calls SET user = ${ERASED} WHERE ${theirs}`,
      ]);
      return { "DB.cost_days": days?.meta.changes ?? 0, "DB.cost_calls": calls?.meta.changes ?? 0 };
    },

    async eraseRun(org, run, left) {
      const here = sql`org = ${org} AND run = ${run}`;
      // Two who look at once both come by: what is erased already is not counted again.
      const isNew = left === null ? sql`1` : sql`seq <> ${LAST_SEQ}`;
      const emptied = [
        sql`UPDATE feedback SET comment = ${overwritten("comment")} WHERE ${here}`,
        sql`UPDATE dead_letters SET reason = ${overwritten("reason", "json")} WHERE ${here} AND ${isNew}`,
        sql`UPDATE overrides SET reason = ${overwritten("reason")} WHERE ${here}`,
        sql`UPDATE cost_calls SET metadata = '{}', session = '' WHERE ${here}`,
        sql`UPDATE runs SET summary = ${overwritten("summary", "json")}, user = ${overwritten("user")}, subject = ${overwritten("subject")}
          WHERE org = ${org} AND id = ${run} AND ${isNew}`,
      ];
      const forgotten = [sql`DELETE FROM feedback WHERE ${here}`, sql`DELETE FROM overrides WHERE ${here}`];
      const line =
        left === null
          ? [sql`DELETE FROM dead_letters WHERE ${here}`, sql`DELETE FROM runs WHERE org = ${org} AND id = ${run}`]
          : [
              sql`UPDATE dead_letters SET status = 'discarded', seq = ${LAST_SEQ}, reason = json_object('code', 'cancelled', 'message', ${ERASED})
                WHERE ${here} AND ${isNew}`,
              sql`UPDATE runs SET seq = ${LAST_SEQ}, subject = ${ERASED}, user = ${left.user}, summary = ${JSON.stringify(left.summary)},
                archived_at = COALESCE(archived_at, ${now()})
                WHERE org = ${org} AND id = ${run} AND ${isNew}`,
            ];
      const [feedback, overrides, letters, runs] = (await db.batch([...emptied, ...forgotten, ...line])).slice(emptied.length);
      const lines = (of: typeof runs): number => of?.meta.changes ?? 0;
      const there = await archived.erase(org, run, left);
      return {
        "DB.runs": lines(runs),
        "DB.dead_letters": lines(letters),
        "ARCHIVE_INDEX.run": there.runs,
        "ARCHIVE_INDEX.letter": there.letters,
        "DB.feedback": lines(feedback),
        "DB.overrides": lines(overrides),
      };
    },
  };
}

/**
 * As many bytes of nothing: SQLite writes them over the old ones, while what it deletes stays in free pages of the file. `json`: the column
 * holds JSON text, which indexes read.
 */
const overwritten = (column: string, form: "text" | "json" = "text"): SQL => {
  const name = sql.identifier(column);
  const zeros = (fewer: number): SQL =>
    sql`substr(hex(zeroblob(octet_length(${name}) / 2 + 1)), 1, octet_length(${name}) - ${sql.raw(String(fewer))})`;
  return form === "text" ? zeros(0) : sql`'"' || ${zeros(2)} || '"'`;
};
