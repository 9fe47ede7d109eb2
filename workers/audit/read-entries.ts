/** Entries as the HTTP contract lists them (`GET /v1/audit/entries`): ascending, after a number, filtered; from R2 where D1 has dropped them. */
import type { Json } from "../../core/json.ts";
import { readSegments } from "./segments.ts";

/** Which entries are asked for. */
export type EntryFilter = {
  readonly after: number;
  readonly run: string | null;
  /** The names of one person; null: everybody. */
  readonly users: readonly string[] | null;
  readonly type: string | null;
  readonly limit: number;
};

/** Whom an entry is listed under: core/audit/belongs.ts in SQL. An empty name is nobody's. */
const USER = `NULLIF(CASE
  WHEN entry.value ->> '$.actor.type' = 'user' THEN entry.value ->> '$.actor.id'
  WHEN json_type(entry.value, '$.data.user') = 'text' THEN entry.value ->> '$.data.user' END, '')`;

/** `goesOn`: the number after which to ask again, when as much was read as one question may; null: there is no more before the next entry. */
export type EntryPage = { readonly entries: readonly Json[]; readonly goesOn: number | null };

/** One page of entries, wherever they lie. */
export async function readThrough(
  ports: { readonly db: D1Database; readonly bucket: R2Bucket },
  org: string,
  filter: EntryFilter,
): Promise<EntryPage> {
  const dropped = await readSegments(ports, org, filter, filter.limit);
  if (dropped.goesOn !== null || dropped.entries.length === filter.limit) return dropped;
  const kept = await readEntries(ports.db, org, { ...filter, limit: filter.limit - dropped.entries.length });
  return { entries: [...dropped.entries, ...kept], goesOn: null };
}

/** One page of the entries that D1 has. */
export async function readEntries(db: D1Database, org: string, filter: EntryFilter): Promise<readonly Json[]> {
  const conditions = [
    ["page.run = ?", filter.run],
    [`${USER} IN (SELECT value FROM json_each(?))`, filter.users === null ? null : JSON.stringify(filter.users)],
    ["entry.value ->> '$.event_type' = ?", filter.type],
  ].filter((condition): condition is [string, string] => condition[1] !== null);
  // Pages do not overlap: what comes after a number is in the last page that begins at or before it, and in those that follow.
  const { results } = await db
    .prepare(
      `SELECT entry.value AS entry FROM audit_pages AS page, json_each(page.entries) AS entry
       WHERE page.org = ?1
         AND page.first_seq >= COALESCE((SELECT MAX(first_seq) FROM audit_pages WHERE org = ?1 AND first_seq <= ?2), 0)
         AND entry.value ->> '$.seq' > ?2
         ${conditions.map(([condition], index) => `AND ${condition.replace("?", `?${index + 4}`)}`).join(" ")}
       ORDER BY page.first_seq, entry.key LIMIT ?3`,
    )
    .bind(org, filter.after, filter.limit, ...conditions.map(([, value]) => value))
    .all<{ entry: string }>();
  return results.map((row) => JSON.parse(row.entry) as Json);
}
