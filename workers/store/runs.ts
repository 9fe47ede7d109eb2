/**
 * The index of runs: what lists and the kill switch ask across runs. It is at most seconds behind; the truth is each run's own
 * object, and nothing decides about a run from its line here.
 */
import { and, count, desc, eq, gte, lt, type SQL, sql } from "drizzle-orm";
import type { RunIndexRow } from "../../core/audit/record.ts";
import { mintId } from "../../core/ids.ts";
import { DRILL_WORKFLOW, type StopScope } from "../../core/kill-switch/stops.ts";
import type { Page } from "../../core/page.ts";
import type { RunStatus } from "../../core/run/outside/view.ts";
import type { ArchivedLines } from "./archived-lines.ts";
import { CURSOR_FORMS, mergedById, readCursor, toPage } from "./cursor.ts";
import type { Database } from "./database.ts";
import type { RunFilter, RunList } from "./ports.ts";
import { runs } from "./schema.ts";

/** One bound parameter holds many lines as JSON; D1 takes 2 MB a value (developers.cloudflare.com/d1/platform/limits, 2026-10). */
const CHUNK_CHARACTERS = 400_000;

/** One line for each run, as its object reports it. */
export type RunIndex = Pick<RunList, "list"> & {
  /** Lines as runs sent them, in any order and more than once: the higher `seq` wins. */
  upsertRuns(rows: readonly RunIndexRow[]): Promise<void>;
  /**
   * Runs in one of the statuses that a stop may touch, newest first. Of a tool or model: all runs of the org, since the index
   * does not know what a run will call.
   */
  runsInScope(
    scope: StopScope,
    statuses: readonly RunStatus[],
    limit: number,
    cursor: string | null,
  ): Promise<Page<{ id: string; org: string }>>;
  countRunsInScope(scope: StopScope, statuses: readonly RunStatus[]): Promise<number>;
};

/** The index of runs over D1. */
export function storeRuns(db: Database, archived: Pick<ArchivedLines, "list">, now: () => number): RunIndex {
  return {
    async list(org, filter, page) {
      const before = readCursor(page.cursor, CURSOR_FORMS.run);
      const rows = await db.typed
        .select({ id: runs.id, summary: runs.summary })
        .from(runs)
        .where(
          and(
            eq(runs.org, org),
            filter.status === null ? undefined : eq(runs.status, filter.status),
            filter.workflow === null ? undefined : eq(runs.workflow, filter.workflow),
            filter.user === null ? undefined : eq(runs.user, filter.user),
            ...created(filter),
            filter.session == null ? undefined : sql`${runs.summary} ->> '$.session' = ${filter.session}`,
            filter.traceId == null ? undefined : sql`${runs.summary} ->> '$.trace_id' = ${filter.traceId}`,
            before === null ? undefined : lt(runs.id, before),
          ),
        )
        .orderBy(desc(runs.id))
        .limit(page.limit + 1);
      const { status, workflow, user, session = null, traceId: trace = null, since = null, until = null } = filter;
      const above = rows.length > page.limit ? (rows.at(-1)?.id ?? null) : null;
      const asked = { status, workflow, user, session, trace, since, until, above, below: before };
      return toPage(
        mergedById(rows, await archived.list(org, asked, page.limit + 1)),
        page.limit,
        (row) => row.id,
        (row) => row.summary,
      );
    },

    async upsertRuns(rows) {
      for (const lines of inChunks(rows)) await db.batch([upsertLines(lines, now()), upsertDeadLetters(lines)]);
    },

    async runsInScope(scope, statuses, limit, cursor) {
      const before = readCursor(cursor, CURSOR_FORMS.run);
      const rows = await db.typed
        .select({ id: runs.id, org: runs.org })
        .from(runs)
        .where(and(inScope(scope, statuses), before === null ? undefined : lt(runs.id, before)))
        .orderBy(desc(runs.id))
        .limit(limit + 1);
      return toPage(
        rows,
        limit,
        (row) => row.id,
        (row) => row,
      );
    },

    async countRunsInScope(scope, statuses) {
      const row = await db.typed.select({ runs: count() }).from(runs).where(inScope(scope, statuses)).get();
      return row?.runs ?? 0;
    },
  };
}

/** A run's id begins with a time, at the door's clock; the object's own, which clients see, may differ by this much, in ms. */
const CLOCKS_MS = 60_000;

/** By the id, which the list is ordered by, so that only what is in the time is read; then exactly. */
function created({ since, until }: RunFilter): (SQL | undefined)[] {
  const first = (at: number): string => mintId("run", Math.max(0, at), new Uint8Array(10));
  return [
    ...(since == null ? [] : [gte(runs.id, first(since - CLOCKS_MS)), gte(runs.createdAt, since)]),
    ...(until == null ? [] : [lt(runs.id, first(until + CLOCKS_MS)), lt(runs.createdAt, until)]),
  ];
}

function inScope(scope: StopScope, statuses: readonly RunStatus[]): SQL | undefined {
  return and(
    sql`${runs.status} IN (SELECT value FROM json_each(${JSON.stringify(statuses)}))`,
    scope.kind === "all" ? undefined : eq(runs.org, scope.org),
    scope.drill === true ? eq(runs.workflow, DRILL_WORKFLOW) : scope.kind === "workflow" ? eq(runs.workflow, scope.name) : undefined,
  );
}

const upsertLines = (lines: string, at: number): SQL => sql`
  INSERT INTO runs (id, seq, org, user, subject, workflow, version, status, summary, created_at, ended_at, touched_at, class)
  SELECT value->>'id', value->>'seq', value->>'org', value->>'user', value->>'subject', value->>'workflow', value->>'version',
    value->>'status', value->'summary', value->>'created_at', value->>'ended_at', ${at},
    COALESCE(value->>'class', 'internal')
  FROM json_each(${lines}) WHERE true
  ON CONFLICT (id) DO UPDATE SET
    seq = excluded.seq, status = excluded.status, summary = excluded.summary, ended_at = excluded.ended_at,
    touched_at = excluded.touched_at, class = excluded.class
  WHERE excluded.seq > runs.seq AND excluded.org = runs.org`;

const upsertDeadLetters = (lines: string): SQL => sql`
  INSERT INTO dead_letters (id, org, run, seq, workflow, step, reason, undone, status, created_at)
  SELECT value->'dead_letter'->>'id', value->>'org', value->>'id', value->>'seq', value->>'workflow', value->'dead_letter'->>'step',
    value->'dead_letter'->'reason', value->'dead_letter'->'undone', value->'dead_letter'->>'status', value->'dead_letter'->>'created_at'
  FROM json_each(${lines}) WHERE value->>'dead_letter' IS NOT NULL
  ON CONFLICT (id) DO UPDATE SET
    seq = excluded.seq, step = excluded.step, reason = excluded.reason, undone = excluded.undone, status = excluded.status
  WHERE excluded.seq > dead_letters.seq AND excluded.org = dead_letters.org`;

/** JSON lists that each fit into one parameter. */
function inChunks(rows: readonly RunIndexRow[]): string[] {
  const chunks: string[][] = [];
  let characters = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const line = JSON.stringify(row);
    if (characters + line.length > CHUNK_CHARACTERS) {
      chunks.push([]);
      characters = 0;
    }
    chunks.at(-1)?.push(line);
    characters += line.length;
  }
  return chunks.map((lines) => `[${lines.join(",")}]`);
}
