/** Entries as the HTTP contract lists them (`GET /v1/audit/entries`): ascending, after a number, filtered. */
import type { Json } from "../../core/json.ts";

/** Which entries are asked for. */
export type EntryFilter = {
  readonly after: number;
  readonly run: string | null;
  readonly user: string | null;
  readonly type: string | null;
  readonly limit: number;
};

/** Whom an entry is listed under: core/audit/belongs.ts in SQL. An empty name is nobody's. */
const USER = `NULLIF(CASE
  WHEN entry.value ->> '$.actor.type' = 'user' THEN entry.value ->> '$.actor.id'
  WHEN json_type(entry.value, '$.data.user') = 'text' THEN entry.value ->> '$.data.user' END, '')`;

/** One page of entries. */
export async function readEntries(db: D1Database, org: string, filter: EntryFilter): Promise<readonly Json[]> {
  const conditions = [
    ["page.run", filter.run],
    [USER, filter.user],
    ["entry.value ->> '$.event_type'", filter.type],
  ].filter((condition): condition is [string, string] => condition[1] !== null);
  // Pages do not overlap: what comes after a number is in the last page that begins at or before it, and in those that follow.
  const { results } = await db
    .prepare(
      `SELECT entry.value AS entry FROM audit_pages AS page, json_each(page.entries) AS entry
       WHERE page.org = ?1
         AND page.first_seq >= COALESCE((SELECT MAX(first_seq) FROM audit_pages WHERE org = ?1 AND first_seq <= ?2), 0)
         AND entry.value ->> '$.seq' > ?2
         ${conditions.map(([value], index) => `AND ${value} = ?${index + 4}`).join(" ")}
       ORDER BY page.first_seq, entry.key LIMIT ?3`,
    )
    .bind(org, filter.after, filter.limit, ...conditions.map(([, value]) => value))
    .all<{ entry: string }>();
  return results.map((row) => JSON.parse(row.entry) as Json);
}
