/** Notices about one thing, in the order in which they came: the beginning of an alert, a kill or an incident, and its end. Knows SQL. */
import type { Notice } from "../../core/notice/notice.ts";

/** Ids of the notices about the same thing that wait in the table `notice`. A notice without `dedup` is about nothing else's thing. */
export function waitingAbout(sql: SqlStorage, { id, dedup }: Pick<Notice, "id" | "dedup">): string[] {
  if (dedup === undefined) return [];
  const query = "SELECT id FROM notice WHERE json_extract(body, '$.notice.dedup') = ? AND id <> ?";
  return sql
    .exec<{ id: string }>(query, dedup, id)
    .toArray()
    .map((row) => row.id);
}
