/** What the audit log says of an incident: the entries of some types within its time, oldest first. */
import { TIMELINE_TYPES, type TimelineEntry, timelineEntry } from "../../core/incident/incident.ts";
import type { Json } from "../../core/json.ts";
import { type EpochMs, toRfc3339 } from "../../core/time.ts";
import { STRETCH, stretchOf } from "./types-index.ts";

/** Stretches of one read, and those that are looked at: some 250,000 entries, the newest. An incident whose time is older was kept with its timeline. */
const AT_ONCE = 50;
const LOOKED_AT = 1_000;
const MOST = 200;
/** Entries are numbered as they come in, and their own times may be out of order by this, in ms. */
const CLOCKS_MS = 10 * 60_000;

/** From the newest stretch back to where its time begins, through those that have such types and no others. Times are RFC 3339 in UTC: they compare as texts. */
export async function readTimeline(db: D1Database, org: string, from: EpochMs, to: EpochMs): Promise<TimelineEntry[]> {
  const [first, last, before] = [toRfc3339(from), toRfc3339(to), toRfc3339(from - CLOCKS_MS)];
  const found: TimelineEntry[] = [];
  const newest = await db.prepare("SELECT MAX(first_seq) AS seq FROM audit_pages WHERE org = ?").bind(org).first<{ seq: number | null }>();
  const top = stretchOf(newest?.seq ?? 0) + 1;
  for (let below = top; below > top - LOOKED_AT; ) {
    const stretches = await stretchesBetween(db, org, top - LOOKED_AT, below);
    const lowest = stretches.at(-1);
    if (lowest === undefined) break;
    const { results } = await db
      .prepare(ENTRIES)
      .bind(org, JSON.stringify(stretches), JSON.stringify(TIMELINE_TYPES))
      .all<{ entry: string }>();
    const moments = results.map(({ entry }) => timelineEntry(JSON.parse(entry) as Json)).filter((moment) => moment !== null);
    found.unshift(...moments.filter(({ at }) => at >= first && at <= last));
    if (stretches.length < AT_ONCE || moments.some(({ at }) => at < before)) break;
    below = lowest;
  }
  return found.sort((a, b) => a.seq - b.seq).slice(0, MOST);
}

async function stretchesBetween(db: D1Database, org: string, from: number, below: number): Promise<number[]> {
  const { results } = await db.prepare(STRETCHES).bind(org, JSON.stringify(TIMELINE_TYPES), below, from).all<{ stretch: number }>();
  return results.map(({ stretch }) => stretch);
}

const STRETCHES = `
  SELECT DISTINCT it.stretch AS stretch FROM json_each(?2) AS type CROSS JOIN audit_types AS it
  WHERE it.org = ?1 AND it.type = type.value AND it.stretch >= ?4 AND it.stretch < ?3 ORDER BY stretch DESC LIMIT ${AT_ONCE}`;

const ENTRIES = `
  SELECT entry.value AS entry FROM json_each(?2) AS it CROSS JOIN audit_pages AS page CROSS JOIN json_each(page.entries) AS entry
  WHERE page.org = ?1 AND page.first_seq >= it.value * ${STRETCH} AND page.first_seq < (it.value + 1) * ${STRETCH}
    AND entry.value ->> '$.event_type' IN (SELECT value FROM json_each(?3))`;
