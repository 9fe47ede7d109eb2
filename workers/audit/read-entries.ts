/** Entries as the HTTP contract lists them (`GET /v1/audit/entries`): ascending, after a number, filtered. */
import type { Json } from "../../core/json.ts";

export type EntryFilter = {
  readonly after: number;
  readonly run: string | null;
  readonly user: string | null;
  readonly type: string | null;
  readonly limit: number;
};

export async function readEntries(db: D1Database, org: string, filter: EntryFilter): Promise<readonly Json[]> {
  const conditions = [
    ["run", filter.run],
    ["user", filter.user],
    ["event_type", filter.type],
  ].filter((condition): condition is [string, string] => condition[1] !== null);
  const where = ["org = ?", "seq > ?", ...conditions.map(([column]) => `${column} = ?`)].join(" AND ");
  const { results } = await db
    .prepare(`SELECT entry FROM audit_entries WHERE ${where} ORDER BY seq LIMIT ?`)
    .bind(org, filter.after, ...conditions.map(([, value]) => value), filter.limit)
    .all<{ entry: string }>();
  return results.map((row) => JSON.parse(row.entry) as Json);
}
