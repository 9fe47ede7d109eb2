/** What the audit log says of an incident: the entries of some types within its time, oldest first. */
import { TIMELINE_TYPES, type TimelineEntry, timelineEntry } from "../../core/incident/incident.ts";
import { type EpochMs, toRfc3339 } from "../../core/time.ts";

/** Entries that are looked through, the newest: an incident whose time is older was kept with its timeline. */
const LOOKED_THROUGH = 20_000;
const MOST = 200;

/** Times are RFC 3339 in UTC, so they compare as texts. */
export async function readTimeline(db: D1Database, org: string, from: EpochMs, to: EpochMs): Promise<TimelineEntry[]> {
  const { results } = await db
    .prepare(
      `SELECT entry.value AS entry FROM audit_pages AS page, json_each(page.entries) AS entry
       WHERE page.org = ?1 AND page.first_seq > (SELECT COALESCE(MAX(first_seq), 0) FROM audit_pages WHERE org = ?1) - ?2
         AND entry.value ->> '$.timestamp' BETWEEN ?3 AND ?4
         AND entry.value ->> '$.event_type' IN (SELECT value FROM json_each(?5))
       ORDER BY page.first_seq, entry.key LIMIT ?6`,
    )
    .bind(org, LOOKED_THROUGH, toRfc3339(from), toRfc3339(to), JSON.stringify(TIMELINE_TYPES), MOST)
    .all<{ entry: string }>();
  return results.map(({ entry }) => timelineEntry(JSON.parse(entry))).filter((entry) => entry !== null);
}
