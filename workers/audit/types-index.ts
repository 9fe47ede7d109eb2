/** Where in a log entries of a type lie (migrations/0037_audit_types.sql): kept with each page that is written, so that a list by type reads few pages. */
import type { AuditPage } from "../../core/audit/page.ts";
import { isObject, type Json } from "../../core/json.ts";

/** Numbers of a stretch. PERSISTED: `audit_types.stretch` counts in them. */
export const STRETCH = 256;

/** The stretch that a page with this first number counts to. */
export const stretchOf = (firstSeq: number): number => Math.floor(firstSeq / STRETCH);

/** What notes the types of these pages. Idempotent; a page that was not taken is noted for nothing. */
export function noteTypes(db: D1Database, org: string, pages: readonly AuditPage[]): D1PreparedStatement[] {
  const noted = new Map<string, readonly [type: string, stretch: number]>();
  for (const page of pages) {
    const stretch = stretchOf(page.first_seq);
    for (const type of typesIn(page.entries)) noted.set(`${stretch}/${type}`, [type, stretch]);
  }
  const first = Math.min(...pages.map((page) => page.first_seq));
  return [
    db
      .prepare(
        `INSERT INTO audit_types (org, type, stretch) SELECT ?1, value ->> 0, value ->> 1 FROM json_each(?2) WHERE TRUE
         ON CONFLICT (org, type, stretch) DO NOTHING`,
      )
      .bind(org, JSON.stringify([...noted.values()])),
    db.prepare("INSERT INTO audit_typed (org, first_seq) VALUES (?, ?) ON CONFLICT (org) DO NOTHING").bind(org, first),
  ];
}

function typesIn(entries: string): Set<string> {
  const types = new Set<string>();
  const list = JSON.parse(entries) as Json;
  for (const entry of Array.isArray(list) ? list : [])
    if (isObject(entry) && typeof entry["event_type"] === "string") types.add(entry["event_type"]);
  return types;
}

/** Drops what is noted of pages up to this number, which D1 no longer has. A stretch that may still have pages stays. */
export const forgetTypes = (db: D1Database, org: string, first: number, last: number): D1PreparedStatement =>
  db.prepare(FORGET).bind(org, stretchOf(first), stretchOf(last + 1));

/** From type to type in the index, so that nothing is read that is not deleted. */
const FORGET = `
  WITH RECURSIVE types (type) AS (
    SELECT MIN(type) FROM audit_types WHERE org = ?1
    UNION ALL
    SELECT (SELECT MIN(type) FROM audit_types WHERE org = ?1 AND type > types.type) FROM types WHERE types.type IS NOT NULL)
  DELETE FROM audit_types WHERE org = ?1 AND type IN (SELECT type FROM types WHERE type IS NOT NULL) AND stretch >= ?2 AND stretch < ?3`;
