/**
 * Lines of archived runs that have left D1: which months of an org the index of the archive has, and questions over all of them. A line is
 * there before it goes here, so that at any time it is in at least one of the two; where it is in both, the one in D1 counts.
 */
import { sql } from "drizzle-orm";
import type { AuditRecord } from "../../core/audit/record.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { DATA_CLASSES } from "../../core/label/label.ts";
import { type ChosenSettings, DEFAULT_ORG_SETTINGS } from "../../core/org/settings.ts";
import {
  type ArchivedFilter,
  type ArchivedLine,
  type ExpiryLimits,
  monthOfId,
  startOfMonth,
} from "../../core/run/outside/archived-line.ts";
import type { EpochMs } from "../../core/time.ts";
import type { ArchivedLetter } from "../../durable-objects/archive-index/archive-index.ts";
import type { ArchiveIndexRpc } from "../../durable-objects/archive-index/stub.ts";
import { sideBySide } from "../../kit/bounded.ts";
import type { Database } from "./database.ts";
import type { Outbox } from "./outbox.ts";
import type { ExpiredRun } from "./run-keeping.ts";

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365.25 * DAY_MS;
/**
 * A line leaves D1 this long after its run has ended (the health of workflows looks back seven days), and this long after it was archived:
 * no message of the run is under way any more that would bring an older line back.
 */
const STAYS_MS = { afterEnd: 8 * DAY_MS, afterArchive: DAY_MS } as const;
/** Lines of a portion, and portions of a sweep: a sweep every five minutes that moves 2,000 keeps pace with 576,000 runs a day. */
const PORTION = 250;
const PORTIONS = 8;
/** Months that are asked at the same time. Seven years have 84. */
const WIDTH = 6;
/** Months that a sweep looks through for lines whose time is over; each is looked at once a day. */
const LOOKED_AT_ONCE = 20;

/** The index of an org's archived runs of one month. */
export type ArchiveIndexOf = (org: string, month: string) => ArchiveIndexRpc;
type Months = readonly { readonly month: string; readonly newest: string }[];

/** A run about a person. */
export type RunOfPerson = { readonly id: string; readonly user: string };

/** Lines of archived runs, beside those that D1 has. */
export type ArchivedLines = {
  /** Moves a portion of lines out of D1; answers how many those were. Safe at any time, also twice at once. */
  move(): Promise<{ readonly moved: number }>;
  /** Lines of runs, newest first. */
  list(org: string, filter: ArchivedFilter, limit: number): Promise<readonly { readonly id: string; readonly summary: Json }[]>;
  letters(org: string, filter: Pick<ArchivedFilter, "status" | "above" | "below">, limit: number): Promise<readonly ArchivedLetter[]>;
  /** Which of these runs have a line. */
  has(org: string, ids: readonly string[]): Promise<readonly string[]>;
  lineOf(org: string, id: string): Promise<{ readonly summary: JsonObject; readonly subject: string } | null>;
  /** Runs about a person, by id: those after `after` and before `before`. */
  runsOf(org: string, subject: string, after: string, before: string, limit: number): Promise<readonly RunOfPerson[]>;
  countOf(org: string, subject: string, before: string): Promise<number>;
  /** As `ErasureStore.eraseRun`. */
  erase(
    org: string,
    id: string,
    left: { readonly summary: JsonObject; readonly user: string } | null,
  ): Promise<{ runs: number; letters: number }>;
  /** As in `RunKeeping`, of lines that are here. */
  expired(at: EpochMs, limit: number): Promise<readonly ExpiredRun[]>;
  forget(org: string, ids: readonly string[], record: AuditRecord): Promise<number>;
  putOff(org: string, id: string): Promise<void>;
};

type Row = Omit<ArchivedLine, "summary" | "dead_letter"> & { summary: string; letter: string | null };

/** Over D1, which knows the months, and their objects. */
export function storeArchivedLines(db: Database, outbox: Outbox, index: ArchiveIndexOf, now: () => EpochMs): ArchivedLines {
  const monthsOf = (org: string): Promise<Months> =>
    db.typed.all<Months[number]>(sql`SELECT month, newest FROM archive_months WHERE org = ${org} ORDER BY month DESC`);

  /** Asks months until there are `limit` answers: a few at a time, in their order. */
  async function gathered<T>(
    months: readonly string[],
    limit: number,
    ask: (month: string, left: number) => Promise<readonly T[]>,
  ): Promise<T[]> {
    const found: T[] = [];
    // The first alone: nearly always it has the whole page.
    for (let at = 0; at < months.length && found.length < limit; ) {
      const some = months.slice(at, at + (at === 0 ? 1 : WIDTH));
      at += some.length;
      found.push(...(await Promise.all(some.map((month) => ask(month, limit - found.length)))).flat());
    }
    return found.slice(0, limit);
  }

  const newestFirst = async <T>(
    org: string,
    { above, below, since, until }: Pick<ArchivedFilter, "above" | "below"> & Partial<Pick<ArchivedFilter, "since" | "until">>,
    limit: number,
    ask: (month: string, left: number) => Promise<readonly T[]>,
  ): Promise<T[]> => {
    const months = (await monthsOf(org)).filter(
      ({ month, newest }) =>
        (above === null || suffixOf(newest) > suffixOf(above)) &&
        (below === null || month <= monthOfId(below)) &&
        (since == null || endOfMonth(month) > since - DAY_MS) &&
        (until == null || startOfMonth(month) < until + DAY_MS),
    );
    return gathered(
      months.map(({ month }) => month),
      limit,
      ask,
    );
  };

  const lines: ArchivedLines = {
    async move() {
      let moved = 0;
      for (let portion = 0; portion < PORTIONS; portion++) {
        const rows = await db.typed.all<Row>(sql`
          SELECT runs.id, runs.seq, runs.org, runs.user, runs.subject, runs.workflow, runs.version, runs.status, runs.summary, runs.created_at,
            runs.ended_at, runs.class, IIF(letter.id IS NULL, NULL, json_object('id', letter.id, 'step', letter.step, 'reason', json(letter.reason),
              'undone', json(letter.undone), 'status', letter.status, 'created_at', letter.created_at)) AS letter
          FROM runs LEFT JOIN dead_letters AS letter ON letter.id = 'dl_' || substr(runs.id, 5) AND letter.org = runs.org
          WHERE runs.archived_at IS NOT NULL AND runs.archived_at <= ${now() - STAYS_MS.afterArchive}
            AND runs.ended_at <= ${now() - STAYS_MS.afterEnd}
          ORDER BY runs.archived_at LIMIT ${PORTION}`);
        const groups = [...Map.groupBy(rows, ({ org, id }) => `${org}/${monthOfId(id)}`).values()];
        await sideBySide(groups, WIDTH, async (group) => {
          const count = await moveGroup(group);
          moved += count;
        });
        if (rows.length < PORTION) break;
      }
      return { moved };
    },

    list: (org, filter, limit) => newestFirst(org, filter, limit, (month, left) => index(org, month).list({ ...filter }, left)),

    letters: (org, { status, above, below }, limit) =>
      newestFirst(org, { above, below }, limit, (month, left) => index(org, month).letters(status, above, below, left)),

    async has(org, ids) {
      const known = new Set((await monthsOf(org)).map(({ month }) => month));
      const asked = [...Map.groupBy(ids, monthOfId)].filter(([month]) => known.has(month));
      return (await Promise.all(asked.map(([month, some]) => index(org, month).has(some)))).flat();
    },

    lineOf: (org, id) => index(org, monthOfId(id)).lineOf(id),

    async runsOf(org, subject, after, before, limit) {
      const months = (await monthsOf(org))
        .map(({ month }) => month)
        .filter((month) => (after === "" || month >= monthOfId(after)) && month <= monthOfId(before))
        .toReversed();
      return gathered(months, limit, (month, left) => index(org, month).runsOf(subject, after, before, left));
    },

    async countOf(org, subject, before) {
      let count = 0;
      await sideBySide(await monthsOf(org), WIDTH, async ({ month }) => {
        const there = await index(org, month).countOf(subject, before);
        count += there;
      });
      return count;
    },

    erase: (org, id, left) => index(org, monthOfId(id)).erase(id, left === null ? null : { ...left }),

    async expired(at, limit) {
      const due = await db.typed.all<{ org: string; month: string; settings: string }>(sql`
        SELECT archive_months.org AS org, month, settings FROM archive_months JOIN orgs ON orgs.name = archive_months.org
        WHERE looked_at <= ${at - DAY_MS} ORDER BY looked_at, month LIMIT ${LOOKED_AT_ONCE}`);
      const found: ExpiredRun[] = [];
      for (const { org, month, settings } of due) {
        if (found.length >= limit) break;
        const { limits, afterOf } = expiryOf(JSON.parse(settings) as ChosenSettings, at);
        const left = limit - found.length;
        const runs = await index(org, month).expired(limits, at - HOUR_MS, left);
        found.push(...runs.map((run) => ({ id: run.id, org, subject: run.subject, class: run.class, ...afterOf(run.class) })));
        if (runs.length < left)
          await db.typed.run(sql`UPDATE archive_months SET looked_at = ${at} WHERE org = ${org} AND month = ${month}`);
      }
      return found;
    },

    async forget(org, ids, record) {
      // On record first: where it breaks off in between, the lines that are still there are counted again.
      await db.batch([outbox.statement(org, record, now())]);
      await outbox.flush(org, record);
      let runs = 0;
      for (const [month, some] of Map.groupBy(ids, monthOfId)) {
        const listed = JSON.stringify(some);
        const of = sql`org = ${org} AND run IN (SELECT value FROM json_each(${listed}))`;
        await db.batch([sql`DELETE FROM feedback WHERE ${of}`, sql`DELETE FROM overrides WHERE ${of}`]);
        const { runs: gone, isEmpty } = await index(org, month).forget(some);
        runs += gone;
        if (isEmpty) await forgetMonth(org, month);
      }
      return runs;
    },

    putOff: (org, id) => index(org, monthOfId(id)).putOff(id, now()),
  };

  /** Lines of one org and month. INVARIANT: the month is known before it has a line, and a line is there before it goes here. */
  async function moveGroup(rows: readonly Row[]): Promise<number> {
    const [first] = rows;
    if (first === undefined) return 0;
    const { org } = first;
    const month = monthOfId(first.id);
    const newest = rows.reduce((last, { id }) => (id > last ? id : last), first.id);
    await db.typed.run(sql`
      INSERT INTO archive_months (org, month, newest, looked_at) VALUES (${org}, ${month}, ${newest}, ${now()})
      ON CONFLICT DO UPDATE SET newest = MAX(newest, excluded.newest)`);
    await index(org, month).keep(rows.map(lineFrom));
    // Only the line that was kept: one that has changed meanwhile stays, and is kept the next time.
    const kept = JSON.stringify(rows.map(({ id, seq }) => ({ id, seq })));
    const these = sql`(SELECT value ->> 'id', value ->> 'seq' FROM json_each(${kept}))`;
    const [, deleted] = await db.batch([
      sql`DELETE FROM dead_letters WHERE org = ${org} AND id IN (SELECT 'dl_' || substr(id, 5) FROM runs WHERE (id, seq) IN ${these})`,
      sql`DELETE FROM runs WHERE (id, seq) IN ${these}`,
    ]);
    return deleted?.meta.changes ?? 0;
  }

  /** A month without lines. One that a sweep fills at the same time is made known again by the next line. */
  async function forgetMonth(org: string, month: string): Promise<void> {
    if ((await index(org, month).list({ ...ANY }, 1)).length > 0) return;
    await db.typed.run(sql`DELETE FROM archive_months WHERE org = ${org} AND month = ${month}`);
  }

  return lines;
}

const ANY: ArchivedFilter = {
  ...{ status: null, workflow: null, user: null, session: null, trace: null },
  ...{ since: null, until: null, above: null, below: null },
};

/** A run and its dead letter have one ULID. */
const suffixOf = (id: string): string => id.slice(id.indexOf("_") + 1);

const endOfMonth = (month: string): EpochMs => {
  const start = new Date(startOfMonth(month));
  return Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1);
};

function lineFrom({ summary, letter, ...row }: Row): ArchivedLine {
  const line = { ...row, summary: JSON.parse(summary) as Json };
  return letter === null ? line : { ...line, dead_letter: JSON.parse(letter) as NonNullable<ArchivedLine["dead_letter"]> };
}

/** Until when runs of each class must have ended to be deleted at `at`, and what that is called on record. */
function expiryOf(settings: ChosenSettings, at: EpochMs) {
  const years = settings.retention?.audit_years ?? DEFAULT_ORG_SETTINGS.retention.audit_years;
  const longest = settings.retention_days ?? DEFAULT_ORG_SETTINGS.retention_days;
  const days = new Map(
    DATA_CLASSES.flatMap((dataClass) => {
      const chosen = settings.retention?.[dataClass];
      return chosen === undefined || chosen === null ? [] : [[dataClass, Math.min(chosen, longest)] as const];
    }),
  );
  const limits: ExpiryLimits = {
    byClass: Object.fromEntries([...days].map(([dataClass, count]) => [dataClass, at - count * DAY_MS])),
    rest: at - years * YEAR_MS,
  };
  const afterOf = (dataClass: (typeof DATA_CLASSES)[number]): Pick<ExpiredRun, "why" | "after"> => {
    const count = days.get(dataClass);
    return count === undefined ? { why: "evidence", after: years } : { why: "class", after: count };
  };
  return { limits, afterOf };
}
